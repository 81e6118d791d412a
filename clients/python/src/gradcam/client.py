"""The client that waits for its answers."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import Any, Callable, Concatenate, Generator, Iterator, ParamSpec, TypeVar

import grpc

from gradcam import calls, errors
from gradcam.calls import Call
from gradcam.connection import Connection
from gradcam.errors import GradCamError
from gradcam.reading import Reader
from gradcam.retry import Attempts
from gradcam.streams import Item, Stream

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


def _call(build: Callable[P, Call[T]]) -> Callable[Concatenate[Client, P], T]:
    def method(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._make(build(*args, **kwargs))

    return calls.described(method, build, "{}")


def _stream(build: Callable[P, Stream[R]]) -> Callable[Concatenate[Client, P], Generator[R, None, None]]:
    def method(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> Generator[R, None, None]:
        return self._drive(build(*args, **kwargs))

    return calls.described(method, build, "Generator[{}, None, None]")


class Client(Connection):
    """Calls a GradCamGrpc server. May be used by several threads; ``with Client(...) as client`` closes it."""

    _transport = grpc

    classify = _call(calls.classify)
    explain = _call(calls.explain)
    explain_many = _stream(calls.explain_many)
    caption = _call(calls.caption)
    explain_caption = _call(calls.explain_caption)
    ask = _call(calls.ask)
    ask_all = _call(calls.ask_all)
    explain_answer = _call(calls.explain_answer)
    video = _stream(calls.video)
    models = _call(calls.models)
    model = _call(calls.model)
    call = _call(calls.call)
    wait_until_ready = _call(calls.wait_until_ready)

    def close(self) -> None:
        """Ends the connection, and calls that run."""
        self._closed = True
        self._channel.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _make(self, call: Call[T]) -> T:
        attempts = Attempts(self._retry, self._timeout if call.timeout is None else call.timeout, call.patient)
        request, fullest = call.request(self._model), call.reader()
        while True:
            reader = call.reader()
            try:
                self._once(call, request, reader, attempts)
                return reader.result()
            except GradCamError as error:
                fullest = max(fullest, reader, key=lambda reader: reader.arrived)
                pause = attempts.pause_after(error)
                if pause is None:
                    fullest.cut(error)
                    raise
            self._sleep(pause)

    def _once(self, call: Call[T], request: Any, reader: Reader[T], attempts: Attempts) -> None:
        metadata = self.metadata(call.metadata)
        with self._errors(call.name):
            method = getattr(self.stub(call.stub), call.method)
            if not call.streams:
                while request is not None:
                    request = reader.add(method(request, timeout=attempts.remaining(), metadata=metadata))
                return
            responses = method(request, timeout=attempts.remaining(), metadata=metadata)
            try:
                for response in responses:
                    reader.add(response)
            finally:
                responses.cancel()

    def _drive(self, stream: Stream[R]) -> Generator[R, None, None]:
        if self._closed:
            raise errors.closed(stream.call)
        stream.model, stream.policy = self._model, self._retry
        attempts = Attempts(self._retry, stream.timeout)
        changed, taking, source = threading.Condition(), threading.Lock(), iter(stream.source)

        def next_item(current: int) -> Item | None:
            """What the round's sender sends next; None when it has no more to send. Its thread may outlive the round, in the source."""
            with changed:
                changed.wait_for(lambda: stream.round != current or stream.may_send)
                if stream.round != current or stream.is_refused:
                    return None
                item = stream.unsent()
            if item is not None:
                return item
            with taking:
                with changed:
                    item = stream.unsent()
                    if item is not None or stream.exhausted or stream.round != current:
                        return item
                try:
                    content = next(source)
                    with changed:
                        item = stream.add(content, current)
                except StopIteration:
                    stream.exhausted = True
                except Exception as error:  # The source's own: the caller gets it.
                    stream.exhausted, stream.source_error = True, error
            return item if stream.round == current else None

        def messages(current: int, first: Any) -> Iterator[Any]:
            yield first
            while (item := next_item(current)) is not None:
                yield stream.message(item)

        try:
            while True:
                with changed:
                    first, handed = stream.begin(), stream.handed
                    changed.notify_all()
                responses = None
                try:
                    with self._errors(stream.call):
                        responses = getattr(self.stub(stream.stub), stream.method)(
                            messages(stream.round, first), timeout=attempts.remaining(), metadata=self.metadata(stream.metadata)
                        )
                        for response in responses:
                            with changed:
                                ready = stream.take(response)
                                changed.notify_all()
                            for result in ready:
                                yield result
                                with changed:
                                    stream.release()
                                    changed.notify_all()
                    error = stream.ended()
                except GradCamError as failure:
                    error = failure
                finally:
                    if responses is not None:
                        responses.cancel()
                if error is None:
                    break
                if stream.handed > handed:
                    attempts.progressed()
                pause = attempts.pause_after(error) if stream.resumes else None
                if pause is None:
                    with changed:
                        ready = stream.give_up(error)
                    yield from ready
                    raise error
                self._sleep(pause)
        finally:
            with changed:
                stream.round += 1
                changed.notify_all()
        if stream.source_error is not None:
            raise stream.source_error

    @contextmanager
    def _errors(self, call: str) -> Iterator[None]:
        """Makes gRPC's errors of a call this package's. A call on a channel that was closed is a ValueError of gRPC's."""
        if self._closed:
            raise errors.closed(call)
        try:
            yield
        except grpc.RpcError as error:
            raise errors.closed(call) if self._closed else GradCamError.of(error, call, self._target) from error
        except ValueError as error:
            if self._closed:
                raise errors.closed(call) from error
            raise

    def _sleep(self, seconds: float) -> None:
        (self._retry.sleep or time.sleep)(seconds)
