"""What comes back: immutable, with numpy arrays and PIL images. ``message`` is the server's own message with all that is not here."""

from __future__ import annotations

import base64
import html
import io
import math
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Mapping, NamedTuple, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from gradcam import errors
from gradcam.methods import name_of
from gradcam.v1 import captioning_service_pb2 as captioning
from gradcam.v1 import classification_service_pb2 as classification
from gradcam.v1 import explanation_pb2 as explanation
from gradcam.v1 import image_pb2 as image
from gradcam.v1 import model_service_pb2 as model_service
from gradcam.v1 import video_service_pb2 as video_service
from gradcam.v1 import vqa_service_pb2 as vqa

Floats = npt.NDArray[np.float32]


class Rectangle(NamedTuple):
    """A part of the photo, in its pixels from the top left corner."""

    x: float
    y: float
    width: float
    height: float

    @staticmethod
    def of(message: image.PixelRectangle) -> Rectangle:
        return Rectangle(message.x, message.y, message.width, message.height)


class Size(NamedTuple):
    """Columns and rows."""

    width: int
    height: int

    @staticmethod
    def of(message: image.PixelSize) -> Size:
        return Size(message.width, message.height)


@dataclass(frozen=True)
class ClassScore:
    """A class, and how much speaks for it."""

    index: int
    label: str
    probability: float
    logit: float


@dataclass(frozen=True)
class Prediction:
    """The most probable classes of a photo, the most probable first."""

    classes: tuple[ClassScore, ...]
    model: str
    model_version: str
    crop: Rectangle
    """The part of the photo that the network saw."""
    size: Size
    """The photo's size, with its EXIF orientation applied."""
    message: classification.ClassificationPrediction = field(repr=False)

    @property
    def best(self) -> ClassScore:
        """The most probable class."""
        return self.classes[0]

    @staticmethod
    def of(message: classification.ClassificationPrediction) -> Prediction:
        classes = tuple(ClassScore(c.class_index, c.label, c.probability, c.logit) for c in message.classes)
        return Prediction(
            classes, message.model, message.model_version, Rectangle.of(message.crop), Size.of(message.image_size), message
        )

    def __str__(self) -> str:
        return "\n".join(f"{100 * c.probability:5.1f} %  {c.label} ({c.index})" for c in self.classes)


