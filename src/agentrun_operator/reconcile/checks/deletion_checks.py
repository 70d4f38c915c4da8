"""The checks for an object that is being deleted, in their order; the first that has something to say decides.

The finalizer goes only when the endpoint was seen gone, or when it is to stay.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from agentrun_operator.reconcile.actions import Confirm, Delete, FindClaimants, Release, Rest, Retry
from agentrun_operator.reconcile.contest.turn import Turn, turn, why_not
from agentrun_operator.reconcile.decision import Decision
from agentrun_operator.reconcile.input import BLOCKED_PAUSE
from agentrun_operator.reconcile.status.statements import ready_by_state, state_message
from agentrun_operator.reconcile.verdict import Verdict, bad, blocked, under_way
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from agentrun_operator.reconcile.input import Input

QUIET = timedelta(seconds=15)
"""How long AgentRun may take for a deletion before the status tells of it: most objects are gone by then, and a write
is spared."""


def released(given: Input) -> Decision | None:
    """Our finalizer is gone: nothing holds the object for us."""
    return None if given.desired.finalized else Decision()


def paused(given: Input) -> Decision | None:
    """The annotation outranks everything, Orphan too."""
    if not given.desired.paused:
        return None
    message = "The annotation `paused` stops the deletion too; remove it to go on"
    return Decision(Rest(), Verdict(bad(Reason.PAUSED, message), bad(Reason.PAUSED, message)))


def untouched(given: Input) -> Decision | None:
    """The endpoint is to stay, or none was ever made or adopted for this object."""
    if given.desired.touched and not given.desired.observes and not given.desired.orphans:
        return None
    return Decision(Release(orphaned=given.desired.touched))


def gone_with_runtime(given: Input) -> Decision | None:
    """The runtime does not exist, and so no endpoint of it does."""
    problem = given.observed.problem
    return Decision(Release()) if problem and problem.definite and problem.reason is Reason.RUNTIME_NOT_FOUND else None


def unreadable(given: Input) -> Decision | None:
    """Whether the endpoint is gone cannot be seen: hold the object and say why."""
    problem = given.observed.problem
    if problem is None:
        return None
    pause = BLOCKED_PAUSE if problem.definite else given.timing.retry_max
    why = problem.message.rstrip(".")
    message = f"Cannot see whether the endpoint is gone: {why}. deletionPolicy Orphan lets the object go"
    return Decision(
        Retry(problem.reason, at_most=pause, at_least=problem.retry_after),
        blocked(problem.reason, message),
    )


def gone(given: Input) -> Decision | None:
    """The endpoint is not there: its id was asked for in this look, and no list that can tell has its name."""
    if given.observed.endpoint is not None:
        return None
    return Decision(Release() if given.observed.confirmed else Confirm())


def foreign(given: Input) -> Decision | None:
    """What is there under the name is somebody else's; ours is gone."""
    if given.ours:
        return None
    return Decision(Release() if given.observed.confirmed else Confirm())


def another(given: Input) -> Decision | None:
    """What is there may be another operator's object's: only what is this one's goes with it."""
    match turn(given):
        case Turn.UNKNOWN:
            return Decision(FindClaimants())
        case Turn.ANOTHERS:
            return Decision(Release() if given.observed.confirmed else Confirm())
        case Turn.UNSEEN | Turn.OPEN:
            message = f"{why_not(given)}. deletionPolicy Orphan lets the object go"
            return Decision(Retry(Reason.CONFLICT, at_most=BLOCKED_PAUSE), blocked(Reason.CONFLICT, message))
        case _:
            return None


def deleting(given: Input) -> Decision | None:
    """AgentRun is at it."""
    if given.endpoint.state != "DELETING":
        return None
    return Decision(Rest(after=_quiet(given), soon=True), _under_way(given))


def delete(given: Input) -> Decision | None:
    """Ask AgentRun to delete it; a repetition waits."""
    if given.endpoint.state == "DELETE_FAILED":
        failure = ready_by_state(given.endpoint)
        verdict: Verdict | None = Verdict(failure, failure, applied=given.applied, reconciling=True)
    else:
        verdict = _under_way(given)
    if pause := given.attempts.waiting(given.now):
        return Decision(Rest(after=pause, soon=True), verdict)
    return Decision(Delete(recovery=True), verdict)


CHECKS = (released, paused, untouched, gone_with_runtime, unreadable, gone, foreign, another, deleting, delete)


def probes_left(given: Input, trouble: str) -> Verdict | None:
    """What an object says whose endpoint is gone and whose probe endpoints are not yet; None leaves it as it was.

    Args:
        given: the object.
        trouble: what keeps them from going; empty if nothing is known to.
    """
    if not trouble and _quiet(given):
        return None
    why = f": {trouble.rstrip('.')}" if trouble else ""
    message = f"The endpoint is gone, its probe endpoints are not{why}. deletionPolicy Orphan lets the object go"
    return under_way(Reason.DELETING, message, applied=given.applied)


def _quiet(given: Input) -> float | None:
    """Seconds until the status is to tell of the deletion; None when it is time."""
    began = given.attempts.deleted_at or given.desired.deleted_at
    left = (began + QUIET - given.now).total_seconds() if began else 0.0
    return left if 0 < left <= QUIET.total_seconds() else None  # longer, and a clock was set back


def _under_way(given: Input) -> Verdict | None:
    if _quiet(given):
        return None
    return under_way(
        Reason.DELETING, f"Waiting until it is gone. {state_message(given.endpoint)}", applied=given.applied
    )
