from gradcam.v1 import classification_service_pb2 as _classification_service_pb2
from gradcam.v1 import evidence_service_pb2 as _evidence_service_pb2
from gradcam.v1 import explanation_pb2 as _explanation_pb2
from gradcam.v1 import image_pb2 as _image_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CompareClassesRequest(_message.Message):
    __slots__ = ["image", "layer", "method", "model", "outputs", "true_class"]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    LAYER_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    TRUE_CLASS_FIELD_NUMBER: _ClassVar[int]
    image: _image_pb2.Image
    layer: str
    method: _explanation_pb2.ExplanationMethod
    model: str
    outputs: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.MapOutput]
    true_class: _classification_service_pb2.ClassReference
    def __init__(self, model: _Optional[str] = ..., image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., true_class: _Optional[_Union[_classification_service_pb2.ClassReference, _Mapping]] = ..., layer: _Optional[str] = ..., method: _Optional[_Union[_explanation_pb2.ExplanationMethod, _Mapping]] = ..., outputs: _Optional[_Iterable[_Union[_explanation_pb2.MapOutput, _Mapping]]] = ...) -> None: ...

class CompareClassesResponse(_message.Message):
    __slots__ = ["contrast_map", "correct", "predicted_map", "prediction", "rank_correlation", "true_class", "true_map"]
    CONTRAST_MAP_FIELD_NUMBER: _ClassVar[int]
    CORRECT_FIELD_NUMBER: _ClassVar[int]
    PREDICTED_MAP_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    RANK_CORRELATION_FIELD_NUMBER: _ClassVar[int]
    TRUE_CLASS_FIELD_NUMBER: _ClassVar[int]
    TRUE_MAP_FIELD_NUMBER: _ClassVar[int]
    contrast_map: _explanation_pb2.SaliencyMap
    correct: bool
    predicted_map: _explanation_pb2.SaliencyMap
    prediction: _classification_service_pb2.ClassificationPrediction
    rank_correlation: float
    true_class: RankedClass
    true_map: _explanation_pb2.SaliencyMap
    def __init__(self, prediction: _Optional[_Union[_classification_service_pb2.ClassificationPrediction, _Mapping]] = ..., correct: bool = ..., true_class: _Optional[_Union[RankedClass, _Mapping]] = ..., predicted_map: _Optional[_Union[_explanation_pb2.SaliencyMap, _Mapping]] = ..., true_map: _Optional[_Union[_explanation_pb2.SaliencyMap, _Mapping]] = ..., contrast_map: _Optional[_Union[_explanation_pb2.SaliencyMap, _Mapping]] = ..., rank_correlation: _Optional[float] = ...) -> None: ...

class CompareModelsRequest(_message.Message):
    __slots__ = ["boxes", "explained_class", "image", "method", "models", "outputs"]
    BOXES_FIELD_NUMBER: _ClassVar[int]
    EXPLAINED_CLASS_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    boxes: _containers.RepeatedCompositeFieldContainer[_image_pb2.PixelRectangle]
    explained_class: _classification_service_pb2.ClassReference
    image: _image_pb2.Image
    method: _explanation_pb2.ExplanationMethod
    models: _containers.RepeatedCompositeFieldContainer[ModelChoice]
    outputs: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.MapOutput]
    def __init__(self, image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., models: _Optional[_Iterable[_Union[ModelChoice, _Mapping]]] = ..., explained_class: _Optional[_Union[_classification_service_pb2.ClassReference, _Mapping]] = ..., method: _Optional[_Union[_explanation_pb2.ExplanationMethod, _Mapping]] = ..., outputs: _Optional[_Iterable[_Union[_explanation_pb2.MapOutput, _Mapping]]] = ..., boxes: _Optional[_Iterable[_Union[_image_pb2.PixelRectangle, _Mapping]]] = ...) -> None: ...

class CompareModelsResponse(_message.Message):
    __slots__ = ["models"]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    models: _containers.RepeatedCompositeFieldContainer[ComparedModel]
    def __init__(self, models: _Optional[_Iterable[_Union[ComparedModel, _Mapping]]] = ...) -> None: ...

class ComparedModel(_message.Message):
    __slots__ = ["evidence", "explained_class", "map", "prediction", "rank_correlation"]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    EXPLAINED_CLASS_FIELD_NUMBER: _ClassVar[int]
    MAP_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    RANK_CORRELATION_FIELD_NUMBER: _ClassVar[int]
    evidence: _evidence_service_pb2.MapEvidence
    explained_class: RankedClass
    map: _explanation_pb2.SaliencyMap
    prediction: _classification_service_pb2.ClassificationPrediction
    rank_correlation: float
    def __init__(self, prediction: _Optional[_Union[_classification_service_pb2.ClassificationPrediction, _Mapping]] = ..., explained_class: _Optional[_Union[RankedClass, _Mapping]] = ..., map: _Optional[_Union[_explanation_pb2.SaliencyMap, _Mapping]] = ..., evidence: _Optional[_Union[_evidence_service_pb2.MapEvidence, _Mapping]] = ..., rank_correlation: _Optional[float] = ...) -> None: ...

