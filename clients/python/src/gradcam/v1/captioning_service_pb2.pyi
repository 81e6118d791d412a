from google.protobuf import duration_pb2 as _duration_pb2
from gradcam.v1 import explanation_pb2 as _explanation_pb2
from gradcam.v1 import image_pb2 as _image_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AlternativeWord(_message.Message):
    __slots__ = ["position", "word"]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    WORD_FIELD_NUMBER: _ClassVar[int]
    position: int
    word: str
    def __init__(self, position: _Optional[int] = ..., word: _Optional[str] = ...) -> None: ...

class BeamSearch(_message.Message):
    __slots__ = ["beam_count", "length_penalty"]
    BEAM_COUNT_FIELD_NUMBER: _ClassVar[int]
    LENGTH_PENALTY_FIELD_NUMBER: _ClassVar[int]
    beam_count: int
    length_penalty: float
    def __init__(self, beam_count: _Optional[int] = ..., length_penalty: _Optional[float] = ...) -> None: ...

class Caption(_message.Message):
    __slots__ = ["end_log_probability", "log_probability", "text", "words"]
    END_LOG_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    LOG_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    end_log_probability: float
    log_probability: float
    text: str
    words: _containers.RepeatedCompositeFieldContainer[CaptionWord]
    def __init__(self, text: _Optional[str] = ..., words: _Optional[_Iterable[_Union[CaptionWord, _Mapping]]] = ..., end_log_probability: _Optional[float] = ..., log_probability: _Optional[float] = ...) -> None: ...

class CaptionDecoding(_message.Message):
    __slots__ = ["banned_words", "beam_search", "max_words", "min_words", "nucleus_sampling", "prefix"]
    BANNED_WORDS_FIELD_NUMBER: _ClassVar[int]
    BEAM_SEARCH_FIELD_NUMBER: _ClassVar[int]
    MAX_WORDS_FIELD_NUMBER: _ClassVar[int]
    MIN_WORDS_FIELD_NUMBER: _ClassVar[int]
    NUCLEUS_SAMPLING_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    banned_words: _containers.RepeatedScalarFieldContainer[str]
    beam_search: BeamSearch
    max_words: int
    min_words: int
    nucleus_sampling: NucleusSampling
    prefix: str
    def __init__(self, beam_search: _Optional[_Union[BeamSearch, _Mapping]] = ..., nucleus_sampling: _Optional[_Union[NucleusSampling, _Mapping]] = ..., min_words: _Optional[int] = ..., max_words: _Optional[int] = ..., prefix: _Optional[str] = ..., banned_words: _Optional[_Iterable[str]] = ...) -> None: ...

class CaptionPrediction(_message.Message):
    __slots__ = ["caption_duration", "captions", "crop", "image_size", "model", "model_revision", "model_version", "timings"]
    CAPTIONS_FIELD_NUMBER: _ClassVar[int]
    CAPTION_DURATION_FIELD_NUMBER: _ClassVar[int]
    CROP_FIELD_NUMBER: _ClassVar[int]
    IMAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_REVISION_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    TIMINGS_FIELD_NUMBER: _ClassVar[int]
    caption_duration: _duration_pb2.Duration
    captions: _containers.RepeatedCompositeFieldContainer[Caption]
    crop: _image_pb2.PixelRectangle
    image_size: _image_pb2.PixelSize
    model: str
    model_revision: str
    model_version: str
    timings: _explanation_pb2.RequestTimings
    def __init__(self, model: _Optional[str] = ..., model_version: _Optional[str] = ..., captions: _Optional[_Iterable[_Union[Caption, _Mapping]]] = ..., crop: _Optional[_Union[_image_pb2.PixelRectangle, _Mapping]] = ..., image_size: _Optional[_Union[_image_pb2.PixelSize, _Mapping]] = ..., timings: _Optional[_Union[_explanation_pb2.RequestTimings, _Mapping]] = ..., caption_duration: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., model_revision: _Optional[str] = ...) -> None: ...

class CaptionRequest(_message.Message):
    __slots__ = ["decoding", "image", "model"]
    DECODING_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    decoding: CaptionDecoding
    image: _image_pb2.Image
    model: str
    def __init__(self, model: _Optional[str] = ..., image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., decoding: _Optional[_Union[CaptionDecoding, _Mapping]] = ...) -> None: ...

class CaptionResponse(_message.Message):
    __slots__ = ["prediction"]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    prediction: CaptionPrediction
    def __init__(self, prediction: _Optional[_Union[CaptionPrediction, _Mapping]] = ...) -> None: ...