@dataclass(frozen=True, eq=False)
class Map:
    """Where the network saw something."""

    values: Floats = field(repr=False)
    """The numbers, height x width; 3 x height x width for signed values of a method on pixels. Read-only."""
    subject: str
    """What was explained: a label, words or an answer; of a sum, its terms."""
    score: float
    """The value of the score that was differentiated."""
    method: str
    """How it was made, as METHODS has it."""
    layers: tuple[str, ...]
    """Where it was made; none for a method on pixels."""
    target: int
    """The target that asked for it: its place among them, from 0."""
    all_zero: bool
    """Whether nothing speaks for the score."""
    score_is_flat: bool
    """Whether the score depends on nothing here, in single precision: ask for the log-probability then."""
    crop: Rectangle
    """The part of the photo that the network saw. A map on another grid than the photo's covers it."""
    size: Size
    """The photo's size."""
    picture: bytes | None = field(repr=False)
    """The overlay as a file; None where none was asked for."""
    outputs: tuple[explanation.RenderedMap, ...] = field(repr=False)
    """The forms that ``outputs`` asked for, in that order."""
    message: explanation.SaliencyMap = field(repr=False)

    @staticmethod
    def of(message: explanation.SaliencyMap, has_overlay: bool, call: str) -> Map:
        """Reads a map whose first output is its numbers and, where there is one, whose second is its overlay."""
        outputs, own = message.outputs, 2 if has_overlay else 1
        forms = [output.WhichOneof("form") for output in outputs[:own]]
        if forms != ["raw", "image"][:own]:
            raise errors.broken("a map came without the numbers or the picture that were asked for", call)
        raw, source = outputs[0].raw, message.provenance
        shape = (raw.channel_count, raw.size.height, raw.size.width)
        if min(shape) < 1 or len(raw.data) != 4 * math.prod(shape):
            raise errors.broken(f"a map of {' x '.join(map(str, shape))} numbers came with {len(raw.data)} bytes", call)
        values = np.frombuffer(raw.data, "<f4").reshape(shape if shape[0] > 1 else shape[1:])
        if not np.isfinite(values).all():
            raise errors.broken("a map came with values that are no finite numbers", call)
        return Map(
            values, subject_of(source.score), source.score.value, name_of(source.method), tuple(source.layers), message.target_index,
            message.all_zero, message.score_is_flat, Rectangle.of(source.crop), Size.of(source.image_size),
            outputs[1].image.data if has_overlay else None, tuple(outputs[own:]), message,
        )

    def overlay(self) -> Image.Image:
        """The map over the photo, in the photo's own size."""
        if self.picture is None:
            raise ValueError("the map has no overlay; ask for one with overlay=True")
        return Image.open(io.BytesIO(self.picture))

    def scaled(self) -> Floats:
        """The values from 0 to 1, for drawing; all zero for a map that is the same everywhere.

        0 is the least of all values. On the photo's grid, ``values="scaled"`` is not the same: 0 is the least inside the crop there.
        """
        spread = self.values - self.values.min()
        scaled: Floats = spread / (spread.max() + np.float32(1e-7))
        return scaled

    def on_photo(self) -> Floats:
        """The values on the photo's grid: bilinear inside the crop, 0 outside of it. Planes stay: height x width, or 3 x height x width."""
        if self.message.outputs[0].raw.grid == explanation.MAP_GRID_IMAGE:
            return self.values
        columns, inside_x = _places(self.size.width, self.crop.x, self.crop.width, self.values.shape[-1])
        rows, inside_y = _places(self.size.height, self.crop.y, self.crop.height, self.values.shape[-2])
        on_photo: Floats = np.zeros((*self.values.shape[:-2], self.size.height, self.size.width), np.float32)
        on_photo[..., inside_y[:, None] & inside_x] = _between(_between(self.values, rows, -2), columns, -1).reshape(
            *self.values.shape[:-2], -1
        )
        return on_photo

    def peak(self) -> tuple[float, float]:
        """Where on the photo the map is largest, in pixels (x, y): the centre of that position. Of equal ones the first, row by row."""
        plane = self.values if self.values.ndim == 2 else np.abs(self.values).max(0)
        row, column = np.unravel_index(int(plane.argmax()), plane.shape)
        if self.message.outputs[0].raw.grid == explanation.MAP_GRID_IMAGE:
            return float(column) + 0.5, float(row) + 0.5
        height, width = plane.shape
        return (
            float(self.crop.x + (column + 0.5) * self.crop.width / width),
            float(self.crop.y + (row + 0.5) * self.crop.height / height),
        )

    def _repr_png_(self) -> bytes | None:
        if self.picture is None or self.message.outputs[1].image.format == image.IMAGE_FORMAT_PNG:
            return self.picture
        file = io.BytesIO()
        self.overlay().save(file, "PNG")
        return file.getvalue()

    def _repr_html_(self) -> str:
        return _figures([self])


