from google.protobuf import duration_pb2 as _duration_pb2
from gradcam.v1 import classification_service_pb2 as _classification_service_pb2
from gradcam.v1 import explanation_pb2 as _explanation_pb2
from gradcam.v1 import image_pb2 as _image_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

BASELINE_CENTRED_BLOB: Baseline
BASELINE_RANDOM: Baseline
BASELINE_UNSPECIFIED: Baseline
CURVE_SCORE_EXPLAINED: CurveScore
CURVE_SCORE_PROBABILITY: CurveScore
CURVE_SCORE_UNSPECIFIED: CurveScore
DESCRIPTOR: _descriptor.FileDescriptor
INSERTION_CANVAS_BLURRED: InsertionCanvas
INSERTION_CANVAS_GREY: InsertionCanvas
INSERTION_CANVAS_UNSPECIFIED: InsertionCanvas
MEASURE_DELETION: Measure
MEASURE_ENERGY_INSIDE: Measure
MEASURE_INSERTION: Measure
MEASURE_OCCLUSION_CORRELATION: Measure
MEASURE_POINTING: Measure
MEASURE_SENSITIVITY: Measure
MEASURE_UNSPECIFIED: Measure

class BaselineProvenance(_message.Message):
    __slots__ = ["baseline", "native_size", "score"]
    BASELINE_FIELD_NUMBER: _ClassVar[int]
    NATIVE_SIZE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    baseline: Baseline
    native_size: _image_pb2.PixelSize
    score: _explanation_pb2.ExplainedScore
    def __init__(self, baseline: _Optional[_Union[Baseline, str]] = ..., score: _Optional[_Union[_explanation_pb2.ExplainedScore, _Mapping]] = ..., native_size: _Optional[_Union[_image_pb2.PixelSize, _Mapping]] = ...) -> None: ...

class CheckSanityRequest(_message.Message):
    __slots__ = ["checkpoint_count", "image", "layer", "methods", "model", "prediction_top_k", "seed", "target"]
    CHECKPOINT_COUNT_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    LAYER_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_TOP_K_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    checkpoint_count: int
    image: _image_pb2.Image
    layer: str
    methods: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.ExplanationMethod]
    model: str
    prediction_top_k: int
    seed: int
    target: _classification_service_pb2.ClassTarget
    def __init__(self, model: _Optional[str] = ..., image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., prediction_top_k: _Optional[int] = ..., target: _Optional[_Union[_classification_service_pb2.ClassTarget, _Mapping]] = ..., layer: _Optional[str] = ..., methods: _Optional[_Iterable[_Union[_explanation_pb2.ExplanationMethod, _Mapping]]] = ..., checkpoint_count: _Optional[int] = ..., seed: _Optional[int] = ...) -> None: ...

class CheckSanityResponse(_message.Message):
    __slots__ = ["checkpoint", "subject"]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    checkpoint: SanityCheckpoint
    subject: SanitySubject
    def __init__(self, subject: _Optional[_Union[SanitySubject, _Mapping]] = ..., checkpoint: _Optional[_Union[SanityCheckpoint, _Mapping]] = ...) -> None: ...

class CurveOptions(_message.Message):
    __slots__ = ["blur_sigma", "canvas", "step_count"]
    BLUR_SIGMA_FIELD_NUMBER: _ClassVar[int]
    CANVAS_FIELD_NUMBER: _ClassVar[int]
    STEP_COUNT_FIELD_NUMBER: _ClassVar[int]
    blur_sigma: float
    canvas: InsertionCanvas
    step_count: int
    def __init__(self, step_count: _Optional[int] = ..., canvas: _Optional[_Union[InsertionCanvas, str]] = ..., blur_sigma: _Optional[float] = ...) -> None: ...

class CurvePoint(_message.Message):
    __slots__ = ["score", "share"]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    score: float
    share: float
    def __init__(self, share: _Optional[float] = ..., score: _Optional[float] = ...) -> None: ...

