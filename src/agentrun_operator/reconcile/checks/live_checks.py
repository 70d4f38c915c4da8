"""The checks for an object that is not being deleted, in their order; the first that has something to say decides.

Each is small and named for what it found. None asks the world anything: what they need was gathered before. How an
object comes to its endpoint is in `creation_checks`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.models import MOVING_STATES
from agentrun_operator.reconcile.actions import Confirm, Delete, Rest, Retry, Update
from agentrun_operator.reconcile.checks.creation_checks import absent, creation_quiet, foreign, unclaimed
from agentrun_operator.reconcile.contest.checks import conflict, contested
from agentrun_operator.reconcile.decision import Decision
from agentrun_operator.reconcile.input import BLOCKED_PAUSE
from agentrun_operator.reconcile.status.rolled_out import split_quiet, unprotected
from agentrun_operator.reconcile.status.statements import (
    REASONS,
    ready_by_state,
    ready_while_paused,
    stale,
    state_message,
)
from agentrun_operator.reconcile.verdict import Verdict, bad, blocked, good, under_way
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from datetime import datetime

    from agentrun_operator.reconcile.input import Input
    from agentrun_operator.reconcile.state.delta import Delta

NOT_CONVERGING_PAUSE = timedelta(hours=1)
"""How long a change that AgentRun accepts but does not keep is left alone."""

LEFT = frozenset({Reason.DRIFTED, Reason.NOT_CONVERGING})
"""Reasons for which a difference is left as it is, though it could be changed."""

CONVERGENCE_GRACE = timedelta(seconds=5)
"""How long an accepted update may stay invisible before what remains of it counts."""

PERSON_NEEDED = frozenset({Reason.CREDENTIALS_NOT_ALLOWED, Reason.REGION_NOT_SERVED, Reason.RUNTIME_AMBIGUOUS})
"""Problems that no other controller is about to mend."""


def paused(given: Input) -> Decision | None:
    """The annotation outranks everything; the status is still kept true."""
    if not given.desired.paused:
        return None
    drift = _untouched(given)
    if not given.observed.confirmed and drift and drift != given.desired.recorded.drift:
        return Decision(Confirm())  # a list may lag behind the last write
    message = "The annotation `paused` stops every write to AgentRun; remove it to go on"
    synced = bad(Reason.PAUSED, f"{message}{unprotected(given.desired.recorded.rollout)}")
    again = BLOCKED_PAUSE if given.observed.problem else None
    return Decision(Rest(after=again), Verdict(ready_while_paused(given), synced, drift=drift))


def blocked_by_problem(given: Input) -> Decision | None:
    """Credentials or the runtime are missing, and somebody said so."""
    problem = given.observed.problem
    if problem is None or not problem.definite:
        return None
    verdict = blocked(problem.reason, problem.message, stalled=problem.reason in PERSON_NEEDED)
    return Decision(Retry(problem.reason, at_most=BLOCKED_PAUSE), verdict)


def unreadable(given: Input) -> Decision | None:
    """AgentRun could not be read. What was known stays until it is too old; what waits to be done says so at once."""
    problem = given.observed.problem
    if problem is None:
        return None
    retry = Retry(problem.reason, at_most=given.timing.retry_max, at_least=problem.retry_after)
    reached = given.applied or given.desired.observes or given.split_unsent
    if not reached or given.desired.recorded.observed_generation != given.desired.generation:
        return Decision(retry, blocked(problem.reason, problem.message))
    if problem.blind_for >= given.timing.stale_after:
        return Decision(retry, Verdict(stale(given, problem), bad(problem.reason, problem.message)))
    told = problem.reason is Reason.CREDENTIALS_REJECTED or given.split_unsent
    return Decision(retry, Verdict(ready=None, synced=bad(problem.reason, problem.message)) if told else None)


def rivalled(given: Input) -> Decision | None:
    """Another object has the same endpoint; when that is gone, the next one may make one."""
    if not given.observed.rival:
        return None
    return Decision(Rest(after=BLOCKED_PAUSE), conflict(given, given.observed.rival))


def observing(given: Input) -> Decision | None:
    """Observe mirrors and never writes."""
    if not given.desired.observes:
        return None
    if given.observed.endpoint is None:
        message = f"There is no {given.where}, and managementPolicy Observe makes none"
        return _confirmed(given, Decision(Rest(), blocked(Reason.NOT_FOUND, message)))
    synced = good(Reason.IN_SYNC, "Observed; never written to")
    verdict = Verdict(ready_by_state(given.endpoint), synced, drift=_untouched(given))
    return Decision(Rest(soon=given.endpoint.state in MOVING_STATES), verdict)


def moving(given: Input) -> Decision | None:
    """A change is under way at AgentRun, which takes no other meanwhile."""
    state = given.endpoint.state
    if state not in MOVING_STATES:
        return None
    if left := creation_quiet(given) or split_quiet(given):
        return Decision(Rest(after=left, soon=True))
    verdict = under_way(REASONS[state], state_message(given.endpoint), applied=given.applied)
    return Decision(Rest(soon=True), verdict)


def create_failed(given: Input) -> Decision | None:
    """An endpoint that was made here and failed is made anew; an adopted one is mended by an update.

    The failure is in the status, and the id is not any more, before the endpoint is deleted: after a crash in between,
    its absence is not taken for somebody else's doing.
    """
    if given.endpoint.state != "CREATE_FAILED":
        return None
    failure = bad(Reason.CREATE_FAILED, state_message(given.endpoint))
    verdict = Verdict(failure, failure, applied=given.applied, reconciling=True)
    recorded, adopted = given.desired.recorded, given.wanted_claim.adopted
    if recorded.state != "CREATE_FAILED" or (recorded.endpoint_id and not adopted):
        return Decision(Rest(after=1.0), verdict)
    if pause := given.attempts.waiting(given.now):
        return Decision(Rest(after=pause), verdict)
    if adopted:
        return Decision(Update(given.delta, recovery=True), verdict)
    return _confirmed(given, Decision(Delete(recovery=True), verdict))


def in_sync(given: Input) -> Decision | None:
    """Nothing differs and the endpoint serves."""
    if given.delta or not given.serves:
        return None
    synced = good(Reason.IN_SYNC, "AgentRun agrees with the spec")
    verdict = Verdict(ready_by_state(given.endpoint), synced, applied=True)
    return Decision(Rest(), verdict, settled=True)


def update_failed(given: Input) -> Decision | None:
    """The last change failed: send the whole desired state again, with growing pauses."""
    if not given.failed:
        return None
    failure = ready_by_state(given.endpoint)
    verdict = Verdict(failure, failure, applied=given.applied, reconciling=True)
    if pause := given.attempts.waiting(given.now):
        return Decision(Rest(after=pause), verdict)
    return Decision(Update(given.delta, recovery=True), verdict)


def edited(given: Input) -> Decision | None:
    """The spec changed since it last reached AgentRun."""
    if given.applied or not given.delta or _reported(given) or _split_sent(given):
        return None
    paths = ", ".join(difference.path for difference in given.delta)
    return Decision(Update(given.delta), under_way(Reason.UPDATING, f"Changing {paths}", applied=False))


def _reported(given: Input) -> bool:
    """Whether this very difference was reported before, with the same desired value: the edit did not make it."""
    recorded = given.desired.recorded
    unsent = given.desired.rolls and recorded.applied_generation == 0
    synced = recorded.conditions.get("Synced")
    if synced is None or synced.reason not in LEFT or given.delta != recorded.drift:  # or only shown, while paused
        return False
    return not unsent and not given.desired.corrects


def _split_sent(given: Input) -> bool:
    """Whether AgentRun accepted a recorded split of the traffic already: what remains of it may yet show."""
    return given.desired.rolls and given.attempts.fruitless(given.delta)


def not_converging(given: Input) -> Decision | None:
    """AgentRun accepted this very change and still holds another value: say so, and try again after an hour."""
    since = _fruitless_since(given)
    if since is None:
        return None
    elapsed = given.now - since
    if given.attempts.updates and elapsed < CONVERGENCE_GRACE:
        return Decision(Rest(after=(CONVERGENCE_GRACE - elapsed).total_seconds(), soon=True), _updating(given))
    left = (NOT_CONVERGING_PAUSE - elapsed).total_seconds()
    if not 0 < left <= 2 * NOT_CONVERGING_PAUSE.total_seconds() or given.desired.requested:  # or a clock was set back
        return _confirmed(given, Decision(Update(given.delta), _updating(given)))
    return _confirmed(given, Decision(Rest(after=left), _left(given, Reason.NOT_CONVERGING)))


def _fruitless_since(given: Input) -> datetime | None:
    """When what remains was last changed in vain, as this process knows or the status remembers; None if it was not."""
    if not given.delta:
        return None
    if given.attempts.fruitless(given.delta):
        return given.attempts.updated_at
    recorded = given.desired.recorded.conditions.get("Synced")
    if recorded is None or recorded.reason != Reason.NOT_CONVERGING or given.desired.recorded.drift != given.delta:
        return None
    return recorded.since


def drifted(given: Input) -> Decision | None:
    """Somebody changed the endpoint outside."""
    if not given.delta:
        return None
    if not given.observed.confirmed:
        return Decision(Confirm())
    if given.desired.corrects:
        return Decision(Update(given.delta, drift=True), _updating(given))
    return Decision(Rest(), replace(_left(given, Reason.DRIFTED), applied=True))  # what else was edited needs no write


def unknown_state(given: Input) -> Decision | None:
    """Nothing differs, but the service's word for the state is not known here."""
    said = good(Reason.IN_SYNC, "AgentRun agrees with the spec")
    return Decision(Rest(soon=False), Verdict(ready_by_state(given.endpoint), said, applied=True))


