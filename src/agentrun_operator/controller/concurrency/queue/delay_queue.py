"""When to look at which key again: a heap of times, with one time per key, the earliest. No clock of its own."""

from __future__ import annotations

import heapq
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

SLACK = 64
"""Entries in the heap that may be void, besides as many as there are planned keys, before it is made anew."""


class DelayQueue(Generic[K]):
    """Planned keys by time."""

    def __init__(self) -> None:
        self._times: dict[K, float] = {}
        self._heap: list[tuple[float, int, K]] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._times)

    def put(self, key: K, when: float) -> None:
        """Plan a key, unless it is planned for an earlier time."""
        if when < self._times.get(key, float("inf")):
            self._times[key] = when
            self._count += 1
            heapq.heappush(self._heap, (when, self._count, key))
            self._compact()

    def drop(self, key: K) -> None:
        """Forget a key; its entry in the heap is passed over later."""
        self._times.pop(key, None)

    def due(self, now: float) -> list[K]:
        """Take out the keys whose time has come."""
        found = []
        while self._heap and self._heap[0][0] <= now:
            when, _, key = heapq.heappop(self._heap)
            if self._times.get(key) == when:
                del self._times[key]
                found.append(key)
        return found

    def next(self) -> float | None:
        """The earliest planned time, or None."""
        while self._heap and self._times.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def _compact(self) -> None:
        """Make the heap anew when most of it is void: a key that is often looked at leaves an entry each time."""
        if len(self._heap) > 2 * len(self._times) + SLACK:
            self._heap = [entry for entry in self._heap if self._times.get(entry[2]) == entry[0]]
            heapq.heapify(self._heap)
