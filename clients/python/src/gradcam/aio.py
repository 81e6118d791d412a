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
from gradcam.streams import Item, Stream

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")
_END = object()


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
                running = method(request, timeout=attempts.remaining(), metadata=metadata)
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
        changed, taking, source = asyncio.Condition(), None, _reading(stream.source)

        async def next_item(current: int) -> Item | None:
            """What the round's sender sends next; None when it has no more to send. A photo being taken outlives the round."""
            nonlocal taking
            while True:
                async with changed:
                    await changed.wait_for(lambda: stream.round != current or stream.may_send)
                if stream.round != current or stream.is_refused:
                    return None
                item = stream.unsent()
                if item is not None or stream.exhausted:
                    return item
                awaited = taking = taking or asyncio.ensure_future(source())
                try:
                    content = await asyncio.shield(awaited)
                    if taking is not awaited:  # Another round's sender has it.
                        continue
                    taking = None
                    if content is _END:
                        stream.exhausted = True
                        return None
                    item = stream.add(content, current)
                except Exception as error:  # The source's own: the caller gets it.
                    stream.exhausted, stream.source_error = True, error
                    return None
                if stream.round == current:
                    return item
                await tell()

        async def messages(current: int, first: Any) -> AsyncIterator[Any]:
            yield first
            while (item := await next_item(current)) is not None:
                yield await asyncio.to_thread(stream.message, item)

        async def tell() -> None:
            async with changed:
                changed.notify_all()

        try:
            while True:
                first, handed = stream.begin(), stream.handed
                await tell()
                responses, error = None, None
                try:
                    with self._errors(stream.call):
                        responses = getattr(self.stub(stream.stub), stream.method)(
                            messages(stream.round, first), timeout=attempts.remaining(), metadata=self.metadata(stream.metadata)
                        )
                        async for response in responses:
                            ready = stream.take(response)
                            await tell()
                            for result in ready:
                                yield result
                                stream.release()
                                await tell()
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
                    for result in stream.give_up(error):
                        yield result
                    raise error
                await self._sleep(pause)
        finally:
            stream.round += 1
            if taking is not None:
                taking.cancel()
            await tell()
        if stream.source_error is not None:
            raise stream.source_error

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


def _reading(source: Any) -> Callable[[], Awaitable[Any]]:
    """Takes one after the other from an async iterable, or in a thread from another one; _END at its end."""
    if hasattr(source, "__aiter__"):
        iterator = source.__aiter__()

        async def take() -> Any:
            try:
                return await iterator.__anext__()
            except StopAsyncIteration:
                return _END

        return take
    plain: Iterator[Any] = iter(source)
    return lambda: asyncio.to_thread(lambda: next(plain, _END))
