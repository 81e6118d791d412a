from google.protobuf import duration_pb2 as _duration_pb2
from gradcam.v1 import classification_service_pb2 as _classification_service_pb2
from gradcam.v1 import explanation_pb2 as _explanation_pb2
from gradcam.v1 import image_pb2 as _image_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
FRAME_POLICY_EVERY_FRAME: FramePolicy
FRAME_POLICY_EVERY_NTH: FramePolicy
FRAME_POLICY_LATEST_WINS: FramePolicy
FRAME_POLICY_UNSPECIFIED: FramePolicy
UNANSWERED_REASON_DROPPED: UnansweredReason
UNANSWERED_REASON_EXPIRED: UnansweredReason
UNANSWERED_REASON_SKIPPED: UnansweredReason
UNANSWERED_REASON_UNSPECIFIED: UnansweredReason

class ClassHysteresis(_message.Message):
    __slots__ = ["frame_count", "margin"]
    FRAME_COUNT_FIELD_NUMBER: _ClassVar[int]
    MARGIN_FIELD_NUMBER: _ClassVar[int]
    frame_count: int
    margin: float
    def __init__(self, margin: _Optional[float] = ..., frame_count: _Optional[int] = ...) -> None: ...

class ExplainedFrame(_message.Message):
    __slots__ = ["difference", "keyframe_timestamp", "latency", "maps", "prediction", "smoothing_restarted", "wait_duration"]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    KEYFRAME_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    LATENCY_FIELD_NUMBER: _ClassVar[int]
    MAPS_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    SMOOTHING_RESTARTED_FIELD_NUMBER: _ClassVar[int]
    WAIT_DURATION_FIELD_NUMBER: _ClassVar[int]
    difference: float
    keyframe_timestamp: _duration_pb2.Duration
    latency: _duration_pb2.Duration
    maps: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.SaliencyMap]
    prediction: _classification_service_pb2.ClassificationPrediction
    smoothing_restarted: bool
    wait_duration: _duration_pb2.Duration
    def __init__(self, prediction: _Optional[_Union[_classification_service_pb2.ClassificationPrediction, _Mapping]] = ..., maps: _Optional[_Iterable[_Union[_explanation_pb2.SaliencyMap, _Mapping]]] = ..., keyframe_timestamp: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., difference: _Optional[float] = ..., smoothing_restarted: bool = ..., wait_duration: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., latency: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class VideoFrame(_message.Message):
    __slots__ = ["image", "timestamp"]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    image: _image_pb2.Image
    timestamp: _duration_pb2.Duration
    def __init__(self, timestamp: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ...) -> None: ...

class VideoFrameResult(_message.Message):
    __slots__ = ["explained", "frame_index", "status", "timestamp", "unanswered_reason"]
    EXPLAINED_FIELD_NUMBER: _ClassVar[int]
    FRAME_INDEX_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    UNANSWERED_REASON_FIELD_NUMBER: _ClassVar[int]
    explained: ExplainedFrame
    frame_index: int
    status: _classification_service_pb2.ItemStatus
    timestamp: _duration_pb2.Duration
    unanswered_reason: UnansweredReason
    def __init__(self, frame_index: _Optional[int] = ..., timestamp: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., explained: _Optional[_Union[ExplainedFrame, _Mapping]] = ..., unanswered_reason: _Optional[_Union[UnansweredReason, str]] = ..., status: _Optional[_Union[_classification_service_pb2.ItemStatus, _Mapping]] = ...) -> None: ...

class VideoServiceExplainRequest(_message.Message):
    __slots__ = ["frame", "settings"]
    FRAME_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    frame: VideoFrame
    settings: VideoSettings
    def __init__(self, settings: _Optional[_Union[VideoSettings, _Mapping]] = ..., frame: _Optional[_Union[VideoFrame, _Mapping]] = ...) -> None: ...

class VideoServiceExplainResponse(_message.Message):
    __slots__ = ["frame", "settings_status"]
    FRAME_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_STATUS_FIELD_NUMBER: _ClassVar[int]
    frame: VideoFrameResult
    settings_status: _classification_service_pb2.ItemStatus
    def __init__(self, settings_status: _Optional[_Union[_classification_service_pb2.ItemStatus, _Mapping]] = ..., frame: _Optional[_Union[VideoFrameResult, _Mapping]] = ...) -> None: ...

class VideoSettings(_message.Message):
    __slots__ = ["class_hysteresis", "frame_deadline", "frame_step", "keyframe_threshold", "model", "motion_threshold", "policy", "request", "smoothing_factor"]
    CLASS_HYSTERESIS_FIELD_NUMBER: _ClassVar[int]
    FRAME_DEADLINE_FIELD_NUMBER: _ClassVar[int]
    FRAME_STEP_FIELD_NUMBER: _ClassVar[int]
    KEYFRAME_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MOTION_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    SMOOTHING_FACTOR_FIELD_NUMBER: _ClassVar[int]
    class_hysteresis: ClassHysteresis
    frame_deadline: _duration_pb2.Duration
    frame_step: int
    keyframe_threshold: float
    model: str
    motion_threshold: float
    policy: FramePolicy
    request: _classification_service_pb2.ClassificationServiceExplainRequest
    smoothing_factor: float
    def __init__(self, model: _Optional[str] = ..., request: _Optional[_Union[_classification_service_pb2.ClassificationServiceExplainRequest, _Mapping]] = ..., policy: _Optional[_Union[FramePolicy, str]] = ..., frame_step: _Optional[int] = ..., frame_deadline: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., class_hysteresis: _Optional[_Union[ClassHysteresis, _Mapping]] = ..., smoothing_factor: _Optional[float] = ..., motion_threshold: _Optional[float] = ..., keyframe_threshold: _Optional[float] = ...) -> None: ...

class FramePolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class UnansweredReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