class EvaluateRequest(_message.Message):
    __slots__ = ["boxes", "curves", "image", "include_baselines", "layers", "measures", "methods", "model", "occlusion", "prediction_top_k", "seed", "sensitivity", "targets"]
    BOXES_FIELD_NUMBER: _ClassVar[int]
    CURVES_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_BASELINES_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    OCCLUSION_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_TOP_K_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    SENSITIVITY_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    boxes: _containers.RepeatedCompositeFieldContainer[_image_pb2.PixelRectangle]
    curves: CurveOptions
    image: _image_pb2.Image
    include_baselines: bool
    layers: _containers.RepeatedScalarFieldContainer[str]
    measures: _containers.RepeatedScalarFieldContainer[Measure]
    methods: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.ExplanationMethod]
    model: str
    occlusion: _explanation_pb2.Occlusion
    prediction_top_k: int
    seed: int
    sensitivity: SensitivityOptions
    targets: _containers.RepeatedCompositeFieldContainer[_classification_service_pb2.ClassTarget]
    def __init__(self, model: _Optional[str] = ..., image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., prediction_top_k: _Optional[int] = ..., targets: _Optional[_Iterable[_Union[_classification_service_pb2.ClassTarget, _Mapping]]] = ..., layers: _Optional[_Iterable[str]] = ..., methods: _Optional[_Iterable[_Union[_explanation_pb2.ExplanationMethod, _Mapping]]] = ..., boxes: _Optional[_Iterable[_Union[_image_pb2.PixelRectangle, _Mapping]]] = ..., measures: _Optional[_Iterable[_Union[Measure, str]]] = ..., include_baselines: bool = ..., curves: _Optional[_Union[CurveOptions, _Mapping]] = ..., occlusion: _Optional[_Union[_explanation_pb2.Occlusion, _Mapping]] = ..., sensitivity: _Optional[_Union[SensitivityOptions, _Mapping]] = ..., seed: _Optional[int] = ...) -> None: ...

class EvaluateResponse(_message.Message):
    __slots__ = ["evidence", "prediction"]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    evidence: MapEvidence
    prediction: _classification_service_pb2.ClassificationPrediction
    def __init__(self, prediction: _Optional[_Union[_classification_service_pb2.ClassificationPrediction, _Mapping]] = ..., evidence: _Optional[_Union[MapEvidence, _Mapping]] = ...) -> None: ...

