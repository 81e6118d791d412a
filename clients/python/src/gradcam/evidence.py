"""What tells whether maps can be believed: curves, sanity checks, and maps side by side."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any, Literal, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from gradcam import errors
from gradcam.methods import name_of
from gradcam.results import ClassScore, Map, Prediction, subject_of
from gradcam.v1 import comparison_service_pb2 as comparison
from gradcam.v1 import evidence_service_pb2 as evidence

Doubles = npt.NDArray[np.float64]

Measure = Literal["insertion", "deletion", "occlusion_correlation", "pointing", "energy_inside", "sensitivity"]
"""What is measured of a map. Pointing and energy_inside need boxes."""


@dataclass(frozen=True, eq=False)
class ScoreCurve:
    """A score while more and more pixels are changed."""

    shares: Doubles = field(repr=False)
    """The share of the pixels that were changed at each point, 0 to 1."""
    scores: Doubles = field(repr=False)
    """The score then."""
    area: float
    """The area under the curve, which is the mean score; of a probability 0 to 1."""
    follows: str
    """Which score: "probability" of the class, or "explained" for the explained score itself (a counterfactual, a contrast, a sum)."""

    @staticmethod
    def of(message: evidence.ScoreCurve) -> ScoreCurve:
        follows = evidence.CurveScore.Name(message.score).removeprefix("CURVE_SCORE_").lower()
        points = [(point.share, point.score) for point in message.points]
        shares, scores = (np.array(numbers, np.float64) for numbers in (zip(*points) if points else ((), ())))
        return ScoreCurve(shares, scores, message.area, follows)


@dataclass(frozen=True)
class Pointing:
    """Where a map points."""

    hits: bool
    """Whether its peak lies in a box."""
    peak: tuple[float, float] | None
    """The peak, x and y in pixels of the photo: the middle of a pixel of the network's input. None for a map that is all zero."""


@dataclass(frozen=True, eq=False)
class MapEvidence:
    """What speaks for a map, and against it; what was not asked for, or is undefined, is None."""

    subject: str
    """What was explained: a label; of a sum, its terms."""
    method: str
    """How the map was made, as METHODS has it; empty for a baseline."""
    layers: tuple[str, ...]
    """Where it was made; none for a method on pixels, or a baseline."""
    baseline: str
    """"random" or "centred_blob" for a map that knows nothing of the network; else empty."""
    target: int
    """The target that asked for it: its place among them, from 0."""
    all_zero: bool
    """Whether nothing speaks for the score."""
    insertion: ScoreCurve | None
    """The score while the hottest pixels come first (RISE, section 4.1). A large area is good."""
    deletion: ScoreCurve | None
    """The score while the hottest pixels go first. A small area is good."""
    occlusion_correlation: float | None
    """The rank correlation with how much of the score is lost where a patch covers the photo, -1 to 1. Large is good."""
    pointing: Pointing | None
    """Whether the peak lies in a box (the pointing game)."""
    energy_inside: float | None
    """How much of the map lies in the boxes, 0 to 1."""
    sensitivity: float | None
    """How much the map changes where the photo hardly does, 0 or more (max-sensitivity). Small is good."""
    message: evidence.MapEvidence = field(repr=False)

    @staticmethod
    def of(message: evidence.MapEvidence, call: str) -> MapEvidence:
        kind = message.WhichOneof("subject")
        if kind is None:
            raise errors.broken("evidence came without the map that it is of", call)
        source, is_map = getattr(message, kind), kind == "map"
        own = message.pointing
        peak = (own.input_peak.x, own.input_peak.y) if own.HasField("input_peak") else None

        def number(name: str) -> float | None:
            return getattr(message, name) if message.HasField(name) else None

        return MapEvidence(
            subject_of(source.score), name_of(source.method) if is_map else "", tuple(source.layers) if is_map else (),
            "" if is_map else evidence.Baseline.Name(source.baseline).removeprefix("BASELINE_").lower(), message.target_index, message.all_zero,
            ScoreCurve.of(message.insertion) if message.HasField("insertion") else None,
            ScoreCurve.of(message.deletion) if message.HasField("deletion") else None,
            number("occlusion_correlation"), Pointing(own.hits, peak) if message.HasField("pointing") else None, number("energy_inside"),
            number("sensitivity"), message,
        )


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The prediction for a photo, and what speaks for each map of it."""

    prediction: Prediction
    maps: tuple[MapEvidence, ...]
    """In the order of the targets; of each by the methods and layers, baselines last."""

    @staticmethod
    def of(prediction: Any, maps: Sequence[MapEvidence]) -> Evaluation:
        return Evaluation(Prediction.of(prediction), tuple(maps))


@dataclass(frozen=True)
class MethodSimilarity:
    """How similar a method's map is to the one before anything was random; near 1 is bad."""

    method: str
    """As METHODS has it."""
    structural_similarity: float | None
    """-1 to 1; None where the first map is zero everywhere."""
    rank_correlation: float | None
    """Spearman's, -1 to 1; None where a map is the same everywhere."""
    all_zero: bool
    """Whether the map is zero everywhere by now."""
    not_finite: bool
    """Whether the map has values that are no finite numbers: there is no similarity then."""
    message: evidence.MethodSimilarity = field(repr=False)

    @staticmethod
    def of(message: evidence.MethodSimilarity) -> MethodSimilarity:
        return MethodSimilarity(
            name_of(message.method), message.structural_similarity if message.HasField("structural_similarity") else None,
            _correlation(message), message.all_zero, message.not_finite, message,
        )


