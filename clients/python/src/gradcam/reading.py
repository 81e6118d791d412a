"""How answers are read: message after message, so that what has arrived is kept when the rest does not come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Generic, Iterable, Mapping, Protocol, Sequence, TypeVar

from gradcam import errors
from gradcam.errors import GradCamError
from gradcam.evidence import Evaluation, MapEvidence, SanityCheck, SanityCheckpoint
from gradcam.results import Map, Model, TaskExplanations
from gradcam.v1 import model_service_pb2 as model_service

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Reader(Protocol[T_co]):
    """Reads one answer."""

    arrived: int
    """How many parts have come."""

    def add(self, response: Any) -> Any:
        """Takes a message. Returns what is to be asked next, or None."""

    def result(self) -> T_co:
        """The whole answer; raises BrokenAnswer where the server ended it before."""

    def cut(self, error: GradCamError) -> None:
        """Gives an error what has arrived."""


class Single(Generic[T]):
    """Reads an answer of one message."""

    def __init__(self, read: Callable[[Any], T]) -> None:
        self.arrived = 0
        self._read = read

    def add(self, response: Any) -> None:
        self._result = self._read(response)
        self.arrived = 1

    def result(self) -> T:
        return self._result

    def cut(self, error: GradCamError) -> None:
        """Nothing arrives of one message but all of it."""


class Messages:
    """Reads the messages of a stream as they are."""

    def __init__(self) -> None:
        self.arrived = 0
        self._messages: list[Any] = []

    def add(self, response: Any) -> None:
        self._messages.append(response)
        self.arrived += 1

    def result(self) -> tuple[Any, ...]:
        return tuple(self._messages)

    def cut(self, error: GradCamError) -> None:
        if self._messages:
            error.cut(self.result(), self.arrived, None, ())


class ModelPages:
    """Reads a list of models to its last page."""

    def __init__(self) -> None:
        self.arrived = 0
        self._models: list[Model] = []
        self._tokens: set[str] = set()

    def add(self, response: model_service.ListModelsResponse) -> model_service.ListModelsRequest | None:
        following = response.next_page_token
        if following in self._tokens:
            raise errors.broken("the server's list of models leads back to a page that was read", "ModelService.ListModels")
        self._tokens.add(following)
        self._models += map(Model.of, response.models)
        self.arrived += 1
        return model_service.ListModelsRequest(page_token=following) if following else None

    def result(self) -> tuple[Model, ...]:
        return tuple(self._models)

    def cut(self, error: GradCamError) -> None:
        """Half a list is none."""


def _as_it_is(value: Any, call: str) -> Any:
    return value


@dataclass(frozen=True)
class Shape(Generic[T]):
    """How a stream of a prediction, which comes first, and maps is read."""

    call: str
    """The call's name in errors."""
    make: Callable[[Any, Sequence[tuple[Any, Map]], Sequence[Any]], T]
    """Makes the answer of the first message, the maps, each with its event, and the other events."""
    missing: Callable[[Any, Sequence[Any]], Iterable[int]]
    """Tells of the first message and the events of maps which targets have none."""
    has_overlay: bool
    is_whole: Callable[[Any], bool] = lambda head: True
    """Whether the first message has what it must have."""
    map_of: Callable[[Any], Any] = lambda event: event
    """The SaliencyMap of an event of one."""
    read: Callable[[Any, str], Any] = _as_it_is
    """Reads an event that is neither the prediction nor a map, of a call."""


class Parts(Generic[T]):
    """Reads a stream of a prediction, which comes first, and maps."""

    def __init__(self, shape: Shape[T]) -> None:
        self.arrived = 0
        self._shape = shape
        self._head: Any = None
        self._maps: list[tuple[Any, Map]] = []
        self._others: list[Any] = []

    def add(self, response: Any) -> None:
        event = response.WhichOneof("event")
        if event is None:
            return
        value, call = getattr(response, event), self._shape.call
        if event == "prediction":
            if self._head is not None:
                raise errors.broken("the prediction came twice", call)
            if not self._shape.is_whole(response):
                raise errors.broken("the prediction came without what was asked for", call)
            self._head = response
        elif self._head is None:
            raise errors.broken("a part of the answer came before the prediction", call)
        elif event == "map":
            self._maps.append((value, Map.of(self._shape.map_of(value), self._shape.has_overlay, call)))
        else:
            self._others.append(self._shape.read(value, call))
        self.arrived += 1

    def result(self) -> T:
        if self._head is None or len(self._maps) != self._head.map_count:
            raise errors.broken("the server ended the answer before it was whole", self._shape.call)
        return self._shape.make(self._head, self._maps, self._others)

    def partial(self) -> T | None:
        """What has arrived; None without a prediction."""
        return None if self._head is None else self._shape.make(self._head, self._maps, self._others)

    @property
    def maps(self) -> tuple[int, int | None]:
        """How many maps have come, and how many there should be; None as long as that is not told."""
        return len(self._maps), None if self._head is None else self._head.map_count

    def cut(self, error: GradCamError) -> None:
        if self._head is not None:
            error.cut(self.partial(), *self.maps, self._shape.missing(self._head, [event for event, _ in self._maps]))


