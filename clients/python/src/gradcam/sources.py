"""Where AsyncClient's streams take their photos and frames from."""

from __future__ import annotations

import asyncio
import queue
import threading
from typing import Any, AsyncIterator, Iterator, Protocol

from gradcam.streams import END

Taken = tuple[Any, "BaseException | None"]


class Source(Protocol):
    """What is taken from, one after the other."""

    async def take(self) -> Taken:
        """What it gives, or raises; END at its end."""

    def close(self) -> None:
        """Nothing is taken any more."""


def source_of(iterable: Any) -> Source:
    """The source of an async iterable or of another one."""
    if hasattr(iterable, "__aiter__"):
        return _Awaited(iterable.__aiter__())
    return _Threaded(iter(iterable))


class _Awaited:
    def __init__(self, iterator: AsyncIterator[Any]) -> None:
        self._iterator = iterator

    async def take(self) -> Taken:
        try:
            return await self._iterator.__anext__(), None
        except StopAsyncIteration:
            return END, None
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return END, error  # Of a task that the source waits for.
        except BaseException as error:
            return END, error

    def close(self) -> None:
        """An iterator has no end but its own."""


class _Threaded:
    """Has a thread of its own: an iterator that blocks takes none of asyncio's, and keeps neither other calls nor the program's end waiting."""

    def __init__(self, iterator: Iterator[Any]) -> None:
        self._iterator = iterator
        self._asked: queue.SimpleQueue[asyncio.Future[Taken] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="gradcam source", daemon=True)

    async def take(self) -> Taken:
        if self._thread.ident is None:
            self._thread.start()
        asked: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
        self._asked.put(asked)
        return await asked

    def close(self) -> None:
        self._asked.put(None)

    def _run(self) -> None:
        while (asked := self._asked.get()) is not None:
            taken: Taken
            try:
                taken = next(self._iterator, END), None
            except BaseException as error:
                taken = END, error
            try:
                asked.get_loop().call_soon_threadsafe(_answer, asked, taken)
            except RuntimeError:  # The loop is closed, and nobody waits.
                return


def _answer(asked: asyncio.Future[Taken], taken: Taken) -> None:
    if not asked.done():
        asked.set_result(taken)
