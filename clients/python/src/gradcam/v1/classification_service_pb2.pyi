from google.protobuf import any_pb2 as _any_pb2
from gradcam.v1 import explanation_pb2 as _explanation_pb2
from gradcam.v1 import image_pb2 as _image_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

ANSWER_ORDER_AS_READY: AnswerOrder
ANSWER_ORDER_AS_SENT: AnswerOrder
ANSWER_ORDER_UNSPECIFIED: AnswerOrder
DESCRIPTOR: _descriptor.FileDescriptor

class ClassReference(_message.Message):
    __slots__ = ["class_index", "label"]
    CLASS_INDEX_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    class_index: int
    label: str
    def __init__(self, class_index: _Optional[int] = ..., label: _Optional[str] = ...) -> None: ...

class ClassScore(_message.Message):
    __slots__ = ["class_index", "label", "logit", "probability"]
    CLASS_INDEX_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LOGIT_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    class_index: int
    label: str
    logit: float
    probability: float
    def __init__(self, class_index: _Optional[int] = ..., label: _Optional[str] = ..., probability: _Optional[float] = ..., logit: _Optional[float] = ...) -> None: ...

class ClassTarget(_message.Message):
    __slots__ = ["class_index", "contrast", "label", "score_kind", "top_k", "weighted_classes"]
    CLASS_INDEX_FIELD_NUMBER: _ClassVar[int]
    CONTRAST_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    SCORE_KIND_FIELD_NUMBER: _ClassVar[int]
    TOP_K_FIELD_NUMBER: _ClassVar[int]
    WEIGHTED_CLASSES_FIELD_NUMBER: _ClassVar[int]
    class_index: int
    contrast: ClassReference
    label: str
    score_kind: _explanation_pb2.ScoreKind
    top_k: int
    weighted_classes: WeightedClasses
    def __init__(self, class_index: _Optional[int] = ..., label: _Optional[str] = ..., top_k: _Optional[int] = ..., weighted_classes: _Optional[_Union[WeightedClasses, _Mapping]] = ..., score_kind: _Optional[_Union[_explanation_pb2.ScoreKind, str]] = ..., contrast: _Optional[_Union[ClassReference, _Mapping]] = ...) -> None: ...

class ClassificationPrediction(_message.Message):
    __slots__ = ["classes", "crop", "image_size", "model", "model_revision", "model_version", "timings"]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    CROP_FIELD_NUMBER: _ClassVar[int]
    IMAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_REVISION_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    TIMINGS_FIELD_NUMBER: _ClassVar[int]
    classes: _containers.RepeatedCompositeFieldContainer[ClassScore]
    crop: _image_pb2.PixelRectangle
    image_size: _image_pb2.PixelSize
    model: str
    model_revision: str
    model_version: str
    timings: _explanation_pb2.RequestTimings
    def __init__(self, model: _Optional[str] = ..., model_version: _Optional[str] = ..., classes: _Optional[_Iterable[_Union[ClassScore, _Mapping]]] = ..., crop: _Optional[_Union[_image_pb2.PixelRectangle, _Mapping]] = ..., image_size: _Optional[_Union[_image_pb2.PixelSize, _Mapping]] = ..., timings: _Optional[_Union[_explanation_pb2.RequestTimings, _Mapping]] = ..., model_revision: _Optional[str] = ...) -> None: ...

class ClassificationServiceExplainRequest(_message.Message):
    __slots__ = ["image", "label_images", "layer_fusion", "layers", "methods", "model", "outputs", "prediction_top_k", "targets"]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    LABEL_IMAGES_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    LAYER_FUSION_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_TOP_K_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    image: _image_pb2.Image
    label_images: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.LabelImageOutput]
    layer_fusion: _explanation_pb2.LayerFusion
    layers: _containers.RepeatedScalarFieldContainer[str]
    methods: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.ExplanationMethod]
    model: str
    outputs: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.MapOutput]
    prediction_top_k: int
    targets: _containers.RepeatedCompositeFieldContainer[ClassTarget]
    def __init__(self, model: _Optional[str] = ..., image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., prediction_top_k: _Optional[int] = ..., targets: _Optional[_Iterable[_Union[ClassTarget, _Mapping]]] = ..., layers: _Optional[_Iterable[str]] = ..., layer_fusion: _Optional[_Union[_explanation_pb2.LayerFusion, str]] = ..., methods: _Optional[_Iterable[_Union[_explanation_pb2.ExplanationMethod, _Mapping]]] = ..., outputs: _Optional[_Iterable[_Union[_explanation_pb2.MapOutput, _Mapping]]] = ..., label_images: _Optional[_Iterable[_Union[_explanation_pb2.LabelImageOutput, _Mapping]]] = ...) -> None: ...

