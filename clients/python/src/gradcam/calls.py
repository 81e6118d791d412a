"""Every call as data: what is asked, of whom, and how the answer is read. The clients make them; nothing here does I/O but reading photos."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from typing import Any, AsyncIterable, Callable, Generic, Iterable, Literal, NamedTuple, Sequence, TypeVar, Union

from gradcam import targets as target_messages
from gradcam import wire_pb2 as wire
from gradcam.errors import Unavailable
from gradcam.methods import Method, find
from gradcam.photo import Photo, read
from gradcam.reading import Parts, Reader, Single
from gradcam.results import AnswerExplanation, Answers, CaptionExplanation, Captions, Explanation, FrameResult, Model, PhotoResult, Prediction
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

Fusion = Literal["none", "mean", "maximum"]
Smoothing = Literal["augmentation", "eigen"]
Grid = Literal["native", "input", "image"]
Values = Literal["rectified", "signed", "scaled"]
Overlay = Union[bool, pb.OverlayOutput]
FramePolicy = Literal["every_frame", "every_nth", "latest_wins"]


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
    answer = str(signature.return_annotation).partition("[")[2].removesuffix("]")
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


def classify(photo: Photo, *, top_k: int | None = None, fast: bool = False, model: str = "", timeout: float | None = None) -> Call[Prediction]:
    """The ``top_k`` most probable classes of a photo; 5 by default.

    ``fast`` decodes large JPEG and WebP files faster and less exactly.
    """

    def request(default: str) -> classification.ClassifyRequest:
        return classification.ClassifyRequest(model=model or default, image=read(photo, fast=fast), top_k=top_k)

    return Call(
        classification_grpc.ClassificationServiceStub, "Classify", request,
        lambda: Single(lambda response: Prediction.of(response.prediction)), timeout=timeout,
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
) -> Call[Explanation]:
    """The prediction for a photo, and a map of each target at each layer by each method: Grad-CAM of the most probable class by default.

    ``targets`` are labels, indices, or Class, Best and Sum. ``method`` is a name such as "gradcam++" or "GradCAMPlusPlus", or several;
    ``layer`` a name that ``model`` lists, or several, whose maps ``fuse`` makes into one. ``smooth`` is pytorch-grad-cam's aug_smooth and
    eigen_smooth. The numbers come on a ``grid`` as ``values``, along with an ``overlay``, as it is asked for, and further ``outputs``.
    ``top_k`` is how many classes the prediction lists.
    """
    asked = _classes(targets, method, layer, fuse, smooth, grid, values, overlay, outputs, label_images, top_k)

    def request(default: str) -> classification.ClassificationServiceExplainRequest:
        message = classification.ClassificationServiceExplainRequest()
        message.CopyFrom(asked)
        message.model = model or default
        message.image.CopyFrom(read(photo, fast=fast))
        return message

    stub, name = classification_grpc.ClassificationServiceStub, "Explain"
    return Call(stub, name, request, lambda: _explanation(asked, overlay, name_of(stub, name)), streams=True, timeout=timeout)


def explain_many(
    photos: Iterable[Photo] | AsyncIterable[Photo],
    *targets: ClassTarget,
    in_flight: int = 64,
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
) -> Stream[PhotoResult]:
    """Explains photos over one stream, ``in_flight`` at a time (1 to 64), and gives a PhotoResult for each; otherwise as ``explain``.

    Results come in the photos' order, or with ``ordered=False`` as they are ready. A photo that fails, or cannot be read, is a result with
    an error, and the others go on. No more photos are taken from the iterable than are in flight, and who reads slowly is answered slowly.
    The iterable is read in a thread of its own.

    Where the connection is lost or the server drains, photos without an answer are sent again, as Retry says; each round of attempts begins
    anew when photos were answered. Where that is of no use, those in flight are results with what had arrived and an error, and then that
    error is raised; its ``missing`` names all that have no answer. ``timeout`` is that of the whole stream; there is none by default.
    """
    if not 1 <= in_flight <= 64:
        raise ValueError(f"in_flight is {in_flight}, and must be 1 to 64")
    asked = _classes(targets, method, layer, fuse, smooth, grid, values, overlay, outputs, label_images, top_k)
    asked.model = model
    stub, name = classification_grpc.ClassificationServiceStub, "ExplainStream"
    call = name_of(stub, name)
    return PhotoStream(photos, asked, lambda: _explanation(asked, overlay, call), call, timeout, in_flight, ordered, fast)


def video(
    frames: Iterable[tuple[float, Photo]] | AsyncIterable[tuple[float, Photo]],
    *targets: ClassTarget,
    policy: FramePolicy = "every_frame",
    frame_step: int | None = None,
    frame_deadline: float | None = None,
    smoothing: float | None = None,
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
) -> Stream[FrameResult]:
    """Explains frames in the order of their timestamps, each a Frame or (seconds, photo), and gives a FrameResult for each.

    Without targets, the class that is followed is explained: the most probable one, steadied. ``policy`` says which frames are answered
    ("every_nth": one in ``frame_step``), ``frame_deadline`` for how many seconds an answer is worth something, ``smoothing`` how much a new
    map weighs against those before, and ``keyframe_threshold`` below which difference the network is not asked again. ``settings`` has all
    else that VideoSettings knows. Maps are asked for as with ``explain``. ``timeout`` is that of the whole stream; there is none by
    default. A stream that is cut raises an error whose ``missing`` names the frames without an answer; nothing is sent again.
    """
    asked = video_service.VideoSettings()
    if settings is not None:
        asked.CopyFrom(settings)
    asked.model = model or asked.model
    asked.request.MergeFrom(_classes(targets, method, layer, fuse, smooth, grid, values, overlay, outputs, (), top_k))
    asked.policy = _enum(video_service.FramePolicy, "FRAME_POLICY", policy, "policy")
    if frame_step is not None:
        asked.frame_step = frame_step
    if frame_deadline is not None:
        asked.frame_deadline.FromNanoseconds(round(frame_deadline * 1e9))
    if smoothing is not None:
        asked.smoothing_factor = smoothing
    if keyframe_threshold is not None:
        asked.keyframe_threshold = keyframe_threshold
    return FrameStream(frames, asked, overlay is not False, "VideoService.Explain", timeout)


def caption(
    photo: Photo,
    *,
    beams: int | None = None,
    decoding: captioning.CaptionDecoding | None = None,
    fast: bool = False,
    model: str = "",
    timeout: float | None = None,
) -> Call[Captions]:
    """Sentences about a photo, by a search with 3 ``beams``, or as ``decoding`` says."""

    def request(default: str) -> captioning.CaptionRequest:
        return captioning.CaptionRequest(model=model or default, image=read(photo, fast=fast), decoding=_decoding(beams, decoding))

    return Call(
        captioning_grpc.CaptioningServiceStub, "Caption", request,
        lambda: Single(lambda response: Captions.of(response.prediction)), timeout=timeout,
    )


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
) -> Call[CaptionExplanation]:
    """A caption of a photo, found or your own ``text``, and maps of its words.

    ``targets`` are positions of words, or Word, Words and WholeCaption; every word by default. Maps are asked for as with ``explain``;
    ``attention`` asks for the weights of attention, too.
    """
    if text is not None and (beams is not None or decoding is not None):
        raise ValueError("a text of your own is not searched for: leave beams and decoding out")
    asked = captioning.CaptioningServiceExplainRequest(
        targets=map(target_messages.of_caption, targets), include_attention=attention, text=text,
        decoding=_decoding(beams, decoding), **_maps(method, layer, fuse, (), grid, values, overlay, outputs),
    )

    def request(default: str) -> captioning.CaptioningServiceExplainRequest:
        message = captioning.CaptioningServiceExplainRequest()
        message.CopyFrom(asked)
        message.model = model or default
        message.image.CopyFrom(read(photo, fast=fast))
        return message

    def places(head: captioning.CaptioningServiceExplainResponse) -> Iterable[int]:
        skipped = {target.target_index for target in head.skipped_targets}
        count = len(targets) or len(head.prediction.captions[0].words)
        return (place for place in range(count) if place not in skipped)

    stub, name = captioning_grpc.CaptioningServiceStub, "Explain"
    return Call(
        stub, name, request, lambda: Parts(CaptionExplanation.of, places, overlay is not False, name_of(stub, name)),
        streams=True, timeout=timeout,
    )


def ask(photo: Photo, question: str, *, top_k: int | None = None, fast: bool = False, model: str = "", timeout: float | None = None) -> Call[Answers]:
    """The ``top_k`` likeliest answers to a question about a photo; 5 by default."""
    return _asked(photo, [question], lambda response: Answers.of(response.prediction.questions[0]), top_k, fast, model, timeout)


def ask_all(
    photo: Photo, questions: Sequence[str], *, top_k: int | None = None, fast: bool = False, model: str = "", timeout: float | None = None
) -> Call[tuple[Answers, ...]]:
    """The likeliest answers to each of several questions about a photo, for hardly more than one costs."""
    return _asked(photo, questions, lambda response: tuple(map(Answers.of, response.prediction.questions)), top_k, fast, model, timeout)


def _asked(
    photo: Photo, questions: Sequence[str], read_answers: Callable[[vqa.AnswerResponse], T], top_k: int | None, fast: bool, model: str,
    timeout: float | None,
) -> Call[T]:
    def request(default: str) -> vqa.AnswerRequest:
        return vqa.AnswerRequest(model=model or default, image=read(photo, fast=fast), questions=questions, prediction_top_k=top_k)

    return Call(vqa_grpc.VqaServiceStub, "Answer", request, lambda: Single(read_answers), timeout=timeout)


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
) -> Call[AnswerExplanation]:
    """The answers to a question about a photo, and maps of them.

    ``targets`` are answers, or Answer and Best; the likeliest answer by default. ``leave_words_out`` tells what each word of the question
    changes. Maps are asked for as with ``explain``; ``attention`` asks for the weights of attention, too.
    """
    asked = vqa.VqaServiceExplainRequest(
        questions=[vqa.VqaQuestion(text=question, targets=map(target_messages.of_answer, targets))],
        prediction_top_k=top_k, leave_words_out=leave_words_out, include_attention=attention,
        **_maps(method, layer, fuse, (), grid, values, overlay, outputs),
    )

    def request(default: str) -> vqa.VqaServiceExplainRequest:
        message = vqa.VqaServiceExplainRequest()
        message.CopyFrom(asked)
        message.model = model or default
        message.image.CopyFrom(read(photo, fast=fast))
        return message

    stub, name = vqa_grpc.VqaServiceStub, "Explain"
    return Call(
        stub, name, request,
        lambda: Parts(AnswerExplanation.of, lambda head: range(max(1, len(targets))), overlay is not False, name_of(stub, name)),
        streams=True, timeout=timeout,
    )


def models(*, timeout: float | None = None) -> Call[tuple[Model, ...]]:
    """The server's models, in brief; 100 at most. (More come page by page through ModelServiceStub.)"""
    return Call(
        model_grpc.ModelServiceStub, "ListModels", lambda default: model_service.ListModelsRequest(),
        lambda: Single(lambda response: tuple(map(Model.of, response.models))), timeout=timeout,
    )


