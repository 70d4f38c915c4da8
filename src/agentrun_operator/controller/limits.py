"""A token bucket for all calls to one account and region: halved when the service throttles, slowly restored."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from agentrun_operator.controller.turns import Turns

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
        self._turns = Turns()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def rate(self) -> float:
        """The present rate."""
        self._restore(self._clock())
        return self._rate

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return len(self._turns)

    async def acquire(self) -> None:
        """Waits for a token."""
        self._refill()
        if not self._turns and self._tokens >= 1 and self._clock() >= self._not_before:
            self._tokens -= 1
            return
        turn = self._turns.join()
        self._serve()
        await turn.wait(self._give_back)

    def throttled(self, retry_after: float = 0.0) -> None:
        """The service asked for fewer calls: half the rate, and none for `retry_after` seconds."""
        self._refill()
        now = self._steady_since = self._clock()
        self._not_before = max(self._not_before, now + min(retry_after, LONGEST_BREAK))
        if now - self._halved_at >= ONE_COMPLAINT:
            self._rate = max(self._rate / 2, self._full_rate * FLOOR)
            self._tokens = min(self._tokens, 0.0)
            self._halved_at = now

    def _give_back(self) -> None:
        self._tokens += 1
        self._serve()

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
        while self._tokens >= 1 and now >= self._not_before and self._turns.give():
            self._tokens -= 1
        if self._turns and (self._timer is None or self._timer.cancelled()):
            pause = max((1 - self._tokens) / self._rate, self._not_before - now, 0.001)
            self._timer = asyncio.get_running_loop().call_later(pause, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._serve()
