"""A few slots for what may take long and is nobody's hurry, taken in turns by tenant. Knows nothing of what is done.

While others wait, a tenant has no more than its share: however many of one tenant's hang, the next one is let in soon.
Who is let in knows it by nothing else: there are no priorities here, and nobody waits for ever.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from agentrun_operator.controller.concurrency.fairness import Waiter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Hashable


class FairSlots:
    """A number of slots."""

    def __init__(self, count: int, *, share: int, alone: int) -> None:
        """Make them all free.

        Args:
            count: how many there are.
            share: how many a tenant may have while another one waits.
            alone: and while nobody else does.
        """
        self._free = count
        self._share = share
        self._alone = alone
        self._held: Counter[Hashable] = Counter()
        self._lines: dict[Hashable, deque[Waiter]] = {}

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(not waiter.given.done() for line in self._lines.values() for waiter in line)

    @asynccontextmanager
    async def slot(self, tenant: Hashable) -> AsyncIterator[None]:
        """Wait for a slot, and hold it."""
        waiter = Waiter(asyncio.get_running_loop().create_future())
        self._lines.setdefault(tenant, deque()).append(waiter)
        waiter.given.add_done_callback(lambda given: self._gave_up(tenant) if given.cancelled() else None)
        self._serve()
        await waiter.wait(lambda: self._leave(tenant))
        try:
            yield
        finally:
            self._leave(tenant)

    def _leave(self, tenant: Hashable) -> None:
        self._free += 1
        self._held[tenant] -= 1
        if not self._held[tenant]:
            del self._held[tenant]
        self._serve()

    def _gave_up(self, tenant: Hashable) -> None:
        """Somebody waits no longer: others may have more than their share now."""
        self._tidy(tenant)
        self._serve()

    def _serve(self) -> None:
        """Let in whoever may come in; a tenant that was served goes to the end of the circle."""
        while self._free and (tenant := self._next()) is not None:
            waiter = self._lines[tenant].popleft()
            self._lines[tenant] = self._lines.pop(tenant)
            self._tidy(tenant)
            if not waiter.given.done():
                self._free -= 1
                self._held[tenant] += 1
                waiter.given.set_result(None)

    def _next(self) -> Hashable | None:
        most = self._share if len(self._lines) > 1 else self._alone
        return next((tenant for tenant in self._lines if self._held[tenant] < most), None)

    def _tidy(self, tenant: Hashable) -> None:
        """Forget those of a tenant who gave up, and a line that is empty."""
        line = self._lines.get(tenant)
        while line and line[0].given.done():
            line.popleft()
        if line is not None and all(waiter.given.done() for waiter in line):
            del self._lines[tenant]
