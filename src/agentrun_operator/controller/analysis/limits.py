"""How many probes are under way, and how many calls an account makes a minute; both in turns by namespace."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from agentrun_operator.controller.concurrency.priority import Tenants, tenants
from agentrun_operator.controller.concurrency.rate_limiter import AdaptiveRateLimiter
from agentrun_operator.controller.concurrency.slots import FairSlots

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Hashable
    from contextlib import AbstractAsyncContextManager

MINUTE = 60.0

SHARE = 4
"""While others wait, a namespace has at most this part of the slots."""

KEPT_LIMITS = 512
"""Accounts whose calls are counted; those that made none for a minute are as good as new."""

QUERIES = 4
"""Queries of Prometheus at once, one of each namespace."""


class Waiting:
    """Whether a round waits for its turn: somebody of it does, and none of its calls is under way."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting = 0
        self._out = 0

    def __bool__(self) -> bool:
        return bool(self._waiting) and not self._out

    @asynccontextmanager
    async def until(self, turn: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
        """Wait for a turn, and have it."""
        async with AsyncExitStack() as had:
            self._waiting += 1
            try:
                await had.enter_async_context(turn)
            finally:
                self._waiting -= 1
            yield

    @asynccontextmanager
    async def call(self, turn: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
        """The same, and count what is done in it as under way."""
        async with self.until(turn):
            self._out += 1
            try:
                yield
            finally:
                self._out -= 1


class ProbeLimits:
    """The limits of one process.

    Attributes:
        calls_per_minute: that an account makes at most.
    """

    def __init__(self, concurrency: int, calls_per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Make them.

        Args:
            concurrency: calls under way at the same time.
            calls_per_minute: calls that an account makes in a minute, and at once after a quiet one.
            clock: the time in seconds.
        """
        self.calls_per_minute = calls_per_minute
        self._clock = clock
        share = max(1, concurrency // SHARE)
        self._calls = FairSlots(concurrency, share=share, alone=concurrency)
        # A round holds its conversations, and may last: few namespaces never have all of these places.
        self._rounds = FairSlots(2 * concurrency, share=share, alone=2 * share)
        self._queries = FairSlots(QUERIES, share=1, alone=1)
        self._accounts: dict[Hashable, tuple[AdaptiveRateLimiter, float]] = {}

    @asynccontextmanager
    async def call(self, account: Hashable, namespace: str) -> AsyncIterator[None]:
        """Wait until a call of an account may go out for a namespace, and count it as under way."""
        token = tenants.set(Tenants(namespace))
        try:
            await self._rate_of(account).acquire()
        finally:
            tenants.reset(token)
        async with self._calls.slot(namespace):
            yield

    @asynccontextmanager
    async def round(self, namespace: str) -> AsyncIterator[None]:
        """Wait until a round may begin."""
        async with self._rounds.slot(namespace):
            yield

    @asynccontextmanager
    async def query(self, namespace: str) -> AsyncIterator[None]:
        """Wait until a query may be made."""
        async with self._queries.slot(namespace):
            yield

    def _rate_of(self, account: Hashable) -> AdaptiveRateLimiter:
        now = self._clock()
        found = self._accounts.pop(account, None)
        if found is None and len(self._accounts) >= KEPT_LIMITS:
            self._accounts = {
                key: kept for key, kept in self._accounts.items() if kept[0].waiting or kept[1] > now - MINUTE
            }
        limiter = found[0] if found else self._made()
        self._accounts[account] = limiter, now
        return limiter

    def _made(self) -> AdaptiveRateLimiter:
        return AdaptiveRateLimiter(self.calls_per_minute / MINUTE, self.calls_per_minute, self._clock)
