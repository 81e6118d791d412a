"""Every call as data: what is asked, of whom, and how the answer is read. The clients make them; nothing here does I/O but reading photos."""

from __future__ import annotations

import functools
import inspect
import os
from dataclasses import dataclass, field
from typing import Any, AsyncIterable, Callable, Generic, Iterable, Literal, Mapping, NamedTuple, Sequence, TypeVar, Union

from PIL import Image

from gradcam import targets as target_messages
from gradcam import wire_pb2 as wire
from gradcam.errors import Unavailable, broken
from gradcam.methods import Method, find
from gradcam.photo import Photo, read
from gradcam.reading import Messages, ModelPages, Parts, Reader, Shape, Single
from gradcam.results import (
    AnswerExplanation, Answers, Attention, CaptionExplanation, Captions, Explanation, FrameResult, Model, PhotoResult, Prediction
)
from gradcam.streams import FrameStream, PhotoStream, Stream
from gradcam.targets import AnswerTarget, CaptionTarget, ClassTarget
from gradcam.v1 import captioning_service_pb2 as captioning
from gradcam.v1 import captioning_service_pb2_grpc as captioning_grpc
from gradcam.v1 import classification_service_pb2 as classification
from gradcam.v1 import classification_service_pb2_grpc as classification_grpc
from gradcam.v1 import explanation_pb2 as pb
from gradcam.v1 import model_service_pb2 as model_service
from gradcam.v1 import model_service_pb2_grpc as model_grpc
from gradcam.v1 import video_service_pb2 as video_service
from gradcam.v1 import vqa_service_pb2 as vqa
from gradcam.v1 import vqa_service_pb2_grpc as vqa_grpc

T = TypeVar("T")
C = TypeVar("C", bound=Callable[..., Any])
M = TypeVar("M", bound=Any)