def model(name: str = "", *, timeout: float | None = None) -> Call[Model]:
    """A model in full, with its layers and labels. The name may be empty where the server has one model only."""
    return Call(
        model_grpc.ModelServiceStub, "GetModel", lambda default: model_service.GetModelRequest(name=name or default),
        lambda: Single(lambda response: Model.of(response.model)), timeout=timeout,
    )


def wait_until_ready(timeout: float = 60, *, service: str = "") -> Call[None]:
    """Returns once the server, or one of its services, serves; raises why it does not within the timeout."""

    def check(response: wire.HealthCheckResponse) -> None:
        if response.status != wire.HealthCheckResponse.SERVING:
            raise Unavailable(f"the server is {wire.HealthCheckResponse.ServingStatus.Name(response.status)}", call="Health.Check")

    return Call(
        HealthStub, "Check", lambda default: wire.HealthCheckRequest(service=service), lambda: Single(check), timeout=timeout, patient=True
    )


def _explanation(asked: classification.ClassificationServiceExplainRequest, overlay: Overlay, call: str) -> Parts[Explanation]:
    return Parts(Explanation.of, lambda head: range(max(1, len(asked.targets))), overlay is not False, call)


def _classes(
    targets: Sequence[ClassTarget],
    method: Method | Sequence[Method],
    layer: str | Sequence[str],
    fuse: Fusion | None,
    smooth: Smoothing | Sequence[Smoothing],
    grid: Grid,
    values: Values,
    overlay: Overlay,
    outputs: Sequence[pb.MapOutput],
    label_images: Sequence[pb.LabelImageOutput],
    top_k: int | None,
) -> classification.ClassificationServiceExplainRequest:
    return classification.ClassificationServiceExplainRequest(
        targets=map(target_messages.of_class, targets), prediction_top_k=top_k, label_images=label_images,
        **_maps(method, layer, fuse, smooth, grid, values, overlay, outputs),
    )


