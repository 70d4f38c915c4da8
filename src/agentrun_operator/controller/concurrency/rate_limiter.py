"""A token bucket for all calls to one account and region: its rate falls when the service throttles, and slowly
recovers.

A *complaint* is an answer that asks for fewer calls. The first one halves the rate. One that comes before the rate has
recovered leaves half of what the service accepted of late, but at least a quarter of the rate, since perhaps only few
calls were wanted. Example: 20 calls a second are configured and 2 are allowed. The rate falls to 10; about 2 calls a
second are accepted, so the next complaint leaves 2.5, and the one after that 1.
"""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING

from agentrun_operator.controller.concurrency.fairness import FairWaiters

if TYPE_CHECKING:
    from collections.abc import Callable

RECOVERY_INTERVAL = 30.0
"""Seconds without a complaint after which a lowered rate is doubled."""

THROTTLE_WINDOW = 1.0
"""Seconds within which many complaints count as one."""

MAX_RETRY_AFTER = 300.0
"""The longest pause in seconds that the service may ask for: a header in the wrong unit must not stop an account for
hours."""

NEVER = float("-inf")

MIN_RATE = 0.5
"""Calls a second below which complaints do not lower a rate."""

MAX_DECREASE = 2
"""By how much a complaint may lower the rate beyond the halving: what was accepted counts as at least the rate divided
by this."""

ACCEPTED_WINDOW = 2.0
"""Seconds over which accepted calls are counted."""


class Accepted:
    """How many calls a second were accepted of late: a count that falls by two thirds in `ACCEPTED_WINDOW` seconds."""

    def __init__(self) -> None:
        self._count = 0.0
        self._at = NEVER

    def note(self, now: float) -> None:
        """A call was accepted."""
        self._count = self._left(now) + 1
        self._at = now

    def rate(self, now: float) -> float:
        """Calls a second."""
        return self._left(now) / ACCEPTED_WINDOW

    def _left(self, now: float) -> float:
        return self._count * math.exp((self._at - now) / ACCEPTED_WINDOW)


class AdaptiveRateLimiter:
    """Gives out at most `rate` tokens a second, and `burst` at once after a quiet time."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Make a full bucket.

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
        self._accepted = Accepted()
        self._lowered_at = NEVER
        self._steady_since = NEVER
        self._not_before = NEVER
        self._waiters = FairWaiters()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def rate(self) -> float:
        """The present rate."""
        self._refill()
        return self._rate

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return len(self._waiters)

    async def acquire(self) -> None:
        """Wait for a token."""
        self._refill()
        if not self._waiters and self._ready:
            self._tokens -= 1
            return
        waiter = self._waiters.join()
        self._serve()
        await waiter.wait(self._give_back)

    def accepted(self) -> None:
        """The service did not ask for fewer calls."""
        self._accepted.note(self._clock())

    def throttled(self, retry_after: float = 0.0, took: float = 0.0) -> None:
        """The service asked for fewer calls.

        Args:
            retry_after: seconds for which it wants none.
            took: seconds that its answer took. A call that was sent before the rate was lowered says nothing of the
                rate since.
        """
        self._refill()
        now = self._clock()
        pause = min(retry_after, MAX_RETRY_AFTER)
        self._not_before = max(self._not_before, now + pause)
        self._steady_since = max(now, self._not_before)
        if now - took > self._lowered_at <= now - THROTTLE_WINDOW:
            self._rate = max(self._too_much(now) / 2, min(MIN_RATE, self._full_rate))
            self._tokens = min(1.0, pause * self._rate)
            self._lowered_at = now

    def _too_much(self, now: float) -> float:
        """The rate that was too high."""
        if self._rate == self._full_rate:
            return self._rate
        return min(self._rate, max(self._accepted.rate(now), self._rate / MAX_DECREASE))

    def _give_back(self) -> None:
        self._tokens += 1
        self._serve()

    def _restore(self, now: float) -> None:
        while self._rate < self._full_rate and now - self._steady_since >= RECOVERY_INTERVAL:
            self._rate = min(self._full_rate, self._rate * 2)
            self._steady_since += RECOVERY_INTERVAL

    def _refill(self) -> None:
        now = self._clock()
        since = max(self._at, self._not_before)
        full = max(1.0, self._burst * self._rate / self._full_rate)
        self._tokens = min(full, self._tokens + max(0.0, now - since) * self._rate)
        self._at = now
        self._restore(now)

    def _serve(self) -> None:
        self._refill()
        while self._ready and self._waiters.give():
            self._tokens -= 1
        if self._waiters and (self._timer is None or self._timer.cancelled()):
            pause = max(0.0, self._not_before - self._at) + max((1 - self._tokens) / self._rate, 0.001)
            self._timer = asyncio.get_running_loop().call_later(pause, self._tick)

    @property
    def _ready(self) -> bool:
        """Whether a call may be sent; right after a refill."""
        return self._tokens >= 1 and self._at >= self._not_before

    def _tick(self) -> None:
        self._timer = None
        self._serve()