Fusion = Literal["none", "mean", "maximum"]
Smoothing = Literal["augmentation", "eigen"]
Grid = Literal["native", "input", "image"]
Values = Literal["rectified", "signed", "scaled"]
Overlay = Union[bool, pb.OverlayOutput]
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

    return Call(
        classification_grpc.ClassificationServiceStub, "Classify", request,
        lambda: Single(lambda response: Prediction.of(response.prediction)), timeout=timeout, metadata=_headers(priority, metadata),
    )


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
    maps = _Maps(method, layer, fuse, smooth, grid, values, overlay, outputs)
    asked = _classes(targets, maps, label_images, top_k)
    stub, name = classification_grpc.ClassificationServiceStub, "Explain"
    shape = _classified(asked, maps, name_of(stub, name))
    return Call(
        stub, name, lambda default: _with_photo(asked, photo, fast, model or default), lambda: Parts(shape), streams=True,
        timeout=timeout, metadata=_headers(priority, metadata),
    )


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
    _several("photos", photos)
    if not 1 <= in_flight <= 64:
        raise ValueError(f"in_flight is {in_flight}, and must be 1 to 64")
    maps = _Maps(method, layer, fuse, smooth, grid, values, overlay, outputs)
    asked = _classes(targets, maps, label_images, top_k)
    asked.model = model
    shape = _classified(asked, maps, name_of(PhotoStream.stub, PhotoStream.method))
    return PhotoStream(photos, asked, shape, timeout, _headers(priority, metadata), in_flight, ordered, fast)


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
    _several("frames", frames)
    asked = video_service.VideoSettings()
    if settings is not None:
        asked.CopyFrom(settings)
    asked.model = model or asked.model
    maps = _Maps(method, layer, fuse, smooth, grid, values, overlay, outputs)
    # What the client reads itself, the numbers and the overlay, comes first.
    others = list(asked.request.outputs)
    del asked.request.outputs[:]
    asked.request.MergeFrom(_classes(targets, maps, (), top_k))
    asked.request.outputs.extend(others)
    if policy is not None:
        asked.policy = _enum(video_service.FramePolicy, "FRAME_POLICY", policy, "policy")
    if frame_step is not None:
        asked.frame_step = frame_step
    if frame_deadline is not None:
        asked.frame_deadline.FromNanoseconds(round(frame_deadline * 1e9))
    if new_map_weight is not None:
        asked.smoothing_factor = new_map_weight
    if keyframe_threshold is not None:
        asked.keyframe_threshold = keyframe_threshold
    return FrameStream(frames, asked, maps.has_overlay, timeout, _headers(priority, metadata))


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
        return captioning.CaptionRequest(model=model or default, image=read(photo, fast=fast), decoding=_decoding(beams, decoding))

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
    if text is not None and (beams is not None or decoding is not None):
        raise ValueError("a text of your own is not searched for: leave beams and decoding out")
    maps = _Maps(method, layer, fuse, (), grid, values, overlay, outputs)
    asked = captioning.CaptioningServiceExplainRequest(
        targets=map(target_messages.of_caption, targets), include_attention=attention, text=text, decoding=_decoding(beams, decoding),
        **maps.fields(),
    )

    def places(head: captioning.CaptioningServiceExplainResponse) -> Iterable[int]:
        skipped = {target.target_index for target in head.skipped_targets}
        count = len(targets) or len(head.prediction.captions[0].words)
        return (place for place in range(count) if place not in skipped)

    stub, name = captioning_grpc.CaptioningServiceStub, "Explain"
    shape = Shape(
        name_of(stub, name), CaptionExplanation.of, places, maps.has_overlay, is_whole=lambda head: len(head.prediction.captions) > 0,
        read=lambda word, call: tuple(Attention.of(grid, call) for grid in word.grids),
    )
    return Call(
        stub, name, lambda default: _with_photo(asked, photo, fast, model or default), lambda: Parts(shape), streams=True,
        timeout=timeout, metadata=_headers(priority, metadata),
    )


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
    _several("questions", questions)
    return _asked(photo, questions, lambda answers: answers, top_k, fast, model, timeout, _headers(priority, metadata))


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
    maps = _Maps(method, layer, fuse, (), grid, values, overlay, outputs)
    asked = vqa.VqaServiceExplainRequest(
        questions=[vqa.VqaQuestion(text=question, targets=map(target_messages.of_answer, targets))],
        prediction_top_k=top_k, leave_words_out=leave_words_out, include_attention=attention, **maps.fields(),
    )

    def read_event(event: Any, call: str) -> Any:
        looked = isinstance(event, vqa.QuestionAttention)
        return tuple(Attention.of(grid, call) for grid in event.grids) if looked else event

    stub, name = vqa_grpc.VqaServiceStub, "Explain"
    shape = Shape(
        name_of(stub, name), AnswerExplanation.of, lambda head: range(max(1, len(targets))), maps.has_overlay,
        is_whole=lambda head: len(head.prediction.questions) == 1, map_of=lambda answer: answer.map, read=read_event,
    )
    return Call(
        stub, name, lambda default: _with_photo(asked, photo, fast, model or default), lambda: Parts(shape), streams=True,
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
    return Call(
        model_grpc.ModelServiceStub, "GetModel", lambda default: model_service.GetModelRequest(name=name or default),
        lambda: Single(lambda response: Model.of(response.model)), timeout=timeout, metadata=_headers(priority, metadata),
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

    ``client.call(EvidenceServiceStub, "Evaluate", EvaluateRequest(...))``, of ``gradcam.v1``, has the client's timeout, retries,
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


@dataclass(frozen=True)
class _Maps:
    """What requests say about maps, whatever is explained."""

    method: Method | Sequence[Method]
    layer: str | Sequence[str]
    fuse: Fusion | None
    smooth: Smoothing | Sequence[Smoothing]
    grid: Grid
    values: Values
    overlay: Overlay
    outputs: Sequence[pb.MapOutput]

    @property
    def has_overlay(self) -> bool:
        return self.overlay is not False

    def fields(self) -> dict[str, Any]:
        """The requests' fields. The first output is the numbers; the second the overlay, where there is one."""
        raw = pb.RawMapOutput(
            grid=_enum(pb.MapGrid, "MAP_GRID", self.grid, "grid"), values=_enum(pb.MapValues, "MAP_VALUES", self.values, "values")
        )
        forms = [pb.MapOutput(raw=raw)]
        if self.overlay is not False:
            forms.append(pb.MapOutput(overlay=pb.OverlayOutput() if self.overlay is True else self.overlay))
        return {
            "layers": [self.layer] if isinstance(self.layer, str) else self.layer,
            "layer_fusion": _enum(pb.LayerFusion, "LAYER_FUSION", self.fuse or "unspecified", "fuse"),
            "methods": self._methods(),
            "outputs": [*forms, *self.outputs],
        }

    def _methods(self) -> list[pb.ExplanationMethod]:
        smoothings: Sequence[str] = [self.smooth] if isinstance(self.smooth, str) else self.smooth
        for name in smoothings:
            if name not in ("augmentation", "eigen"):
                raise ValueError(f"smooth is augmentation, eigen or both, not {name!r}")
        methods = [self.method] if isinstance(self.method, (str, pb.ExplanationMethod)) else list(self.method)
        messages = []
        for each in methods or (["gradcam"] if smoothings else []):
            message = pb.ExplanationMethod()
            message.CopyFrom(find(each))
            if "augmentation" in smoothings:
                message.augmentation_smoothing.SetInParent()
            if "eigen" in smoothings:
                message.channel_reduction = pb.CHANNEL_REDUCTION_PRINCIPAL_COMPONENT
            messages.append(message)
        return messages


def _classes(
    targets: Sequence[ClassTarget], maps: _Maps, label_images: Sequence[pb.LabelImageOutput], top_k: int | None
) -> classification.ClassificationServiceExplainRequest:
    return classification.ClassificationServiceExplainRequest(
        targets=map(target_messages.of_class, targets), prediction_top_k=top_k, label_images=label_images, **maps.fields()
    )


def _classified(asked: classification.ClassificationServiceExplainRequest, maps: _Maps, call: str) -> Shape[Explanation]:
    return Shape(call, Explanation.of, lambda head: range(max(1, len(asked.targets))), maps.has_overlay)


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


def _several(what: str, given: object) -> None:
    """Raises where one was given instead of several: a string would be taken letter by letter."""
    if isinstance(given, (str, bytes, bytearray, memoryview, os.PathLike, Image.Image)):
        folder = "; of a folder: sorted(Path(folder).glob('*.jpg'))" if what == "photos" and isinstance(given, (str, os.PathLike)) else ""
        raise TypeError(f"{what} are several, such as a list, not one {type(given).__name__}{folder}")


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


def _decoding(beams: int | None, decoding: captioning.CaptionDecoding | None) -> captioning.CaptionDecoding | None:
    if beams is None:
        return decoding
    if decoding is not None:
        raise ValueError("beams are part of the decoding: give one of the two")
    return captioning.CaptionDecoding(beam_search=captioning.BeamSearch(beam_count=beams))


def _enum(kind: Any, prefix: str, name: str, what: str) -> Any:
    names = {full.removeprefix(f"{prefix}_").lower(): value for full, value in kind.items()}
    if name not in names:
        known = ", ".join(known for known in names if known != "unspecified")
        raise ValueError(f"{what}: one of {known}, not {name!r}")
    return names[name]
