"""The check by which an object comes to an endpoint that was found, where others may have it; and what it says then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.reconcile.actions import FindClaimants, RemoveClaim, Rest, Retry
from agentrun_operator.reconcile.contest.turn import Turn, name_of_first, turn, why_not
from agentrun_operator.reconcile.decision import Decision
from agentrun_operator.reconcile.input import BLOCKED_PAUSE
from agentrun_operator.reconcile.verdict import Verdict, blocked
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from agentrun_operator.reconcile.input import Input


def contested(given: Input) -> Decision | None:
    """Another operator's object may have the endpoint that was found."""
    match turn(given):
        case Turn.MINE:
            return None
        case Turn.UNKNOWN:
            return Decision(FindClaimants())
        case Turn.UNSEEN | Turn.OPEN:
            told = blocked(Reason.CONFLICT, f"{why_not(given)}; until then nothing is taken over")
            return Decision(Retry(Reason.CONFLICT, at_most=BLOCKED_PAUSE), told)
    if given.desired.current_claim or given.desired.finalized:
        return Decision(RemoveClaim())
    return Decision(Rest(after=BLOCKED_PAUSE), conflict(given, name_of_first(given)))


def conflict(given: Input, rival: str) -> Verdict:
    """That the endpoint is another object's; `rival` says whose, for people."""
    message = f"The {given.where} belongs to {rival}; delete one of the two, or give this one another endpointName"
    return blocked(Reason.CONFLICT, message, stalled=True)
