from gradcam.v1 import image_pb2 as _image_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
INTERPOLATION_BICUBIC: Interpolation
INTERPOLATION_BILINEAR: Interpolation
INTERPOLATION_UNSPECIFIED: Interpolation
MODEL_TASK_CAPTIONING: ModelTask
MODEL_TASK_CLASSIFICATION: ModelTask
MODEL_TASK_UNSPECIFIED: ModelTask
MODEL_TASK_VQA: ModelTask

class AnsweringHead(_message.Message):
    __slots__ = ["answers", "layers", "licence", "max_words", "metrics", "preprocessing", "source", "weights_sha256", "words"]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    MAX_WORDS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    PREPROCESSING_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_SHA256_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedScalarFieldContainer[str]
    layers: _containers.RepeatedCompositeFieldContainer[Layer]
    licence: str
    max_words: int
    metrics: _containers.RepeatedCompositeFieldContainer[Metric]
    preprocessing: Preprocessing
    source: str
    weights_sha256: str
    words: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, layers: _Optional[_Iterable[_Union[Layer, _Mapping]]] = ..., max_words: _Optional[int] = ..., words: _Optional[_Iterable[str]] = ..., answers: _Optional[_Iterable[str]] = ..., preprocessing: _Optional[_Union[Preprocessing, _Mapping]] = ..., weights_sha256: _Optional[str] = ..., licence: _Optional[str] = ..., source: _Optional[str] = ..., metrics: _Optional[_Iterable[_Union[Metric, _Mapping]]] = ...) -> None: ...

class CaptioningHead(_message.Message):
    __slots__ = ["layers", "length_penalty", "licence", "max_words", "metrics", "preprocessing", "source", "weights_sha256", "words"]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    LENGTH_PENALTY_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    MAX_WORDS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    PREPROCESSING_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_SHA256_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    layers: _containers.RepeatedCompositeFieldContainer[Layer]
    length_penalty: float
    licence: str
    max_words: int
    metrics: _containers.RepeatedCompositeFieldContainer[Metric]
    preprocessing: Preprocessing
    source: str
    weights_sha256: str
    words: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, layers: _Optional[_Iterable[_Union[Layer, _Mapping]]] = ..., max_words: _Optional[int] = ..., words: _Optional[_Iterable[str]] = ..., length_penalty: _Optional[float] = ..., preprocessing: _Optional[_Union[Preprocessing, _Mapping]] = ..., weights_sha256: _Optional[str] = ..., licence: _Optional[str] = ..., source: _Optional[str] = ..., metrics: _Optional[_Iterable[_Union[Metric, _Mapping]]] = ...) -> None: ...

class GetModelRequest(_message.Message):
    __slots__ = ["name"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetModelResponse(_message.Message):
    __slots__ = ["model"]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: Model
    def __init__(self, model: _Optional[_Union[Model, _Mapping]] = ...) -> None: ...

class Layer(_message.Message):
    __slots__ = ["channel_count", "feeds_linear_head", "name", "size"]
    CHANNEL_COUNT_FIELD_NUMBER: _ClassVar[int]
    FEEDS_LINEAR_HEAD_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    channel_count: int
    feeds_linear_head: bool
    name: str
    size: _image_pb2.PixelSize
    def __init__(self, name: _Optional[str] = ..., channel_count: _Optional[int] = ..., size: _Optional[_Union[_image_pb2.PixelSize, _Mapping]] = ..., feeds_linear_head: bool = ...) -> None: ...

class ListModelsRequest(_message.Message):
    __slots__ = ["page_size", "page_token"]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListModelsResponse(_message.Message):
    __slots__ = ["models", "next_page_token"]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    models: _containers.RepeatedCompositeFieldContainer[Model]
    next_page_token: str
    def __init__(self, models: _Optional[_Iterable[_Union[Model, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class LoadModelRequest(_message.Message):
    __slots__ = ["name"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class LoadModelResponse(_message.Message):
    __slots__ = ["loaded", "model"]
    LOADED_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    loaded: bool
    model: Model
    def __init__(self, model: _Optional[_Union[Model, _Mapping]] = ..., loaded: bool = ...) -> None: ...

class Metric(_message.Message):
    __slots__ = ["dataset", "name", "value"]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    dataset: str
    name: str
    value: float
    def __init__(self, name: _Optional[str] = ..., dataset: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...

class Model(_message.Message):
    __slots__ = ["answering", "architecture", "captioning", "class_count", "default_layer", "description", "labels", "layers", "licence", "metrics", "name", "preprocessing", "revision", "source", "tasks", "version", "weights_sha256"]
    ANSWERING_FIELD_NUMBER: _ClassVar[int]
    ARCHITECTURE_FIELD_NUMBER: _ClassVar[int]
    CAPTIONING_FIELD_NUMBER: _ClassVar[int]
    CLASS_COUNT_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_LAYER_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PREPROCESSING_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_SHA256_FIELD_NUMBER: _ClassVar[int]
    answering: AnsweringHead
    architecture: str
    captioning: CaptioningHead
    class_count: int
    default_layer: str
    description: str
    labels: _containers.RepeatedScalarFieldContainer[str]
    layers: _containers.RepeatedCompositeFieldContainer[Layer]
    licence: str
    metrics: _containers.RepeatedCompositeFieldContainer[Metric]
    name: str
    preprocessing: Preprocessing
    revision: str
    source: str
    tasks: _containers.RepeatedScalarFieldContainer[ModelTask]
    version: str
    weights_sha256: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., architecture: _Optional[str] = ..., description: _Optional[str] = ..., tasks: _Optional[_Iterable[_Union[ModelTask, str]]] = ..., preprocessing: _Optional[_Union[Preprocessing, _Mapping]] = ..., class_count: _Optional[int] = ..., labels: _Optional[_Iterable[str]] = ..., layers: _Optional[_Iterable[_Union[Layer, _Mapping]]] = ..., default_layer: _Optional[str] = ..., weights_sha256: _Optional[str] = ..., licence: _Optional[str] = ..., source: _Optional[str] = ..., metrics: _Optional[_Iterable[_Union[Metric, _Mapping]]] = ..., captioning: _Optional[_Union[CaptioningHead, _Mapping]] = ..., answering: _Optional[_Union[AnsweringHead, _Mapping]] = ..., revision: _Optional[str] = ...) -> None: ...

class Preprocessing(_message.Message):
    __slots__ = ["input_size", "interpolation", "mean", "resize_shorter_side", "std"]
    INPUT_SIZE_FIELD_NUMBER: _ClassVar[int]
    INTERPOLATION_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    RESIZE_SHORTER_SIDE_FIELD_NUMBER: _ClassVar[int]
    STD_FIELD_NUMBER: _ClassVar[int]
    input_size: _image_pb2.PixelSize
    interpolation: Interpolation
    mean: _containers.RepeatedScalarFieldContainer[float]
    resize_shorter_side: int
    std: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, resize_shorter_side: _Optional[int] = ..., input_size: _Optional[_Union[_image_pb2.PixelSize, _Mapping]] = ..., interpolation: _Optional[_Union[Interpolation, str]] = ..., mean: _Optional[_Iterable[float]] = ..., std: _Optional[_Iterable[float]] = ...) -> None: ...

class UnloadModelRequest(_message.Message):
    __slots__ = ["name"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class UnloadModelResponse(_message.Message):
    __slots__ = ["call_count"]
    CALL_COUNT_FIELD_NUMBER: _ClassVar[int]
    call_count: int
    def __init__(self, call_count: _Optional[int] = ...) -> None: ...

class ModelTask(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Interpolation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