class Evaluated:
    """Reads judged maps."""

    def __init__(self, call: str, targets: int) -> None:
        """``targets`` are at least one: where a request names none, the most probable class."""
        self.arrived = 0
        self._call, self._targets = call, targets
        self._head: Any = None
        self._maps: list[MapEvidence] = []

    def add(self, response: Any) -> None:
        event = response.WhichOneof("event")
        if event == "prediction" and self._head is None:
            self._head = response.prediction
        elif event == "evidence" and self._head is not None:
            self._maps.append(MapEvidence.of(response.evidence, self._call))
        elif event is not None:
            raise errors.broken("the parts of the answer came in an order that there is not", self._call)
        self.arrived += 1

    def result(self) -> Evaluation:
        if self._head is None or self._missing():
            raise errors.broken("the server ended the answer before it was whole", self._call)
        return Evaluation.of(self._head, self._maps)

    def cut(self, error: GradCamError) -> None:
        if self._head is not None:
            error.cut(Evaluation.of(self._head, self._maps), len(self._maps), None, self._missing())

    def _missing(self) -> Sequence[int]:
        came = {judged.target for judged in self._maps}
        return [target for target in range(self._targets) if target not in came]


class SanityChecked:
    """Reads the checkpoints of a sanity check."""

    def __init__(self, call: str) -> None:
        self.arrived = 0
        self._call = call
        self._head: Any = None
        self._checkpoints: list[SanityCheckpoint] = []

    def add(self, response: Any) -> None:
        event = response.WhichOneof("event")
        if event == "subject" and self._head is None:
            self._head = response.subject
        elif event == "checkpoint" and self._head is not None:
            self._checkpoints.append(SanityCheckpoint.of(response.checkpoint))
        elif event is not None:
            raise errors.broken("the parts of the answer came in an order that there is not", self._call)
        self.arrived += 1

    def result(self) -> SanityCheck:
        if self._head is None or len(self._checkpoints) != self._head.checkpoint_count:
            raise errors.broken("the server ended the answer before it was whole", self._call)
        return SanityCheck.of(self._head, self._checkpoints)

    def cut(self, error: GradCamError) -> None:
        if self._head is not None:
            count = self._head.checkpoint_count
            error.cut(SanityCheck.of(self._head, self._checkpoints), len(self._checkpoints), count, range(len(self._checkpoints), count))


class Tasks:
    """Reads the parts of several tasks' answers, which come in between each other."""

    def __init__(self, call: str, shapes: Mapping[str, Shape[Any]]) -> None:
        """``shapes`` are those of the tasks by their events' names."""
        self.arrived = 0
        self._call = call
        self._parts = {event: Parts(shape) for event, shape in shapes.items()}

    def add(self, response: Any) -> None:
        event = response.WhichOneof("event")
        if event is None:
            return
        if event not in self._parts:
            raise errors.broken(f"an answer came to {event}, which was not asked about", self._call)
        self._parts[event].add(getattr(response, event))
        self.arrived += 1

    def result(self) -> TaskExplanations:
        return TaskExplanations.of({event: part.result() for event, part in self._parts.items()})

    def cut(self, error: GradCamError) -> None:
        partial = {event: part.partial() for event, part in self._parts.items()}
        if any(part is not None for part in partial.values()):
            counts = [part.maps for part in self._parts.values()]
            expected = [count for _, count in counts if count is not None]
            whole = sum(expected) if len(expected) == len(counts) else None
            missing = [place for place, (arrived, all_of_them) in enumerate(counts) if arrived != all_of_them]
            error.cut(TaskExplanations.of(partial), sum(arrived for arrived, _ in counts), whole, missing)
