"""The client for asyncio."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import Any, AsyncGenerator, AsyncIterator, Awaitable, Callable, Concatenate, Coroutine, Iterator, ParamSpec, TypeVar

import grpc
import grpc.aio

from gradcam import calls, errors
from gradcam.calls import Call
from gradcam.connection import Connection
from gradcam.errors import GradCamError
from gradcam.reading import Reader
from gradcam.retry import Attempts
from gradcam.sources import source_of
from gradcam.streams import Begin, Hand, Item, Receive, Stream, Turn, Wait, advance

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


def _call(build: Callable[P, Call[T]]) -> Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, T]]:
    async def method(self: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._make(build(*args, **kwargs))

    return calls.described(method, build, "{}")


def _stream(build: Callable[P, Stream[R]]) -> Callable[Concatenate[AsyncClient, P], AsyncGenerator[R, None]]:
    def method(self: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> AsyncGenerator[R, None]:
        return self._drive(build(*args, **kwargs))

    return calls.described(method, build, "AsyncGenerator[{}, None]")


class AsyncClient(Connection):
    """Calls a GradCamGrpc server from one event loop; ``async with AsyncClient(...) as client`` closes it.

    Its calls are those of ``Client``, awaited; ``explain_many`` and ``video`` are for ``async for``, and take async iterables, too.
    """

    _transport = grpc.aio

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

    async def close(self) -> None:
        """Ends the connection, and calls that run."""
        self._closed = True
        await self._channel.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def _make(self, call: Call[T]) -> T:
        attempts = Attempts(self._retry, self._timeout if call.timeout is None else call.timeout, call.patient)
        request, fullest = await asyncio.to_thread(call.request, self._model), call.reader()
        while True:
            reader = call.reader()
            try:
                await self._once(call, request, reader, attempts)
                return reader.result()
            except GradCamError as error:
                fullest = max(fullest, reader, key=lambda reader: reader.arrived)
                pause = attempts.pause_after(error)
                if pause is None:
                    fullest.cut(error)
                    raise
            await self._sleep(pause)

    async def _once(self, call: Call[T], request: Any, reader: Reader[T], attempts: Attempts) -> None:
        metadata = self.metadata(call.metadata)
        with self._errors(call.name):
            method = getattr(self.stub(call.stub), call.method)
            while request is not None:
                running = method(request, timeout=attempts.remaining(call.name), metadata=metadata)
                try:
                    if not call.streams:
                        request = reader.add(await running)
                        continue
                    async for response in running:
                        reader.add(response)
                    return
                finally:
                    running.cancel()

    async def _drive(self, stream: Stream[R]) -> AsyncGenerator[R, None]:
        if self._closed:
            raise errors.closed(stream.call)
        stream.model, stream.policy = self._model, self._retry
        attempts = Attempts(self._retry, stream.timeout)
        changed, source, steps = asyncio.Condition(), source_of(stream.source), stream.steps(attempts)
        taking: asyncio.Task[None] | None = None

        async def messages(current: int, first: Any) -> AsyncIterator[Any]:
            """What a round sends. A photo that is being taken from the source outlives the round."""
            nonlocal taking
            yield first
            while True:
                async with changed:
                    while (turn := stream.turn(current)) is Turn.WAIT:
                        await changed.wait()
                if turn is Turn.STOP:
                    return
                if isinstance(turn, Item):
                    yield await asyncio.to_thread(stream.message, turn)
                else:
                    taking = asyncio.ensure_future(take())

        async def take() -> None:
            taken = await source.take()
            async with changed:
                stream.took(*taken)
                changed.notify_all()

        async def call(first: Any) -> Any:
            method = getattr(self.stub(stream.stub), stream.method)
            running = method(messages(stream.round, first), timeout=attempts.remaining(stream.call), metadata=self.metadata(stream.metadata))
            return running, running.__aiter__()

        running: Any = None
        responses: Any = None
        answer: Any = None
        try:
            while True:
                async with changed:
                    step = advance(steps, answer)
                    changed.notify_all()
                answer = None
                if step is None:
                    return
                if isinstance(step, Hand):
                    yield step.result
                elif isinstance(step, Receive):
                    answer = await self._told(stream.call, anext, responses, None)
                elif isinstance(step, Begin):
                    begun = await self._told(stream.call, call, step.first)
                    if isinstance(begun, GradCamError):
                        answer = begun
                    else:
                        running, responses = begun
                elif isinstance(step, Wait):
                    await self._sleep(step.seconds)
                elif running is not None:
                    running.cancel()
        finally:
            if running is not None:
                running.cancel()
            if taking is not None:
                taking.cancel()
            source.close()
            stream.close()
            async with changed:
                changed.notify_all()

    async def _told(self, call: str, action: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        """What an action of a call gives, or the error with which it fails."""
        try:
            with self._errors(call):
                return await action(*arguments)
        except GradCamError as error:
            return error

    @contextmanager
    def _errors(self, call: str) -> Iterator[None]:
        """Makes gRPC's errors of a call this package's. A task that is cancelled stays so, also where the client was closed."""
        if self._closed:
            raise errors.closed(call)
        try:
            yield
        except grpc.RpcError as error:
            raise errors.closed(call) if self._closed else GradCamError.of(error, call, self._target) from error
        except (asyncio.CancelledError, grpc.aio.UsageError) as error:
            task = asyncio.current_task()
            if not self._closed or (task is not None and task.cancelling()):
                raise
            raise errors.closed(call) from error

    async def _sleep(self, seconds: float) -> None:
        await (self._retry.sleep or asyncio.sleep)(seconds)

