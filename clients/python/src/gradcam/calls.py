"""Every call as data: what is asked, of whom, and how the answer is read. The clients make them; nothing here does I/O but reading photos."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass, field
from typing import Any, AsyncIterable, Callable, Generic, Iterable, Literal, Mapping, NamedTuple, Sequence, TypeVar

from gradcam import targets as target_messages
from gradcam import tasks
from gradcam import wire_pb2 as wire
from gradcam.errors import Unavailable, broken
from gradcam.evidence import ClassComparison, ComparedModel, Evaluation, Measure, Perturbation, SanityCheck
from gradcam.methods import Method
from gradcam.photo import Photo, read
from gradcam.reading import Evaluated, Messages, ModelPages, Parts, Reader, SanityChecked, Shape, Single, Tasks
from gradcam.results import (
    AnswerExplanation, Answers, CaptionExplanation, Captions, Explanation, FrameResult, Model, PhotoResult, Prediction, TaskExplanations
)
from gradcam.streams import FrameStream, PhotoStream, Stream
from gradcam.targets import AnswerTarget, CaptionTarget, ClassName, ClassTarget, Question
from gradcam.tasks import Fusion, Grid, Maps, Overlay, Smoothing, Task, Values, decoded, enum_value, several
from gradcam.v1 import captioning_service_pb2 as captioning
from gradcam.v1 import captioning_service_pb2_grpc as captioning_grpc
from gradcam.v1 import classification_service_pb2 as classification
from gradcam.v1 import classification_service_pb2_grpc as classification_grpc
from gradcam.v1 import comparison_service_pb2 as comparison
from gradcam.v1 import comparison_service_pb2_grpc as comparison_grpc
from gradcam.v1 import evidence_service_pb2 as evidence_service
from gradcam.v1 import evidence_service_pb2_grpc as evidence_grpc
from gradcam.v1 import explanation_pb2 as pb
from gradcam.v1 import image_pb2 as image
from gradcam.v1 import model_service_pb2 as model_service
from gradcam.v1 import model_service_pb2_grpc as model_grpc
from gradcam.v1 import multi_task_service_pb2 as multi_task
from gradcam.v1 import multi_task_service_pb2_grpc as multi_task_grpc
from gradcam.v1 import video_service_pb2 as video_service
from gradcam.v1 import vqa_service_pb2 as vqa
from gradcam.v1 import vqa_service_pb2_grpc as vqa_grpc

T = TypeVar("T")
C = TypeVar("C", bound=Callable[..., Any])
M = TypeVar("M", bound=Any)

FramePolicy = Literal["every_frame", "every_nth", "latest_wins"]
Priority = Literal["low", "normal", "high"]
"""Of calls that wait, which come first: "low" is for work that nobody waits for. Each level gets four times as many places as the one below."""


@dataclass(frozen=True)
class Call(Generic[T]):
    """A call that is not made yet."""

    stub: Callable[[Any], Any]
    method: str
    request: Callable[[str], Any]
    """Makes the message, with a model's name for where the call names none. Reads the photo."""
    reader: Callable[[], Reader[T]]
    streams: bool = False
    timeout: float | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What goes with this call alone."""
    patient: bool = False
    """Whether it is tried again until its timeout, however often."""

    @property
    def name(self) -> str:
        return name_of(self.stub, self.method)


def name_of(stub: Callable[[Any], Any], method: str) -> str:
    """A call's name in errors."""
    return f"{stub.__name__.removesuffix('Stub')}.{method}"


def described(method: C, build: Callable[..., Any], returns: str) -> C:
    """A client's method, with the documentation and the signature of the call that it makes."""
    functools.update_wrapper(method, build)
    del method.__dict__["__wrapped__"]
    signature = inspect.signature(build)
    answer = str(signature.return_annotation).partition("[")[2].removesuffix("]")  # Of "Call[Prediction]".
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    setattr(
        method, "__signature__",
        signature.replace(parameters=[own, *signature.parameters.values()], return_annotation=returns.format(answer)),
    )
    return method


class Frame(NamedTuple):
    """A frame of a film or camera: when it was taken, in seconds, and its picture."""

    timestamp: float
    photo: Photo


class HealthStub:
    """grpc.health.v1.Health."""

    def __init__(self, channel: Any) -> None:
        self.Check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=wire.HealthCheckRequest.SerializeToString,
            response_deserializer=wire.HealthCheckResponse.FromString,
        )


