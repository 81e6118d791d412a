from gradcam.v1 import captioning_service_pb2 as _captioning_service_pb2
from gradcam.v1 import classification_service_pb2 as _classification_service_pb2
from gradcam.v1 import image_pb2 as _image_pb2
from gradcam.v1 import vqa_service_pb2 as _vqa_service_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MultiTaskServiceExplainRequest(_message.Message):
    __slots__ = ["captioning", "classification", "image", "model", "share_view", "vqa"]
    CAPTIONING_FIELD_NUMBER: _ClassVar[int]
    CLASSIFICATION_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    SHARE_VIEW_FIELD_NUMBER: _ClassVar[int]
    VQA_FIELD_NUMBER: _ClassVar[int]
    captioning: _captioning_service_pb2.CaptioningServiceExplainRequest
    classification: _classification_service_pb2.ClassificationServiceExplainRequest
    image: _image_pb2.Image
    model: str
    share_view: bool
    vqa: _vqa_service_pb2.VqaServiceExplainRequest
    def __init__(self, model: _Optional[str] = ..., image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., classification: _Optional[_Union[_classification_service_pb2.ClassificationServiceExplainRequest, _Mapping]] = ..., captioning: _Optional[_Union[_captioning_service_pb2.CaptioningServiceExplainRequest, _Mapping]] = ..., vqa: _Optional[_Union[_vqa_service_pb2.VqaServiceExplainRequest, _Mapping]] = ..., share_view: bool = ...) -> None: ...

class MultiTaskServiceExplainResponse(_message.Message):
    __slots__ = ["captioning", "classification", "vqa"]
    CAPTIONING_FIELD_NUMBER: _ClassVar[int]
    CLASSIFICATION_FIELD_NUMBER: _ClassVar[int]
    VQA_FIELD_NUMBER: _ClassVar[int]
    captioning: _captioning_service_pb2.CaptioningServiceExplainResponse
    classification: _classification_service_pb2.ClassificationServiceExplainResponse
    vqa: _vqa_service_pb2.VqaServiceExplainResponse
    def __init__(self, classification: _Optional[_Union[_classification_service_pb2.ClassificationServiceExplainResponse, _Mapping]] = ..., captioning: _Optional[_Union[_captioning_service_pb2.CaptioningServiceExplainResponse, _Mapping]] = ..., vqa: _Optional[_Union[_vqa_service_pb2.VqaServiceExplainResponse, _Mapping]] = ...) -> None: ...
