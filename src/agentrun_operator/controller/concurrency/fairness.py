"""Who waits for something scarce, and whose turn is next. Knows nothing of what is waited for.

Who is more urgent goes first, and among the equally urgent the tenants take turns, however many of one wait. Of four
turns, one goes round the tenants whatever their urgency, to whoever of each has waited longest: nobody waits for ever.
And one goes round the tenants of those that only look: no wishes, however many, blind anybody. Where nobody waits for
such a turn, it is given by urgency.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.controller.concurrency.priority import Priority, looking, tenants, urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from agentrun_operator.controller.concurrency.priority import Tenants

FAIR_SHARE = 4
"""Every so many turns, one goes to whoever of the next tenant has waited longest, and one to whoever only looks."""


class Waiter(NamedTuple):
    """Somebody who waits.

    Attributes:
        given: done when it is their turn.
    """

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


class _Turns:
    """Those who wait, in a circle of tenants; each tenant's in a circle again, or in the order in which they came."""

    def __init__(self) -> None:
        self._circle: dict[Hashable, _Turns] = {}
        self._line: deque[Waiter] = deque()

    def add(self, waiter: Waiter, *path: Hashable) -> None:
        """Line up; the path leads from circle to circle."""
        if path:
            self._circle.setdefault(path[0], _Turns()).add(waiter, *path[1:])
        else:
            self._line.append(waiter)

    def take(self) -> Waiter | None:
        """The next one; whoever had a turn goes to the end of the circle.

        Those who have given up, or had their turn in another line, leave.
        """
        while self._line:
            waiter = self._line.popleft()
            if not waiter.given.done():
                return waiter
        while self._circle:
            head = next(iter(self._circle))
            theirs = self._circle.pop(head)
            if found := theirs.take():
                self._circle[head] = theirs
                return found
        return None

    def clear(self) -> None:
        """Forget everybody."""
        self._circle.clear()
        self._line.clear()


class FairWaiters:
    """Those who wait, as urgently and for whom their tasks say."""

    def __init__(self) -> None:
        self._given = 0
        self._waiting = 0
        self._urgent = tuple(_Turns() for _ in Priority)
        self._longest, self._looks = _Turns(), _Turns()

    def __len__(self) -> int:
        return self._waiting

    def join(self, within: tuple[Hashable, ...] = (), priority: Priority | None = None) -> Waiter:
        """Wait from now on; the turn has come when its future is done.

        Args:
            within: which of the tenant's own turns it is.
            priority: how urgent it is, if not as the task says.
        """
        waiter, whose = Waiter(asyncio.get_running_loop().create_future()), tenants.get()
        own, looks = urgency.get(), looking.get()

        def line_up(those: Iterable[Hashable]) -> None:
            urgent = self._urgent[min(own, whose.urgency) if priority is None else priority]
            lines = (urgent, self._longest, *((self._looks,) if looks else ()))
            for tenant in those:
                for line in lines:
                    line.add(waiter, tenant, *within)

        self._waiting += 1
        self._stay(waiter, whose, line_up)
        return waiter

    def _stay(self, waiter: Waiter, whose: Tenants, line_up: Callable[[Iterable[Hashable]], None]) -> None:
        def left(given: asyncio.Future[None]) -> None:
            whose.arrive(waiter)
            if given.cancelled():
                self._left()

        line_up(tuple(whose) or (None,))  # what is nobody's waits as well
        whose.wait(waiter, line_up)
        waiter.given.add_done_callback(left)

    def give(self) -> bool:
        """Give the next one their turn; False if nobody waits."""
        waiter = self._next()
        if waiter is None:
            return False
        waiter.given.set_result(None)
        self._given += 1
        self._left()
        return True

    def _left(self) -> None:
        self._waiting -= 1
        if not self._waiting:
            self._forget_all()  # whoever is left in a line had a turn in another

    def _next(self) -> Waiter | None:
        turn = self._given % FAIR_SHARE
        first = {FAIR_SHARE - 1: [self._longest], FAIR_SHARE // 2 - 1: [self._looks]}.get(turn, [])
        lines = (*first, *self._urgent)
        return next((waiter for line in lines if (waiter := line.take())), None)

    def _forget_all(self) -> None:
        for line in (*self._urgent, self._longest, self._looks):
            line.clear()


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