def _places(length: int, start: float, extent: float, count: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Where on a map's axis the centres of the photo's pixels lie, and which pixels the map covers."""
    centres = np.arange(length) + 0.5 - start
    inside = (centres >= 0) & (centres <= extent) & (extent > 0)
    return np.clip(centres[inside] * count / extent - 0.5, 0, count - 1), inside


def _between(values: Floats, places: npt.NDArray[np.float64], axis: int) -> Floats:
    """The values at places between them along an axis, linear."""
    before = np.minimum(places.astype(int), values.shape[axis] - 1)
    after = np.minimum(before + 1, values.shape[axis] - 1)
    share = (places - before).astype(np.float32).reshape([-1] + [1] * (-1 - axis))
    between: Floats = values.take(before, axis) * (1 - share) + values.take(after, axis) * share
    return between


def _figures(maps: Sequence[Map]) -> str:
    text = ""
    for shown in maps:
        data = shown._repr_png_()
        picture = f'<img src="data:image/png;base64,{base64.b64encode(data).decode()}" style="max-width: 24em">' if data else ""
        where = " ".join([shown.method, *shown.layers])
        text += (
            f'<figure style="display: inline-block; margin: 0.5em">{picture}<figcaption><b>{html.escape(shown.subject)}</b> '
            f"{shown.score:.4g}<br><small>{html.escape(where)}{', nothing speaks for it' if shown.all_zero else ''}</small></figcaption></figure>"
        )
    return text


@dataclass(frozen=True, eq=False)
class Explanation:
    """The prediction for a photo, and maps. Their ``message`` is that of each."""

    prediction: Prediction
    maps: tuple[Map, ...]
    label_images: tuple[explanation.LabelImage, ...] = field(repr=False)

    @property
    def map(self) -> Map:
        """The first map."""
        return self.maps[0]

    def overlay(self) -> Image.Image:
        """The first map over the photo, in the photo's own size."""
        return self.map.overlay()

    @staticmethod
    def of(head: classification.ClassificationServiceExplainResponse, maps: Sequence[tuple[Any, Map]], others: Sequence[Any]) -> Explanation:
        label_images = tuple(other for other in others if isinstance(other, explanation.LabelImage))
        return Explanation(Prediction.of(head.prediction), tuple(shown for _, shown in maps), label_images)

    def _repr_png_(self) -> bytes | None:
        return self.map._repr_png_() if self.maps else None

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self.prediction))}</pre>{_figures(self.maps)}"


@dataclass(frozen=True)
class CaptionWord:
    """A word of a caption."""

    text: str
    log_probability: float
    """The natural logarithm of its probability behind the words before it."""


@dataclass(frozen=True)
class Caption:
    """A sentence about a photo."""

    text: str
    words: tuple[CaptionWord, ...]
    log_probability: float
    """Of the whole sentence and its end, natural: the sum of its words' and its end's."""

    @staticmethod
    def of(message: captioning.Caption) -> Caption:
        words = tuple(CaptionWord(word.text, word.log_probability) for word in message.words)
        return Caption(message.text, words, message.log_probability)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Captions:
    """Sentences about a photo, the best first."""

    captions: tuple[Caption, ...]
    message: captioning.CaptionPrediction = field(repr=False)

    @property
    def best(self) -> Caption:
        """The best one."""
        return self.captions[0]

    @staticmethod
    def of(message: captioning.CaptionPrediction) -> Captions:
        return Captions(tuple(map(Caption.of, message.captions)), message)

    def __str__(self) -> str:
        return self.best.text


@dataclass(frozen=True, eq=False)
class Attention:
    """Where the last layer of a head looked. This is no map of a gradient, and does not say what spoke for a word or answer."""

    layer: str
    values: Floats = field(repr=False)
    """height x width; those of all layers together sum to 1. Read-only."""

    @staticmethod
    def of(message: explanation.AttentionGrid, call: str) -> Attention:
        shape = (message.size.height, message.size.width)
        if min(shape) < 1 or len(message.data) != 4 * math.prod(shape):
            raise errors.broken(f"weights of {shape[0]} x {shape[1]} positions came with {len(message.data)} bytes", call)
        return Attention(message.layer, np.frombuffer(message.data, "<f4").reshape(shape))


@dataclass(frozen=True, eq=False)
class CaptionExplanation:
    """A caption of a photo, and maps of its words."""

    caption: Caption
    maps: tuple[Map, ...]
    skipped: Mapping[int, str]
    """The targets that the caption turned out not to have, and why."""
    attention: tuple[tuple[Attention, ...], ...]
    """For each word, where it was asked for: its weights at each layer."""
    message: captioning.CaptionPrediction = field(repr=False)

    @property
    def words(self) -> tuple[tuple[CaptionWord, tuple[Map, ...]], ...]:
        """Each word with the maps of it alone."""

        def is_of(shown: Map, position: int, text: str) -> bool:
            said = shown.message.provenance.score.words
            return not said.includes_end and [(word.position, word.text) for word in said.words] == [(position, text)]

        return tuple(
            (word, tuple(shown for shown in self.maps if is_of(shown, position, word.text)))
            for position, word in enumerate(self.caption.words)
        )

    @staticmethod
    def of(head: captioning.CaptioningServiceExplainResponse, maps: Sequence[tuple[Any, Map]], others: Sequence[Any]) -> CaptionExplanation:
        skipped = MappingProxyType({target.target_index: target.reason for target in head.skipped_targets})
        shown = tuple(shown for _, shown in maps)
        return CaptionExplanation(Caption.of(head.prediction.captions[0]), shown, skipped, tuple(others), head.prediction)

    @property
    def map(self) -> Map:
        """The first map."""
        return self.maps[0]

    def overlay(self) -> Image.Image:
        """The first map over the photo, in the photo's own size."""
        return self.map.overlay()

    def _repr_png_(self) -> bytes | None:
        return self.map._repr_png_() if self.maps else None

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.caption.text)}</p>{_figures(self.maps)}"


