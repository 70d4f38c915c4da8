"""What the lists show: endpoints in no particular order, by the page, and maybe as they were a while ago. No clock."""

from bisect import bisect_left, insort
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from agentrun_operator.emulator.answers import invalid
from agentrun_operator.emulator.state.documents import Snapshot

DEFAULT_PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for; pages count from 1."""

    number: int
    size: int

    @classmethod
    def asked(cls, parameters: dict[str, str], limit: int) -> "Page":
        """The page that a query asks for, of at most `limit` items.

        Raises:
            ApiError: a number is none, or below 1.
        """
        return cls(
            _positive(parameters, "pageNumber", 1), min(limit, _positive(parameters, "pageSize", DEFAULT_PAGE_SIZE))
        )

    def positions(self, total: int, drift: int = 0) -> range | list[int]:
        """The positions on this page, when the order has moved on by `drift` items since it was first seen."""
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
class _Shelf:
    """One runtime's endpoints, by id; ids are random, so a new endpoint lands anywhere between the others."""

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
    """The lists' own copy of the endpoints, which follows the changes as slowly as it is told to."""

    def __init__(self) -> None:
        self._changes: deque[_Change] = deque()
        self._shelves: defaultdict[str, _Shelf] = defaultdict(_Shelf)

    def record(self, at: float, runtime_id: str, endpoint_id: str, snapshot: Snapshot | None) -> None:
        """An endpoint changed, or is gone when there is no snapshot. Changes come in the order of their times."""
        self._changes.append(_Change(at, runtime_id, endpoint_id, snapshot))

    def page(self, runtime_id: str, page: Page, *, until: float, drift: int = 0) -> bytes:
        """One page of a runtime's endpoints as they were at `until`, or later when a later look came first."""
        self._follow(until)
        shelf = self._shelves[runtime_id]
        total = len(shelf.ids)
        items = [shelf.snapshots[shelf.ids[position]].encoded for position in page.positions(total, drift)]
        return page.encode(items, total)

    def _follow(self, until: float) -> None:
        while self._changes and self._changes[0].at <= until:
            change = self._changes.popleft()
            shelf = self._shelves[change.runtime_id]
            if change.snapshot is None:
                shelf.drop(change.endpoint_id)
            else:
                shelf.put(change.endpoint_id, change.snapshot)
