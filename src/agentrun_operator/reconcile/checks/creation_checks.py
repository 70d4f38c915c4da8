"""The checks by which a live object comes to its endpoint: it is created, adopted, or refused. Pure.

Nothing is created or changed but under a claim that stands, with the finalizer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agentrun_operator.reconcile.actions import AddClaim, Confirm, Create, RemoveClaim, Rest, Retry
from agentrun_operator.reconcile.conditions import timestamp
from agentrun_operator.reconcile.contest.checks import contested
from agentrun_operator.reconcile.contest.turn import Turn, turn
from agentrun_operator.reconcile.decision import Decision
from agentrun_operator.reconcile.input import BLOCKED_PAUSE
from agentrun_operator.reconcile.verdict import Verdict, bad, blocked, good, under_way
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from agentrun_operator.reconcile.input import Input

CREATION_QUIET = timedelta(seconds=6)
"""How long a creation may take before the status tells how it goes: most endpoints serve by then, and a write is
spared. Claims have whole seconds, so it is five at least."""

UNSEEN_QUIET = timedelta(seconds=60)
"""The same while nobody has looked at what was made: in a bulk, looks come late, and show most creations ended."""

DOUBT_PAUSE = 1.0
"""Seconds before the next look for an endpoint that a create without an answer may have made."""


def absent(given: Input) -> Decision | None:
    """There is no endpoint: create it, unless somebody else deleted it and that is only to be reported."""
    if given.observed.endpoint is not None:
        return None
    return _deleted_outside(given) or _unready(given) or _creation(given)


def _deleted_outside(given: Input) -> Decision | None:
    if not given.existed:
        return None
    if not given.observed.confirmed:
        return Decision(Confirm())
    if given.desired.corrects:
        return None
    message = f"The {given.where} was deleted outside, and driftPolicy Report leaves it so"
    said = bad(Reason.DELETED_OUTSIDE, message)
    return Decision(Rest(), Verdict(said, said, applied=given.applied, drifted=good(said.reason, message)))


def _unready(given: Input) -> Decision | None:
    runtime, reason = given.runtime, Reason.RUNTIME_NOT_READY
    if runtime.ready:
        return None
    state = runtime.state or f"in no known state{runtime.odd and f' ({runtime.odd})'}"
    message = f"Runtime {runtime.name or runtime.id} is {state}, not READY"
    return Decision(Retry(reason, at_most=BLOCKED_PAUSE), blocked(reason, message))


def _creation(given: Input) -> Decision:
    if given.observed.doubtful:
        return Decision(Rest(after=DOUBT_PAUSE, soon=True, in_doubt=True))
    if pause := given.attempts.waiting(given.now):
        return Decision(Rest(after=pause))
    # What is made here is our own, though another was adopted before.
    claim = given.wanted_claim._replace(adopted=False)
    if given.desired.current_claim != claim or not _stands(given):
        return Decision(AddClaim(claim), _creating(given))
    return Decision(Create(again=given.existed))


def _stands(given: Input) -> bool:
    """Whether the API server holds what guards an endpoint: the claim, the finalizer and the label."""
    return given.desired.claim_stands and given.desired.finalized and given.labelled(given.wanted_claim)


def _creating(given: Input) -> Verdict | None:
    """What is said together with the claim; after a refusal, that stays said until the next create is answered."""
    if given.attempts.create_refused:
        return None
    return under_way(Reason.CREATING, f"Creating the {given.where}", applied=False)


def foreign(given: Input) -> Decision | None:
    """The endpoint exists and was neither made nor adopted for this object."""
    if given.ours:
        return None
    if given.endpoint.state == "DELETING":
        message = f"An earlier {given.where} is still being deleted; a new one is made when it is gone"
        return Decision(Rest(soon=True), under_way(Reason.DELETING, message, applied=False))
    if (claimed := contested(given)) and (given.desired.adopts or turn(given) is not Turn.UNSEEN):
        return claimed
    if given.desired.adopts:
        return Decision(AddClaim(given.wanted_claim._replace(adopted=True, since=timestamp(given.written_at))))
    if given.desired.current_claim or given.desired.finalized:
        return Decision(RemoveClaim())
    way_out = "set adoptionPolicy Adopt to take it over, or choose another endpointName"
    message = f"The {given.where} exists already; {way_out}"
    return Decision(Rest(), blocked(Reason.ALREADY_EXISTS, message, stalled=True))


def unclaimed(given: Input) -> Decision | None:
    """Somebody took the finalizer, the label or the claim off an object of ours: put it back."""
    if _stands(given):
        return None
    return Decision(AddClaim(given.wanted_claim))


def creation_quiet(given: Input) -> float | None:
    """Seconds until the status is to tell how a creation goes; None when it is time, or it is not said yet that the
    endpoint is being made.
    """
    if not given.says_creating or (given.observed.endpoint and given.endpoint.state != "CREATING"):
        return None
    since = datetime.fromisoformat(given.wanted_claim.since)
    quiet = UNSEEN_QUIET if given.observed.answered else CREATION_QUIET
    left = (since + quiet - given.written_at).total_seconds()
    return left if 0 < left <= quiet.total_seconds() else None  # longer, and a clock was set back
