"""Rounds of proof as a process makes them: when one is due, and what it makes of the evidence. A restart loses all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.reconcile.rollout.memory import FAIL, PASS, Cause, Check, Memory
from agentrun_operator.reconcile.rollout.proof.evidence import Evidence

if TYPE_CHECKING:
    from agentrun_operator.reconcile.rollout.plan import Plan

AT_ONCE = timedelta(seconds=1)
"""A failing round is repeated after this, until the step bears no more of them."""

PROBES, METRICS = "probes", "metrics"
SAYS_NOTHING = {PROBES: Cause.PROBE_UNAVAILABLE, METRICS: Cause.NO_DATA}
NO_EVIDENCE = Evidence()

Judge = Callable[[Memory, str, int], str]
"""What a round says: of what is recorded, of probes or metrics, and the how-manieth of the step it is."""


class Round(NamedTuple):
    """A round that was made."""

    at: datetime
    memory: Memory
    kind: str
    verdict: str


@dataclass
class _Kind:
    """The rounds of probes, or of metrics."""

    due: datetime
    made: int = 0
    passed: int = 0
    verdict: str = ""


@dataclass
class Rounds:
    """The rounds of the step that is proved at present.

    Args:
        judge: says what a round says.
    """

    judge: Judge
    evidence: Evidence = NO_EVIDENCE
    _kinds: dict[str, _Kind] = field(default_factory=dict)
    _bake_ends: datetime | None = None
    _plan: Plan | None = None

    def follow(self, plan: Plan, memory: Memory) -> None:
        """Prove the recorded step from now on; the same again changes nothing."""
        evidence = self.evidence
        if (evidence.number, evidence.step, evidence.since) == (memory.number, memory.step, memory.settled_at):
            return
        self.leave()
        if memory.running and memory.settled_at is not None and plan.proves:
            self.evidence = Evidence(memory.number, memory.step, memory.settled_at)
            self._begin(plan, memory, memory.settled_at)

    def leave(self) -> None:
        """Forget it all."""
        self.evidence, self._kinds, self._bake_ends, self._plan = NO_EVIDENCE, {}, None, None

    @property
    def due(self) -> datetime | None:
        """When the next round is."""
        return min((kind.due for kind in self._kinds.values()), default=None)

    def make(self, memory: Memory, now: datetime) -> list[Round]:
        """Make the rounds that are due, by the plan that is followed."""
        plan = self._plan
        if plan is None:
            return []
        return [self._make(name, plan, memory, now) for name, kind in self._kinds.items() if kind.due <= now]

    def recorded(self) -> None:
        """The failing rounds so far are in the record."""
        self.evidence = self.evidence.recorded()

    def _begin(self, plan: Plan, memory: Memory, since: datetime) -> None:
        self._plan = plan
        bake = plan.step(memory.step).bake
        self._bake_ends = since + timedelta(seconds=bake)
        if plan.probes:
            self._kinds[PROBES] = _Kind(since)
        if plan.metrics and memory.weight:
            self._kinds[METRICS] = _Kind(since + timedelta(seconds=plan.interval))

    def _make(self, name: str, plan: Plan, memory: Memory, now: datetime) -> Round:
        kind = self._kinds[name]
        kind.verdict = self.judge(memory, name, kind.made)
        kind.made += 1
        borne = memory.failures + self.evidence.failing < plan.failure_limit
        kind.due = now + AT_ONCE if kind.verdict == FAIL and borne else self._next(name, plan, now)
        kind.passed += kind.verdict == PASS
        self.evidence = self.evidence._replace(
            passed=min(each.passed for each in self._kinds.values()),
            failing=self.evidence.failing + (kind.verdict == FAIL),
            inconclusive=next(
                (SAYS_NOTHING[each] for each, of in self._kinds.items() if of.verdict not in ("", PASS, FAIL)), None
            ),
            passed_at=now if kind.verdict == PASS else self.evidence.passed_at,
            checks=tuple(Check(each, of.verdict) for each, of in self._kinds.items() if of.verdict),
        )
        return Round(now, memory, name, kind.verdict)

    def _next(self, name: str, plan: Plan, now: datetime) -> datetime:
        regular = now + timedelta(seconds=plan.probe_interval if name == PROBES else plan.interval)
        ends = self._bake_ends
        return min(regular, ends) if name == PROBES and ends is not None and ends > now else regular