@dataclass(frozen=True)
class RankedAnswer:
    """An answer, and how much speaks for it."""

    index: int
    text: str
    probability: float
    logit: float


@dataclass(frozen=True)
class Answers:
    """The answers to a question, the likeliest first."""

    question: str
    """The question's words, as the head read them."""
    unknown_words: tuple[str, ...]
    """Those that the head does not know."""
    answers: tuple[RankedAnswer, ...]
    message: vqa.VqaPrediction = field(repr=False)
    """All else: model, crop, the photo's size, timings; and the other questions of the same call."""

    @property
    def best(self) -> RankedAnswer:
        """The likeliest one."""
        return self.answers[0]

    @staticmethod
    def of(message: vqa.VqaPrediction) -> tuple[Answers, ...]:
        return tuple(
            Answers(
                " ".join(word.text for word in question.words),
                tuple(word.text for word in question.words if word.is_unknown),
                tuple(RankedAnswer(a.answer_index, a.text, a.probability, a.logit) for a in question.answers),
                message,
            )
            for question in message.questions
        )

    def __str__(self) -> str:
        return self.best.text


@dataclass(frozen=True, eq=False)
class AnswerExplanation:
    """The answers to a question about a photo, maps of them, and what each word of the question changes."""

    answers: Answers
    maps: tuple[Map, ...]
    left_out_words: tuple[vqa.LeftOutWords, ...] = field(repr=False)
    """For each explained answer, where it was asked for."""
    attention: tuple[Attention, ...]
    """The weights at each layer, where they were asked for."""
    message: vqa.VqaPrediction = field(repr=False)

    @property
    def map(self) -> Map:
        """The first map."""
        return self.maps[0]

    def overlay(self) -> Image.Image:
        """The first map over the photo, in the photo's own size."""
        return self.map.overlay()

    @staticmethod
    def of(
        head: vqa.VqaServiceExplainResponse, maps: Sequence[tuple[vqa.AnswerMap, Map]], others: Sequence[Any]
    ) -> tuple[AnswerExplanation, ...]:
        """One for each question. Of the others, attention is with its question's index."""
        return tuple(
            AnswerExplanation(
                answers,
                tuple(shown for event, shown in maps if event.question_index == question),
                tuple(other for other in others if isinstance(other, vqa.LeftOutWords) and other.question_index == question),
                tuple(grid for other in others if isinstance(other, tuple) and other[0] == question for grid in other[1]),
                head.prediction,
            )
            for question, answers in enumerate(Answers.of(head.prediction))
        )

    def _repr_png_(self) -> bytes | None:
        return self.map._repr_png_() if self.maps else None

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.answers.question)}: <b>{html.escape(str(self.answers))}</b></p>{_figures(self.maps)}"


@dataclass(frozen=True, eq=False)
class TaskExplanations:
    """The answers to several tasks about one photo; None for those that were not asked for."""

    classes: Explanation | None
    caption: CaptionExplanation | None
    answers: tuple[AnswerExplanation, ...] | None
    """One for each question, in their order."""

    @staticmethod
    def of(parts: Mapping[str, Any]) -> TaskExplanations:
        return TaskExplanations(parts.get("classification"), parts.get("captioning"), parts.get("vqa"))

    def _repr_html_(self) -> str:
        shown = [self.classes, self.caption, *(self.answers or ())]
        return "".join(part._repr_html_() for part in shown if part is not None)


