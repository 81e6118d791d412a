"""What streams of photos and frames know, without their I/O. A driver guards what its threads share with a lock, or has one event loop.

A stream is driven in rounds, each over one call. ``steps`` says what is done with the answers; beside it, the sender of each round asks
``turn`` what it sends, and tells with ``took`` what the source gave.
"""

from __future__ import annotations

import copy
import enum
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, AsyncIterable, Callable, Generator, Generic, Iterable, Mapping, Sized, TypeVar, Union

from gradcam import errors
from gradcam.errors import GradCamError
from gradcam.photo import read
from gradcam.reading import Parts, Shape
from gradcam.results import Explanation, FrameResult, Map, PhotoResult, Prediction
from gradcam.retry import Attempts, Retry
from gradcam.v1 import classification_service_pb2 as classification
from gradcam.v1 import image_pb2 as image
from gradcam.v1 import video_service_pb2 as video_service
from gradcam.v1 import video_service_pb2_grpc as video_grpc
from gradcam.v1 import classification_service_pb2_grpc as classification_grpc

R = TypeVar("R")

END: Any = object()
"""What a source gives that has no more."""


@dataclass(frozen=True)
class Begin:
    """Begin a call, with its first message. Answered by None, or by the error with which it cannot begin."""

    first: Any


@dataclass(frozen=True)
class Receive:
    """Receive from the call. Answered by a response, by None at the end, or by the error that ended the call."""


@dataclass(frozen=True)
class End:
    """End the call, where it has not ended."""


@dataclass(frozen=True)
class Wait:
    """Wait for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Hand(Generic[R]):
    """Hand a result over."""

    result: R


Step = Union[Begin, Receive, End, Wait, Hand[R]]


class Turn(enum.Enum):
    """What a round's sender does where it has no item to send."""

    TAKE = enum.auto()
    """Take from the source, and tell with ``took`` what came: one sender at a time."""
    WAIT = enum.auto()
    """Wait until something has changed."""
    STOP = enum.auto()
    """Send no more."""


def advance(steps: Generator[Step[R], Any, None], answer: Any) -> Step[R] | None:
    """The next step, the one before being answered so; None behind the last one."""
    try:
        return steps.send(answer)
    except StopIteration:
        return None


@dataclass(eq=False)
class Item:
    """What was taken from the source and not yet handed over."""

    index: int
    content: Any
    round: int = 0
    """The round that sent it; 0 for none."""
    refusals: int = 0
    done: bool = False
    error: Exception | None = None
    reader: Parts[Explanation] | None = None
    """What has arrived; where several rounds were cut, in the one that brought most."""
    current: Parts[Explanation] | None = None
    """What has arrived in this round."""


