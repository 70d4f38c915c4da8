"""A token bucket for all calls to one account and region: halved when the service throttles, slowly restored.

Who is more urgent waits in front; every fourth token goes to whoever has waited longest, so that nobody waits for ever.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.controller.queue import Priority

if TYPE_CHECKING:
    from collections.abc import Callable

RESTORE = 30.0
"""Seconds without throttling after which a lowered rate is doubled again."""

ONE_COMPLAINT = 1.0
"""Seconds within which many answers that ask for fewer calls count as one."""

LONGEST_BREAK = 300.0
"""Seconds that a service's wish for quiet is heeded at most: a header in the wrong unit must not stop an account for
hours."""

NEVER = float("-inf")

FLOOR = 0.05
"""The smallest part of the full rate that throttling leaves."""

FAIR_SHARE = 4
"""Every so many tokens, one goes to whoever has waited longest."""

urgency: ContextVar[Priority] = ContextVar("urgency", default=Priority.CHANGE)
"""How urgent the work is that the current task does. Set where a task begins; the bucket reads it where a call is
made."""


class Turn(NamedTuple):
    """Somebody who waits.

    Attributes:
        number: how many asked before.
        given: done when a token is theirs.
    """

    number: int
    given: asyncio.Future[None]


class TokenBucket:
    """Gives out at most `rate` tokens a second, and `burst` at once after a quiet time."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Makes a full bucket.

        Args:
            rate: tokens per second.
            burst: its size.
            clock: the time in seconds.
        """
        self._full_rate = rate
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._tokens = float(burst)
        self._at = clock()
        self._halved_at = NEVER
        self._steady_since = NEVER
        self._not_before = NEVER
        self._waiting: tuple[deque[Turn], ...] = tuple(deque() for _ in Priority)
        self._asked = 0
        self._given = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def rate(self) -> float:
        """The present rate."""
        self._restore(self._clock())
        return self._rate

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return sum(len(line) for line in self._waiting)

    async def acquire(self) -> None:
        """Waits for a token."""
        self._refill()
        if not self.waiting and self._tokens >= 1 and self._clock() >= self._not_before:
            self._tokens -= 1
            return
        turn = Turn(self._asked, asyncio.get_running_loop().create_future())
        self._asked += 1
        self._waiting[urgency.get()].append(turn)
        self._serve()
        try:
            await turn.given
        except asyncio.CancelledError:
            if not turn.given.cancelled():  # its turn came in the same moment: the token is the next one's
                self._tokens += 1
                self._serve()
            raise

    def throttled(self, retry_after: float = 0.0) -> None:
        """The service asked for fewer calls: half the rate, and none for `retry_after` seconds."""
        self._refill()
        now = self._steady_since = self._clock()
        self._not_before = max(self._not_before, now + min(retry_after, LONGEST_BREAK))
        if now - self._halved_at >= ONE_COMPLAINT:
            self._rate = max(self._rate / 2, self._full_rate * FLOOR)
            self._tokens = min(self._tokens, 0.0)
            self._halved_at = now

    def _restore(self, now: float) -> None:
        while self._rate < self._full_rate and now - self._steady_since >= RESTORE:
            self._rate = min(self._full_rate, self._rate * 2)
            self._steady_since += RESTORE

    def _refill(self) -> None:
        now = self._clock()
        self._restore(now)
        self._tokens = min(float(self._burst), self._tokens + (now - self._at) * self._rate)
        self._at = now

    def _serve(self) -> None:
        self._refill()
        now = self._clock()
        while self._tokens >= 1 and now >= self._not_before and (turn := self._next_turn()) is not None:
            self._tokens -= 1
            self._given += 1
            turn.given.set_result(None)
        if self.waiting and (self._timer is None or self._timer.cancelled()):
            pause = max((1 - self._tokens) / self._rate, self._not_before - now, 0.001)
            self._timer = asyncio.get_running_loop().call_later(pause, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._serve()

    def _next_turn(self) -> Turn | None:
        lines = [line for line in self._waiting if _head(line)]
        if not lines:
            return None
        fair = self._given % FAIR_SHARE == FAIR_SHARE - 1
        return (min(lines, key=_longest) if fair else lines[0]).popleft()


def _head(line: deque[Turn]) -> Turn | None:
    """Who is in front; those who have given up leave."""
    while line and line[0].given.cancelled():
        line.popleft()
    return line[0] if line else None


def _longest(line: deque[Turn]) -> int:
    return line[0].number
