"""The work queue, in the words of controller-runtime, with lanes.

A key that is added twice before its turn is worked on once; one that is added while it is worked on comes again
afterwards; no key is worked on twice at a time. What is urgent goes first, whatever lane it is in; of what is equally
urgent, tenants take turns, then lanes. Every lane has places of its own, so that one that hangs never stops another;
all lanes together have a few times as many, which what takes long leaves to others. Knows neither Kubernetes nor
AgentRun.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from agentrun_operator.backoff import backoff
from agentrun_operator.controller.concurrency.priority import Priority
from agentrun_operator.controller.concurrency.queue.delay_queue import DelayQueue
from agentrun_operator.controller.concurrency.queue.lanes import Circle, Lane, places_for

K = TypeVar("K", bound=Hashable)

FIRST_PAUSE = 1.0
"""Seconds before the first repetition of a failed piece of work; each further one doubles."""

ALIKE_PER_SECOND = 5.0
"""Keys that failed for the same cause and come again in a second, all together: where many fail alike, each pauses
longer. What a hundred have in the way is soon seen to be gone by one of them."""

SOONER_PER_SECOND = 50.0
"""How many of them come again in a second once one of them succeeded."""

IN_ALL = 2
"""All lanes together have this many times the places of one, at each priority: what begins at once delays each other,
and whatever is more urgent, the others go on.
"""

TAKES_LONG = 2.0
"""Seconds after which a piece of work leaves its place among all to others: it waits for something."""


@dataclass(frozen=True, slots=True)
class Item(Generic[K]):
    """A key whose turn it is.

    Args:
        key: the key.
        priority: how urgent it was.
        waited: seconds since it was first asked for.
    """

    key: K
    priority: Priority
    waited: float


class WorkQueue(Generic[K]):
    """Keys to work on."""

    def __init__(
        self,
        lane_of: Callable[[K], tuple[Hashable, Hashable]],
        places: int,
        *,
        jitter: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make an empty queue.

        Args:
            lane_of: the tenant and, of theirs, the lane that a key belongs to when it is added.
            places: how many keys of a lane are worked on at the same time.
            jitter: random numbers from 0 to 1; they shorten pauses by up to half.
            clock: the time in seconds.
        """
        self._lane_of = lane_of
        self._places = places
        self._jitter = jitter
        self._clock = clock
        self._dirty: dict[K, Priority] = {}
        self._since: dict[K, float] = {}
        self._active: dict[K, Lane[K]] = {}
        self._begun: dict[Priority, dict[K, float]] = {priority: {} for priority in Priority}
        self._lanes: dict[tuple[Hashable, Hashable], Lane[K]] = {}
        self._ready: dict[Priority, Circle[K]] = {priority: Circle() for priority in Priority}
        self._failures: dict[K, int] = {}
        self._causes: dict[K, Hashable] = {}
        self._alike: dict[Hashable, dict[K, None]] = {}
        self._on_drop: dict[K, Callable[[K], None]] = {}
        self._delayed: DelayQueue[K] = DelayQueue()
        self._wakeup = asyncio.Event()

    def __len__(self) -> int:
        return len(self._dirty)

    @property
    def active(self) -> int:
        """How many keys are being worked on."""
        return len(self._active)

    @property
    def planned(self) -> int:
        """How many keys are planned for later."""
        return len(self._delayed)

    def add(self, key: K, priority: Priority) -> None:
        """Ask for a look at the key; a more urgent wish than the last one moves it forward."""
        if priority >= self._dirty.get(key, len(Priority)):
            return
        self._dirty[key] = priority
        self._since.setdefault(key, self._clock())
        if key not in self._active:
            self._line_up(key, priority)

    def add_after(self, key: K, pause: float) -> None:
        """Plan a look; the earliest planned one counts, and any look in between makes it void.

        Args:
            key: the key.
            pause: seconds from now.
        """
        self._delayed.put(key, self._clock() + pause)
        self._wakeup.set()

    def add_rate_limited(self, key: K, at_most: float, at_least: float = 0.0, cause: Hashable = None) -> float:
        """Plan a look after a failure, with a jittered pause that doubles each time.

        Args:
            key: the key.
            at_most: the longest pause in seconds, unless many fail alike.
            at_least: the shortest, when somebody asked for one.
            cause: what those have in common that fail alike; None: it fails like nobody else.

        Returns:
            the pause in seconds.
        """
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        chance = self._jitter()
        growing = backoff(failures, first=FIRST_PAUSE, at_most=at_most, chance=chance)
        crowd = self._fails_like(key, cause) / ALIKE_PER_SECOND
        pause = max(growing, backoff(0, first=crowd, at_most=crowd, chance=chance), at_least)
        self.add_after(key, pause)
        return pause

    def forget(self, key: K) -> None:
        """Forget the key's failures, after a success.

        What was in its way may be in nobody's any more: those that failed alike come again soon, one after the other.
        """
        self._failures.pop(key, None)
        alike = self._alike.pop(self._causes.get(key), {})
        for number, other in enumerate(alike):
            del self._causes[other]
            if other != key:
                self.add_after(other, number / SOONER_PER_SECOND)

    def drop(self, key: K, then: Callable[[K], None]) -> None:
        """Forget all about a key that is no more.

        Args:
            key: the key.
            then: is called with it once nobody works on it: at once, or when the work under way has ended.
        """
        self._dirty.pop(key, None)
        self._since.pop(key, None)
        if key in self._active:
            self._on_drop[key] = then
        else:
            self._dropped(key, then)

    async def get(self) -> Item[K]:
        """The next key to work on; `done` has to be called for it."""
        while True:
            self._release_due()
            if (found := self._next()) is not None:
                return found
            self._wakeup.clear()
            due = self._next_due()
            try:
                async with asyncio.timeout(None if due is None else max(0.0, due - self._clock())):
                    await self._wakeup.wait()
            except TimeoutError:
                continue

    def done(self, key: K) -> None:
        """The work on the key ended; if it was added meanwhile, it lines up again."""
        lane = self._active.pop(key)
        for begun in self._begun.values():
            begun.pop(key, None)
        lane.active -= 1
        if then := self._on_drop.pop(key, None):
            self._dropped(key, then)
        if key in self._dirty:
            self._line_up(key, self._dirty[key])
        self._offer(lane)
        if lane.idle:
            self._lanes.pop((lane.tenant, lane.name), None)
        self._wakeup.set()

    def _dropped(self, key: K, then: Callable[[K], None]) -> None:
        self._delayed.drop(key)
        self._failures.pop(key, None)
        self._fails_like(key, None)
        then(key)

    def _fails_like(self, key: K, cause: Hashable) -> int:
        """Note the cause of a key's failure, None for none, and return how many fail alike."""
        former = self._causes.pop(key, None)
        if former is not None:
            self._alike[former].pop(key)
            if not self._alike[former]:
                del self._alike[former]
        if cause is None:
            return 0
        self._causes[key] = cause
        alike = self._alike.setdefault(cause, {})
        alike[key] = None
        return len(alike)

    def _release_due(self) -> None:
        for key in self._delayed.due(self._clock()):
            self.add(key, Priority.CHANGE)

    def _line_up(self, key: K, priority: Priority) -> None:
        name = self._lane_of(key)
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = Lane(*name)
        lane.waiting[priority].append(key)
        self._offer(lane)
        self._wakeup.set()

    def _offer(self, lane: Lane[K]) -> None:
        """Give the lane its turn at each priority where a key of it waits and there is room."""
        for priority, waiting in lane.waiting.items():
            if waiting and lane.room(priority, self._places):
                self._ready[priority].add(lane)

    def _next(self) -> Item[K] | None:
        for priority, circle in self._ready.items():
            while self._is_room(priority) and (lane := circle.take()):
                key = self._take(lane, priority)
                if lane.idle:
                    self._lanes.pop((lane.tenant, lane.name), None)
                if key is not None:
                    return Item(key, priority, self._clock() - self._since.pop(key))
        return None

    def _is_room(self, priority: Priority) -> bool:
        """Whether all lanes together may begin something: what takes long does not count."""
        begun, long_ago = self._begun[priority], self._clock() - TAKES_LONG
        while begun and begun[first := next(iter(begun))] <= long_ago:
            del begun[first]
        return len(begun) < places_for(priority, self._places * IN_ALL)

    def _next_due(self) -> float | None:
        """When something may be ready that is not now: what is planned, or what waits for a place."""
        planned = self._delayed.next()
        begun = (next(iter(each.values())) for each in self._begun.values() if each and self._dirty)
        places = [began + TAKES_LONG for began in begun]
        return min(places if planned is None else [planned, *places], default=None)

    def _take(self, lane: Lane[K], priority: Priority) -> K | None:
        """The lane's first key of this priority that still waits for it; the lane goes to the end of the line."""
        while lane.waiting[priority] and lane.room(priority, self._places):
            key = lane.waiting[priority].popleft()
            if key in self._active or self._dirty.get(key) is not priority:
                continue  # moved forward, dropped, or taken meanwhile
            del self._dirty[key]
            self._delayed.drop(key)
            self._active[key] = lane
            self._begun[priority][key] = self._clock()
            lane.active += 1
            self._offer(lane)
            return key
        return None