@dataclass(frozen=True)
class SanityCheckpoint:
    """The maps when a part of the modules is random."""

    module: str
    """The module that became random last."""
    randomized_modules: int
    """How many are random."""
    similarities: tuple[MethodSimilarity, ...]
    """One for each method, in the call's order."""

    @staticmethod
    def of(message: evidence.SanityCheckpoint) -> SanityCheckpoint:
        return SanityCheckpoint(message.module, message.randomized_module_count, tuple(map(MethodSimilarity.of, message.similarities)))


@dataclass(frozen=True)
class SanityCheck:
    """How far the maps of a photo change while a copy of the model is destroyed (Adebayo et al. 2018)."""

    prediction: Prediction
    """That of the model that is served."""
    subject: str
    """What was explained: a label; of a sum, its terms."""
    score: float
    """The value of the score before anything was random."""
    layer: str
    modules: tuple[str, ...] = field(repr=False)
    """The modules in the order in which they become random: from the outputs down."""
    checkpoints: tuple[SanityCheckpoint, ...]

    @staticmethod
    def of(message: evidence.SanitySubject, checkpoints: Sequence[SanityCheckpoint]) -> SanityCheck:
        return SanityCheck(
            Prediction.of(message.prediction), subject_of(message.score), message.score.value, message.layer, tuple(message.modules),
            tuple(checkpoints),
        )


@dataclass(frozen=True)
class RankedClass(ClassScore):
    """A class, and its place among all of the model's."""

    rank: int
    """1 for the most probable class."""

    @staticmethod
    def of(message: comparison.RankedClass) -> RankedClass:
        score = message.score
        return RankedClass(score.class_index, score.label, score.probability, score.logit, message.rank)


@dataclass(frozen=True, eq=False)
class ClassComparison:
    """What the network found, next to what it should have found (Grad-CAM, section 6.1)."""

    prediction: Prediction
    correct: bool
    """Whether the most probable class is the true one."""
    true_class: RankedClass
    predicted_map: Map
    """Why the most probable class."""
    true_map: Map | None
    """Why the true class; None where the prediction is right."""
    contrast_map: Map | None
    """Why the most probable class rather than the true one; None where the prediction is right."""
    rank_correlation: float | None
    """Spearman's, of the two maps, -1 to 1; None where the prediction is right, or where it is undefined."""
    message: comparison.CompareClassesResponse = field(repr=False)

    @staticmethod
    def of(message: comparison.CompareClassesResponse, has_overlay: bool, call: str) -> ClassComparison:
        def optional(name: str) -> Map | None:
            return Map.of(getattr(message, name), has_overlay, call) if message.HasField(name) else None

        return ClassComparison(
            Prediction.of(message.prediction), message.correct, RankedClass.of(message.true_class),
            Map.of(message.predicted_map, has_overlay, call), optional("true_map"), optional("contrast_map"), _correlation(message), message,
        )


@dataclass(frozen=True, eq=False)
class ComparedModel:
    """What one of several models says of a photo."""

    prediction: Prediction
    explained_class: RankedClass
    map: Map
    """Why the class."""
    evidence: MapEvidence
    """What speaks for the map, and against it."""
    rank_correlation: float | None
    """Of this map and the first model's, -1 to 1, over what both networks see; None where it is undefined."""
    message: comparison.ComparedModel = field(repr=False)

    @staticmethod
    def of(message: comparison.ComparedModel, has_overlay: bool, call: str) -> ComparedModel:
        return ComparedModel(
            Prediction.of(message.prediction), RankedClass.of(message.explained_class), Map.of(message.map, has_overlay, call),
            MapEvidence.of(message.evidence, call), _correlation(message), message,
        )


@dataclass(frozen=True, eq=False)
class PhotoExplanation:
    """What a network says of a photo, and why a class."""

    prediction: Prediction
    explained_class: RankedClass
    map: Map

    @staticmethod
    def of(message: comparison.PhotoExplanation, has_overlay: bool, call: str) -> PhotoExplanation:
        return PhotoExplanation(Prediction.of(message.prediction), RankedClass.of(message.explained_class), Map.of(message.map, has_overlay, call))


@dataclass(frozen=True, eq=False)
class Perturbation:
    """What a network says of a photo, and of the photo changed by so little that nobody sees it (Grad-CAM, section 6.2)."""

    before: PhotoExplanation
    after: PhotoExplanation
    """In pixels of the changed photo."""
    changed_photo_png: bytes = field(repr=False)
    """The changed photo, as the network saw it."""
    epsilon: float
    """How far a colour might move, as a share of its range."""
    largest_change: float
    """How far the colour that moved farthest did, as a share of its range: never above epsilon."""
    class_lost: bool
    """Whether the class was the most probable one before, and is not after."""
    rank_correlation: float | None
    """Spearman's, of the two maps, -1 to 1; None where it is undefined."""
    message: comparison.PerturbResponse = field(repr=False)

    def changed_photo(self) -> Image.Image:
        """The changed photo, as the network saw it."""
        return Image.open(io.BytesIO(self.changed_photo_png))

    @staticmethod
    def of(message: comparison.PerturbResponse, has_overlay: bool, call: str) -> Perturbation:
        attack = getattr(message, message.WhichOneof("attack") or "fgsm")
        return Perturbation(
            PhotoExplanation.of(message.before, has_overlay, call), PhotoExplanation.of(message.after, has_overlay, call),
            message.changed_photo.data, attack.epsilon, message.largest_change, message.class_lost, _correlation(message), message,
        )


def _correlation(message: Any) -> float | None:
    return message.rank_correlation if message.HasField("rank_correlation") else None