class Stream(ABC, Generic[R]):
    """A stream that is not begun yet."""

    stub: Callable[[Any], Any]
    method: str
    resumes: bool
    """Whether another round can go on where one was cut."""

    def __init__(self, source: Iterable[Any] | AsyncIterable[Any], timeout: float | None, metadata: Mapping[str, str]) -> None:
        self.source: Any = source
        self.timeout, self.metadata = timeout, metadata
        self.model = ""
        """The model's name for where the stream names none."""
        self.policy = Retry(attempts=1)
        self.round = 0
        self.open: dict[int, Item] = {}
        self.taken = 0
        self.handed = 0
        self.is_taking = False
        self.exhausted = False
        self.source_error: BaseException | None = None
        """What the source raised; it ends the stream when all that it gave before is answered."""

    @property
    def call(self) -> str:
        """The call's name in errors."""
        return f"{self.stub.__name__.removesuffix('Stub')}.{self.method}"

    def steps(self, attempts: Attempts) -> Generator[Step[R], Any, None]:
        """What is done with the answers, one step after the other; each step's own answer is sent in. Raises what the stream ends with."""
        while True:
            handed = self.handed
            error = yield self.begin()
            while error is None:
                response = yield Receive()
                if response is None:
                    error = self.ended()
                    break
                if isinstance(response, GradCamError):
                    error = response
                    break
                try:
                    ready = self.take(response)
                except GradCamError as broken:
                    error = broken
                    break
                for result in ready:
                    yield Hand(result)
                    self.handed += 1
            yield End()
            if error is None:
                break
            if self.handed > handed:
                attempts.progressed()
            pause = attempts.pause_after(error) if self.resumes else None
            if pause is None:
                for result in self.give_up(error):
                    yield Hand(result)
                raise error
            yield Wait(pause)
        if self.source_error is not None:
            raise self.source_error

    def begin(self) -> Begin:
        """Begins another round."""
        self.round += 1
        return Begin(self._settings())

    def turn(self, current: int) -> Item | Turn:
        """What the sender of a round does next: the item that it sends, which counts as sent, or another turn."""
        if self.round != current or self.is_refused:
            return Turn.STOP
        item = next((item for item in self.open.values() if not item.done and item.round != current), None)
        if item is not None:
            item.round, item.current = current, None
            return item
        if self.exhausted:
            return Turn.STOP
        if self.is_taking or not self.may_take:
            return Turn.WAIT
        self.is_taking = True
        return Turn.TAKE

    def took(self, content: Any, error: BaseException | None = None) -> None:
        """What the source gave, or raised; END at its end. The round of the sender that took it may be over: another one sends it."""
        self.is_taking = False
        if error is None and content is not END:
            try:
                self.open[self.taken] = Item(self.taken, self.content_of(content))
                self.taken += 1
                return
            except Exception as wrong:  # The source's own: the caller gets it.
                error = wrong
        self.exhausted, self.source_error = True, error

    def close(self) -> None:
        """Ends the round for good: its sender stops."""
        self.round += 1

    @abstractmethod
    def _settings(self) -> Any:
        """The first message of a round."""

    @abstractmethod
    def message(self, item: Item) -> Any:
        """The message of an item. Where its photo cannot be read, the item has the error, and is sent without: the answer tells its turn."""

    @abstractmethod
    def take(self, response: Any) -> list[R]:
        """The results that a response makes ready."""

    @abstractmethod
    def give_up(self, error: GradCamError) -> list[R]:
        """The results of what is open. The error is told what is missing."""

    @property
    def may_take(self) -> bool:
        """Whether there is room for another item of the source."""
        return True

    @property
    def is_refused(self) -> bool:
        """Whether this round sends no more, because what it sent was refused for now."""
        return False

    def content_of(self, given: Any) -> Any:
        """The content of the item of what the source gave; raises where that is none."""
        return given

    def ended(self) -> GradCamError | None:
        """What a round that the server ended without an error still lacks."""
        if self.exhausted and all(item.done for item in self.open.values()):
            return None
        return errors.broken("the server ended the stream before everything was answered", self.call)

    def _tell(self, error: GradCamError) -> list[Item]:
        """Tells the error what is missing, and returns the items without an answer."""
        lost = [item for item in self.open.values() if not item.done]
        expected = len(self.source) if isinstance(self.source, Sized) else None
        never_sent = range(self.taken, expected if expected is not None else self.taken)
        error.cut(None, self.taken - len(lost), expected, [*(item.index for item in lost), *never_sent])
        return lost

    def _read(self, item: Item, photo: Any, fast: bool) -> image.Image | None:
        item.error = None
        try:
            return read(photo, fast=fast)
        except Exception as error:  # Whatever a photo raises is this item's: the others go on.
            item.error = error
            return None


class PhotoStream(Stream[PhotoResult]):
    """ClassificationService.ExplainStream."""

    stub, method, resumes = classification_grpc.ClassificationServiceStub, "ExplainStream", True

    def __init__(
        self,
        photos: Iterable[Any] | AsyncIterable[Any],
        asked: classification.ClassificationServiceExplainRequest,
        shape: Shape[Explanation],
        timeout: float | None,
        metadata: Mapping[str, str],
        in_flight: int,
        ordered: bool,
        fast: bool,
    ) -> None:
        super().__init__(photos, timeout, metadata)
        self._asked, self._shape, self._in_flight, self._ordered, self._fast = asked, shape, in_flight, ordered, fast
        self._refused: GradCamError | None = None
        self._given = 0

    def _settings(self) -> classification.ClassificationServiceExplainStreamRequest:
        self._refused = None
        settings = classification.ExplainStreamSettings(order=classification.ANSWER_ORDER_AS_READY, max_in_flight=self._in_flight)
        return classification.ClassificationServiceExplainStreamRequest(settings=settings)

    @property
    def may_take(self) -> bool:
        return self.taken - self.handed < self._in_flight

    @property
    def is_refused(self) -> bool:
        return self._refused is not None

    def message(self, item: Item) -> classification.ClassificationServiceExplainStreamRequest:
        request = classification.ClassificationServiceExplainStreamRequest()
        request.item.id = str(item.index)
        request.item.request.CopyFrom(self._asked)
        request.item.request.model = self._asked.model or self.model
        photo = self._read(item, item.content, self._fast)
        if photo is not None:
            request.item.request.image.CopyFrom(photo)
        return request

    def take(self, response: classification.ClassificationServiceExplainStreamResponse) -> list[PhotoResult]:
        item = self.open.get(int(response.id)) if response.id.isdecimal() else None
        if item is None or item.done:
            raise errors.broken(f"an answer came to a photo that was not asked about ({response.id!r}: {response.end.message})", self.call)
        if response.HasField("part"):
            item.current = item.current or Parts(self._shape)
            item.current.add(response.part)
            if item.reader is None or item.current.arrived >= item.reader.arrived:
                item.reader = item.current
        if not response.HasField("end"):
            return []
        error = errors.of_item(response.end, self.call)
        if error is not None and item.error is None and self.policy.is_worth_it(error):
            item.refusals += 1
            if item.refusals < self.policy.attempts:
                self._refused = error
                item.round = 0
                return []
        return self._finish(item, error)

    def ended(self) -> GradCamError | None:
        return self._refused or super().ended()

    def give_up(self, error: GradCamError) -> list[PhotoResult]:
        own = copy.copy(error)  # Of a photo's own error, how many others arrived is no part.
        return [result for item in self._tell(error) for result in self._finish(item, own)]

    def _finish(self, item: Item, error: GradCamError | None) -> list[PhotoResult]:
        item.done = True
        item.error = item.error or error
        if item.error is None:
            item.reader = item.current or Parts(self._shape)
        if not self._ordered:
            return [self._result(self.open.pop(item.index))]
        ready = []
        while self._given in self.open and self.open[self._given].done:
            ready.append(self._result(self.open.pop(self._given)))
            self._given += 1
        return ready

    def _result(self, item: Item) -> PhotoResult:
        if item.reader is None:
            return PhotoResult(item.index, item.content, None, item.error)
        if item.error is not None:
            return PhotoResult(item.index, item.content, item.reader.partial(), item.error)
        try:
            return PhotoResult(item.index, item.content, item.reader.result(), None)
        except GradCamError as not_whole:
            return PhotoResult(item.index, item.content, item.reader.partial(), not_whole)


