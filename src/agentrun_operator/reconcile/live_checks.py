"""The checks for an object that is not being deleted, in their order; the first that has something to say decides.

Each is small and named for what it found. None asks the world anything: what they need was gathered before.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.models import MOVING_STATES
from agentrun_operator.reconcile.actions import Confirm, Create, Delete, Mark, Rest, Retry, Unmark, Update
from agentrun_operator.reconcile.decision import Decision
from agentrun_operator.reconcile.input import BLOCKED_PAUSE
from agentrun_operator.reconcile.statements import REASONS, ready_by_state, ready_while_paused, stale, state_message
from agentrun_operator.reconcile.verdict import Verdict, bad, blocked, good, under_way
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from datetime import datetime

    from agentrun_operator.reconcile.input import Situation

NOT_CONVERGING_PAUSE = timedelta(hours=1)
"""How long a change that AgentRun accepts but does not keep is left alone."""

CONVERGENCE_GRACE = timedelta(seconds=5)
"""How long an accepted update may stay invisible before what remains of it counts."""

DOUBT_PAUSE = 1.0
"""Seconds before the next look for an endpoint that a create without an answer may have made."""

PERSON_NEEDED = frozenset({Reason.CREDENTIALS_NOT_ALLOWED, Reason.RUNTIME_AMBIGUOUS})
"""Problems that no other controller is about to mend."""


def paused(s: Situation) -> Decision | None:
    """The annotation outranks everything; the status is still kept true."""
    if not s.desired.paused:
        return None
    synced = bad(Reason.PAUSED, "The annotation `paused` stops every write to AgentRun; remove it to go on")
    again = BLOCKED_PAUSE if s.observed.problem else None
    return Decision(Rest(after=again), Verdict(ready_while_paused(s), synced))


def blocked_by_problem(s: Situation) -> Decision | None:
    """Credentials or the runtime are missing, and somebody said so."""
    problem = s.observed.problem
    if problem is None or not problem.definite:
        return None
    verdict = blocked(problem.reason, problem.message, stalled=problem.reason in PERSON_NEEDED)
    return Decision(Retry(problem.reason, problem.message, at_most=BLOCKED_PAUSE), verdict)


def unreadable(s: Situation) -> Decision | None:
    """AgentRun could not be read. What was known stays until it is too old; what waits to be done says so at once."""
    problem = s.observed.problem
    if problem is None:
        return None
    retry = Retry(problem.reason, problem.message, at_most=s.limits.retry_max, at_least=problem.retry_after)
    reached = s.applied or s.desired.observes
    if not reached or s.desired.memory.observed_generation != s.desired.generation:
        return Decision(retry, blocked(problem.reason, problem.message))
    if problem.blind_for >= s.limits.stale_after:
        return Decision(retry, Verdict(stale(s, problem), bad(problem.reason, problem.message)))
    rejected = problem.reason is Reason.CREDENTIALS_REJECTED
    return Decision(retry, Verdict(ready=None, synced=bad(problem.reason, problem.message)) if rejected else None)


def rivalled(s: Situation) -> Decision | None:
    """An older object manages the same endpoint; the next one takes over when that is gone."""
    if not s.observed.rival:
        return None
    message = f"{s.observed.rival} is older and manages the same {s.where}; delete one of them or rename this endpoint"
    return Decision(Rest(after=BLOCKED_PAUSE), blocked(Reason.CONFLICT, message, stalled=True))


def observing(s: Situation) -> Decision | None:
    """Observe mirrors and never writes."""
    if not s.desired.observes:
        return None
    if s.observed.endpoint is None:
        message = f"There is no {s.where}, and managementPolicy Observe makes none"
        return _confirmed(s, Decision(Rest(), blocked(Reason.NOT_FOUND, message)))
    verdict = Verdict(ready_by_state(s.endpoint), good(Reason.IN_SYNC, "Observed; never written to"))
    return Decision(Rest(soon=s.endpoint.state in MOVING_STATES), verdict)


def absent(s: Situation) -> Decision | None:
    """There is no endpoint: create it, unless somebody else deleted it and that is only to be reported."""
    if s.observed.endpoint is not None:
        return None
    return _deleted_outside(s) or _unready(s) or _creation(s)


def _deleted_outside(s: Situation) -> Decision | None:
    if not s.existed:
        return None
    if not s.observed.confirmed:
        return Decision(Confirm())
    if s.desired.corrects:
        return None
    message = f"The {s.where} was deleted outside, and driftPolicy Report leaves it so"
    said = bad(Reason.DELETED_OUTSIDE, message)
    return Decision(Rest(), Verdict(said, said, applied=s.applied, drifted=good(said.reason, message)))


def _unready(s: Situation) -> Decision | None:
    if s.runtime.ready:
        return None
    reason = Reason.RUNTIME_NOT_READY
    message = f"Runtime {s.runtime.name or s.runtime.id} is {s.runtime.state or 'in no known state'}, not READY"
    return Decision(Retry(reason, message, at_most=BLOCKED_PAUSE), blocked(reason, message))


def _creation(s: Situation) -> Decision:
    if s.observed.doubtful:
        return Decision(Rest(after=DOUBT_PAUSE, soon=True))
    if pause := s.attempts.waiting(s.now):
        return Decision(Rest(after=pause))
    claim = s.wanted_claim._replace(adopted=False)  # what is made here is our own, though another was adopted before
    if s.desired.current_claim != claim or not s.desired.finalized:
        return Decision(Mark(claim))
    return Decision(Create(again=s.existed))


def foreign(s: Situation) -> Decision | None:
    """The endpoint exists and was neither made nor adopted for this object."""
    if s.ours:
        return None
    if s.endpoint.state == "DELETING":
        message = f"An earlier {s.where} is still being deleted; a new one is made when it is gone"
        return Decision(Rest(soon=True), under_way(Reason.DELETING, message, applied=False))
    if s.desired.adopts:
        return Decision(Mark(s.wanted_claim._replace(adopted=True)))
    if s.desired.current_claim or s.desired.finalized:
        return Decision(Unmark())
    message = f"The {s.where} exists already; set adoptionPolicy Adopt to take it over, or choose another endpointName"
    return Decision(Rest(), blocked(Reason.ALREADY_EXISTS, message, stalled=True))


def unmarked(s: Situation) -> Decision | None:
    """Somebody took the finalizer or the claim off an object of ours: put it back."""
    if s.claimed and s.desired.finalized:
        return None
    return Decision(Mark(s.wanted_claim))


def moving(s: Situation) -> Decision | None:
    """A change is under way at AgentRun, which takes no other meanwhile."""
    if s.endpoint.state not in MOVING_STATES:
        return None
    return Decision(Rest(soon=True), under_way(REASONS[s.endpoint.state], state_message(s.endpoint), applied=s.applied))


def create_failed(s: Situation) -> Decision | None:
    """An endpoint that was made here and failed is made anew; an adopted one is mended by an update.

    The failure is in the status, and the id is not any more, before the endpoint is deleted: after a crash in between,
    its absence is not taken for somebody else's doing.
    """
    if s.endpoint.state != "CREATE_FAILED":
        return None
    failure = bad(Reason.CREATE_FAILED, state_message(s.endpoint))
    verdict = Verdict(failure, failure, applied=s.applied, reconciling=True)
    memory, adopted = s.desired.memory, s.wanted_claim.adopted
    if memory.state != "CREATE_FAILED" or (memory.endpoint_id and not adopted):
        return Decision(Rest(after=1.0), verdict)
    if pause := s.attempts.waiting(s.now):
        return Decision(Rest(after=pause), verdict)
    if adopted:
        return Decision(Update(s.delta, recovery=True), verdict)
    return _confirmed(s, Decision(Delete(recovery=True), verdict))


def in_sync(s: Situation) -> Decision | None:
    """Nothing differs and the endpoint serves."""
    if s.delta or not s.serves:
        return None
    verdict = Verdict(ready_by_state(s.endpoint), good(Reason.IN_SYNC, "AgentRun agrees with the spec"), applied=True)
    return Decision(Rest(), verdict, settled=True)


def update_failed(s: Situation) -> Decision | None:
    """The last change failed: send the whole desired state again, with growing pauses."""
    if not s.failed:
        return None
    failure = ready_by_state(s.endpoint)
    verdict = Verdict(failure, failure, applied=s.applied, reconciling=True)
    if pause := s.attempts.waiting(s.now):
        return Decision(Rest(after=pause), verdict)
    return Decision(Update(s.delta, recovery=True), verdict)


def edited(s: Situation) -> Decision | None:
    """The spec changed since it last reached AgentRun."""
    if s.applied or not s.delta or _reported(s):
        return None
    paths = ", ".join(difference.path for difference in s.delta)
    return Decision(Update(s.delta), under_way(Reason.UPDATING, f"Changing {paths}", applied=False))


def _reported(s: Situation) -> bool:
    """Whether this very difference, with the same wish, was reported before: the present edit did not make it."""
    return not s.desired.corrects and s.delta == s.desired.memory.drift


def not_converging(s: Situation) -> Decision | None:
    """AgentRun accepted this very change and still holds another value: say so, and try again after an hour."""
    since = _fruitless_since(s)
    if since is None:
        return None
    elapsed = s.now - since
    if s.attempts.updates and elapsed < CONVERGENCE_GRACE:
        return Decision(Rest(after=(CONVERGENCE_GRACE - elapsed).total_seconds(), soon=True), _updating(s))
    left = (NOT_CONVERGING_PAUSE - elapsed).total_seconds()
    if left <= 0 or s.desired.requested:
        return _confirmed(s, Decision(Update(s.delta), _updating(s)))
    return _confirmed(s, Decision(Rest(after=left), _left(s, Reason.NOT_CONVERGING)))


def _fruitless_since(s: Situation) -> datetime | None:
    """When what remains was last changed in vain, as this process knows or the status remembers; None if it was not."""
    if not s.delta:
        return None
    if s.attempts.fruitless(s.delta):
        return s.attempts.updated_at
    recorded = s.desired.memory.conditions.get("Synced")
    if recorded is None or recorded.reason != Reason.NOT_CONVERGING or s.desired.memory.drift != s.delta:
        return None
    return recorded.since


def drifted(s: Situation) -> Decision | None:
    """Somebody changed the endpoint outside."""
    if not s.delta:
        return None
    if not s.observed.confirmed:
        return Decision(Confirm())
    if s.desired.corrects:
        return Decision(Update(s.delta, drift=True), _updating(s))
    return Decision(Rest(), replace(_left(s, Reason.DRIFTED), applied=True))  # what else was edited needs no write


def unknown_state(s: Situation) -> Decision | None:
    """Nothing differs, but the service's word for the state is not known here."""
    said = good(Reason.IN_SYNC, "AgentRun agrees with the spec")
    return Decision(Rest(soon=False), Verdict(ready_by_state(s.endpoint), said, applied=True))


CHECKS = (
    paused,
    blocked_by_problem,
    unreadable,
    rivalled,
    observing,
    absent,
    foreign,
    unmarked,
    moving,
    create_failed,
    in_sync,
    update_failed,
    edited,
    not_converging,
    drifted,
    unknown_state,
)


def _updating(s: Situation) -> Verdict:
    paths = ", ".join(difference.path for difference in s.delta)
    return under_way(Reason.UPDATING, f"Changing back {paths}", applied=s.applied)


def _left(s: Situation, reason: Reason) -> Verdict:
    """The endpoint differs and is left so; Ready follows its state."""
    shown = "; ".join(f"{path} is {observed!r}, not {wanted!r}" for path, wanted, observed in s.delta)
    message = f"{reason.meaning} {shown}"
    return Verdict(
        ready_by_state(s.endpoint),
        bad(reason, message),
        applied=s.applied,
        drifted=good(reason, message),
        drift=s.delta,
    )


def _confirmed(s: Situation, decision: Decision) -> Decision:
    """The decision, once AgentRun itself was asked about what a list said."""
    return decision if s.observed.confirmed else Decision(Confirm())