class MapEvidence(_message.Message):
    __slots__ = ["all_zero", "baseline", "deletion", "duration", "energy_inside", "insertion", "map", "occlusion_correlation", "pointing", "sensitivity", "target_index"]
    ALL_ZERO_FIELD_NUMBER: _ClassVar[int]
    BASELINE_FIELD_NUMBER: _ClassVar[int]
    DELETION_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    ENERGY_INSIDE_FIELD_NUMBER: _ClassVar[int]
    INSERTION_FIELD_NUMBER: _ClassVar[int]
    MAP_FIELD_NUMBER: _ClassVar[int]
    OCCLUSION_CORRELATION_FIELD_NUMBER: _ClassVar[int]
    POINTING_FIELD_NUMBER: _ClassVar[int]
    SENSITIVITY_FIELD_NUMBER: _ClassVar[int]
    TARGET_INDEX_FIELD_NUMBER: _ClassVar[int]
    all_zero: bool
    baseline: BaselineProvenance
    deletion: ScoreCurve
    duration: _duration_pb2.Duration
    energy_inside: float
    insertion: ScoreCurve
    map: _explanation_pb2.MapProvenance
    occlusion_correlation: float
    pointing: Pointing
    sensitivity: float
    target_index: int
    def __init__(self, map: _Optional[_Union[_explanation_pb2.MapProvenance, _Mapping]] = ..., baseline: _Optional[_Union[BaselineProvenance, _Mapping]] = ..., target_index: _Optional[int] = ..., all_zero: bool = ..., insertion: _Optional[_Union[ScoreCurve, _Mapping]] = ..., deletion: _Optional[_Union[ScoreCurve, _Mapping]] = ..., occlusion_correlation: _Optional[float] = ..., pointing: _Optional[_Union[Pointing, _Mapping]] = ..., energy_inside: _Optional[float] = ..., sensitivity: _Optional[float] = ..., duration: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class MethodSimilarity(_message.Message):
    __slots__ = ["all_zero", "method", "not_finite", "rank_correlation", "structural_similarity"]
    ALL_ZERO_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    NOT_FINITE_FIELD_NUMBER: _ClassVar[int]
    RANK_CORRELATION_FIELD_NUMBER: _ClassVar[int]
    STRUCTURAL_SIMILARITY_FIELD_NUMBER: _ClassVar[int]
    all_zero: bool
    method: _explanation_pb2.ExplanationMethod
    not_finite: bool
    rank_correlation: float
    structural_similarity: float
    def __init__(self, method: _Optional[_Union[_explanation_pb2.ExplanationMethod, _Mapping]] = ..., structural_similarity: _Optional[float] = ..., rank_correlation: _Optional[float] = ..., all_zero: bool = ..., not_finite: bool = ...) -> None: ...

class Pointing(_message.Message):
    __slots__ = ["hits", "input_peak"]
    HITS_FIELD_NUMBER: _ClassVar[int]
    INPUT_PEAK_FIELD_NUMBER: _ClassVar[int]
    hits: bool
    input_peak: _image_pb2.PixelPoint
    def __init__(self, hits: bool = ..., input_peak: _Optional[_Union[_image_pb2.PixelPoint, _Mapping]] = ...) -> None: ...

class SanityCheckpoint(_message.Message):
    __slots__ = ["module", "randomized_module_count", "similarities"]
    MODULE_FIELD_NUMBER: _ClassVar[int]
    RANDOMIZED_MODULE_COUNT_FIELD_NUMBER: _ClassVar[int]
    SIMILARITIES_FIELD_NUMBER: _ClassVar[int]
    module: str
    randomized_module_count: int
    similarities: _containers.RepeatedCompositeFieldContainer[MethodSimilarity]
    def __init__(self, module: _Optional[str] = ..., randomized_module_count: _Optional[int] = ..., similarities: _Optional[_Iterable[_Union[MethodSimilarity, _Mapping]]] = ...) -> None: ...

class SanitySubject(_message.Message):
    __slots__ = ["checkpoint_count", "layer", "modules", "prediction", "score"]
    CHECKPOINT_COUNT_FIELD_NUMBER: _ClassVar[int]
    LAYER_FIELD_NUMBER: _ClassVar[int]
    MODULES_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    checkpoint_count: int
    layer: str
    modules: _containers.RepeatedScalarFieldContainer[str]
    prediction: _classification_service_pb2.ClassificationPrediction
    score: _explanation_pb2.ExplainedScore
    def __init__(self, prediction: _Optional[_Union[_classification_service_pb2.ClassificationPrediction, _Mapping]] = ..., score: _Optional[_Union[_explanation_pb2.ExplainedScore, _Mapping]] = ..., layer: _Optional[str] = ..., modules: _Optional[_Iterable[str]] = ..., checkpoint_count: _Optional[int] = ...) -> None: ...

class ScoreCurve(_message.Message):
    __slots__ = ["area", "points", "score"]
    AREA_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    area: float
    points: _containers.RepeatedCompositeFieldContainer[CurvePoint]
    score: CurveScore
    def __init__(self, points: _Optional[_Iterable[_Union[CurvePoint, _Mapping]]] = ..., area: _Optional[float] = ..., score: _Optional[_Union[CurveScore, str]] = ...) -> None: ...

class SensitivityOptions(_message.Message):
    __slots__ = ["radius", "sample_count"]
    RADIUS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    radius: float
    sample_count: int
    def __init__(self, sample_count: _Optional[int] = ..., radius: _Optional[float] = ...) -> None: ...

class Measure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class InsertionCanvas(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Baseline(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class CurveScore(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