class CaptionTarget(_message.Message):
    __slots__ = ["alternative_word", "contrast", "score_kind", "span", "whole_caption", "word_position"]
    ALTERNATIVE_WORD_FIELD_NUMBER: _ClassVar[int]
    CONTRAST_FIELD_NUMBER: _ClassVar[int]
    SCORE_KIND_FIELD_NUMBER: _ClassVar[int]
    SPAN_FIELD_NUMBER: _ClassVar[int]
    WHOLE_CAPTION_FIELD_NUMBER: _ClassVar[int]
    WORD_POSITION_FIELD_NUMBER: _ClassVar[int]
    alternative_word: AlternativeWord
    contrast: str
    score_kind: _explanation_pb2.ScoreKind
    span: WordSpan
    whole_caption: WholeCaption
    word_position: int
    def __init__(self, word_position: _Optional[int] = ..., span: _Optional[_Union[WordSpan, _Mapping]] = ..., whole_caption: _Optional[_Union[WholeCaption, _Mapping]] = ..., alternative_word: _Optional[_Union[AlternativeWord, _Mapping]] = ..., score_kind: _Optional[_Union[_explanation_pb2.ScoreKind, str]] = ..., contrast: _Optional[str] = ...) -> None: ...

class CaptionWord(_message.Message):
    __slots__ = ["log_probability", "text"]
    LOG_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    log_probability: float
    text: str
    def __init__(self, text: _Optional[str] = ..., log_probability: _Optional[float] = ...) -> None: ...

class CaptioningServiceExplainRequest(_message.Message):
    __slots__ = ["decoding", "image", "include_attention", "layer_fusion", "layers", "methods", "model", "outputs", "targets", "text"]
    DECODING_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_ATTENTION_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    LAYER_FUSION_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    decoding: CaptionDecoding
    image: _image_pb2.Image
    include_attention: bool
    layer_fusion: _explanation_pb2.LayerFusion
    layers: _containers.RepeatedScalarFieldContainer[str]
    methods: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.ExplanationMethod]
    model: str
    outputs: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.MapOutput]
    targets: _containers.RepeatedCompositeFieldContainer[CaptionTarget]
    text: str
    def __init__(self, model: _Optional[str] = ..., image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., decoding: _Optional[_Union[CaptionDecoding, _Mapping]] = ..., text: _Optional[str] = ..., targets: _Optional[_Iterable[_Union[CaptionTarget, _Mapping]]] = ..., layers: _Optional[_Iterable[str]] = ..., layer_fusion: _Optional[_Union[_explanation_pb2.LayerFusion, str]] = ..., methods: _Optional[_Iterable[_Union[_explanation_pb2.ExplanationMethod, _Mapping]]] = ..., outputs: _Optional[_Iterable[_Union[_explanation_pb2.MapOutput, _Mapping]]] = ..., include_attention: bool = ...) -> None: ...

class CaptioningServiceExplainResponse(_message.Message):
    __slots__ = ["attention", "map", "map_count", "prediction", "skipped_targets"]
    ATTENTION_FIELD_NUMBER: _ClassVar[int]
    MAP_COUNT_FIELD_NUMBER: _ClassVar[int]
    MAP_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_TARGETS_FIELD_NUMBER: _ClassVar[int]
    attention: WordAttention
    map: _explanation_pb2.SaliencyMap
    map_count: int
    prediction: CaptionPrediction
    skipped_targets: _containers.RepeatedCompositeFieldContainer[SkippedTarget]
    def __init__(self, prediction: _Optional[_Union[CaptionPrediction, _Mapping]] = ..., attention: _Optional[_Union[WordAttention, _Mapping]] = ..., map: _Optional[_Union[_explanation_pb2.SaliencyMap, _Mapping]] = ..., map_count: _Optional[int] = ..., skipped_targets: _Optional[_Iterable[_Union[SkippedTarget, _Mapping]]] = ...) -> None: ...

class NucleusSampling(_message.Message):
    __slots__ = ["seed", "temperature", "top_p"]
    SEED_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    TOP_P_FIELD_NUMBER: _ClassVar[int]
    seed: int
    temperature: float
    top_p: float
    def __init__(self, top_p: _Optional[float] = ..., temperature: _Optional[float] = ..., seed: _Optional[int] = ...) -> None: ...

class SkippedTarget(_message.Message):
    __slots__ = ["reason", "target_index"]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TARGET_INDEX_FIELD_NUMBER: _ClassVar[int]
    reason: str
    target_index: int
    def __init__(self, target_index: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class WholeCaption(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class WordAttention(_message.Message):
    __slots__ = ["grids", "word"]
    GRIDS_FIELD_NUMBER: _ClassVar[int]
    WORD_FIELD_NUMBER: _ClassVar[int]
    grids: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.AttentionGrid]
    word: _explanation_pb2.ExplainedWord
    def __init__(self, word: _Optional[_Union[_explanation_pb2.ExplainedWord, _Mapping]] = ..., grids: _Optional[_Iterable[_Union[_explanation_pb2.AttentionGrid, _Mapping]]] = ...) -> None: ...

class WordSpan(_message.Message):
    __slots__ = ["first_position", "word_count"]
    FIRST_POSITION_FIELD_NUMBER: _ClassVar[int]
    WORD_COUNT_FIELD_NUMBER: _ClassVar[int]
    first_position: int
    word_count: int
    def __init__(self, first_position: _Optional[int] = ..., word_count: _Optional[int] = ...) -> None: ...
