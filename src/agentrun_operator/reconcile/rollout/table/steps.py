"""The rows of the table for a rollout that is under way and goes on: settle, prove, wait for people, step. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from agentrun_operator.reconcile.rollout.memory import PASS, Cause, Memory, Phase
from agentrun_operator.reconcile.rollout.request import Request, Verb
from agentrun_operator.reconcile.rollout.table import clock
from agentrun_operator.reconcile.rollout.table.endings import answered, promoted

if TYPE_CHECKING:
    from agentrun_operator.reconcile.rollout.situation import Situation


def unsettled(given: Situation) -> Memory | None:
    """12: AgentRun does not serve what is recorded. Sending it is the matter of the common checks."""
    if given.settled:
        return None
    cause = _hold(given) or (Cause.NOT_CONVERGING if given.not_converging else _late(given))
    return _going(given.memory._replace(settled_at=None), cause)


def settled_now(given: Situation) -> Memory | None:
    """13: AgentRun serves it, for the first time as far as is recorded."""
    if given.memory.settled_at is not None:
        return None
    return _going(given.memory._replace(settled_at=given.now), _hold(given))


def held(given: Situation) -> Memory | None:
    """14: it goes no further for now. What fails is still taken back."""
    cause = _hold(given)
    return _going(given.memory, cause) if cause else None


def unproved(given: Situation) -> Memory | None:
    """15: it bakes, or the proof is not there yet."""
    memory = given.memory
    baked = memory.settled_at is not None and given.now - memory.settled_at >= timedelta(seconds=given.step.bake)
    if baked and given.proved:
        return None
    unsure = given.evidence.inconclusive if given.of_this_step and given.plan.proves else None
    return _going(memory, unsure or _late(given))


def awaiting(given: Situation) -> Memory | None:
    """16: a person has to agree. What stood in the annotation before this was recorded is no answer to it."""
    if not given.step.approval or _approval(given):
        return None
    memory = given.memory._replace(phase=Phase.AWAITING_APPROVAL, cause=None)
    asked = Request.of(given.request)
    early = asked is not None and asked.approves(memory)
    if early and given.memory.phase is not Phase.AWAITING_APPROVAL:
        return answered(memory, asked)
    known = Request.of(memory.last_request)
    gone = not early and known is not None and known.approves(memory)
    return memory._replace(last_request="") if gone else memory


def last_step(given: Situation) -> Memory | None:
    """17: all steps are proved."""
    memory = given.memory
    done = memory.step >= len(given.plan.steps)
    return promoted(memory, memory.canary, _approval(given)) if done else None


def next_step(given: Situation) -> Memory:
    """18: the next step. A share that the version has already does not get smaller."""
    memory = given.memory
    stepped = memory._replace(
        step=memory.step + 1,
        weight=max(memory.weight, given.plan.steps[memory.step].weight),
        settled_at=None,
        failures=0,
        phase=Phase.PROGRESSING,
        cause=None,
        checks=tuple(check for check in memory.checks if check.verdict == PASS),
    )
    return answered(stepped, _approval(given))


def _approval(given: Situation) -> Request | None:
    return given.asked(Verb.APPROVE) if given.step.approval else None


def _hold(given: Situation) -> Cause | None:
    """Why it goes no further, where somebody or something holds it."""
    causes = (
        (given.memory.held, Cause.REQUESTED),
        (given.frozen, Cause.FROZEN),
        (given.drifted, Cause.DRIFTED),
        (given.failed, Cause.ANALYSIS_FAILED),
    )
    return next((cause for holds, cause in causes if holds), None)


def _late(given: Situation) -> Cause | None:
    """That the deadline is over, where that takes nothing back."""
    return Cause.DEADLINE_EXCEEDED if clock.over(given) else None


def _going(memory: Memory, cause: Cause | None) -> Memory:
    """Progressing, or held with its cause."""
    return memory._replace(phase=Phase.HELD if cause else Phase.PROGRESSING, cause=cause)