@dataclass(frozen=True, eq=False)
class PhotoResult:
    """What became of a photo of ``explain_many``."""

    index: int
    """The photo's place, from 0."""
    photo: Any = field(repr=False)
    """The photo, as it was given."""
    explanation: Explanation | None
    """Its answer: whole where there is no error; else what had arrived, or None."""
    error: Exception | None
    """What was wrong with this photo: a GradCamError, or what its file or array raised. The others are not touched by it."""


@dataclass(frozen=True, eq=False)
class FrameResult:
    """What became of a frame of ``video``."""

    index: int
    """The frame's place, from 0."""
    timestamp: float
    """When it was taken, in seconds."""
    explanation: Explanation | None
    """Its answer; None where it has none."""
    unanswered: str
    """Why it has none though nothing is wrong with it: "skipped", "dropped" or "expired"; else empty."""
    error: Exception | None
    """What was wrong with it."""
    message: video_service.ExplainedFrame | None = field(repr=False)
    """Keyframe, difference and latency; None where there is no explanation."""


@dataclass(frozen=True)
class Layer:
    """A layer that can be explained at."""

    name: str
    channels: int
    size: Size
    """Columns and rows of its maps."""

    @staticmethod
    def of(message: model_service.Layer) -> Layer:
        return Layer(message.name, message.channel_count, Size.of(message.size))


@dataclass(frozen=True)
class Head:
    """What captions photos, or answers questions about them."""

    layers: tuple[Layer, ...]
    """Those that its words or answers can be explained at."""
    max_words: int
    """The longest caption or question, in words."""
    words: tuple[str, ...] = field(repr=False)
    """The words that it knows, the most frequent first."""
    answers: tuple[str, ...] = field(repr=False)
    """The answers that it can give, by index; none of a head that captions."""

    @staticmethod
    def of(message: model_service.CaptioningHead | model_service.AnsweringHead) -> Head:
        answers = message.answers if isinstance(message, model_service.AnsweringHead) else ()
        return Head(tuple(map(Layer.of, message.layers)), message.max_words, tuple(message.words), tuple(answers))


_TASKS = {
    model_service.MODEL_TASK_CLASSIFICATION: "classification",
    model_service.MODEL_TASK_CAPTIONING: "captioning",
    model_service.MODEL_TASK_VQA: "vqa",
}


@dataclass(frozen=True)
class Model:
    """A model, and what it can be asked."""

    name: str
    version: str
    architecture: str
    tasks: tuple[str, ...]
    """Of "classification", "captioning" and "vqa"."""
    class_count: int
    default_layer: str
    labels: tuple[str, ...] = field(repr=False)
    """By index; only from ``model``."""
    layers: tuple[Layer, ...] = field(repr=False)
    """In the order of the network; only from ``model``."""
    captioning: Head | None = field(repr=False)
    """What captions; None without it, and from ``models``."""
    answering: Head | None = field(repr=False)
    """What answers questions; None without it, and from ``models``."""
    message: model_service.Model = field(repr=False)
    """All else: preprocessing, licence, metrics."""

    @staticmethod
    def of(message: model_service.Model) -> Model:
        tasks = tuple(_TASKS[task] for task in message.tasks if task in _TASKS)
        return Model(
            message.name, message.version, message.architecture, tasks, message.class_count, message.default_layer,
            tuple(message.labels), tuple(map(Layer.of, message.layers)),
            Head.of(message.captioning) if message.HasField("captioning") else None,
            Head.of(message.answering) if message.HasField("answering") else None, message,
        )


def subject_of(score: explanation.ExplainedScore) -> str:
    """What a score is of, in words."""
    kind = score.WhichOneof("subject")
    if kind == "explained_class":
        return score.explained_class.label
    if kind == "words":
        return " ".join(word.text for word in score.words.words)
    if kind == "answer":
        return score.answer.text
    return " + ".join(f"{term.weight:g} * {term.explained_class.label}" for term in score.weighted_classes.terms)
