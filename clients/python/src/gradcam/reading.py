"""How answers are read: message after message, so that what has arrived is kept when the rest does not come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Generic, Iterable, Protocol, TypeVar

from gradcam import errors
from gradcam.errors import GradCamError
from gradcam.results import Map, Model
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

    def add(self, response: model_service.ListModelsResponse) -> model_service.ListModelsRequest | None:
        self._models += map(Model.of, response.models)
        self.arrived += 1
        return model_service.ListModelsRequest(page_token=response.next_page_token) if response.next_page_token else None

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
    make: Callable[[Any, tuple[Map, ...], list[Any]], T]
    """Makes the answer of the first message, the maps and the other events."""
    places: Callable[[Any], Iterable[int]]
    """Tells of the first message which targets have maps."""
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
        self._maps: list[Map] = []
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
            self._maps.append(Map.of(self._shape.map_of(value), self._shape.has_overlay, call))
        else:
            self._others.append(self._shape.read(value, call))
        self.arrived += 1

    def result(self) -> T:
        if self._head is None or len(self._maps) != self._head.map_count:
            raise errors.broken("the server ended the answer before it was whole", self._shape.call)
        return self._shape.make(self._head, tuple(self._maps), self._others)

    def partial(self) -> T | None:
        """What has arrived; None without a prediction."""
        return None if self._head is None else self._shape.make(self._head, tuple(self._maps), self._others)

    def cut(self, error: GradCamError) -> None:
        if self._head is not None:
            came = {shown.target for shown in self._maps}
            missing = (place for place in self._shape.places(self._head) if place not in came)
            error.cut(self.partial(), len(self._maps), self._head.map_count, missing)
