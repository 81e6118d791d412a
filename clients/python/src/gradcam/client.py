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
from gradcam.streams import END, Begin, Hand, Item, Receive, Stream, Turn, Wait, advance

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
    explain_answers = _call(calls.explain_answers)
    explain_tasks = _call(calls.explain_tasks)
    evaluate = _call(calls.evaluate)
    check_sanity = _call(calls.check_sanity)
    compare_classes = _call(calls.compare_classes)
    compare_models = _call(calls.compare_models)
    perturb = _call(calls.perturb)
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
                    request = reader.add(method(request, timeout=attempts.remaining(call.name), metadata=metadata))
                return
            responses = method(request, timeout=attempts.remaining(call.name), metadata=metadata)
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
        changed, source, steps = threading.Condition(), iter(stream.source), stream.steps(attempts)

        def messages(current: int, first: Any) -> Iterator[Any]:
            """What a round sends. Its thread may outlive the round, in the source."""
            yield first
            while True:
                with changed:
                    while (turn := stream.turn(current)) is Turn.WAIT:
                        changed.wait()
                if turn is Turn.STOP:
                    return
                if isinstance(turn, Item):
                    yield stream.message(turn)
                    continue
                taken = _next(source)
                with changed:
                    stream.took(*taken)
                    changed.notify_all()

        def call(first: Any) -> Any:
            method = getattr(self.stub(stream.stub), stream.method)
            return method(messages(stream.round, first), timeout=attempts.remaining(stream.call), metadata=self.metadata(stream.metadata))

        responses: Any = None
        answer: Any = None
        try:
            while True:
                with changed:
                    step = advance(steps, answer)
                    changed.notify_all()
                answer = None
                if step is None:
                    return
                if isinstance(step, Hand):
                    yield step.result
                elif isinstance(step, Receive):
                    answer = self._told(stream.call, next, responses, None)
                elif isinstance(step, Begin):
                    begun = self._told(stream.call, call, step.first)
                    if isinstance(begun, GradCamError):
                        answer = begun
                    else:
                        responses = begun
                elif isinstance(step, Wait):
                    self._sleep(step.seconds)
                elif responses is not None:
                    responses.cancel()
        finally:
            if responses is not None:
                responses.cancel()
            with changed:
                stream.close()
                changed.notify_all()

    def _told(self, call: str, action: Callable[..., Any], *arguments: Any) -> Any:
        """What an action of a call gives, or the error with which it fails."""
        try:
            with self._errors(call):
                return action(*arguments)
        except GradCamError as error:
            return error

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


def _next(source: Iterator[Any]) -> tuple[Any, BaseException | None]:
    """What a source gives, or raises: in a thread of gRPC's, which nothing is to end, be it SystemExit."""
    try:
        return next(source, END), None
    except BaseException as error:
        return END, error
