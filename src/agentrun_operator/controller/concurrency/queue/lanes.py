"""The lanes of the work queue: which keys share their places, and whose turn it is. Data only: nobody waits in here."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

from agentrun_operator.controller.concurrency.priority import Priority

K = TypeVar("K", bound=Hashable)

RESERVE = 2
"""There are this many times the places for edits, so that a user need not wait for a bulk that hangs."""


def places_for(priority: Priority, places: int) -> int:
    """How many of so many places work of this urgency may have."""
    return places * RESERVE if priority is Priority.EDIT else places


class Lane(Generic[K]):
    """The keys of one tenant that share their places."""

    def __init__(self, tenant: Hashable, name: Hashable) -> None:
        self.tenant = tenant
        self.name = name
        self.waiting: dict[Priority, deque[K]] = {priority: deque() for priority in Priority}
        self.active = 0

    def room(self, priority: Priority, places: int) -> bool:
        """Whether one more of this urgency may begin."""
        return self.active < places_for(priority, places)

    @property
    def idle(self) -> bool:
        """Whether nothing waits here, and nothing is worked on."""
        return not self.active and not any(self.waiting.values())


class Circle(Generic[K]):
    """The lanes that may begin something, of each tenant in turn."""

    def __init__(self) -> None:
        self._tenants: dict[Hashable, dict[Hashable, Lane[K]]] = {}

    def __len__(self) -> int:
        return len(self._tenants)

    def add(self, lane: Lane[K]) -> None:
        """Give a lane its turn, if it is not in the circle already."""
        self._tenants.setdefault(lane.tenant, {})[lane.name] = lane

    def take(self) -> Lane[K] | None:
        """The next lane; its tenant goes to the end of the circle."""
        if not self._tenants:
            return None
        tenant = next(iter(self._tenants))
        lanes = self._tenants.pop(tenant)
        lane = lanes.pop(next(iter(lanes)))
        if lanes:
            self._tenants[tenant] = lanes
        return lane
