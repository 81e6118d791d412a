"""What is asked about a photo: maps of classes, of a caption's words, or of answers to questions.

``explain_tasks`` asks several at once, which costs less than one after the other:

    found = client.explain_tasks("cat.jpg", tasks.classes("tabby"), tasks.words(), tasks.answers(["what animal is it"]))
    found.classes.overlay()
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Callable, Generic, Iterable, Literal, Sequence, TypeVar, Union

from PIL import Image

from gradcam import targets as target_messages
from gradcam.methods import Method, find
from gradcam.reading import Shape
from gradcam.results import AnswerExplanation, Attention, CaptionExplanation, Explanation
from gradcam.targets import AnswerTarget, CaptionTarget, ClassTarget, Question
from gradcam.v1 import captioning_service_pb2 as captioning
from gradcam.v1 import classification_service_pb2 as classification
from gradcam.v1 import explanation_pb2 as pb
from gradcam.v1 import vqa_service_pb2 as vqa

T_co = TypeVar("T_co", covariant=True)

Fusion = Literal["none", "mean", "maximum"]
Smoothing = Literal["augmentation", "eigen"]
Grid = Literal["native", "input", "image"]
Values = Literal["rectified", "signed", "scaled"]
Overlay = Union[bool, pb.OverlayOutput]


@dataclass(frozen=True)
class Task(Generic[T_co]):
    """What is asked about a photo, as ``classes``, ``words`` and ``answers`` make it."""

    event: str
    """The name of its events, and of its part of a request for several."""
    asked: Any
    """The request, without its photo and model."""
    shape: Callable[[str], Shape[T_co]]
    """How the answer is read, by the call's name."""


def classes(
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
) -> Task[Explanation]:
    """What is on the photo, and maps of classes: the arguments are those of ``explain``."""
    maps = Maps(method, layer, fuse, smooth, grid, values, overlay, outputs)
    asked = classification.ClassificationServiceExplainRequest(
        targets=map(target_messages.of_class, targets), prediction_top_k=top_k, label_images=label_images, **maps.fields()
    )

    def missing(head: Any, events: Sequence[pb.SaliencyMap]) -> Iterable[int]:
        return _missing(max(1, len(targets)), events)

    return Task("classification", asked, lambda call: Shape(
        call, Explanation.of, missing, maps.has_overlay, is_whole=lambda head: len(head.prediction.classes) > 0
    ))


def words(
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
) -> Task[CaptionExplanation]:
    """A caption of the photo, and maps of its words: the arguments are those of ``explain_caption``."""
    if text is not None and (beams is not None or decoding is not None):
        raise ValueError("a text of your own is not searched for: leave beams and decoding out")
    maps = Maps(method, layer, fuse, (), grid, values, overlay, outputs)
    asked = captioning.CaptioningServiceExplainRequest(
        targets=map(target_messages.of_caption, targets), include_attention=attention, text=text, decoding=decoded(beams, decoding),
        **maps.fields(),
    )

    def missing(head: captioning.CaptioningServiceExplainResponse, events: Sequence[pb.SaliencyMap]) -> Iterable[int]:
        skipped = {target.target_index for target in head.skipped_targets}
        count = len(targets) or len(head.prediction.captions[0].words)
        return (place for place in _missing(count, events) if place not in skipped)

    return Task("captioning", asked, lambda call: Shape(
        call, CaptionExplanation.of, missing, maps.has_overlay, is_whole=lambda head: len(head.prediction.captions) > 0,
        read=lambda word, call: tuple(Attention.of(grid, call) for grid in word.grids),
    ))


def answers(
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
) -> Task[tuple[AnswerExplanation, ...]]:
    """Answers to questions about the photo, and maps of them: the arguments are those of ``explain_answers``."""
    several("questions", questions)
    asked_of = [Question(question) if isinstance(question, str) else question for question in questions]
    maps = Maps(method, layer, fuse, (), grid, values, overlay, outputs)
    asked = vqa.VqaServiceExplainRequest(
        questions=[vqa.VqaQuestion(text=each.text, targets=map(target_messages.of_answer, each.targets)) for each in asked_of],
        prediction_top_k=top_k, leave_words_out=leave_words_out, include_attention=attention, **maps.fields(),
    )

    def missing(head: Any, events: Sequence[vqa.AnswerMap]) -> Iterable[int]:
        """The targets of a question alone; else the questions of which a target has no map."""
        left = [
            _missing(max(1, len(question.targets)), [event.map for event in events if event.question_index == place])
            for place, question in enumerate(asked_of)
        ]
        return left[0] if len(left) == 1 else [place for place, targets in enumerate(left) if targets]

    def read_event(event: Any, call: str) -> Any:
        if not isinstance(event, vqa.QuestionAttention):
            return event
        return event.question_index, tuple(Attention.of(grid, call) for grid in event.grids)

    return Task("vqa", asked, lambda call: Shape(
        call, AnswerExplanation.of, missing, maps.has_overlay,
        is_whole=lambda head: len(head.prediction.questions) == len(asked_of) and all(each.answers for each in head.prediction.questions),
        map_of=lambda answer: answer.map, read=read_event,
    ))


def _missing(targets: int, maps: Iterable[pb.SaliencyMap]) -> list[int]:
    came = {each.target_index for each in maps}
    return [place for place in range(targets) if place not in came]


@dataclass(frozen=True)
class Maps:
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
            grid=enum_value(pb.MapGrid, "MAP_GRID", self.grid, "grid"), values=enum_value(pb.MapValues, "MAP_VALUES", self.values, "values")
        )
        forms = [pb.MapOutput(raw=raw)]
        if self.overlay is not False:
            forms.append(pb.MapOutput(overlay=pb.OverlayOutput() if self.overlay is True else self.overlay))
        return {
            "layers": [self.layer] if isinstance(self.layer, str) else self.layer,
            "layer_fusion": enum_value(pb.LayerFusion, "LAYER_FUSION", self.fuse or "unspecified", "fuse"),
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


def several(what: str, given: object) -> None:
    """Raises where one was given instead of several: a string would be taken letter by letter."""
    if isinstance(given, (str, bytes, bytearray, memoryview, os.PathLike, Image.Image)):
        folder = "; of a folder: sorted(Path(folder).glob('*.jpg'))" if what == "photos" and isinstance(given, (str, os.PathLike)) else ""
        raise TypeError(f"{what} are several, such as a list, not one {type(given).__name__}{folder}")


def decoded(beams: int | None, decoding: captioning.CaptionDecoding | None) -> captioning.CaptionDecoding | None:
    if beams is None:
        return decoding
    if decoding is not None:
        raise ValueError("beams are part of the decoding: give one of the two")
    return captioning.CaptionDecoding(beam_search=captioning.BeamSearch(beam_count=beams))


def enum_value(kind: Any, prefix: str, name: str, what: str) -> Any:
    names = {full.removeprefix(f"{prefix}_").lower(): value for full, value in kind.items()}
    if name not in names:
        known = ", ".join(known for known in names if known != "unspecified")
        raise ValueError(f"{what}: one of {known}, not {name!r}")
    return names[name]