class FrameStream(Stream[FrameResult]):
    """VideoService.Explain."""

    stub, method, resumes = video_grpc.VideoServiceStub, "Explain", False

    def __init__(
        self,
        frames: Iterable[Any] | AsyncIterable[Any],
        asked: video_service.VideoSettings,
        has_overlay: bool,
        timeout: float | None,
        metadata: Mapping[str, str],
    ) -> None:
        super().__init__(frames, timeout, metadata)
        self._asked, self._has_overlay = asked, has_overlay

    def _settings(self) -> video_service.VideoServiceExplainRequest:
        request = video_service.VideoServiceExplainRequest(settings=self._asked)
        request.settings.model = self._asked.model or self.model
        return request

    def content_of(self, given: Any) -> tuple[float, Any]:
        timestamp, photo = given
        if not abs(float(timestamp)) <= _LONGEST:
            raise ValueError(f"the timestamp of a frame is seconds from a start of your choice, not {timestamp!r}")
        return float(timestamp), photo

    def message(self, item: Item) -> video_service.VideoServiceExplainRequest:
        request = video_service.VideoServiceExplainRequest()
        request.frame.timestamp.FromNanoseconds(round(item.content[0] * 1e9))
        photo = self._read(item, item.content[1], False)
        if photo is not None:
            request.frame.image.CopyFrom(photo)
        return request

    def take(self, response: video_service.VideoServiceExplainResponse) -> list[FrameResult]:
        if response.HasField("settings_status"):
            error = errors.of_item(response.settings_status, self.call)
            if error is not None:
                raise error
        if not response.HasField("frame"):
            return []
        frame = response.frame
        item = self.open.get(frame.frame_index)
        if item is None:
            raise errors.broken(f"an answer came to frame {frame.frame_index}, which was not asked about", self.call)
        answer, explained = None, None
        if frame.HasField("explained"):
            explained = frame.explained
            maps = tuple(Map.of(message, self._has_overlay, self.call) for message in explained.maps)
            answer = Explanation(Prediction.of(explained.prediction), maps, ())
        failure = item.error or (errors.of_item(frame.status, self.call) if frame.HasField("status") else None)
        reason = _UNANSWERED.get(frame.unanswered_reason, "") if frame.HasField("unanswered_reason") else ""
        del self.open[frame.frame_index]
        return [FrameResult(item.index, item.content[0], answer, reason, failure, explained)]

    def give_up(self, error: GradCamError) -> list[FrameResult]:
        self._tell(error)
        return []


_LONGEST = 315_576_000_000
"""Seconds that a google.protobuf.Duration can have: ten thousand years."""
_UNANSWERED = {
    video_service.UNANSWERED_REASON_SKIPPED: "skipped",
    video_service.UNANSWERED_REASON_DROPPED: "dropped",
    video_service.UNANSWERED_REASON_EXPIRED: "expired",
}
