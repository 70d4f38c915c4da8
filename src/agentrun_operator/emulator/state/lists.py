"""Lists of endpoints, by the page, sorted by ids that are random, and possibly out of date. No clock."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agentrun_operator.emulator.answers import invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentrun_operator.emulator.state.documents import Snapshot

DEFAULT_PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted; pages count from 1."""

    number: int
    size: int

    @classmethod
    def asked(cls, parameters: dict[str, str], limit: int) -> Page:
        """The page that a query asks for, of at most `limit` items.

        Raises:
            ApiError: a parameter is not an integer of at least 1.
        """
        return cls(
            _positive(parameters, "pageNumber", 1), min(limit, _positive(parameters, "pageSize", DEFAULT_PAGE_SIZE))
        )

    def positions(self, total: int, drift: int = 0) -> range | list[int]:
        """The positions on this page of a list whose order has moved on by `drift` items."""
        start = (self.number - 1) * self.size
        on_page = range(min(start, total), min(start + self.size, total))
        return [(position - drift) % total for position in on_page] if drift else on_page

    def encode(self, items: Sequence[bytes], total: int) -> bytes:
        """A list's data, from items that are JSON already."""
        return b'{"items":[%b],"pageNumber":%d,"pageSize":%d,"total":%d}' % (
            b",".join(items), self.number, self.size, total,
        )  # fmt: skip


def _positive(parameters: dict[str, str], name: str, default: int) -> int:
    try:
        value = int(parameters.get(name) or default)
    except ValueError:
        raise invalid(f"{name} must be an integer") from None
    if value < 1:
        raise invalid(f"{name} must be at least 1")
    return value


@dataclass(slots=True)
class _Listing:
    """One runtime's endpoints sorted by id; ids are random, so a new one may come anywhere between the others."""

    ids: list[str] = field(default_factory=list)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)

    def put(self, endpoint_id: str, snapshot: Snapshot) -> None:
        if endpoint_id not in self.snapshots:
            insort(self.ids, endpoint_id)
        self.snapshots[endpoint_id] = snapshot

    def drop(self, endpoint_id: str) -> None:
        if self.snapshots.pop(endpoint_id, None):
            del self.ids[bisect_left(self.ids, endpoint_id)]


@dataclass(frozen=True, slots=True)
class _Change:
    at: float
    runtime_id: str
    endpoint_id: str
    snapshot: Snapshot | None


class EventualIndex:
    """The copy of all endpoints that lists are read from. It follows changes with the delay that the reader sets."""

    def __init__(self) -> None:
        self._changes: deque[_Change] = deque()
        self._listings: defaultdict[str, _Listing] = defaultdict(_Listing)

    def record(self, at: float, runtime_id: str, endpoint_id: str, snapshot: Snapshot | None) -> None:
        """Record a change, by the order of time; an endpoint without a snapshot is gone."""
        self._changes.append(_Change(at, runtime_id, endpoint_id, snapshot))

    def page(self, runtime_id: str, page: Page, *, until: float, drift: int = 0) -> bytes:
        """One page of a runtime's endpoints as they were at `until`, or at the latest `until` of earlier calls."""
        self._follow(until)
        listing = self._listings[runtime_id]
        total = len(listing.ids)
        items = [listing.snapshots[listing.ids[position]].encoded for position in page.positions(total, drift)]
        return page.encode(items, total)

    def _follow(self, until: float) -> None:
        while self._changes and self._changes[0].at <= until:
            change = self._changes.popleft()
            listing = self._listings[change.runtime_id]
            if change.snapshot is None:
                listing.drop(change.endpoint_id)
            else:
                listing.put(change.endpoint_id, change.snapshot)
