from google.protobuf import duration_pb2 as _duration_pb2
from gradcam.v1 import explanation_pb2 as _explanation_pb2
from gradcam.v1 import image_pb2 as _image_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AnswerMap(_message.Message):
    __slots__ = ["map", "question_index"]
    MAP_FIELD_NUMBER: _ClassVar[int]
    QUESTION_INDEX_FIELD_NUMBER: _ClassVar[int]
    map: _explanation_pb2.SaliencyMap
    question_index: int
    def __init__(self, question_index: _Optional[int] = ..., map: _Optional[_Union[_explanation_pb2.SaliencyMap, _Mapping]] = ...) -> None: ...

class AnswerRequest(_message.Message):
    __slots__ = ["image", "model", "prediction_top_k", "questions"]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_TOP_K_FIELD_NUMBER: _ClassVar[int]
    QUESTIONS_FIELD_NUMBER: _ClassVar[int]
    image: _image_pb2.Image
    model: str
    prediction_top_k: int
    questions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, model: _Optional[str] = ..., image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., questions: _Optional[_Iterable[str]] = ..., prediction_top_k: _Optional[int] = ...) -> None: ...

class AnswerResponse(_message.Message):
    __slots__ = ["prediction"]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    prediction: VqaPrediction
    def __init__(self, prediction: _Optional[_Union[VqaPrediction, _Mapping]] = ...) -> None: ...

class AnswerTarget(_message.Message):
    __slots__ = ["answer", "contrast", "score_kind", "top_k"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    CONTRAST_FIELD_NUMBER: _ClassVar[int]
    SCORE_KIND_FIELD_NUMBER: _ClassVar[int]
    TOP_K_FIELD_NUMBER: _ClassVar[int]
    answer: str
    contrast: str
    score_kind: _explanation_pb2.ScoreKind
    top_k: int
    def __init__(self, answer: _Optional[str] = ..., top_k: _Optional[int] = ..., score_kind: _Optional[_Union[_explanation_pb2.ScoreKind, str]] = ..., contrast: _Optional[str] = ...) -> None: ...

class LeftOutWord(_message.Message):
    __slots__ = ["log_probability", "log_probability_change", "margin", "margin_change", "word"]
    LOG_PROBABILITY_CHANGE_FIELD_NUMBER: _ClassVar[int]
    LOG_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    MARGIN_CHANGE_FIELD_NUMBER: _ClassVar[int]
    MARGIN_FIELD_NUMBER: _ClassVar[int]
    WORD_FIELD_NUMBER: _ClassVar[int]
    log_probability: float
    log_probability_change: float
    margin: float
    margin_change: float
    word: _explanation_pb2.ExplainedWord
    def __init__(self, word: _Optional[_Union[_explanation_pb2.ExplainedWord, _Mapping]] = ..., log_probability: _Optional[float] = ..., log_probability_change: _Optional[float] = ..., margin: _Optional[float] = ..., margin_change: _Optional[float] = ...) -> None: ...

class LeftOutWords(_message.Message):
    __slots__ = ["answer_index", "contrast", "log_probability", "margin", "question_index", "target_index", "text", "words"]
    ANSWER_INDEX_FIELD_NUMBER: _ClassVar[int]
    CONTRAST_FIELD_NUMBER: _ClassVar[int]
    LOG_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    MARGIN_FIELD_NUMBER: _ClassVar[int]
    QUESTION_INDEX_FIELD_NUMBER: _ClassVar[int]
    TARGET_INDEX_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    answer_index: int
    contrast: str
    log_probability: float
    margin: float
    question_index: int
    target_index: int
    text: str
    words: _containers.RepeatedCompositeFieldContainer[LeftOutWord]
    def __init__(self, question_index: _Optional[int] = ..., target_index: _Optional[int] = ..., answer_index: _Optional[int] = ..., text: _Optional[str] = ..., log_probability: _Optional[float] = ..., words: _Optional[_Iterable[_Union[LeftOutWord, _Mapping]]] = ..., contrast: _Optional[str] = ..., margin: _Optional[float] = ...) -> None: ...

class QuestionAnswers(_message.Message):
    __slots__ = ["answers", "words"]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[RankedAnswer]
    words: _containers.RepeatedCompositeFieldContainer[QuestionWord]
    def __init__(self, words: _Optional[_Iterable[_Union[QuestionWord, _Mapping]]] = ..., answers: _Optional[_Iterable[_Union[RankedAnswer, _Mapping]]] = ...) -> None: ...

class QuestionAttention(_message.Message):
    __slots__ = ["grids", "question_index"]
    GRIDS_FIELD_NUMBER: _ClassVar[int]
    QUESTION_INDEX_FIELD_NUMBER: _ClassVar[int]
    grids: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.AttentionGrid]
    question_index: int
    def __init__(self, question_index: _Optional[int] = ..., grids: _Optional[_Iterable[_Union[_explanation_pb2.AttentionGrid, _Mapping]]] = ...) -> None: ...

