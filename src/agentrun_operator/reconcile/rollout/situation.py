"""All that a decision about a rollout rests on: gathered before, asked of nobody here. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.agentrun.models import MOVING_STATES, READY_STATES
from agentrun_operator.reconcile.rollout.memory import ALL, Wire, effective
from agentrun_operator.reconcile.rollout.proof.evidence import PROOF
from agentrun_operator.reconcile.rollout.request import Request, Verb
from agentrun_operator.resources.names import LATEST

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from agentrun_operator.reconcile.rollout.memory import Memory
    from agentrun_operator.reconcile.rollout.plan import Plan, PlanStep
    from agentrun_operator.reconcile.rollout.proof.evidence import Evidence
    from agentrun_operator.reconcile.state.comparable import Weight
    from agentrun_operator.reconcile.state.observed import EndpointSeen


class Seen(NamedTuple):
    """What AgentRun holds of an endpoint.

    Args:
        target: the version that gets what the others leave.
        weights: the others, with their shares in percent.
        serves: whether its state is a good one.
        updating: whether a change is under way.
    """

    target: str
    weights: tuple[Weight, ...] = ()
    serves: bool = True
    updating: bool = False

    @classmethod
    def of(cls, endpoint: EndpointSeen) -> Seen:
        """The same of an endpoint as it was answered."""
        shape, state = endpoint.comparable, endpoint.state
        return cls(shape.target_version, shape.weights, state in READY_STATES, state in MOVING_STATES)

    @property
    def wire(self) -> Wire | None:
        """How the traffic is split; None where more versions share it than any plan asks for."""
        if len(self.weights) > 1:
            return None
        return Wire(self.target, *self.weights[0]) if self.weights else Wire(self.target)

    def share(self, version: str) -> int:
        """The share of a version that is not the target, in percent; what makes no sense counts as none."""
        return next((each.percent for each in self.weights if each.version == version and 0 < each.percent < ALL), 0)


class Goal(NamedTuple):
    """The version that the spec wants.

    Args:
        version: its number; None while it is not known.
        latest: whether the spec says LATEST: then a rollout that is under way ends before the newest has its turn.
        published: the numbers of the published versions; None while they cannot be read.
    """

    version: str | None
    latest: bool = False
    published: AbstractSet[str] | None = None

    @classmethod
    def of(cls, target: str, published: AbstractSet[str] | None, memory: Memory) -> Goal:
        """The goal of a target version.

        Args:
            target: the spec's `targetVersion`.
            published: the numbers of the published versions; None while they cannot be read.
            memory: what is recorded: a version that was known once needs no list to be known.
        """
        if target == LATEST:
            newest = max((each for each in published or () if each.isdecimal()), key=int, default=None)
            return cls(newest, latest=True, published=published)
        recorded = (memory.stable, memory.canary) if published is None else (memory.stable,)
        known = target in recorded or target in (published or ())
        return cls(target if known else None, published=published)

    def exists(self, version: str) -> bool:
        """Whether a version is known to be there; the word LATEST always is."""
        return version == LATEST or (self.published is not None and version in self.published)


class Situation(NamedTuple):
    """One look at a rollout.

    Args:
        plan: what the block asks for.
        goal: the version that the spec wants.
        memory: what is recorded.
        evidence: what this process has proved.
        seen: the endpoint; None when there is none.
        request: the text of the annotation; empty if there is none.
        now: the time.
        frozen: whether the operator's setting `rollouts` is `hold`.
        blind: whether AgentRun could not be read, so that `seen` says nothing.
        paused: whether the annotation `paused` stops every write.
        drifted: whether a change made outside is reported and left (`driftPolicy: Report`).
        not_converging: whether AgentRun accepts what is sent and does not keep it.
        first_sight: whether no stable version was recorded until now; `course` finds that out itself.
    """

    plan: Plan
    goal: Goal
    memory: Memory
    evidence: Evidence
    seen: Seen | None
    request: str
    now: datetime
    frozen: bool = False
    blind: bool = False
    paused: bool = False
    drifted: bool = False
    not_converging: bool = False
    first_sight: bool = False

    @property
    def wanted(self) -> str | None:
        """The version to roll out: under LATEST the one that is under way ends first."""
        goal, memory = self.goal, self.memory
        if memory.running and goal.latest and goal.version not in (None, memory.stable):
            return memory.canary
        return goal.version

    @property
    def wanted_plan(self) -> str:
        """The id of the plan for the version to roll out; empty while that is not known."""
        return self.plan.id(self.wanted) if self.wanted else ""

    @property
    def step(self) -> PlanStep:
        """The plan's step that is recorded."""
        return self.plan.step(self.memory.step)

    @property
    def settled(self) -> bool:
        """Whether AgentRun serves what is recorded."""
        seen = self.seen
        return seen is not None and seen.serves and not seen.updating and seen.wire == effective(self.memory)

    @property
    def settled_at(self) -> datetime | None:
        """Since when AgentRun serves what is recorded of a rollout, as far as is known; None while it does not."""
        if not self.memory.running or not self.settled:
            return None
        return self.memory.settled_at or self.now

    @property
    def of_this_step(self) -> bool:
        """Whether the evidence is about the recorded step."""
        return self.memory.running and self.evidence.is_of(self.memory.number, self.memory.step)

    @property
    def proved(self) -> bool:
        """Whether the step has the proof that it asks for; without analysis, whether it is settled."""
        memory, evidence = self.memory, self.evidence
        if memory.settled_at is None or not self.plan.proves:
            return memory.settled_at is not None
        fresh = self.of_this_step and evidence.since == memory.settled_at
        return fresh and evidence.passed >= PROOF and evidence.inconclusive is None

    @property
    def failed(self) -> bool:
        """Whether more rounds failed than the step bears."""
        return self.memory.failures > self.plan.failure_limit

    def asked(self, *verbs: Verb) -> Request | None:
        """The request, if it is one of these, fits what is recorded, and was not answered."""
        if not self.request or self.request == self.memory.last_request:
            return None
        found = Request.of(self.request)
        return found if found and found.verb in verbs and not found.misfit(self.memory) else None

    def remembering(self, memory: Memory) -> Situation:
        """The same with another record."""
        return self if memory is self.memory else self._replace(memory=memory)
