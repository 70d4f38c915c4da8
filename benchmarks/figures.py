"""What was measured, as data. No I/O and no measuring in here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

from benchmarks.manifests import Load

if TYPE_CHECKING:
    from collections.abc import Iterable

N = TypeVar("N", int, float)


@dataclass(frozen=True, slots=True)
class Spread:
    """How a time in seconds is spread: the median, the 95th percentile, the longest."""

    p50: float
    p95: float
    longest: float
    count: int

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Self:
        """The spread of these; there must be one at least."""
        ordered = sorted(seconds)
        rank = {share: ordered[max(0, math.ceil(share * len(ordered)) - 1)] for share in (0.5, 0.95)}
        return cls(rank[0.5], rank[0.95], ordered[-1], len(ordered))


@dataclass(frozen=True, slots=True)
class Cost:
    """What a phase took.

    Attributes:
        seconds: how long it was; None if it did not end in time.
        writes: to the API server, by verb, without those of the load itself; events as `event`.
        calls: to AgentRun, by action.
        cpu: CPU seconds by process.
    """

    seconds: float | None
    writes: dict[str, int]
    calls: dict[str, int]
    cpu: dict[str, float]

    def __add__(self, other: Cost) -> Cost:
        """Of both phases, one after the other."""
        seconds = None if self.seconds is None or other.seconds is None else self.seconds + other.seconds
        writes, calls = _sum(self.writes, other.writes), _sum(self.calls, other.calls)
        return Cost(seconds, writes, calls, _sum(self.cpu, other.cpu))

    def __sub__(self, other: Cost) -> Cost:
        """Of this phase, without what was done meanwhile."""
        writes, calls = _sum(self.writes, other.writes, -1), _sum(self.calls, other.calls, -1)
        return Cost(self.seconds, writes, calls, _sum(self.cpu, other.cpu, -1))

    @property
    def object_writes(self) -> int:
        """Writes to custom resources, events left out."""
        return sum(count for verb, count in self.writes.items() if verb != "event")

    @property
    def remote_calls(self) -> int:
        """Calls to AgentRun."""
        return sum(self.calls.values())


@dataclass(frozen=True, slots=True)
class Floor:
    """Objects a second that a bare loop serves.

    Attributes:
        patches: two patches each, to objects that are there: no operator does with less.
        same: what a create costs the API server with ours: POST, finalizer and label, two statuses, an event.
    """

    patches: float
    same: float


@dataclass(frozen=True, slots=True)
class Life:
    """One program with a number of objects, from their creation to their deletion.

    Attributes:
        program: `operator` or `plain kopf`.
        objects: how many.
        runtimes: in how many runtimes.
        accounts: of how many accounts with a Secret; 0: in the operator's own.
        create: from the first POST to the last Ready.
        ready: from when AgentRun says READY to when the object does.
        rest: a while with nothing to do.
        resting_memory: MiB, now and at most, at the end of the rest.
        restart: from the start of a new process until it is quiet.
        restarted_memory: MiB, after that.
        update: from the first edit to the last Ready at the new generation.
        delete: from the first DELETE until the last object is gone.
        floor: the floor, before and after all this.
    """

    program: str
    objects: int
    create: Cost
    ready: Spread
    rest: Cost
    resting_memory: tuple[float, float]
    restart: Cost
    restarted_memory: tuple[float, float]
    update: Cost
    delete: Cost
    floor: tuple[Floor, Floor]
    runtimes: int = 1
    accounts: int = 0

    @property
    def load(self) -> Load:
        """All three numbers."""
        return Load(self.objects, self.runtimes, self.accounts)

    @property
    def rate(self) -> float:
        """Objects a second from creation to Ready."""
        return self.objects / (self.create.seconds or math.inf)

    @property
    def floor_rate(self) -> float:
        """The mean of the floors of two patches."""
        return sum(floor.patches for floor in self.floor) / len(self.floor)

    @property
    def same_rate(self) -> float:
        """The mean of the floors of the same writes."""
        return sum(floor.same for floor in self.floor) / len(self.floor)


@dataclass(frozen=True, slots=True)
class AtOnce:
    """What changes cost that AgentRun has done when it answers."""

    objects: int
    create: Cost
    update: Cost
    delete: Cost


@dataclass(frozen=True, slots=True)
class Edits:
    """A user's edits while a bulk is made.

    Attributes:
        program: as in `Life`.
        objects: how many the bulk has.
        runtimes: in how many runtimes.
        started: from the edit to the call to AgentRun.
        shown: from the edit to Ready at the new generation.
    """

    program: str
    objects: int
    started: Spread
    shown: Spread
    runtimes: int = 1

    @property
    def load(self) -> Load:
        """Both numbers."""
        return Load(self.objects, self.runtimes)


@dataclass(frozen=True, slots=True)
class AtDefault:
    """A wide account under the default limit of calls.

    Attributes:
        objects: how many.
        runtimes: in how many runtimes.
        edit: seconds from a user's edit right after a restart to the call to AgentRun.
        restart: from the start of the process until every runtime was listed.
        rest: a while with nothing to do.
        peak: the most calls in a second of that.
    """

    objects: int
    runtimes: int
    edit: float
    restart: Cost
    rest: Cost
    peak: int

    @property
    def load(self) -> Load:
        """Both numbers."""
        return Load(self.objects, self.runtimes)


def _sum(some: dict[str, N], others: dict[str, N], times: int = 1) -> dict[str, N]:
    """Some, and others so many times, by name."""
    return {name: some.get(name, 0) + times * others.get(name, 0) for name in some | others}