class Fgsm(_message.Message):
    __slots__ = ["epsilon"]
    EPSILON_FIELD_NUMBER: _ClassVar[int]
    epsilon: float
    def __init__(self, epsilon: _Optional[float] = ...) -> None: ...

class ModelChoice(_message.Message):
    __slots__ = ["layer", "model"]
    LAYER_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    layer: str
    model: str
    def __init__(self, model: _Optional[str] = ..., layer: _Optional[str] = ...) -> None: ...

class PerturbRequest(_message.Message):
    __slots__ = ["attacked_class", "fgsm", "image", "layer", "method", "model", "outputs", "pgd"]
    ATTACKED_CLASS_FIELD_NUMBER: _ClassVar[int]
    FGSM_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    LAYER_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    PGD_FIELD_NUMBER: _ClassVar[int]
    attacked_class: _classification_service_pb2.ClassReference
    fgsm: Fgsm
    image: _image_pb2.Image
    layer: str
    method: _explanation_pb2.ExplanationMethod
    model: str
    outputs: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.MapOutput]
    pgd: Pgd
    def __init__(self, model: _Optional[str] = ..., image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., attacked_class: _Optional[_Union[_classification_service_pb2.ClassReference, _Mapping]] = ..., fgsm: _Optional[_Union[Fgsm, _Mapping]] = ..., pgd: _Optional[_Union[Pgd, _Mapping]] = ..., layer: _Optional[str] = ..., method: _Optional[_Union[_explanation_pb2.ExplanationMethod, _Mapping]] = ..., outputs: _Optional[_Iterable[_Union[_explanation_pb2.MapOutput, _Mapping]]] = ...) -> None: ...

class PerturbResponse(_message.Message):
    __slots__ = ["after", "before", "changed_photo", "class_lost", "fgsm", "largest_change", "pgd", "rank_correlation"]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    CHANGED_PHOTO_FIELD_NUMBER: _ClassVar[int]
    CLASS_LOST_FIELD_NUMBER: _ClassVar[int]
    FGSM_FIELD_NUMBER: _ClassVar[int]
    LARGEST_CHANGE_FIELD_NUMBER: _ClassVar[int]
    PGD_FIELD_NUMBER: _ClassVar[int]
    RANK_CORRELATION_FIELD_NUMBER: _ClassVar[int]
    after: PhotoExplanation
    before: PhotoExplanation
    changed_photo: _explanation_pb2.EncodedImage
    class_lost: bool
    fgsm: Fgsm
    largest_change: float
    pgd: Pgd
    rank_correlation: float
    def __init__(self, before: _Optional[_Union[PhotoExplanation, _Mapping]] = ..., after: _Optional[_Union[PhotoExplanation, _Mapping]] = ..., changed_photo: _Optional[_Union[_explanation_pb2.EncodedImage, _Mapping]] = ..., fgsm: _Optional[_Union[Fgsm, _Mapping]] = ..., pgd: _Optional[_Union[Pgd, _Mapping]] = ..., largest_change: _Optional[float] = ..., class_lost: bool = ..., rank_correlation: _Optional[float] = ...) -> None: ...

class Pgd(_message.Message):
    __slots__ = ["epsilon", "random_start", "step_count", "step_size"]
    EPSILON_FIELD_NUMBER: _ClassVar[int]
    RANDOM_START_FIELD_NUMBER: _ClassVar[int]
    STEP_COUNT_FIELD_NUMBER: _ClassVar[int]
    STEP_SIZE_FIELD_NUMBER: _ClassVar[int]
    epsilon: float
    random_start: RandomStart
    step_count: int
    step_size: float
    def __init__(self, epsilon: _Optional[float] = ..., step_size: _Optional[float] = ..., step_count: _Optional[int] = ..., random_start: _Optional[_Union[RandomStart, _Mapping]] = ...) -> None: ...

class PhotoExplanation(_message.Message):
    __slots__ = ["explained_class", "map", "prediction"]
    EXPLAINED_CLASS_FIELD_NUMBER: _ClassVar[int]
    MAP_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    explained_class: RankedClass
    map: _explanation_pb2.SaliencyMap
    prediction: _classification_service_pb2.ClassificationPrediction
    def __init__(self, prediction: _Optional[_Union[_classification_service_pb2.ClassificationPrediction, _Mapping]] = ..., explained_class: _Optional[_Union[RankedClass, _Mapping]] = ..., map: _Optional[_Union[_explanation_pb2.SaliencyMap, _Mapping]] = ...) -> None: ...

class RandomStart(_message.Message):
    __slots__ = ["seed"]
    SEED_FIELD_NUMBER: _ClassVar[int]
    seed: int
    def __init__(self, seed: _Optional[int] = ...) -> None: ...

class RankedClass(_message.Message):
    __slots__ = ["rank", "score"]
    RANK_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    rank: int
    score: _classification_service_pb2.ClassScore
    def __init__(self, score: _Optional[_Union[_classification_service_pb2.ClassScore, _Mapping]] = ..., rank: _Optional[int] = ...) -> None: ...
