"""The transitions that are due at some time. Nothing runs in the background: whoever looks takes what is due."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Transition:
    """How a change of an endpoint ends, and when.

    Attributes:
        after: seconds that the change takes.
        status: the status that it ends in, any word; None: the endpoint is gone.
        reason: shown with the status; None: no reason is shown.
    """

    after: float
    status: str | None
    reason: str | None = None


class Timeline:
    """The transitions to come, at most one for each endpoint: a new one replaces the one before."""

    def __init__(self) -> None:
        self._queue: list[tuple[float, int, str, Transition]] = []
        self._valid: dict[str, int] = {}
        self._tickets = count()

    def schedule(self, now: float, endpoint_id: str, transition: Transition) -> None:
        """Schedule an endpoint's transition, counted from `now`, instead of the one it has."""
        ticket = next(self._tickets)
        self._valid[endpoint_id] = ticket
        heapq.heappush(self._queue, (now + transition.after, ticket, endpoint_id, transition))

    def cancel(self, endpoint_id: str) -> None:
        """Call off an endpoint's transition, if it has one."""
        self._valid.pop(endpoint_id, None)

    def pop_due(self, now: float) -> Iterator[tuple[float, str, Transition]]:
        """Take what is due at `now`, in order: when it was due, the endpoint's id, the transition."""
        while self._queue and self._queue[0][0] <= now:
            at, ticket, endpoint_id, transition = heapq.heappop(self._queue)
            if self._valid.get(endpoint_id) == ticket:
                del self._valid[endpoint_id]
                yield at, endpoint_id, transition
