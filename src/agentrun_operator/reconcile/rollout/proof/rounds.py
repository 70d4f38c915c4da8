"""The rounds of one step: when the next one is due, and what they prove together. Pure: the clock is passed in.

Probes: one when the weight has settled, one each interval, one after the bake; one that fails is repeated at once, and
one that says nothing comes again with growing pauses. Metrics: one each interval, the first after one interval.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.backoff import backoff
from agentrun_operator.reconcile.rollout.proof.evidence import PROOF, Evidence
from agentrun_operator.reconcile.rollout.proof.judge import Verdict

if TYPE_CHECKING:
    from agentrun_operator.reconcile.rollout.memory import Check
    from agentrun_operator.reconcile.rollout.proof.judge import RoundVerdict
    from agentrun_operator.resources.rollout.analysis import Probes

FIRST_PAUSE = 10.0
"""Seconds before a round that said nothing is repeated; each further one doubles, up to the interval."""

OPENING = 1
"""Questions to each version that open a round and are not measured."""

MINUTE = 60.0


class StepTiming(NamedTuple):
    """How a step goes in time.

    Args:
        settled_at: since when AgentRun holds its weight.
        bake: seconds that it lasts at least.
        failure_limit: how many failing rounds it bears.
    """

    settled_at: datetime
    bake: float
    failure_limit: int

    @property
    def bake_over(self) -> datetime:
        """From when on the step may go on."""
        return self.settled_at + timedelta(seconds=self.bake)


class Series(NamedTuple):
    """The rounds of one kind so far.

    Args:
        passed: those that passed.
        failed: those that failed.
        unrecorded: of these, those that are not in the record yet.
        mute: those that said nothing, since one last did.
        last: the last one; None before the first.
        began: when that began.
        ended: and ended.
        passed_at: when the last one that passed ended.
        checks: what each check last said.
        wants_control: whether any of them missed a control: it stays then.
    """

    passed: int = 0
    failed: int = 0
    unrecorded: int = 0
    mute: int = 0
    last: RoundVerdict | None = None
    began: datetime | None = None
    ended: datetime | None = None
    passed_at: datetime | None = None
    checks: tuple[Check, ...] = ()
    wants_control: bool = False

    def after(self, found: RoundVerdict, began: datetime, ended: datetime) -> Series:
        """The same with one more round."""
        fails, passes = found.verdict is Verdict.FAIL, found.verdict is Verdict.PASS
        return Series(
            passed=self.passed + passes,
            failed=self.failed + fails,
            unrecorded=self.unrecorded + fails,
            mute=0 if fails or passes else self.mute + 1,
            last=found,
            began=began,
            ended=ended,
            passed_at=ended if passes else self.passed_at,
            checks=found.checks or self.checks,
            wants_control=self.wants_control or found.wants_control,
        )

    def recorded(self, failing: int) -> Series:
        """The same once that many failing rounds are in the record."""
        return self._replace(unrecorded=max(0, self.unrecorded - failing))

    def proved(self, not_before: datetime) -> int:
        """The rounds that passed, as far as they prove: fewer than are asked for, unless the last one passed too, and
        began late enough.
        """
        fresh = self.last is not None and self.last.verdict is Verdict.PASS
        late = self.began is not None and self.began >= not_before
        return self.passed if fresh and late else min(self.passed, PROOF - 1)


def probes_due(series: Series, timing: StepTiming, interval: float) -> datetime:
    """When the next round of probes is to begin; in the past if it is overdue."""
    if series.last is None or series.began is None or series.ended is None:
        return timing.settled_at
    regular = series.began + timedelta(seconds=interval)
    match series.last.verdict:
        case Verdict.FAIL:
            return series.ended if series.failed <= timing.failure_limit else regular
        case Verdict.INCONCLUSIVE if series.last.wants_control:
            return series.ended  # as soon as the control is there
        case Verdict.INCONCLUSIVE:
            pause = backoff(series.mute - 1, first=FIRST_PAUSE, at_most=interval)
            return series.ended + timedelta(seconds=pause)
        case Verdict.PASS:
            if series.began < timing.bake_over:
                return min(regular, timing.bake_over)
            return series.ended if series.passed < PROOF else regular


def metrics_due(series: Series, timing: StepTiming, interval: float) -> datetime:
    """When the next round of metrics is to begin."""
    return (series.began or timing.settled_at) + timedelta(seconds=interval)


def evidence_of(
    number: int, step: int, timing: StepTiming, probes: Series | None, metrics: Series | None, *, waiting: bool
) -> Evidence:
    """What the rounds of a step prove.

    Args:
        number: the rollout.
        step: its step.
        timing: how the step goes in time.
        probes: the rounds of probes; None if there are none.
        metrics: those of metrics; None if none is asked for, or none counts at this weight.
        waiting: whether a round that is due waits for its turn.
    """
    proved = [probes.proved(timing.bake_over)] if probes else []
    proved += [metrics.proved(timing.settled_at)] if metrics else []
    asked = [series for series in (probes, metrics) if series]
    mute = next((s.last for s in asked if s.last and s.last.verdict is Verdict.INCONCLUSIVE), None)
    passed_at = [series.passed_at for series in asked]
    known = [moment for moment in passed_at if moment]
    return Evidence(
        number=number,
        step=step,
        since=timing.settled_at,
        passed=min(proved, default=0),
        failing=sum(series.unrecorded for series in asked),
        inconclusive=mute.cause if mute else None,
        waiting=waiting,
        passed_at=min(known) if known and len(known) == len(asked) else None,
        checks=tuple(check for series in asked for check in series.checks),
        told=mute.told if mute else "",
        wants_control=any(series.wants_control for series in asked),
    )


def calls_of(probes: Probes) -> int:
    """How many calls a round of probes makes, if all are answered."""
    versions = 2 if probes.against_stable else 1
    return (len(probes.prompts) * probes.repeat + OPENING) * versions


def misfit(calls: int, interval: float, calls_per_minute: int) -> str:
    """Why the rounds of a plan can never be made; empty if they can.

    Args:
        calls: that a round makes.
        interval: seconds between two of them.
        calls_per_minute: that an account may make.
    """
    takes = calls * MINUTE / calls_per_minute
    if takes <= interval:
        return ""
    return (
        f"a round makes {calls} calls, which take {takes:.0f}s at {calls_per_minute} a minute (the operator's setting"
        f" probe-calls-per-minute), and one is due each {interval:.0f}s: ask fewer prompts, repeat them less, or make"
        " probes.interval longer"
    )