CHECKS = (
    paused,
    blocked_by_problem,
    unreadable,
    rivalled,
    observing,
    absent,
    foreign,
    unclaimed,
    contested,
    moving,
    create_failed,
    in_sync,
    update_failed,
    edited,
    not_converging,
    drifted,
    unknown_state,
)


def _updating(given: Input) -> Verdict:
    paths = ", ".join(difference.path for difference in given.delta)
    return under_way(Reason.UPDATING, f"Changing back {paths}", applied=given.applied)


def _untouched(given: Input) -> Delta:
    """What an update would change, while none is sent: of an endpoint that is observed, or ours and paused."""
    recorded, problem = given.desired.recorded.drift, given.observed.problem
    if problem is not None:
        return () if problem.definite else recorded
    if given.observed.endpoint is None or not (given.ours or given.desired.observes):
        return ()
    return recorded if given.endpoint.state in MOVING_STATES else given.delta


def _left(given: Input, reason: Reason) -> Verdict:
    """The endpoint differs and is left so; Ready follows its state."""
    shown = "; ".join(f"{path} is {observed!r}, not {wanted!r}" for path, wanted, observed in given.delta)
    message = f"{reason.meaning} {shown}"
    return Verdict(
        ready_by_state(given.endpoint),
        bad(reason, message),
        applied=given.applied,
        drifted=good(reason, message),
        drift=given.delta,
    )


def _confirmed(given: Input, decision: Decision) -> Decision:
    """The decision, once AgentRun itself was asked about what a list said."""
    return decision if given.observed.confirmed else Decision(Confirm())
