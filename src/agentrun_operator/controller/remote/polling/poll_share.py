"""Whose turn it is to be looked at, of all runtimes whose calls one limit serves. Namespaces take turns first, then
runtimes: many of one leave those of another their looks.

Looks at rest take a share of the limit at most, evenly spread; where they do not fit, each runtime is looked at less
often. Looks at what is in transition leave the limit to changes while these are sent.
"""

from __future__ import annotations

import asyncio
import math
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from agentrun_operator.controller.concurrency.fairness import FairWaiters, Waiter
from agentrun_operator.controller.concurrency.priority import looking

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

SPREAD = 0.8
"""The part of a poll interval over which the looks of one round are spread: the rest makes up for what came late."""

BATCH = 1.0
"""Seconds whose looks begin in one moment: one that wakes the process for itself takes it twice as long."""

LONGEST_GAP = 1.0
"""Seconds between two looks where there are so few that they need not be spread."""

WRITES_PER_CALL = 8
"""While changes are sent, this many of them allow one call for a look. A bulk goes as fast as it can, and looking at it
adds less than an eighth to its calls."""

CALL_PAUSE = 0.2
"""Seconds after which a call is allowed though fewer changes were sent."""

SHORTEST_GAP = 0.005
"""Seconds between two looks when no changes are sent: they do not all begin in one moment."""


class PollTurns(ABC):
    """Those who wait for a look."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waiters = FairWaiters()
        self._timer: asyncio.TimerHandle | None = None

    def join(self) -> Waiter:
        """Wait for a turn; it has come when the waiter's future is done."""
        among = looking.set(False)  # all of them only look: none is to have a turn for that
        waiter = self._waiters.join()
        looking.reset(among)
        self._serve()
        return waiter

    def _serve(self) -> None:
        """Give the next one their turn, if it is time; else be reminded when it is."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        now = self._clock()
        while now >= self._free_at and self._waiters.give():
            self._took(now)
        if self._waiters:
            self._timer = asyncio.get_running_loop().call_later(max(self._next_at - now, 0.0), self._serve)

    @property
    @abstractmethod
    def _free_at(self) -> float:
        """When the next look may begin."""

    @property
    def _next_at(self) -> float:
        """When those who wait are served again."""
        return self._free_at

    @abstractmethod
    def _took(self, now: float) -> None:
        """Somebody has their turn now."""


class RestTurns(PollTurns):
    """The looks at what rests: no more than `rate` calls a second, and the same number in each."""

    def __init__(self, rate: float, interval: float, clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self._rate = rate
        self._interval = interval
        self._pages: dict[Hashable, int] = {}
        self._total = 0
        self._paid_until = -math.inf

    def __len__(self) -> int:
        return len(self._pages)

    @property
    def interval(self) -> float:
        """Seconds in which each runtime has its turn once."""
        return max(self._interval, self._total / self._rate)

    def note(self, who: Hashable, pages: int) -> None:
        """Note how many calls a look at a runtime takes."""
        self._total += pages - self._pages.get(who, 0)
        self._pages[who] = pages

    def forget(self, who: Hashable) -> None:
        """A runtime is not looked at any more."""
        self._total -= self._pages.pop(who, 0)

    def used(self, calls: int) -> None:
        """The last turn took so many calls."""
        self._paid_until += (calls - 1) * self._gap

    @property
    def _gap(self) -> float:
        """Seconds for which one call pays."""
        return max(1 / self._rate, min(SPREAD * self._interval / max(self._total, 1), LONGEST_GAP))

    @property
    def _free_at(self) -> float:
        return self._paid_until - max(BATCH - self._gap, 0.0)

    @property
    def _next_at(self) -> float:
        return self._paid_until

    def _took(self, now: float) -> None:
        self._paid_until = max(self._paid_until, now) + self._gap


class StepTurns(PollTurns):
    """The looks at what is in transition: few while changes are sent, as many as anybody wants when none are."""

    def __init__(self, fast: float, clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self._fast = fast
        self._last_at = self._wrote_at = -math.inf
        self._writes = 0
        self._price = 1.0

    def wrote(self) -> None:
        """A change was sent."""
        self._wrote_at = self._clock()
        self._writes += 1
        if self._waiters:
            self._serve()

    def used(self, price: float) -> None:
        """The last turn cost so many calls."""
        self._price = price

    @property
    def _free_at(self) -> float:
        if self._writes >= WRITES_PER_CALL * self._price:
            return self._last_at
        unpaid = self._last_at + CALL_PAUSE * self._price
        return max(self._last_at + SHORTEST_GAP, min(unpaid, self._wrote_at + self._fast))

    def _took(self, now: float) -> None:
        self._last_at, self._writes = now, 0


class PollShare:
    """The turns of those that one limit serves.

    Attributes:
        rest: for looks at what rests.
        steps: for looks at what is in transition.
    """

    def __init__(self, rate: float, interval: float, fast: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Give no turn yet.

        Args:
            rate: looks at rest a second, at most.
            interval: seconds between two looks at a runtime at rest where they fit.
            fast: seconds between two looks at what is in transition.
            clock: the time in seconds.
        """
        self.rest = RestTurns(rate, interval, clock)
        self.steps = StepTurns(fast, clock)
