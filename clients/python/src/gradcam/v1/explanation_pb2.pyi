from google.protobuf import duration_pb2 as _duration_pb2
from gradcam.v1 import image_pb2 as _image_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

BOX_SELECTION_ALL: BoxSelection
BOX_SELECTION_LARGEST: BoxSelection
BOX_SELECTION_UNSPECIFIED: BoxSelection
CHANNEL_REDUCTION_PRINCIPAL_COMPONENT: ChannelReduction
CHANNEL_REDUCTION_SUM: ChannelReduction
CHANNEL_REDUCTION_UNSPECIFIED: ChannelReduction
COLOR_MAP_GREY: ColorMap
COLOR_MAP_INFERNO: ColorMap
COLOR_MAP_JET: ColorMap
COLOR_MAP_TURBO: ColorMap
COLOR_MAP_UNSPECIFIED: ColorMap
COLOR_MAP_VIRIDIS: ColorMap
DESCRIPTOR: _descriptor.FileDescriptor
LABEL_RULE_SEED_CUES: LabelRule
LABEL_RULE_STRONGEST: LabelRule
LABEL_RULE_UNSPECIFIED: LabelRule
LAYER_FUSION_MAXIMUM: LayerFusion
LAYER_FUSION_MEAN: LayerFusion
LAYER_FUSION_NONE: LayerFusion
LAYER_FUSION_UNSPECIFIED: LayerFusion
MAP_GRID_IMAGE: MapGrid
MAP_GRID_INPUT: MapGrid
MAP_GRID_NATIVE: MapGrid
MAP_GRID_UNSPECIFIED: MapGrid
MAP_VALUES_RECTIFIED: MapValues
MAP_VALUES_SCALED: MapValues
MAP_VALUES_SIGNED: MapValues
MAP_VALUES_UNSPECIFIED: MapValues
MASK_FORMAT_COCO_RLE: MaskFormat
MASK_FORMAT_PNG: MaskFormat
MASK_FORMAT_UNSPECIFIED: MaskFormat
SCORE_KIND_COUNTERFACTUAL: ScoreKind
SCORE_KIND_LOGIT: ScoreKind
SCORE_KIND_LOG_PROBABILITY: ScoreKind
SCORE_KIND_PROBABILITY: ScoreKind
SCORE_KIND_UNSPECIFIED: ScoreKind

