"""How answers are read: message after message, so that what has arrived is kept when the rest does not come."""

from __future__ import annotations

from typing import Any, Callable, Generic, Iterable, Protocol, TypeVar

from gradcam import errors
from gradcam.errors import GradCamError
from gradcam.results import Map

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Reader(Protocol[T_co]):
    """Reads one answer."""

    arrived: int
    """How many parts have come."""

    def add(self, response: Any) -> None:
        """Takes a message."""

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


class Parts(Generic[T]):
    """Reads a stream of a prediction, which comes first, and maps."""

    def __init__(
        self,
        make: Callable[[Any, tuple[Map, ...], list[Any]], T],
        places: Callable[[Any], Iterable[int]],
        has_overlay: bool,
        call: str,
    ) -> None:
        """``make`` makes the answer of the first message, the maps and the other events; ``places`` tells which targets have maps."""
        self.arrived = 0
        self._make, self._places, self._has_overlay, self._call = make, places, has_overlay, call
        self._head: Any = None
        self._maps: list[Map] = []
        self._others: list[Any] = []

    def add(self, response: Any) -> None:
        event = response.WhichOneof("event")
        if event is None:
            return
        if (event == "prediction") == (self._head is not None):
            raise errors.broken("the prediction came twice, or not first", self._call)
        self.arrived += 1
        value = getattr(response, event)
        if event == "prediction":
            self._head = response
        elif event == "map":
            self._maps.append(Map.of(getattr(value, "map", value), self._has_overlay, self._call))
        else:
            self._others.append(value)

    def result(self) -> T:
        if self._head is None or len(self._maps) != self._head.map_count:
            raise errors.broken("the server ended the answer before it was whole", self._call)
        return self._make(self._head, tuple(self._maps), self._others)

    def partial(self) -> T | None:
        """What has arrived; None without a prediction."""
        return None if self._head is None else self._make(self._head, tuple(self._maps), self._others)

    def cut(self, error: GradCamError) -> None:
        if self._head is not None:
            came = {shown.target for shown in self._maps}
            missing = (place for place in self._places(self._head) if place not in came)
            error.cut(self.partial(), len(self._maps), self._head.map_count, missing)