class ClassificationServiceExplainResponse(_message.Message):
    __slots__ = ["label_image", "map", "map_count", "prediction"]
    LABEL_IMAGE_FIELD_NUMBER: _ClassVar[int]
    MAP_COUNT_FIELD_NUMBER: _ClassVar[int]
    MAP_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    label_image: _explanation_pb2.LabelImage
    map: _explanation_pb2.SaliencyMap
    map_count: int
    prediction: ClassificationPrediction
    def __init__(self, prediction: _Optional[_Union[ClassificationPrediction, _Mapping]] = ..., map: _Optional[_Union[_explanation_pb2.SaliencyMap, _Mapping]] = ..., label_image: _Optional[_Union[_explanation_pb2.LabelImage, _Mapping]] = ..., map_count: _Optional[int] = ...) -> None: ...

class ClassificationServiceExplainStreamRequest(_message.Message):
    __slots__ = ["item", "settings"]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    item: ExplainItem
    settings: ExplainStreamSettings
    def __init__(self, settings: _Optional[_Union[ExplainStreamSettings, _Mapping]] = ..., item: _Optional[_Union[ExplainItem, _Mapping]] = ...) -> None: ...

class ClassificationServiceExplainStreamResponse(_message.Message):
    __slots__ = ["end", "id", "item_index", "part"]
    END_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_INDEX_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    end: ItemStatus
    id: str
    item_index: int
    part: ClassificationServiceExplainResponse
    def __init__(self, item_index: _Optional[int] = ..., id: _Optional[str] = ..., part: _Optional[_Union[ClassificationServiceExplainResponse, _Mapping]] = ..., end: _Optional[_Union[ItemStatus, _Mapping]] = ...) -> None: ...

class ClassifyRequest(_message.Message):
    __slots__ = ["image", "model", "top_k"]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    TOP_K_FIELD_NUMBER: _ClassVar[int]
    image: _image_pb2.Image
    model: str
    top_k: int
    def __init__(self, model: _Optional[str] = ..., image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., top_k: _Optional[int] = ...) -> None: ...

class ClassifyResponse(_message.Message):
    __slots__ = ["prediction"]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    prediction: ClassificationPrediction
    def __init__(self, prediction: _Optional[_Union[ClassificationPrediction, _Mapping]] = ...) -> None: ...

class ExplainItem(_message.Message):
    __slots__ = ["id", "request"]
    ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    id: str
    request: ClassificationServiceExplainRequest
    def __init__(self, id: _Optional[str] = ..., request: _Optional[_Union[ClassificationServiceExplainRequest, _Mapping]] = ...) -> None: ...

class ExplainStreamSettings(_message.Message):
    __slots__ = ["max_in_flight", "order"]
    MAX_IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    max_in_flight: int
    order: AnswerOrder
    def __init__(self, order: _Optional[_Union[AnswerOrder, str]] = ..., max_in_flight: _Optional[int] = ...) -> None: ...

class ItemStatus(_message.Message):
    __slots__ = ["code", "details", "message"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: int
    details: _containers.RepeatedCompositeFieldContainer[_any_pb2.Any]
    message: str
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., details: _Optional[_Iterable[_Union[_any_pb2.Any, _Mapping]]] = ...) -> None: ...

class WeightedClass(_message.Message):
    __slots__ = ["class_reference", "weight"]
    CLASS_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    class_reference: ClassReference
    weight: float
    def __init__(self, class_reference: _Optional[_Union[ClassReference, _Mapping]] = ..., weight: _Optional[float] = ...) -> None: ...

class WeightedClasses(_message.Message):
    __slots__ = ["terms"]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    terms: _containers.RepeatedCompositeFieldContainer[WeightedClass]
    def __init__(self, terms: _Optional[_Iterable[_Union[WeightedClass, _Mapping]]] = ...) -> None: ...

class AnswerOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
