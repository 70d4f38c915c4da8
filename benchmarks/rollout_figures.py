"""What was measured of rollouts, as data. No I/O and no measuring in here."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.figures import Cost, Spread  # noqa: TC001 - pydantic reads the annotations
from benchmarks.plans import RolloutPlan  # noqa: TC001 - pydantic reads the annotations


@dataclass(frozen=True, slots=True)
class Rolling:
    """Objects that roll out a new version at once.

    Attributes:
        plan: how.
        objects: how many.
        cost: from the first edit to the last promotion. What people write, and the time in which they are awaited, is
            not in it.
        rests: whiles with nothing to do, by what is waited for.
        taken_back: how many were taken back instead.
    """

    plan: RolloutPlan
    objects: int
    cost: Cost
    rests: dict[str, Cost] = field(default_factory=dict)
    taken_back: int = 0


@dataclass(frozen=True, slots=True)
class TurnedBad:
    """Versions that turn bad while they have traffic, in seconds.

    Attributes:
        interval: between two rounds of probes.
        rounds: how many have to fail.
        round: how long one takes.
        noticed: from when a version turns bad to the update that takes it back.
        answered: to that from the first bad answer.
        baking: a while before, in which they are proved again and again, and there is nothing to write.
        objects: how many.
    """

    interval: float
    rounds: int
    round: float
    noticed: Spread
    answered: Spread
    baking: Cost
    objects: int


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A user's edits of objects that do not roll out: with nothing else to do, and while many others are proved.

    Attributes:
        started: from the edit to the call to AgentRun, before and meanwhile.
        ready: from when AgentRun says READY to when the object does, before and meanwhile.
    """

    started: tuple[Spread, Spread]
    ready: tuple[Spread, Spread]


@dataclass(frozen=True, slots=True)
class Bulk:
    """Many objects with a rollout block or without one, none of which rolls out.

    Attributes:
        plan: what stands in the block.
        objects: how many.
        create: from the first POST to the last Ready.
        rest: a while with nothing to do.
        resting_memory: MiB, now and at most, at the end of the rest.
        restart: from the start of a new process until it is quiet.
        restarted_memory: MiB, after that.
    """

    plan: RolloutPlan
    objects: int
    create: Cost
    rest: Cost
    resting_memory: tuple[float, float]
    restart: Cost
    restarted_memory: tuple[float, float]