def classify(
    photo: Photo,
    *,
    top_k: int | None = None,
    fast: bool = False,
    model: str = "",
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[Prediction]:
    """The ``top_k`` most probable classes of a photo: 1 to all, 5 by default.

    What every call takes: ``fast`` decodes large JPEG and WebP files faster and less exactly. ``model`` is needed where the server has
    several and the client names none. ``timeout`` is in seconds, retries included; the client's by default, math.inf for none. Of calls
    that wait, those of a higher ``priority`` come first: "low" (work that nobody waits for), "normal" or "high". ``metadata`` goes with
    this call alone, besides the client's.
    """

    def request(default: str) -> classification.ClassifyRequest:
        return classification.ClassifyRequest(model=model or default, image=read(photo, fast=fast), top_k=top_k)

    stub, name = classification_grpc.ClassificationServiceStub, "Classify"

    def prediction(response: classification.ClassifyResponse) -> Prediction:
        if not response.prediction.classes:
            raise broken("the server found no class", name_of(stub, name))
        return Prediction.of(response.prediction)

    return Call(stub, name, request, lambda: Single(prediction), timeout=timeout, metadata=_headers(priority, metadata))


def explain(
    photo: Photo,
    *targets: ClassTarget,
    method: Method | Sequence[Method] = (),
    layer: str | Sequence[str] = (),
    fuse: Fusion | None = None,
    smooth: Smoothing | Sequence[Smoothing] = (),
    grid: Grid = "native",
    values: Values = "rectified",
    overlay: Overlay = True,
    outputs: Sequence[pb.MapOutput] = (),
    label_images: Sequence[pb.LabelImageOutput] = (),
    top_k: int | None = None,
    fast: bool = False,
    model: str = "",
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[Explanation]:
    """The prediction for a photo, and a map of each target at each layer by each method: Grad-CAM of the most probable class by default.

    Args:
        targets: labels, indices, or Class, Best and Sum. A call may have 64 maps.
        method: a name of METHODS, such as "gradcam++", or of pytorch-grad-cam's classes ("GradCAMPlusPlus"), or several.
        layer: a name that ``model`` lists, or several; the model's own by default.
        fuse: makes one map of those of several layers: their "mean" or "maximum", from 0 to 1; a map of each ("none") by default.
        smooth: "augmentation" (the mean of six copies: brighter, darker, mirrored; before any scaling) and "eigen" (the first principal
            component of what the channels say), or both; pytorch-grad-cam calls them aug_smooth and eigen_smooth.
        grid: where the numbers are: on the layer's own grid ("native"), on the network's input, or on the photo ("image"; 0 outside of the
            part that the network saw).
        values: the numbers: after the ReLU ("rectified"), before it ("signed": negative where something speaks against the score; three
            planes by methods on pixels), or from 0 to 1 for drawing ("scaled").
        overlay: the map over the photo, as PNG; as an OverlayOutput says, or not at all.
        outputs: further forms of each map, such as boxes.
        label_images: pictures of which target is the strongest where.
        top_k: how many classes the prediction lists, 1 to all; 5 by default.

    ``fast``, ``model``, ``timeout``, ``priority`` and ``metadata`` are as for ``classify``.
    """
    asked = tasks.classes(
        *targets, method=method, layer=layer, fuse=fuse, smooth=smooth, grid=grid, values=values, overlay=overlay, outputs=outputs,
        label_images=label_images, top_k=top_k,
    )
    return _asked_of(classification_grpc.ClassificationServiceStub, asked, photo, fast, model, timeout, _headers(priority, metadata))


def explain_many(
    photos: Iterable[Photo] | AsyncIterable[Photo],
    *targets: ClassTarget,
    in_flight: int = 16,
    ordered: bool = True,
    method: Method | Sequence[Method] = (),
    layer: str | Sequence[str] = (),
    fuse: Fusion | None = None,
    smooth: Smoothing | Sequence[Smoothing] = (),
    grid: Grid = "native",
    values: Values = "rectified",
    overlay: Overlay = False,
    outputs: Sequence[pb.MapOutput] = (),
    label_images: Sequence[pb.LabelImageOutput] = (),
    top_k: int | None = None,
    fast: bool = False,
    model: str = "",
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Stream[PhotoResult]:
    """Explains photos over one stream, ``in_flight`` at a time (1 to 64), and gives a PhotoResult for each; otherwise as ``explain``.

    Results come in the photos' order, or with ``ordered=False`` as they are ready. A photo that fails, or cannot be read, is a result with
    an error, and the others go on. No more photos are taken from the iterable than are in flight, and who reads slowly is answered slowly.
    The iterable is read in a thread of its own. To leave early, close what this returns (contextlib.closing, or aclosing of AsyncClient).

    Where the connection is lost or the server drains, photos without an answer are sent again, as Retry says; each round of attempts begins
    anew when photos were answered. Where that is of no use, those in flight are results with what had arrived and an error, and then that
    error is raised; its ``missing`` names all that have no answer. ``timeout`` is that of the whole stream; there is none by default.
    """
    several("photos", photos)
    if not 1 <= in_flight <= 64:
        raise ValueError(f"in_flight is {in_flight}, and must be 1 to 64")
    task = tasks.classes(
        *targets, method=method, layer=layer, fuse=fuse, smooth=smooth, grid=grid, values=values, overlay=overlay, outputs=outputs,
        label_images=label_images, top_k=top_k,
    )
    task.asked.model = model
    shape = task.shape(name_of(PhotoStream.stub, PhotoStream.method))
    return PhotoStream(photos, task.asked, shape, timeout, _headers(priority, metadata), in_flight, ordered, fast)


def video(
    frames: Iterable[tuple[float, Photo]] | AsyncIterable[tuple[float, Photo]],
    *targets: ClassTarget,
    policy: FramePolicy | None = None,
    frame_step: int | None = None,
    frame_deadline: float | None = None,
    new_map_weight: float | None = None,
    keyframe_threshold: float | None = None,
    settings: video_service.VideoSettings | None = None,
    method: Method | Sequence[Method] = (),
    layer: str | Sequence[str] = (),
    fuse: Fusion | None = None,
    smooth: Smoothing | Sequence[Smoothing] = (),
    grid: Grid = "native",
    values: Values = "rectified",
    overlay: Overlay = False,
    outputs: Sequence[pb.MapOutput] = (),
    top_k: int | None = None,
    model: str = "",
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Stream[FrameResult]:
    """Explains frames in the order of their timestamps, each a Frame or (seconds, photo), and gives a FrameResult for each.

    Without targets, the class that is followed is explained: the most probable one, steadied. A stream that is cut raises an error whose
    ``missing`` names the frames without an answer; nothing is sent again. ``timeout`` is that of the whole stream; there is none by default.

    Args:
        policy: which frames are answered: "every_frame" (as is unless said), "every_nth" (one in ``frame_step``) or "latest_wins".
        frame_step: 1 to 10,000; needed for "every_nth".
        frame_deadline: for how many seconds an answer is worth something, 0.001 to 3600; for ever by default.
        new_map_weight: steadies maps over time: how much a new one weighs against those before it, at 30 frames a second; above 0, and up
            to 1, which steadies nothing, as by default. 0.2 is calm.
        keyframe_threshold: the difference of frames, 0 to 1, up to which the network is not asked again; it is always asked by default.
        settings: all else that VideoSettings knows. What is given beside it comes on top; ``outputs`` come before its own.

    All others are as for ``explain``.
    """
    several("frames", frames)
    asked = video_service.VideoSettings()
    if settings is not None:
        asked.CopyFrom(settings)
    asked.model = model or asked.model
    task = tasks.classes(
        *targets, method=method, layer=layer, fuse=fuse, smooth=smooth, grid=grid, values=values, overlay=overlay, outputs=outputs, top_k=top_k
    )
    # What the client reads itself, the numbers and the overlay, comes first.
    others = list(asked.request.outputs)
    del asked.request.outputs[:]
    asked.request.MergeFrom(task.asked)
    asked.request.outputs.extend(others)
    if policy is not None:
        asked.policy = enum_value(video_service.FramePolicy, "FRAME_POLICY", policy, "policy")
    if frame_step is not None:
        asked.frame_step = frame_step
    if frame_deadline is not None:
        asked.frame_deadline.FromNanoseconds(round(frame_deadline * 1e9))
    if new_map_weight is not None:
        asked.smoothing_factor = new_map_weight
    if keyframe_threshold is not None:
        asked.keyframe_threshold = keyframe_threshold
    return FrameStream(frames, asked, overlay is not False, timeout, _headers(priority, metadata))


def caption(
    photo: Photo,
    *,
    beams: int | None = None,
    decoding: captioning.CaptionDecoding | None = None,
    fast: bool = False,
    model: str = "",
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[Captions]:
    """Sentences about a photo, by a search with 3 ``beams`` (1 to 16), or as ``decoding`` says. All others are as for ``classify``."""
    stub, name = captioning_grpc.CaptioningServiceStub, "Caption"

    def request(default: str) -> captioning.CaptionRequest:
        return captioning.CaptionRequest(model=model or default, image=read(photo, fast=fast), decoding=decoded(beams, decoding))

    def captions(response: captioning.CaptionResponse) -> Captions:
        if not response.prediction.captions:
            raise broken("the server found no caption", name_of(stub, name))
        return Captions.of(response.prediction)

    return Call(stub, name, request, lambda: Single(captions), timeout=timeout, metadata=_headers(priority, metadata))


def explain_caption(
    photo: Photo,
    *targets: CaptionTarget,
    text: str | None = None,
    beams: int | None = None,
    decoding: captioning.CaptionDecoding | None = None,
    method: Method | Sequence[Method] = (),
    layer: str | Sequence[str] = (),
    fuse: Fusion | None = None,
    grid: Grid = "native",
    values: Values = "rectified",
    overlay: Overlay = True,
    outputs: Sequence[pb.MapOutput] = (),
    attention: bool = False,
    fast: bool = False,
    model: str = "",
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[CaptionExplanation]:
    """A caption of a photo, found or your own ``text``, and maps of its words.

    ``targets`` are positions of words, or Word, Words and WholeCaption; every word by default. ``attention`` asks for the weights of
    attention, too. Maps are asked for as with ``explain``, but a head has layers of its own (``Model.captioning.layers``): by
    default all of them, and ``fuse`` their mean, which is from 0 to 1; ``fuse="none"`` gives a map of each. Methods up to XGrad-CAM work.
    All others are as for ``classify``.
    """
    asked = tasks.words(
        *targets, text=text, beams=beams, decoding=decoding, method=method, layer=layer, fuse=fuse, grid=grid, values=values, overlay=overlay,
        outputs=outputs, attention=attention,
    )
    return _asked_of(captioning_grpc.CaptioningServiceStub, asked, photo, fast, model, timeout, _headers(priority, metadata))


def ask(
    photo: Photo,
    question: str,
    *,
    top_k: int | None = None,
    fast: bool = False,
    model: str = "",
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[Answers]:
    """The ``top_k`` likeliest answers to a question about a photo; 5 by default. All others are as for ``classify``."""
    return _asked(photo, [question], lambda answers: answers[0], top_k, fast, model, timeout, _headers(priority, metadata))


def ask_all(
    photo: Photo,
    questions: Sequence[str],
    *,
    top_k: int | None = None,
    fast: bool = False,
    model: str = "",
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[tuple[Answers, ...]]:
    """The likeliest answers to each of up to 32 questions about a photo, for hardly more than one costs. All others are as for ``ask``."""
    several("questions", questions)
    return _asked(photo, list(questions), lambda answers: answers, top_k, fast, model, timeout, _headers(priority, metadata))


def _asked(
    photo: Photo, questions: Sequence[str], take: Callable[[tuple[Answers, ...]], T], top_k: int | None, fast: bool, model: str,
    timeout: float | None, metadata: Mapping[str, str],
) -> Call[T]:
    stub, name = vqa_grpc.VqaServiceStub, "Answer"

    def request(default: str) -> vqa.AnswerRequest:
        return vqa.AnswerRequest(model=model or default, image=read(photo, fast=fast), questions=questions, prediction_top_k=top_k)

    def answers(response: vqa.AnswerResponse) -> T:
        if len(response.prediction.questions) != len(questions):
            raise broken(f"the server answered {len(response.prediction.questions)} of {len(questions)} questions", name_of(stub, name))
        if not all(each.answers for each in response.prediction.questions):
            raise broken("the server gave no answer to a question", name_of(stub, name))
        return take(Answers.of(response.prediction))

    return Call(stub, name, request, lambda: Single(answers), timeout=timeout, metadata=metadata)


def explain_answer(
    photo: Photo,
    question: str,
    *targets: AnswerTarget,
    leave_words_out: bool = False,
    method: Method | Sequence[Method] = (),
    layer: str | Sequence[str] = (),
    fuse: Fusion | None = None,
    grid: Grid = "native",
    values: Values = "rectified",
    overlay: Overlay = True,
    outputs: Sequence[pb.MapOutput] = (),
    attention: bool = False,
    top_k: int | None = None,
    fast: bool = False,
    model: str = "",
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[AnswerExplanation]:
    """The answers to a question about a photo, and maps of them.

    ``targets`` are answers, or Answer and Best; the likeliest answer by default. ``leave_words_out`` tells what each word of the question
    changes. ``attention`` asks for the weights of attention, too. Maps are asked for as with ``explain``, but a head has layers of its own
    (``Model.answering.layers``): by default all of them, and ``fuse`` their mean, which is from 0 to 1; ``fuse="none"`` gives a map of
    each. Methods up to XGrad-CAM work. All others are as for ``ask``.
    """
    asked = tasks.answers(
        [Question(question, *targets)], leave_words_out=leave_words_out, method=method, layer=layer, fuse=fuse, grid=grid, values=values,
        overlay=overlay, outputs=outputs, attention=attention, top_k=top_k,
    )
    alone = Task(asked.event, asked.asked, lambda call: _first(asked.shape(call)))
    return _asked_of(vqa_grpc.VqaServiceStub, alone, photo, fast, model, timeout, _headers(priority, metadata))


def explain_answers(
    photo: Photo,
    questions: Sequence[str | Question],
    *,
    leave_words_out: bool = False,
    method: Method | Sequence[Method] = (),
    layer: str | Sequence[str] = (),
    fuse: Fusion | None = None,
    grid: Grid = "native",
    values: Values = "rectified",
    overlay: Overlay = True,
    outputs: Sequence[pb.MapOutput] = (),
    attention: bool = False,
    top_k: int | None = None,
    fast: bool = False,
    model: str = "",
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[tuple[AnswerExplanation, ...]]:
    """The answers to up to 32 questions about a photo, which the network sees once, and maps of each: one AnswerExplanation a question.

    A question is a text, of which the likeliest answer is explained, or ``Question(text, *targets)``. A call may have 256 maps. Where the
    answer is cut, the error's ``missing`` names the questions without all of their maps. All others are as for ``explain_answer``.
    """
    asked = tasks.answers(
        questions, leave_words_out=leave_words_out, method=method, layer=layer, fuse=fuse, grid=grid, values=values, overlay=overlay,
        outputs=outputs, attention=attention, top_k=top_k,
    )
    return _asked_of(vqa_grpc.VqaServiceStub, asked, photo, fast, model, timeout, _headers(priority, metadata))


def explain_tasks(
    photo: Photo,
    *asked: Task[Any],
    share_view: bool = False,
    fast: bool = False,
    model: str = "",
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[TaskExplanations]:
    """Several tasks about one photo, which is sent and decoded once and goes through the trunk once for each view: ``tasks.classes``,
    ``tasks.words`` and ``tasks.answers``, each once at most.

    ``share_view`` reads classes off the view that the heads have of the photo, which costs less; scores and maps of classes are somewhat
    different then. Where the answer is cut, the error's ``partial`` has what had come of each, and its ``missing`` the
    places of the tasks without all of their maps. All others are as for ``classify``.
    """
    by_event = {task.event: task for task in asked}
    if not asked or len(by_event) < len(asked):
        raise ValueError("the tasks are one at least, and none of them twice; several questions are one task")
    stub, name = multi_task_grpc.MultiTaskServiceStub, "Explain"
    message = multi_task.MultiTaskServiceExplainRequest(share_view=share_view, **{task.event: task.asked for task in asked})
    shapes = {task.event: task.shape(name_of(stub, name)) for task in asked}
    return Call(
        stub, name, lambda default: _with_photo(message, photo, fast, model or default), lambda: Tasks(name_of(stub, name), shapes), streams=True,
        timeout=timeout, metadata=_headers(priority, metadata),
    )


def evaluate(
    photo: Photo,
    *targets: ClassTarget,
    boxes: Sequence[tuple[float, float, float, float]] = (),
    measures: Sequence[Measure] = (),
    baselines: bool = False,
    method: Method | Sequence[Method] = (),
    layer: str | Sequence[str] = (),
    smooth: Smoothing | Sequence[Smoothing] = (),
    curves: evidence_service.CurveOptions | None = None,
    occlusion: pb.Occlusion | None = None,
    sensitivity: evidence_service.SensitivityOptions | None = None,
    seed: int = 0,
    top_k: int | None = None,
    fast: bool = False,
    model: str = "",
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[Evaluation]:
    """Whether maps can be believed: makes those that ``explain`` would make, 16 at most, and judges each. It takes dozens of passes a map.

    Args:
        boxes: where the thing is that the targets name: (x, y, width, height) in pixels of the photo.
        measures: of "insertion", "deletion", "occlusion_correlation", "pointing", "energy_inside" and "sensitivity"; by default the first
            three, and with boxes pointing and energy, too.
        baselines: whether two maps that know nothing of the network are judged beside those of each class.
        curves: how insertion and deletion curves are drawn; 20 steps by default.
        occlusion: how the photo is covered for the occlusion correlation.
        sensitivity: how the sensitivity is measured.
        seed: of the sensitivity's noise and of the random baseline.

    All others are as for ``explain``.
    """
    stub, name = evidence_grpc.EvidenceServiceStub, "Evaluate"
    fields = Maps(method, layer, None, smooth, "native", "rectified", False, ()).fields()
    asked = evidence_service.EvaluateRequest(
        targets=map(target_messages.of_class, targets), prediction_top_k=top_k, layers=fields["layers"], methods=fields["methods"],
        boxes=map(_box, boxes), measures=[enum_value(evidence_service.Measure, "MEASURE", measure, "measures") for measure in measures],
        include_baselines=baselines, curves=curves, occlusion=occlusion, sensitivity=sensitivity, seed=seed,
    )
    return Call(
        stub, name, lambda default: _with_photo(asked, photo, fast, model or default),
        lambda: Evaluated(name_of(stub, name), max(1, len(targets))), streams=True, timeout=timeout, metadata=_headers(priority, metadata),
    )


def check_sanity(
    photo: Photo,
    target: ClassTarget | None = None,
    *,
    method: Method | Sequence[Method] = (),
    layer: str = "",
    smooth: Smoothing | Sequence[Smoothing] = (),
    checkpoints: int | None = None,
    seed: int = 0,
    top_k: int | None = None,
    fast: bool = False,
    model: str = "",
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[SanityCheck]:
    """How far maps change while a copy of the model is destroyed module by module: a method whose maps stay as they were has failed.

    ``target`` is the most probable class by default. ``checkpoints`` are how often maps are compared, 1 to 100; 10 by default. The server
    runs one check at a time: where another one runs, this one waits its turn as Retry says. All others are as for ``explain``.
    """
    stub, name = evidence_grpc.EvidenceServiceStub, "CheckSanity"
    asked = evidence_service.CheckSanityRequest(
        target=None if target is None else target_messages.of_class(target), prediction_top_k=top_k, layer=layer,
        methods=Maps(method, (), None, smooth, "native", "rectified", False, ()).fields()["methods"], checkpoint_count=checkpoints, seed=seed,
    )
    return Call(
        stub, name, lambda default: _with_photo(asked, photo, fast, model or default), lambda: SanityChecked(name_of(stub, name)), streams=True,
        timeout=timeout, metadata=_headers(priority, metadata),
    )


def compare_classes(
    photo: Photo,
    true_class: ClassName,
    *,
    method: Method = "gradcam",
    layer: str = "",
    smooth: Smoothing | Sequence[Smoothing] = (),
    grid: Grid = "native",
    values: Values = "rectified",
    overlay: Overlay = True,
    outputs: Sequence[pb.MapOutput] = (),
    fast: bool = False,
    model: str = "",
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[ClassComparison]:
    """Why did the network fail? Maps of the class that it found, of the true one, and of the one rather than the other, from one pass.

    ``true_class`` is a label or an index. All others are as for ``explain``; there is one method and one layer.
    """
    maps = Maps(method, (), None, smooth, grid, values, overlay, outputs)
    asked = comparison.CompareClassesRequest(true_class=target_messages.reference(true_class), layer=layer, **_one_method(maps))
    name = "CompareClasses"
    return Call(
        comparison_grpc.ComparisonServiceStub, name, lambda default: _with_photo(asked, photo, fast, model or default),
        lambda: Single(lambda answer: ClassComparison.of(answer, maps.has_overlay, f"ComparisonService.{name}")),
        timeout=timeout, metadata=_headers(priority, metadata),
    )


def compare_models(
    photo: Photo,
    models: Sequence[str | tuple[str, str]],
    explained_class: ClassName | None = None,
    *,
    boxes: Sequence[tuple[float, float, float, float]] = (),
    method: Method = "gradcam",
    smooth: Smoothing | Sequence[Smoothing] = (),
    grid: Grid = "native",
    values: Values = "rectified",
    overlay: Overlay = True,
    outputs: Sequence[pb.MapOutput] = (),
    fast: bool = False,
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[tuple[ComparedModel, ...]]:
    """Which of 2 to 8 models can be trusted? Each one's map of the same class, and what speaks for it and against it.

    ``models`` are names, or names with a layer: ("cats", "layer4"). The others are compared with the first, whose class
    ``explained_class`` is, its most probable one by default. ``boxes`` are where the thing is: (x, y, width, height) in pixels of the
    photo. All others are as for ``explain``; there is one method.
    """
    several("models", models)
    maps = Maps(method, (), None, smooth, grid, values, overlay, outputs)
    choices = [(choice, "") if isinstance(choice, str) else choice for choice in models]
    asked = comparison.CompareModelsRequest(
        models=[comparison.ModelChoice(model=name, layer=layer) for name, layer in choices], boxes=map(_box, boxes),
        explained_class=None if explained_class is None else target_messages.reference(explained_class), **_one_method(maps),
    )
    call = "ComparisonService.CompareModels"

    def compared(answer: comparison.CompareModelsResponse) -> tuple[ComparedModel, ...]:
        if len(answer.models) != len(choices):
            raise broken(f"the server compared {len(answer.models)} of {len(choices)} models", call)
        return tuple(ComparedModel.of(each, maps.has_overlay, call) for each in answer.models)

    def request(default: str) -> comparison.CompareModelsRequest:
        message = comparison.CompareModelsRequest(image=read(photo, fast=fast))
        message.MergeFrom(asked)
        return message

    return Call(
        comparison_grpc.ComparisonServiceStub, "CompareModels", request, lambda: Single(compared), timeout=timeout,
        metadata=_headers(priority, metadata),
    )


def perturb(
    photo: Photo,
    attacked_class: ClassName | None = None,
    *,
    epsilon: float | None = None,
    steps: int | None = None,
    step_size: float | None = None,
    random_start: int | None = None,
    method: Method = "gradcam",
    layer: str = "",
    smooth: Smoothing | Sequence[Smoothing] = (),
    grid: Grid = "native",
    values: Values = "rectified",
    overlay: Overlay = True,
    outputs: Sequence[pb.MapOutput] = (),
    fast: bool = False,
    model: str = "",
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[Perturbation]:
    """Do maps stay on the object when a network is misled? Changes a photo unseen, so that a class is lost, and explains it before and after.

    Args:
        attacked_class: the class to lose, and to explain; the most probable one by default.
        epsilon: how far a colour moves at most, as a share of its range, 0 to 1; 2/255 by default.
        steps: takes several, 1 to 100, by projected gradient descent; one, by the fast gradient sign method, where neither this nor another
            of its arguments is given.
        step_size: how far a colour moves in a step; a quarter of epsilon by default.
        random_start: the seed of a random place to start at; the photo itself by default.

    All others are as for ``explain``; there is one method and one layer.
    """
    maps = Maps(method, (), None, smooth, grid, values, overlay, outputs)
    asked = comparison.PerturbRequest(
        attacked_class=None if attacked_class is None else target_messages.reference(attacked_class), layer=layer, **_one_method(maps)
    )
    if steps is None and step_size is None and random_start is None:
        asked.fgsm.CopyFrom(comparison.Fgsm(epsilon=epsilon))
    else:
        start = None if random_start is None else comparison.RandomStart(seed=random_start)
        asked.pgd.CopyFrom(comparison.Pgd(epsilon=epsilon, step_size=step_size, step_count=steps, random_start=start))
    name = "Perturb"
    return Call(
        comparison_grpc.ComparisonServiceStub, name, lambda default: _with_photo(asked, photo, fast, model or default),
        lambda: Single(lambda answer: Perturbation.of(answer, maps.has_overlay, f"ComparisonService.{name}")),
        timeout=timeout, metadata=_headers(priority, metadata),
    )


def models(
    *, timeout: float | None = None, priority: Priority | None = None, metadata: Mapping[str, str] | None = None
) -> Call[tuple[Model, ...]]:
    """The server's models, in brief: without layers, labels and metrics."""
    return Call(
        model_grpc.ModelServiceStub, "ListModels", lambda default: model_service.ListModelsRequest(), ModelPages, timeout=timeout,
        metadata=_headers(priority, metadata),
    )


def model(
    name: str = "", *, timeout: float | None = None, priority: Priority | None = None, metadata: Mapping[str, str] | None = None
) -> Call[Model]:
    """A model in full, with its layers and labels. The name may be empty where the server has one model only."""

    def described_model(response: model_service.GetModelResponse) -> Model:
        if not response.HasField("model"):
            raise broken("the server described no model", "ModelService.GetModel")
        return Model.of(response.model)

    return Call(
        model_grpc.ModelServiceStub, "GetModel", lambda default: model_service.GetModelRequest(name=name or default),
        lambda: Single(described_model), timeout=timeout, metadata=_headers(priority, metadata),
    )


def call(
    stub: Callable[[Any], Any],
    method: str,
    request: Any,
    *,
    timeout: float | None = None,
    priority: Priority | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[tuple[Any, ...]]:
    """The messages with which another service answers, all of them; one, where it answers with one.

    ``client.call(ModelServiceStub, "LoadModel", LoadModelRequest(...))``, of ``gradcam.v1``, has the client's timeout, retries,
    metadata and errors, which the stub by itself has not; what is not to be made twice takes the stub. An answer that is cut raises an
    error with what had come as its ``partial``.
    """
    streams = _answers_in_a_stream(stub, method)
    return Call(stub, method, lambda default: request, Messages, streams=streams, timeout=timeout, metadata=_headers(priority, metadata))


def wait_until_ready(timeout: float = 60, *, service: str = "") -> Call[None]:
    """Returns once the server, or one of its services, serves; raises why it does not within the timeout."""

    def check(response: wire.HealthCheckResponse) -> None:
        if response.status != wire.HealthCheckResponse.SERVING:
            raise Unavailable(f"the server is {wire.HealthCheckResponse.ServingStatus.Name(response.status)}", call="Health.Check")

    return Call(
        HealthStub, "Check", lambda default: wire.HealthCheckRequest(service=service), lambda: Single(check), timeout=timeout, patient=True
    )


def _asked_of(
    stub: Callable[[Any], Any], task: Task[T], photo: Photo, fast: bool, model: str, timeout: float | None, metadata: Mapping[str, str]
) -> Call[T]:
    """A call for one task, of its own service."""
    shape = task.shape(name_of(stub, "Explain"))
    return Call(
        stub, "Explain", lambda default: _with_photo(task.asked, photo, fast, model or default), lambda: Parts(shape), streams=True,
        timeout=timeout, metadata=metadata,
    )


def _first(shape: Shape[tuple[T, ...]]) -> Shape[T]:
    """Reads the first of several answers, which is the only one."""
    return Shape(
        shape.call, lambda head, maps, others: shape.make(head, maps, others)[0], shape.missing, shape.has_overlay, shape.is_whole,
        shape.map_of, shape.read,
    )


def _one_method(maps: Maps) -> dict[str, Any]:
    """The fields of requests that have one method."""
    fields = maps.fields()
    if len(fields["methods"]) != 1:
        raise ValueError("there is one method here, not several")
    return {"method": fields["methods"][0], "outputs": fields["outputs"]}


def _box(box: tuple[float, float, float, float]) -> image.PixelRectangle:
    x, y, width, height = box
    return image.PixelRectangle(x=x, y=y, width=width, height=height)


def _with_photo(asked: M, photo: Photo, fast: bool, model: str) -> M:
    """A request with its photo and model."""
    message: M = type(asked)()
    message.CopyFrom(asked)
    message.model = model
    message.image.CopyFrom(read(photo, fast=fast))
    return message


def _headers(priority: Priority | None, metadata: Mapping[str, str] | None) -> Mapping[str, str]:
    if priority not in (None, "low", "normal", "high"):
        raise ValueError(f"a priority is low, normal or high, not {priority!r}")
    return {**(metadata or {}), **({} if priority is None else {"x-priority": priority})}


def _answers_in_a_stream(stub: Callable[[Any], Any], method: str) -> bool:
    """Whether a stub's method answers with a stream; it has one request."""
    kinds = _Kinds()
    called = getattr(stub(kinds), method, None)
    if called not in ("unary_unary", "unary_stream"):
        raise ValueError(f"{name_of(stub, method)} is {'a stream of requests' if called else 'not there'}: {stub.__name__} has others")
    return bool(called == "unary_stream")


class _Kinds:
    """A channel whose calls are but the names of their kinds."""

    def __getattr__(self, kind: str) -> Callable[..., str]:
        return lambda *path, **codecs: kind