class QuestionWord(_message.Message):
    __slots__ = ["is_unknown", "text"]
    IS_UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    is_unknown: bool
    text: str
    def __init__(self, text: _Optional[str] = ..., is_unknown: bool = ...) -> None: ...

class RankedAnswer(_message.Message):
    __slots__ = ["answer_index", "logit", "probability", "text"]
    ANSWER_INDEX_FIELD_NUMBER: _ClassVar[int]
    LOGIT_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    answer_index: int
    logit: float
    probability: float
    text: str
    def __init__(self, answer_index: _Optional[int] = ..., text: _Optional[str] = ..., probability: _Optional[float] = ..., logit: _Optional[float] = ...) -> None: ...

class VqaPrediction(_message.Message):
    __slots__ = ["answer_duration", "crop", "image_size", "model", "model_revision", "model_version", "questions", "timings"]
    ANSWER_DURATION_FIELD_NUMBER: _ClassVar[int]
    CROP_FIELD_NUMBER: _ClassVar[int]
    IMAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_REVISION_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    QUESTIONS_FIELD_NUMBER: _ClassVar[int]
    TIMINGS_FIELD_NUMBER: _ClassVar[int]
    answer_duration: _duration_pb2.Duration
    crop: _image_pb2.PixelRectangle
    image_size: _image_pb2.PixelSize
    model: str
    model_revision: str
    model_version: str
    questions: _containers.RepeatedCompositeFieldContainer[QuestionAnswers]
    timings: _explanation_pb2.RequestTimings
    def __init__(self, model: _Optional[str] = ..., model_version: _Optional[str] = ..., questions: _Optional[_Iterable[_Union[QuestionAnswers, _Mapping]]] = ..., crop: _Optional[_Union[_image_pb2.PixelRectangle, _Mapping]] = ..., image_size: _Optional[_Union[_image_pb2.PixelSize, _Mapping]] = ..., timings: _Optional[_Union[_explanation_pb2.RequestTimings, _Mapping]] = ..., answer_duration: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., model_revision: _Optional[str] = ...) -> None: ...

class VqaQuestion(_message.Message):
    __slots__ = ["targets", "text"]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    targets: _containers.RepeatedCompositeFieldContainer[AnswerTarget]
    text: str
    def __init__(self, text: _Optional[str] = ..., targets: _Optional[_Iterable[_Union[AnswerTarget, _Mapping]]] = ...) -> None: ...

class VqaServiceExplainRequest(_message.Message):
    __slots__ = ["image", "include_attention", "layer_fusion", "layers", "leave_words_out", "methods", "model", "outputs", "prediction_top_k", "questions"]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_ATTENTION_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    LAYER_FUSION_FIELD_NUMBER: _ClassVar[int]
    LEAVE_WORDS_OUT_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_TOP_K_FIELD_NUMBER: _ClassVar[int]
    QUESTIONS_FIELD_NUMBER: _ClassVar[int]
    image: _image_pb2.Image
    include_attention: bool
    layer_fusion: _explanation_pb2.LayerFusion
    layers: _containers.RepeatedScalarFieldContainer[str]
    leave_words_out: bool
    methods: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.ExplanationMethod]
    model: str
    outputs: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.MapOutput]
    prediction_top_k: int
    questions: _containers.RepeatedCompositeFieldContainer[VqaQuestion]
    def __init__(self, model: _Optional[str] = ..., image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., questions: _Optional[_Iterable[_Union[VqaQuestion, _Mapping]]] = ..., prediction_top_k: _Optional[int] = ..., leave_words_out: bool = ..., layers: _Optional[_Iterable[str]] = ..., layer_fusion: _Optional[_Union[_explanation_pb2.LayerFusion, str]] = ..., methods: _Optional[_Iterable[_Union[_explanation_pb2.ExplanationMethod, _Mapping]]] = ..., outputs: _Optional[_Iterable[_Union[_explanation_pb2.MapOutput, _Mapping]]] = ..., include_attention: bool = ...) -> None: ...

class VqaServiceExplainResponse(_message.Message):
    __slots__ = ["attention", "left_out_words", "map", "map_count", "prediction"]
    ATTENTION_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_WORDS_FIELD_NUMBER: _ClassVar[int]
    MAP_COUNT_FIELD_NUMBER: _ClassVar[int]
    MAP_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    attention: QuestionAttention
    left_out_words: LeftOutWords
    map: AnswerMap
    map_count: int
    prediction: VqaPrediction
    def __init__(self, prediction: _Optional[_Union[VqaPrediction, _Mapping]] = ..., attention: _Optional[_Union[QuestionAttention, _Mapping]] = ..., left_out_words: _Optional[_Union[LeftOutWords, _Mapping]] = ..., map: _Optional[_Union[AnswerMap, _Mapping]] = ..., map_count: _Optional[int] = ...) -> None: ...
