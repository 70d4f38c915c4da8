"""One life of a rollout: an operator that looks, records and sends, on a virtual clock, and all that happens to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from agentrun_operator.reconcile.rollout.course import course
from agentrun_operator.reconcile.rollout.events import Event, happened, ignored
from agentrun_operator.reconcile.rollout.memory import Memory, Wire, effective
from agentrun_operator.reconcile.rollout.situation import Goal, Situation

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.reconcile.rollout.plan import Plan
    from agentrun_operator.reconcile.rollout.simulation.rounds import Round, Rounds
    from agentrun_operator.reconcile.rollout.simulation.service import Fate, Service

NOTHING = Memory()

NEVER = datetime.min.replace(tzinfo=UTC)

PAUSE = timedelta(seconds=10)
"""How long until a write is tried again that went wrong, and until an operator that died is there again."""

LOOKS = 50
"""Records that one look makes at the most: far more than any plan has steps."""

NOT_CONVERGING = 2
"""Writes that were accepted and not kept, in a row, until that is told."""


class Record(NamedTuple):
    """What was recorded, and why."""

    at: datetime
    situation: Situation
    after: Memory


class Put(NamedTuple):
    """What was sent, by which record."""

    at: datetime
    wire: Wire
    memory: Memory
    fate: Fate


class Told(NamedTuple):
    """What was told to people."""

    at: datetime
    event: Event


class Died(NamedTuple):
    """That the operator died, and when in its work."""

    at: datetime
    when: str


class Served(NamedTuple):
    """What AgentRun serves from now on; None while there is no endpoint."""

    at: datetime
    wire: Wire | None


Happening: TypeAlias = "Record | Put | Told | Died | Served | Round"
Deed: TypeAlias = "Callable[[Life], None]"


class Chance(NamedTuple):
    """What goes wrong.

    Args:
        put: what becomes of the next write, and the seconds that it takes.
        dies: whether the operator dies at this point of its work, such as `after the record`.
    """

    put: Callable[[], tuple[Fate, float]]
    dies: Callable[[str], bool]


class _DiedError(Exception):
    """The operator died."""


@dataclass
class Life:
    """An object, its operator and its world.

    Args:
        target: the spec's `targetVersion`.
        plan: the spec's plan.
        published: the versions that there are.
        service: AgentRun.
        rounds: the process's proof.
        chance: what goes wrong.
        now: the time.
        deeds: what others do, and when, in its order.
        memory: what is recorded.
        readable: whether the versions can be read.
        corrects: whether a change made outside is changed back.
        happenings: all that happened so far.
    """

    target: str
    plan: Plan
    published: set[str]
    service: Service
    rounds: Rounds
    chance: Chance
    now: datetime
    deeds: list[tuple[datetime, Deed]] = field(default_factory=list)
    memory: Memory = NOTHING
    request: str = ""
    frozen: bool = False
    blind: bool = False
    paused: bool = False
    readable: bool = True
    corrects: bool = True
    happenings: list[Happening] = field(default_factory=list)
    _told: str = ""
    _back_at: datetime = NEVER
    _send_at: datetime = NEVER

    def run(self, until: datetime) -> None:
        """Live until this time, or until nothing is to come any more."""
        if not self.happenings:
            self.happenings.append(Served(self.now, self.service.wire))
        self.look()
        while (coming := self._coming()) is not None and coming <= until:
            self.now = coming
            self._turn()
            self.look()

    def look(self) -> None:
        """One reconcile: decide, record and send until there is nothing new."""
        if self.now < self._back_at:
            return
        try:
            looks = 0
            while looks < LOOKS and (self._record() or self._send()):
                looks += 1
        except _DiedError:
            self.rounds.leave()
            self._told, self._back_at = "", self.now + PAUSE
            return
        self.rounds.follow(self.plan, self.memory)

    def situation(self) -> Situation:
        """What a decision rests on now."""
        published = frozenset(self.published) if self.readable else None
        return Situation(
            plan=self.plan,
            goal=Goal.of(self.target, published, self.memory),
            memory=self.memory,
            evidence=self.rounds.evidence,
            seen=None if self.blind else self.service.seen,
            request=self.request,
            now=self.now,
            frozen=self.frozen,
            blind=self.blind,
            paused=self.paused,
            drifted=not self.corrects and self._changed_outside,
            not_converging=self.service.forgotten >= NOT_CONVERGING,
        )

    @property
    def at_rest(self) -> bool:
        """Whether nothing is rolled out, and AgentRun serves what is recorded."""
        return not self.memory.running and self.service.wire == effective(self.memory) and self.now >= self._back_at

    @property
    def _changed_outside(self) -> bool:
        """Whether what was sent last came to be, and is not there any more."""
        service, wire = self.service, effective(self.memory)
        quiet = service.coming is None and not service.failed
        return quiet and wire is not None and service.reached == wire and service.wire != wire

    def _record(self) -> bool:
        """Write what is new; whether there was anything."""
        situation = self.situation()
        after = course(situation)
        self._hear(situation, after)
        if after == self.memory:
            return False
        self._may_die("before the record")
        before, self.memory = self.memory, Memory.of(after.document(len(self.plan.steps)))
        self.happenings.append(Record(self.now, situation, self.memory))
        self.happenings += (Told(self.now, event) for event in happened(before, self.memory))
        self.rounds.recorded()
        self._may_die("after the record")
        return True

    def _hear(self, situation: Situation, after: Memory) -> None:
        event = ignored(self.request, situation.memory, after) if self.request != self._told else None
        if event:
            self._told = self.request
            self.happenings.append(Told(self.now, event))

    def _send(self) -> bool:
        """Send what follows from the record, if the service does not hold it; whether anything was sent."""
        wire, service = effective(self.memory), self.service
        if wire is None or not self._may_send(wire):
            return False
        fate, takes = self.chance.put()
        self.happenings.append(Put(self.now, wire, self.memory, fate))
        self._send_at = self.now + timedelta(seconds=takes) + PAUSE
        service.put(wire, fate, self.now, takes)
        self._may_die("after the PUT")
        return True

    def _may_send(self, wire: Wire) -> bool:
        service = self.service
        waits = self.paused or self.blind or service.coming is not None or self.now < self._send_at
        if waits or (service.wire == wire and not service.failed):
            return False
        return self.corrects or not self._changed_outside

    def _may_die(self, when: str) -> None:
        if self.chance.dies(when):
            self.happenings.append(Died(self.now, when))
            raise _DiedError

    def _turn(self) -> None:
        """All that happens by now, before the operator looks."""
        served = self.service.wire
        self.service.turn(self.now)
        while self.deeds and self.deeds[0][0] <= self.now:
            self.deeds.pop(0)[1](self)
        if self.service.wire != served:
            self.happenings.append(Served(self.now, self.service.wire))
        if self._proves:
            self.happenings += self.rounds.make(self.memory, self.now)

    def _coming(self) -> datetime | None:
        """When something happens next; None if nothing will."""
        memory, service = self.memory, self.service
        if self._proves and self.rounds.due is not None and self.rounds.due <= self.now:
            return self.now
        times = [service.done_at, self.rounds.due, memory.proved_by, self._bake_ends, self._back_at, self._send_at]
        times += [at for at, _ in self.deeds[:1]]
        return min((at for at in times if at is not None and at > self.now), default=None)

    @property
    def _proves(self) -> bool:
        """Whether rounds are made."""
        return not (self.blind or self.paused)

    @property
    def _bake_ends(self) -> datetime | None:
        memory, steps = self.memory, self.plan.steps
        if not memory.running or memory.settled_at is None:
            return None
        return memory.settled_at + timedelta(seconds=steps[min(memory.step, len(steps)) - 1].bake)
