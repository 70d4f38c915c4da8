"""Whose an endpoint is that was found, where several operators look after different objects: of those that have a claim
on it, one has it. Pure.

Each claims first and looks for the others then, so that of two at least one sees the other. Who decides by what it saw
decides as the other does: by an order that both can tell.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentrun_operator.reconcile.input import Input
    from agentrun_operator.reconcile.state.claimants import Claimant


class Turn(Enum):
    """Whose turn it is."""

    MINE = "mine"
    """Nobody else has the endpoint, or is about to take it."""
    UNKNOWN = "unknown"
    """Nobody looked since the claim was written."""
    UNSEEN = "unseen"
    """Who else there is cannot be told."""
    OPEN = "open"
    """Another one comes later, and may have looked before this one's claim was there: it takes it, or gives way."""
    ANOTHERS = "anothers"
    """Another one has it, or comes first."""


def turn(given: Input) -> Turn:
    """Whose turn it is with the endpoint that was found. One that the status records is this object's; so is one that
    was made a moment ago.
    """
    if not _in_question(given):
        return Turn.MINE
    seen = given.observed.claimants
    claim = given.desired.current_claim
    if seen is None or (claim and not seen.claimed):
        return Turn.UNKNOWN
    if seen.unseen:
        return Turn.UNSEEN
    mine = _mine(given)
    if claim is None or mine is None:
        nobody = Turn.MINE if claim is None else Turn.UNSEEN
        return Turn.ANOTHERS if _others(given) else nobody
    if not _others(given):
        return Turn.MINE
    return Turn.ANOTHERS if _before(given) else Turn.OPEN


def why_not(given: Input) -> str:
    """Why nobody can tell yet whose turn it is."""
    seen = given.observed.claimants
    if turn(given) is Turn.OPEN:
        return f"The {given.where} is wanted by {name_of_first(given)} too, and its operator has not decided yet"
    why = seen.unseen if seen and seen.unseen else "the list lacks this very object; is its label taken off at once?"
    return f"Whether another operator's object has the {given.where} cannot be seen: {why.rstrip('.')}"


def _in_question(given: Input) -> bool:
    seen, desired = given.observed.endpoint, given.desired
    if not given.timing.sharded or seen is None or desired.observes or given.observed.answered:
        return False
    return given.observed.runtime is not None and seen.id != desired.managed_id


def _mine(given: Input) -> Claimant | None:
    seen, uid = given.observed.claimants, given.desired.uid
    return next((each for each in seen.found if each.claim.uid == uid), None) if seen else None


def _others(given: Input) -> list[Claimant]:
    """Those that compete, the first one first."""
    seen, uid = given.observed.claimants, given.desired.uid
    found = [each for each in seen.found if each.claim.uid != uid] if seen else []
    account, region = given.runtime.account, given.runtime.region
    here = [each for each in found if not each.claim.elsewhere(account, region)]
    return sorted(here, key=lambda each: _rank(given, each))


def _before(given: Input) -> bool:
    mine = _mine(given)
    return mine is not None and _rank(given, _others(given)[0]) < _rank(given, mine)


def _rank(given: Input, each: Claimant) -> tuple[int, str, str, str]:
    """What they are ordered by: who made this endpoint, who took it over, then who claimed first, and the name."""
    has = bool(each.endpoint_id) and each.endpoint_id == given.endpoint.id
    return (1 if each.claim.adopted else 0) if has else 2, each.claim.since, each.namespace, each.name


def name_of_first(given: Input) -> str:
    """The first of the others, for people: it is named only to those of its own namespace."""
    first = _others(given)[0]
    return (
        f"{first.namespace}/{first.name}"
        if first.namespace == given.desired.namespace
        else "an object of another namespace"
    )