def _maps(
    method: Method | Sequence[Method],
    layer: str | Sequence[str],
    fuse: Fusion | None,
    smooth: Smoothing | Sequence[Smoothing],
    grid: Grid,
    values: Values,
    overlay: Overlay,
    outputs: Sequence[pb.MapOutput],
) -> dict[str, Any]:
    """The fields about maps that requests share. The first output is the numbers; the second the overlay, where there is one."""
    smoothings: Sequence[str] = [smooth] if isinstance(smooth, str) else smooth
    for name in smoothings:
        if name not in ("augmentation", "eigen"):
            raise ValueError(f"smooth is augmentation, eigen or both, not {name!r}")
    methods = [method] if isinstance(method, (str, pb.ExplanationMethod)) else list(method)
    messages = []
    for each in methods or (["gradcam"] if smoothings else []):
        message = pb.ExplanationMethod()
        message.CopyFrom(find(each))
        if "augmentation" in smoothings:
            message.augmentation_smoothing.SetInParent()
        if "eigen" in smoothings:
            message.channel_reduction = pb.CHANNEL_REDUCTION_PRINCIPAL_COMPONENT
        messages.append(message)
    raw = pb.RawMapOutput(grid=_enum(pb.MapGrid, "MAP_GRID", grid, "grid"), values=_enum(pb.MapValues, "MAP_VALUES", values, "values"))
    forms = [pb.MapOutput(raw=raw)]
    if overlay is not False:
        forms.append(pb.MapOutput(overlay=pb.OverlayOutput() if overlay is True else overlay))
    return {
        "layers": [layer] if isinstance(layer, str) else layer,
        "layer_fusion": _enum(pb.LayerFusion, "LAYER_FUSION", fuse or "unspecified", "fuse"),
        "methods": messages,
        "outputs": [*forms, *outputs],
    }


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
