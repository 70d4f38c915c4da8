"""Between a decision and a rollout: what is to be recorded of it, given what was seen; and when to look again. Pure.

The table itself is `rollout.course`; here the input of a decision becomes the table's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from agentrun_operator.reconcile.actions import AddClaim, Confirm, Record, RemoveClaim, Rest
from agentrun_operator.reconcile.contest.turn import Turn, turn
from agentrun_operator.reconcile.decision import Decision
from agentrun_operator.reconcile.input import BLOCKED_PAUSE
from agentrun_operator.reconcile.rollout.course import course
from agentrun_operator.reconcile.rollout.memory import Cause, effective
from agentrun_operator.reconcile.rollout.situation import Goal, Seen, Situation
from agentrun_operator.reconcile.state.delta import same_version
from agentrun_operator.reconcile.status.rolled_out import with_rollout
from agentrun_operator.resources.names import LATEST
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.reconcile.input import Input
    from agentrun_operator.reconcile.rollout.memory import Memory
    from agentrun_operator.reconcile.rollout.plan import Plan


def decided(given: Input, check: Callable[[Input], Decision]) -> Decision:
    """The decision for an object with a rollout: what is recorded of that comes before anything that follows from it.

    Args:
        given: the object and what was seen.
        check: what the common checks say.
    """
    plan = given.desired.plan
    if plan is None or _others(given):
        return check(given)
    before = given.desired.recorded.rollout
    after = course(situation(given, plan))
    planned = given if after == before else _recorded(given, after)
    decision = check(planned)
    if isinstance(decision.action, AddClaim):
        if before.stable:  # a step goes by a record of its own: a claim does not tell that it waits to be sent
            return _told(given, plan, check(given))
        return _told(planned, plan, replace(decision, action=replace(decision.action, rollout=after)))
    if isinstance(decision.action, RemoveClaim) or not _guarded(given):
        return check(given)
    decision = _told(planned, plan, decision)
    if after == before or isinstance(decision.action, Confirm):
        return decision
    return Decision(Record(after), decision.verdict)


def situation(given: Input, plan: Plan) -> Situation:
    """What the table goes by."""
    desired, seen = given.desired, given.observed.endpoint
    memory = desired.recorded.rollout
    goal = Goal.of(desired.spec.target_version, _published(given), memory)
    unwanted = bool(given.split_delta) and given.applied
    return Situation(
        plan=plan,
        goal=goal,
        memory=memory,
        evidence=given.evidence,
        seen=_named_as_recorded(Seen.of(seen), given, memory) if seen and (given.ours or desired.adopts) else None,
        request=desired.request,
        now=given.written_at,
        frozen=given.timing.frozen,
        blind=given.observed.problem is not None,
        paused=desired.paused,
        drifted=unwanted and not desired.corrects and not given.attempts.updates,
        not_converging=bool(given.split_delta) and _not_converging(given),
    )


def _others(given: Input) -> bool:
    """Whether the endpoint is somebody else's, or nobody's to change: then there is no rollout."""
    return given.desired.observes or bool(given.observed.rival) or turn(given) is not Turn.MINE


def _guarded(given: Input) -> bool:
    """Whether the claim and the finalizer stand, under which anything is recorded."""
    return given.desired.current_claim is not None and given.desired.claim_stands and given.desired.finalized


def _recorded(given: Input, after: Memory) -> Input:
    """The input once this is recorded: another split has not reached AgentRun yet."""
    desired = given.desired.with_rollout(after)
    if effective(after) != effective(given.desired.recorded.rollout):
        desired = desired.with_split_unsent()
    return given._replace(desired=desired)


def _published(given: Input) -> frozenset[str] | None:
    runtime = given.observed.runtime
    return runtime.versions if runtime else None


def _named_as_recorded(seen: Seen, given: Input, memory: Memory) -> Seen:
    """What was seen; where the word LATEST was sent, the service may answer the number that it stands for."""
    wire = effective(memory)
    word = wire.target if wire else memory.stable
    if word == LATEST and same_version(LATEST, seen.target, given.latest):
        return seen._replace(target=LATEST)
    return seen


def _not_converging(given: Input) -> bool:
    synced = given.desired.recorded.conditions.get("Synced")
    return synced is not None and synced.reason == Reason.NOT_CONVERGING


def _told(given: Input, plan: Plan, decision: Decision) -> Decision:
    """The decision, with what the conditions say of the rollout, and a look again when time decides something."""
    if decision.verdict is not None:
        verdict = with_rollout(given, decision.verdict)
        unsent = given.desired.recorded.applied_generation == 0 and not verdict.applied
        decision = replace(decision, verdict=replace(verdict, unsent=unsent))
    if isinstance(decision.action, Rest):
        return replace(decision, action=decision.action.within(_due(given, plan)))
    return decision


def _due(given: Input, plan: Plan) -> float | None:
    """Seconds until the bake or the deadline of the step is over, or a version that is waited for is looked for again;
    None where nothing is to come.
    """
    memory = given.desired.recorded.rollout
    if memory.cause is Cause.VERSION_UNKNOWN:
        return BLOCKED_PAUSE
    if not memory.running:
        return None
    bake = timedelta(seconds=plan.step(memory.step).bake)
    times = (memory.settled_at and memory.settled_at + bake, memory.proved_by)
    left = [(time - given.written_at).total_seconds() for time in times if time]
    return min((each + 0.5 for each in left if each > 0), default=None)