class AblationCam(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class AttentionGrid(_message.Message):
    __slots__ = ["data", "layer", "size"]
    DATA_FIELD_NUMBER: _ClassVar[int]
    LAYER_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    data: bytes
    layer: str
    size: _image_pb2.PixelSize
    def __init__(self, layer: _Optional[str] = ..., size: _Optional[_Union[_image_pb2.PixelSize, _Mapping]] = ..., data: _Optional[bytes] = ...) -> None: ...

class AugmentationSmoothing(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class BoxesOutput(_message.Message):
    __slots__ = ["selection", "threshold"]
    SELECTION_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    selection: BoxSelection
    threshold: float
    def __init__(self, threshold: _Optional[float] = ..., selection: _Optional[_Union[BoxSelection, str]] = ...) -> None: ...

class Cam(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class Deconvolution(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class EigenCam(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class EigenGradCam(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ElementWiseGradCam(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class EncodedImage(_message.Message):
    __slots__ = ["data", "format", "size"]
    DATA_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    data: bytes
    format: _image_pb2.ImageFormat
    size: _image_pb2.PixelSize
    def __init__(self, format: _Optional[_Union[_image_pb2.ImageFormat, str]] = ..., size: _Optional[_Union[_image_pb2.PixelSize, _Mapping]] = ..., data: _Optional[bytes] = ...) -> None: ...

class ExplainedAnswer(_message.Message):
    __slots__ = ["answer_index", "contrast", "left_out", "question", "text"]
    ANSWER_INDEX_FIELD_NUMBER: _ClassVar[int]
    CONTRAST_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    answer_index: int
    contrast: str
    left_out: ExplainedWord
    question: str
    text: str
    def __init__(self, answer_index: _Optional[int] = ..., text: _Optional[str] = ..., contrast: _Optional[str] = ..., question: _Optional[str] = ..., left_out: _Optional[_Union[ExplainedWord, _Mapping]] = ...) -> None: ...

class ExplainedClass(_message.Message):
    __slots__ = ["class_index", "label"]
    CLASS_INDEX_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    class_index: int
    label: str
    def __init__(self, class_index: _Optional[int] = ..., label: _Optional[str] = ...) -> None: ...

class ExplainedScore(_message.Message):
    __slots__ = ["answer", "contrast", "explained_class", "kind", "value", "weighted_classes", "words"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    CONTRAST_FIELD_NUMBER: _ClassVar[int]
    EXPLAINED_CLASS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    WEIGHTED_CLASSES_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    answer: ExplainedAnswer
    contrast: ExplainedClass
    explained_class: ExplainedClass
    kind: ScoreKind
    value: float
    weighted_classes: ExplainedSum
    words: ExplainedWords
    def __init__(self, kind: _Optional[_Union[ScoreKind, str]] = ..., value: _Optional[float] = ..., explained_class: _Optional[_Union[ExplainedClass, _Mapping]] = ..., weighted_classes: _Optional[_Union[ExplainedSum, _Mapping]] = ..., words: _Optional[_Union[ExplainedWords, _Mapping]] = ..., answer: _Optional[_Union[ExplainedAnswer, _Mapping]] = ..., contrast: _Optional[_Union[ExplainedClass, _Mapping]] = ...) -> None: ...

class ExplainedSum(_message.Message):
    __slots__ = ["terms"]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    terms: _containers.RepeatedCompositeFieldContainer[ExplainedTerm]
    def __init__(self, terms: _Optional[_Iterable[_Union[ExplainedTerm, _Mapping]]] = ...) -> None: ...

class ExplainedTerm(_message.Message):
    __slots__ = ["explained_class", "weight"]
    EXPLAINED_CLASS_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    explained_class: ExplainedClass
    weight: float
    def __init__(self, explained_class: _Optional[_Union[ExplainedClass, _Mapping]] = ..., weight: _Optional[float] = ...) -> None: ...

class ExplainedWord(_message.Message):
    __slots__ = ["position", "text"]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    position: int
    text: str
    def __init__(self, position: _Optional[int] = ..., text: _Optional[str] = ...) -> None: ...

class ExplainedWords(_message.Message):
    __slots__ = ["caption", "contrast", "includes_end", "words"]
    CAPTION_FIELD_NUMBER: _ClassVar[int]
    CONTRAST_FIELD_NUMBER: _ClassVar[int]
    INCLUDES_END_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    caption: str
    contrast: str
    includes_end: bool
    words: _containers.RepeatedCompositeFieldContainer[ExplainedWord]
    def __init__(self, words: _Optional[_Iterable[_Union[ExplainedWord, _Mapping]]] = ..., includes_end: bool = ..., contrast: _Optional[str] = ..., caption: _Optional[str] = ...) -> None: ...

class ExplanationMethod(_message.Message):
    __slots__ = ["ablation_cam", "augmentation_smoothing", "cam", "channel_reduction", "deconvolution", "eigen_cam", "eigen_grad_cam", "element_wise_grad_cam", "grad_cam", "grad_cam_plus_plus", "guided_backpropagation", "guided_grad_cam", "hires_cam", "integrated_gradients", "layer_cam", "occlusion", "saliency", "score_cam", "smooth_grad", "xgrad_cam"]
    ABLATION_CAM_FIELD_NUMBER: _ClassVar[int]
    AUGMENTATION_SMOOTHING_FIELD_NUMBER: _ClassVar[int]
    CAM_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_REDUCTION_FIELD_NUMBER: _ClassVar[int]
    DECONVOLUTION_FIELD_NUMBER: _ClassVar[int]
    EIGEN_CAM_FIELD_NUMBER: _ClassVar[int]
    EIGEN_GRAD_CAM_FIELD_NUMBER: _ClassVar[int]
    ELEMENT_WISE_GRAD_CAM_FIELD_NUMBER: _ClassVar[int]
    GRAD_CAM_FIELD_NUMBER: _ClassVar[int]
    GRAD_CAM_PLUS_PLUS_FIELD_NUMBER: _ClassVar[int]
    GUIDED_BACKPROPAGATION_FIELD_NUMBER: _ClassVar[int]
    GUIDED_GRAD_CAM_FIELD_NUMBER: _ClassVar[int]
    HIRES_CAM_FIELD_NUMBER: _ClassVar[int]
    INTEGRATED_GRADIENTS_FIELD_NUMBER: _ClassVar[int]
    LAYER_CAM_FIELD_NUMBER: _ClassVar[int]
    OCCLUSION_FIELD_NUMBER: _ClassVar[int]
    SALIENCY_FIELD_NUMBER: _ClassVar[int]
    SCORE_CAM_FIELD_NUMBER: _ClassVar[int]
    SMOOTH_GRAD_FIELD_NUMBER: _ClassVar[int]
    XGRAD_CAM_FIELD_NUMBER: _ClassVar[int]
    ablation_cam: AblationCam
    augmentation_smoothing: AugmentationSmoothing
    cam: Cam
    channel_reduction: ChannelReduction
    deconvolution: Deconvolution
    eigen_cam: EigenCam
    eigen_grad_cam: EigenGradCam
    element_wise_grad_cam: ElementWiseGradCam
    grad_cam: GradCam
    grad_cam_plus_plus: GradCamPlusPlus
    guided_backpropagation: GuidedBackpropagation
    guided_grad_cam: GuidedGradCam
    hires_cam: HiResCam
    integrated_gradients: IntegratedGradients
    layer_cam: LayerCam
    occlusion: Occlusion
    saliency: Saliency
    score_cam: ScoreCam
    smooth_grad: SmoothGrad
    xgrad_cam: XGradCam
    def __init__(self, grad_cam: _Optional[_Union[GradCam, _Mapping]] = ..., layer_cam: _Optional[_Union[LayerCam, _Mapping]] = ..., hires_cam: _Optional[_Union[HiResCam, _Mapping]] = ..., element_wise_grad_cam: _Optional[_Union[ElementWiseGradCam, _Mapping]] = ..., eigen_cam: _Optional[_Union[EigenCam, _Mapping]] = ..., eigen_grad_cam: _Optional[_Union[EigenGradCam, _Mapping]] = ..., grad_cam_plus_plus: _Optional[_Union[GradCamPlusPlus, _Mapping]] = ..., xgrad_cam: _Optional[_Union[XGradCam, _Mapping]] = ..., cam: _Optional[_Union[Cam, _Mapping]] = ..., score_cam: _Optional[_Union[ScoreCam, _Mapping]] = ..., ablation_cam: _Optional[_Union[AblationCam, _Mapping]] = ..., saliency: _Optional[_Union[Saliency, _Mapping]] = ..., guided_backpropagation: _Optional[_Union[GuidedBackpropagation, _Mapping]] = ..., deconvolution: _Optional[_Union[Deconvolution, _Mapping]] = ..., guided_grad_cam: _Optional[_Union[GuidedGradCam, _Mapping]] = ..., integrated_gradients: _Optional[_Union[IntegratedGradients, _Mapping]] = ..., smooth_grad: _Optional[_Union[SmoothGrad, _Mapping]] = ..., occlusion: _Optional[_Union[Occlusion, _Mapping]] = ..., augmentation_smoothing: _Optional[_Union[AugmentationSmoothing, _Mapping]] = ..., channel_reduction: _Optional[_Union[ChannelReduction, str]] = ...) -> None: ...

class GradCam(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GradCamPlusPlus(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GradedMaskOutput(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GuidedBackpropagation(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GuidedGradCam(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class HeatMapOutput(_message.Message):
    __slots__ = ["color_map", "encoding"]
    COLOR_MAP_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    color_map: ColorMap
    encoding: _image_pb2.ImageEncoding
    def __init__(self, color_map: _Optional[_Union[ColorMap, str]] = ..., encoding: _Optional[_Union[_image_pb2.ImageEncoding, _Mapping]] = ...) -> None: ...

class HiResCam(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class IntegratedGradients(_message.Message):
    __slots__ = ["step_count"]
    STEP_COUNT_FIELD_NUMBER: _ClassVar[int]
    step_count: int
    def __init__(self, step_count: _Optional[int] = ...) -> None: ...

class LabelImage(_message.Message):
    __slots__ = ["image", "labels", "output_index", "provenance", "render_duration", "rule", "threshold"]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_INDEX_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    RENDER_DURATION_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    image: EncodedImage
    labels: _containers.RepeatedCompositeFieldContainer[LabelImageEntry]
    output_index: int
    provenance: MapProvenance
    render_duration: _duration_pb2.Duration
    rule: LabelRule
    threshold: float
    def __init__(self, image: _Optional[_Union[EncodedImage, _Mapping]] = ..., labels: _Optional[_Iterable[_Union[LabelImageEntry, _Mapping]]] = ..., provenance: _Optional[_Union[MapProvenance, _Mapping]] = ..., rule: _Optional[_Union[LabelRule, str]] = ..., threshold: _Optional[float] = ..., output_index: _Optional[int] = ..., render_duration: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class LabelImageEntry(_message.Message):
    __slots__ = ["pixel_count", "score", "target_index"]
    PIXEL_COUNT_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    TARGET_INDEX_FIELD_NUMBER: _ClassVar[int]
    pixel_count: int
    score: ExplainedScore
    target_index: int
    def __init__(self, score: _Optional[_Union[ExplainedScore, _Mapping]] = ..., target_index: _Optional[int] = ..., pixel_count: _Optional[int] = ...) -> None: ...

class LabelImageOutput(_message.Message):
    __slots__ = ["rule", "threshold"]
    RULE_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    rule: LabelRule
    threshold: float
    def __init__(self, rule: _Optional[_Union[LabelRule, str]] = ..., threshold: _Optional[float] = ...) -> None: ...

class LayerCam(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class MapBox(_message.Message):
    __slots__ = ["energy_share", "pixel_count", "rectangle"]
    ENERGY_SHARE_FIELD_NUMBER: _ClassVar[int]
    PIXEL_COUNT_FIELD_NUMBER: _ClassVar[int]
    RECTANGLE_FIELD_NUMBER: _ClassVar[int]
    energy_share: float
    pixel_count: int
    rectangle: _image_pb2.PixelRectangle
    def __init__(self, rectangle: _Optional[_Union[_image_pb2.PixelRectangle, _Mapping]] = ..., pixel_count: _Optional[int] = ..., energy_share: _Optional[float] = ...) -> None: ...

class MapBoxes(_message.Message):
    __slots__ = ["boxes", "region_count"]
    BOXES_FIELD_NUMBER: _ClassVar[int]
    REGION_COUNT_FIELD_NUMBER: _ClassVar[int]
    boxes: _containers.RepeatedCompositeFieldContainer[MapBox]
    region_count: int
    def __init__(self, boxes: _Optional[_Iterable[_Union[MapBox, _Mapping]]] = ..., region_count: _Optional[int] = ...) -> None: ...

class MapOutput(_message.Message):
    __slots__ = ["boxes", "graded_mask", "heat_map", "mask", "overlay", "peak", "raw"]
    BOXES_FIELD_NUMBER: _ClassVar[int]
    GRADED_MASK_FIELD_NUMBER: _ClassVar[int]
    HEAT_MAP_FIELD_NUMBER: _ClassVar[int]
    MASK_FIELD_NUMBER: _ClassVar[int]
    OVERLAY_FIELD_NUMBER: _ClassVar[int]
    PEAK_FIELD_NUMBER: _ClassVar[int]
    RAW_FIELD_NUMBER: _ClassVar[int]
    boxes: BoxesOutput
    graded_mask: GradedMaskOutput
    heat_map: HeatMapOutput
    mask: MaskOutput
    overlay: OverlayOutput
    peak: PeakOutput
    raw: RawMapOutput
    def __init__(self, raw: _Optional[_Union[RawMapOutput, _Mapping]] = ..., heat_map: _Optional[_Union[HeatMapOutput, _Mapping]] = ..., overlay: _Optional[_Union[OverlayOutput, _Mapping]] = ..., boxes: _Optional[_Union[BoxesOutput, _Mapping]] = ..., mask: _Optional[_Union[MaskOutput, _Mapping]] = ..., graded_mask: _Optional[_Union[GradedMaskOutput, _Mapping]] = ..., peak: _Optional[_Union[PeakOutput, _Mapping]] = ...) -> None: ...

class MapPeak(_message.Message):
    __slots__ = ["point", "value"]
    POINT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    point: _image_pb2.PixelPoint
    value: float
    def __init__(self, point: _Optional[_Union[_image_pb2.PixelPoint, _Mapping]] = ..., value: _Optional[float] = ...) -> None: ...

class MapProvenance(_message.Message):
    __slots__ = ["crop", "head_weights_sha256", "image_size", "input_size", "layer_fusion", "layers", "method", "model", "model_revision", "model_version", "native_size", "score", "weights_sha256"]
    CROP_FIELD_NUMBER: _ClassVar[int]
    HEAD_WEIGHTS_SHA256_FIELD_NUMBER: _ClassVar[int]
    IMAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    INPUT_SIZE_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    LAYER_FUSION_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_REVISION_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    NATIVE_SIZE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_SHA256_FIELD_NUMBER: _ClassVar[int]
    crop: _image_pb2.PixelRectangle
    head_weights_sha256: str
    image_size: _image_pb2.PixelSize
    input_size: _image_pb2.PixelSize
    layer_fusion: LayerFusion
    layers: _containers.RepeatedScalarFieldContainer[str]
    method: ExplanationMethod
    model: str
    model_revision: str
    model_version: str
    native_size: _image_pb2.PixelSize
    score: ExplainedScore
    weights_sha256: str
    def __init__(self, model: _Optional[str] = ..., model_version: _Optional[str] = ..., weights_sha256: _Optional[str] = ..., layers: _Optional[_Iterable[str]] = ..., native_size: _Optional[_Union[_image_pb2.PixelSize, _Mapping]] = ..., method: _Optional[_Union[ExplanationMethod, _Mapping]] = ..., score: _Optional[_Union[ExplainedScore, _Mapping]] = ..., crop: _Optional[_Union[_image_pb2.PixelRectangle, _Mapping]] = ..., image_size: _Optional[_Union[_image_pb2.PixelSize, _Mapping]] = ..., input_size: _Optional[_Union[_image_pb2.PixelSize, _Mapping]] = ..., layer_fusion: _Optional[_Union[LayerFusion, str]] = ..., head_weights_sha256: _Optional[str] = ..., model_revision: _Optional[str] = ...) -> None: ...

class MapTimings(_message.Message):
    __slots__ = ["backward_duration", "render_duration"]
    BACKWARD_DURATION_FIELD_NUMBER: _ClassVar[int]
    RENDER_DURATION_FIELD_NUMBER: _ClassVar[int]
    backward_duration: _duration_pb2.Duration
    render_duration: _duration_pb2.Duration
    def __init__(self, backward_duration: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., render_duration: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class MaskOutput(_message.Message):
    __slots__ = ["format", "threshold"]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    format: MaskFormat
    threshold: float
    def __init__(self, threshold: _Optional[float] = ..., format: _Optional[_Union[MaskFormat, str]] = ...) -> None: ...

class Occlusion(_message.Message):
    __slots__ = ["patch_size", "stride"]
    PATCH_SIZE_FIELD_NUMBER: _ClassVar[int]
    STRIDE_FIELD_NUMBER: _ClassVar[int]
    patch_size: int
    stride: int
    def __init__(self, patch_size: _Optional[int] = ..., stride: _Optional[int] = ...) -> None: ...

class OverlayOutput(_message.Message):
    __slots__ = ["color_map", "encoding", "opacity"]
    COLOR_MAP_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    OPACITY_FIELD_NUMBER: _ClassVar[int]
    color_map: ColorMap
    encoding: _image_pb2.ImageEncoding
    opacity: float
    def __init__(self, color_map: _Optional[_Union[ColorMap, str]] = ..., opacity: _Optional[float] = ..., encoding: _Optional[_Union[_image_pb2.ImageEncoding, _Mapping]] = ...) -> None: ...

class PeakOutput(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class RawMap(_message.Message):
    __slots__ = ["channel_count", "data", "grid", "size", "values"]
    CHANNEL_COUNT_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    GRID_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    channel_count: int
    data: bytes
    grid: MapGrid
    size: _image_pb2.PixelSize
    values: MapValues
    def __init__(self, size: _Optional[_Union[_image_pb2.PixelSize, _Mapping]] = ..., grid: _Optional[_Union[MapGrid, str]] = ..., values: _Optional[_Union[MapValues, str]] = ..., data: _Optional[bytes] = ..., channel_count: _Optional[int] = ...) -> None: ...

class RawMapOutput(_message.Message):
    __slots__ = ["grid", "values"]
    GRID_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    grid: MapGrid
    values: MapValues
    def __init__(self, grid: _Optional[_Union[MapGrid, str]] = ..., values: _Optional[_Union[MapValues, str]] = ...) -> None: ...

class RenderedMap(_message.Message):
    __slots__ = ["boxes", "image", "peak", "raw", "run_length_mask"]
    BOXES_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    PEAK_FIELD_NUMBER: _ClassVar[int]
    RAW_FIELD_NUMBER: _ClassVar[int]
    RUN_LENGTH_MASK_FIELD_NUMBER: _ClassVar[int]
    boxes: MapBoxes
    image: EncodedImage
    peak: MapPeak
    raw: RawMap
    run_length_mask: RunLengthMask
    def __init__(self, raw: _Optional[_Union[RawMap, _Mapping]] = ..., image: _Optional[_Union[EncodedImage, _Mapping]] = ..., boxes: _Optional[_Union[MapBoxes, _Mapping]] = ..., run_length_mask: _Optional[_Union[RunLengthMask, _Mapping]] = ..., peak: _Optional[_Union[MapPeak, _Mapping]] = ...) -> None: ...

class RequestTimings(_message.Message):
    __slots__ = ["batch_size", "decode_duration", "forward_duration", "queue_duration"]
    BATCH_SIZE_FIELD_NUMBER: _ClassVar[int]
    DECODE_DURATION_FIELD_NUMBER: _ClassVar[int]
    FORWARD_DURATION_FIELD_NUMBER: _ClassVar[int]
    QUEUE_DURATION_FIELD_NUMBER: _ClassVar[int]
    batch_size: int
    decode_duration: _duration_pb2.Duration
    forward_duration: _duration_pb2.Duration
    queue_duration: _duration_pb2.Duration
    def __init__(self, decode_duration: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., queue_duration: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., forward_duration: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., batch_size: _Optional[int] = ...) -> None: ...

class RunLengthMask(_message.Message):
    __slots__ = ["counts", "size"]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    counts: str
    size: _image_pb2.PixelSize
    def __init__(self, size: _Optional[_Union[_image_pb2.PixelSize, _Mapping]] = ..., counts: _Optional[str] = ...) -> None: ...

class Saliency(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class SaliencyMap(_message.Message):
    __slots__ = ["all_zero", "outputs", "provenance", "score_is_flat", "target_index", "timings"]
    ALL_ZERO_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    SCORE_IS_FLAT_FIELD_NUMBER: _ClassVar[int]
    TARGET_INDEX_FIELD_NUMBER: _ClassVar[int]
    TIMINGS_FIELD_NUMBER: _ClassVar[int]
    all_zero: bool
    outputs: _containers.RepeatedCompositeFieldContainer[RenderedMap]
    provenance: MapProvenance
    score_is_flat: bool
    target_index: int
    timings: MapTimings
    def __init__(self, provenance: _Optional[_Union[MapProvenance, _Mapping]] = ..., all_zero: bool = ..., outputs: _Optional[_Iterable[_Union[RenderedMap, _Mapping]]] = ..., timings: _Optional[_Union[MapTimings, _Mapping]] = ..., target_index: _Optional[int] = ..., score_is_flat: bool = ...) -> None: ...

class ScoreCam(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class SmoothGrad(_message.Message):
    __slots__ = ["noise_share", "sample_count", "seed"]
    NOISE_SHARE_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    noise_share: float
    sample_count: int
    seed: int
    def __init__(self, sample_count: _Optional[int] = ..., noise_share: _Optional[float] = ..., seed: _Optional[int] = ...) -> None: ...

class XGradCam(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ChannelReduction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ScoreKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class LayerFusion(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class MapGrid(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class MapValues(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ColorMap(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class BoxSelection(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class MaskFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class LabelRule(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
