"""What is tried again, when, and how often. Nothing here waits."""

from __future__ import annotations

import math
import random
import sys
import time
from dataclasses import dataclass, replace
from typing import Any, Callable

from gradcam.errors import Cancelled, DeadlineExceeded, GradCamError, ResourceExhausted, Unavailable


@dataclass(frozen=True)
class Retry:
    """How often and when a call is tried again.

    Calls about photos change nothing on the server, so asking again is safe, also where a part of the answer had come. Three ends are worth it:
    UNAVAILABLE; CANCELLED that this side did not ask for (a proxy says so where its server dies in the middle of an answer); and
    RESOURCE_EXHAUSTED with the server's hint when there will be room. (Without a hint a message is too large, and will be.) The pause is
    the hint, or else (without one, or where it is 0) grows from ``initial`` to ``most`` by doubling. Chance makes the hint up to a quarter longer, and other pauses up to
    half shorter, so that clients do not come back all at once. A call that would have to wait beyond its timeout ends at once.
    """

    attempts: int = 5
    """How often a call is made at most, the first time included; 1 for no retry."""
    initial: float = 0.1
    """The first pause where the server gives no hint, in seconds."""
    most: float = 5.0
    """The longest pause where the server gives no hint, in seconds."""
    random: Callable[[], float] = random.random
    """Draws from [0, 1)."""
    clock: Callable[[], float] = time.monotonic
    """Tells the time, in seconds."""
    sleep: Callable[[float], Any] | None = None
    """Waits so many seconds; an awaitable for ``AsyncClient``. By default time.sleep or asyncio.sleep."""

    @staticmethod
    def is_worth_it(error: GradCamError) -> bool:
        """Whether the same call may do better later."""
        if isinstance(error, ResourceExhausted):
            return error.retry_after is not None
        return isinstance(error, (Unavailable, Cancelled))

    def pause(self, error: GradCamError, attempt: int) -> float:
        """Seconds between an attempt, counted from 1, that ended so and the next one."""
        if error.retry_after:
            return error.retry_after * (1 + self.random() / 4)
        full = min(self.most, self.initial * 2.0 ** min(attempt - 1, 60))
        return full * (1 + self.random()) / 2


class Attempts:
    """The attempts of one call, up to its deadline."""

    def __init__(self, policy: Retry, timeout: float | None, patient: bool = False) -> None:
        """``timeout`` is for all attempts together; a ``patient`` call is tried again until then, at least once a second."""
        self._policy = replace(policy, attempts=sys.maxsize, most=min(policy.most, 1.0)) if patient else policy
        self._deadline = None if timeout is None or timeout == math.inf else policy.clock() + timeout
        self._count = 0

    def remaining(self, call: str) -> float | None:
        """Seconds until the deadline; None where there is none. Raises where it has passed: gRPC would make the call all the same."""
        left = self._left()
        if left is not None and not left > 0:
            raise DeadlineExceeded("the timeout was over before the call was made", call=call)
        return left

    def _left(self) -> float | None:
        return None if self._deadline is None else self._deadline - self._policy.clock()

    def progressed(self) -> None:
        """Counts anew from the next attempt on: this one brought something."""
        self._count = 0

    def pause_after(self, error: GradCamError) -> float | None:
        """Seconds to wait before the next attempt; None where there is to be none."""
        self._count += 1
        if not self._policy.is_worth_it(error) or self._count >= self._policy.attempts:
            return None
        pause, remaining = self._policy.pause(error, self._count), self._left()
        return pause if remaining is None or pause < remaining else None
