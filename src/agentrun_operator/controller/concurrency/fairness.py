"""Who waits for something scarce, and whose turn is next: who is more urgent goes first, and every fourth turn goes to
whoever has waited longest, so that nobody waits for ever. Knows nothing of what is waited for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.controller.concurrency.priority import Priority, urgency

if TYPE_CHECKING:
    from collections.abc import Callable

FAIR_SHARE = 4
"""Every so many turns, one goes to whoever has waited longest."""


class Waiter(NamedTuple):
    """Somebody who waits.

    Attributes:
        number: how many came before.
        given: done when it is their turn.
    """

    number: int
    given: asyncio.Future[None]

    async def wait(self, hand_on: Callable[[], None]) -> None:
        """Wait for the turn.

        Args:
            hand_on: is called when the waiter was cancelled in the moment of its turn: that is the next one's.
        """
        try:
            await self.given
        except asyncio.CancelledError:
            if not self.given.cancelled():
                hand_on()
            raise


class FairWaiters:
    """Those who wait, as urgently as their tasks say."""

    def __init__(self) -> None:
        self._lines: tuple[deque[Waiter], ...] = tuple(deque() for _ in Priority)
        self._came = 0
        self._given = 0

    def __len__(self) -> int:
        return sum(len(line) for line in self._lines)

    def join(self) -> Waiter:
        """Wait from now on; the turn has come when its future is done."""
        waiter = Waiter(self._came, asyncio.get_running_loop().create_future())
        self._came += 1
        self._lines[urgency.get()].append(waiter)
        return waiter

    def give(self) -> bool:
        """Give the next one their turn; False if nobody waits."""
        lines = [line for line in self._lines if _head(line)]
        if not lines:
            return False
        fair = self._given % FAIR_SHARE == FAIR_SHARE - 1
        (min(lines, key=_longest) if fair else lines[0]).popleft().given.set_result(None)
        self._given += 1
        return True


class PrioritySemaphore:
    """A number of places; `async with` waits for one and holds it."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiters = FairWaiters()

    async def __aenter__(self) -> None:
        if self._free:
            self._free -= 1
            return
        await self._waiters.join().wait(self._leave)

    async def __aexit__(self, *_: object) -> None:
        self._leave()

    def _leave(self) -> None:
        if not self._waiters.give():
            self._free += 1


def _head(line: deque[Waiter]) -> Waiter | None:
    """Who is in front; those who have given up leave."""
    while line and line[0].given.cancelled():
        line.popleft()
    return line[0] if line else None


def _longest(line: deque[Waiter]) -> int:
    return line[0].number
