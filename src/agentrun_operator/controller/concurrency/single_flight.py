"""Makes concurrent callers share one piece of I/O, when what it began to read is new enough for them.

What is read is read for all of them: while it waits, it waits in the turns of each, as urgently as the most urgent of
them. Knows nothing of what is read.
"""

from __future__ import annotations

import asyncio
import math
import time
from contextvars import copy_context
from typing import TYPE_CHECKING, Generic, TypeVar

from agentrun_operator.controller.concurrency.priority import Priority, Tenants, sharing, tenants, urgency

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """One kind of read, one at a time."""

    def __init__(
        self,
        read: Callable[[], Awaitable[T]],
        clock: Callable[[], float] = time.monotonic,
        until: Callable[[float], float] = lambda _: math.inf,
    ) -> None:
        """Prepare the reads.

        Args:
            read: makes one.
            clock: the time in seconds.
            until: up to when a read is waited for that began at a time.
        """
        self._read = read
        self._until = until
        self._clock = clock
        self._task: asyncio.Future[T] | None = None
        self._began = float("-inf")
        self._for = Tenants()

    async def newer_than(self, moment: float) -> T:
        """The result of a read that began after `moment`: the one under way, if it did, else the next.

        Whoever waits gets the error of the read it waited for. A waiter that gives up does not end the others' read.

        Raises:
            TimeoutError: a read takes longer than it is waited for; it goes on.
        """
        while self._task is not None and not self._task.done():
            if self._began > moment:
                with sharing(self._for):
                    return await self._awaited(self._task)
            with sharing(self._for, turns=False):  # who waits for its end is as urgent, though it is not for them
                async with self._patience():
                    await asyncio.wait({self._task})
        self._began = self._clock()
        self._for = Tenants()
        context = copy_context()
        context.run(tenants.set, self._for)
        context.run(urgency.set, Priority.RESYNC)  # those for whom it is say how urgent it is
        with sharing(self._for):
            self._task = asyncio.create_task(self._result(), context=context)
            self._task.add_done_callback(_seen)
            return await self._awaited(self._task)

    async def _awaited(self, task: asyncio.Future[T]) -> T:
        async with self._patience():
            return await asyncio.shield(task)

    def _patience(self) -> asyncio.Timeout:
        left = self._until(self._began) - self._clock()
        return asyncio.timeout(left if left < math.inf else None)

    async def _result(self) -> T:
        return await self._read()


def _seen(task: asyncio.Future[T]) -> None:
    """An error is the waiters' to tell; that all of them gave up is no defect to log."""
    if not task.cancelled():
        task.exception()
