"""A token bucket for all calls that count against one limit. Its rate is what the service takes: that `pace` finds out.
Whose turn a token is, `fairness` says.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from agentrun_operator.backoff import MAX_RETRY_AFTER
from agentrun_operator.controller.concurrency.fairness import FairWaiters
from agentrun_operator.controller.concurrency.pace import AdaptiveRate

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from agentrun_operator.controller.concurrency.priority import Priority

SOONEST = 0.001
"""Seconds before a token is looked for again, at least."""

NEVER = float("-inf")


class AdaptiveRateLimiter:
    """Gives out at most `rate` tokens a second, and `burst` at once after a quiet time."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Make a full bucket.

        Args:
            rate: tokens per second.
            burst: its size.
            clock: the time in seconds.
        """
        self._pace = AdaptiveRate(rate)
        self._burst = burst
        self._clock = clock
        self._tokens = float(burst)
        self._at = clock()
        self._not_before = NEVER
        self._waiters = FairWaiters()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def rate(self) -> float:
        """The present rate."""
        return self._pace.rate(self._clock())

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return len(self._waiters)

    @property
    def idle(self) -> bool:
        """Whether nobody waits, and nothing is known that a new limiter would not know."""
        now = self._clock()
        return not self._waiters and self._pace.free(now) and now >= self._not_before

    async def acquire(self, *within: Hashable, priority: Priority | None = None) -> None:
        """Wait for a token.

        Args:
            within: which of the tenant's own turns it is.
            priority: how urgent it is, if not as the task says.
        """
        self._refill()
        if self._waiters or not self._ready:
            waiter = self._waiters.join(within, priority)
            self._serve()
            await waiter.wait(self._give_back)
        else:
            self._take()

    def accepted(self, took: float = 0.0) -> None:
        """The service did not ask for fewer calls; its answer took so many seconds."""
        self._refill()
        self._pace.accepted(self._at, took)
        self._serve()

    def lost(self, took: float = 0.0) -> None:
        """A call had no answer, which says nothing of the rate; nobody waits for one any more."""
        self._refill()
        self._pace.lost(self._at, took)
        self._serve()

    def throttled(self, retry_after: float = 0.0, took: float = 0.0) -> None:
        """The service asked for fewer calls.

        Args:
            retry_after: seconds for which it wants none.
            took: seconds that its answer took. A call that was sent before the rate was lowered says nothing of the
                rate since.
        """
        self._refill()
        self._not_before = max(self._not_before, self._at + min(retry_after, MAX_RETRY_AFTER))
        if self._pace.refused(self._at, took):
            self._tokens = 0.0
        self._serve()

    def _refill(self) -> None:
        now = self._clock()
        rate = self._pace.rate(self._at)
        full = self._burst if self._pace.free(now) else min(self._burst, max(1.0, rate))
        self._tokens = min(full, self._tokens + max(0.0, now - self._at) * rate)
        self._at = now

    def _serve(self) -> None:
        self._refill()
        while self._ready and self._waiters.give():
            self._take()
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._waiters:
            self._timer = asyncio.get_running_loop().call_later(self._next_in, self._tick)

    @property
    def _next_in(self) -> float:
        """Seconds until a token may be there; right after a refill."""
        token = (1 - self._tokens) / self._pace.rate(self._at)
        wait = max(token, self._not_before - self._at)
        return max(min(wait, self._pace.changes_in(self._at)), SOONEST)

    @property
    def _ready(self) -> bool:
        """Whether a call may be sent; right after a refill."""
        return self._tokens >= 1 and self._at >= self._not_before

    def _take(self) -> None:
        self._tokens -= 1
        self._pace.sent(self._at)

    def _give_back(self) -> None:
        self._tokens += 1
        self._serve()

    def _tick(self) -> None:
        self._timer = None
        self._serve()
