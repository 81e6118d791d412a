"""What can be explained: classes, words of a caption, answers."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any, Literal, Mapping, SupportsIndex, Union

from gradcam.v1 import captioning_service_pb2 as captioning
from gradcam.v1 import classification_service_pb2 as classification
from gradcam.v1 import explanation_pb2 as explanation
from gradcam.v1 import vqa_service_pb2 as vqa

Score = Literal["logit", "probability", "log_probability", "counterfactual"]
"""What of a class, word or answer is explained. The counterfactual is what speaks against it."""

ClassName = Union[str, SupportsIndex]
"""A class by its label, or as much of its start as is unique; or by its index."""


@dataclass(frozen=True)
class Class:
    """A class; with ``rather_than``, why it and not another: the difference of their logits."""

    name: ClassName
    score: Score | None = None
    """By default the logit."""
    rather_than: ClassName | None = None


@dataclass(frozen=True)
class Best:
    """The most probable classes, or the likeliest answers: a score each."""

    count: int
    score: Score | None = None
    """By default the logit of a class, and the log-probability of an answer."""


@dataclass(frozen=True)
class Sum:
    """A weighted sum of classes as one score: all cats, or cats less dogs."""

    weights: Mapping[ClassName, float]
    score: Score | None = None
    """By default the logit."""


@dataclass(frozen=True)
class Word:
    """A word of a caption at a position from 0. With ``text``, that word in its place: "why not this one?"."""

    position: int
    text: str | None = None
    rather_than: str = ""
    score: Score | None = None
    """By default the log-probability."""


@dataclass(frozen=True)
class Words:
    """Neighbouring words of a caption: the sum of their scores."""

    first: int
    count: int
    score: Score | None = None
    """By default the log-probability."""


@dataclass(frozen=True)
class WholeCaption:
    """All words of a caption and its end: the sum of their scores."""

    score: Score | None = None
    """By default the log-probability."""


@dataclass(frozen=True)
class Answer:
    """An answer, likely or not; with ``rather_than``, why it and not another."""

    text: str
    rather_than: str = ""
    score: Score | None = None
    """By default the log-probability."""


@dataclass(frozen=True)
class Question:
    """A question about a photo, and which answers to it to explain: the likeliest one, unless some are named."""

    text: str
    targets: tuple[AnswerTarget, ...]

    def __init__(self, text: str, *targets: AnswerTarget) -> None:
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "targets", targets)


ClassTarget = Union[ClassName, Class, Best, Sum, classification.ClassTarget]
"""A class to explain; the message, where that is wanted."""
CaptionTarget = Union[SupportsIndex, Word, Words, WholeCaption, captioning.CaptionTarget]
"""Words of a caption to explain; a number is a word's position."""
AnswerTarget = Union[str, Answer, Best, vqa.AnswerTarget]
"""An answer to explain."""


def of_class(target: ClassTarget) -> classification.ClassTarget:
    """The message of a target."""
    if isinstance(target, classification.ClassTarget):
        return target
    if isinstance(target, Best):
        return classification.ClassTarget(top_k=target.count, score_kind=_kind(target.score))
    if isinstance(target, Sum):
        terms = [classification.WeightedClass(class_reference=reference(name), weight=weight) for name, weight in target.weights.items()]
        return classification.ClassTarget(
            weighted_classes=classification.WeightedClasses(terms=terms), score_kind=_kind(target.score)
        )
    if not isinstance(target, Class):
        return classification.ClassTarget(**_named(target))
    contrast = None if target.rather_than is None else reference(target.rather_than)
    return classification.ClassTarget(**_named(target.name), score_kind=_kind(target.score), contrast=contrast)


def of_caption(target: CaptionTarget) -> captioning.CaptionTarget:
    """The message of a target."""
    if isinstance(target, captioning.CaptionTarget):
        return target
    if isinstance(target, WholeCaption):
        return captioning.CaptionTarget(whole_caption=captioning.WholeCaption(), score_kind=_kind(target.score))
    if isinstance(target, Words):
        span = captioning.WordSpan(first_position=target.first, word_count=target.count)
        return captioning.CaptionTarget(span=span, score_kind=_kind(target.score))
    if not isinstance(target, Word):
        return captioning.CaptionTarget(word_position=_index(target))
    kind, contrast = _kind(target.score), target.rather_than
    if target.text is None:
        return captioning.CaptionTarget(word_position=target.position, score_kind=kind, contrast=contrast)
    word = captioning.AlternativeWord(position=target.position, word=target.text)
    return captioning.CaptionTarget(alternative_word=word, score_kind=kind, contrast=contrast)


def of_answer(target: AnswerTarget) -> vqa.AnswerTarget:
    """The message of a target."""
    if isinstance(target, vqa.AnswerTarget):
        return target
    if isinstance(target, Best):
        return vqa.AnswerTarget(top_k=target.count, score_kind=_kind(target.score))
    if isinstance(target, Answer):
        return vqa.AnswerTarget(answer=target.text, score_kind=_kind(target.score), contrast=target.rather_than)
    return vqa.AnswerTarget(answer=target)


def _kind(score: Score | None) -> explanation.ScoreKind:
    name = f"SCORE_KIND_{(score or 'unspecified').upper()}"
    if name not in explanation.ScoreKind.keys():
        raise ValueError(f"a score is logit, probability, log_probability or counterfactual, not {score!r}")
    kind: explanation.ScoreKind = explanation.ScoreKind.Value(name)
    return kind


def reference(name: ClassName) -> classification.ClassReference:
    """The message of a class by its label or index."""
    return classification.ClassReference(**_named(name))


def _named(name: ClassName) -> dict[str, Any]:
    return {"label": name} if isinstance(name, str) else {"class_index": _index(name)}


def _index(value: SupportsIndex) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"a target is a name, a whole number or one of this module's classes, not {type(value).__name__}") from None
