"""The operator's decisions about one object, one after the other, until the first that asks something of AgentRun.

What they write to the object is written, and AgentRun ends what it is at; nobody else does anything meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.models import MOVING_STATES
from agentrun_operator.reconcile.actions import AddClaim, Confirm, Create, Delete, Record, RemoveClaim, Update
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.state.observed import EndpointSeen
from agentrun_operator.reconcile.status.status import claimed_status, recorded_status
from agentrun_operator.resources.names import FINALIZER
from support.objects import UNTRIED, Case

if TYPE_CHECKING:
    from agentrun_operator.reconcile.decision import Decision

PASSES = 25
"""Several times what the longest way takes."""


@dataclass(frozen=True)
class Effect:
    """What AgentRun is asked for first.

    Args:
        asks: `create`, `update` or nothing; a failed endpoint that is deleted to be made anew counts as its creation.
        paths: the fields that an update changes.
        adopts: whether an endpoint was taken over before.
    """

    asks: str = ""
    paths: tuple[str, ...] = ()
    adopts: bool = False


def as_seen(case: Case) -> Case:
    """The case as a diff sees it: by a look at AgentRun itself, and without what only a process remembers."""
    look = replace(case.look, confirmed=True, doubtful=False, answered=False, latest_seen=False)
    return replace(case, look=look, attempts=UNTRIED)


def first_effect(case: Case) -> Effect:
    """What the decisions about a case lead to, without anything that only a process remembers."""
    case, adopts = as_seen(case), False
    for _ in range(PASSES):
        decision = decide(case.given)
        match decision.action:
            case Create():
                return Effect("create", adopts=adopts)
            case Update(delta):
                return Effect("update", tuple(each.path for each in delta), adopts)
            case AddClaim(claim):
                adopts = adopts or (claim.adopted and case.given.desired.current_claim != claim)
        after = _after(case, decision)
        if after == case:
            return Effect(adopts=adopts)
        case = after
    raise AssertionError(f"no end after {PASSES} decisions about {case}")


def _after(case: Case, decision: Decision) -> Case:
    """The case once a decision was carried out; the same if it comes to rest."""
    given, metadata, status = case.given, case.body["metadata"], case.body["status"]
    match decision.action:
        case Confirm():
            return replace(case, look=replace(case.look, confirmed=True))
        case Delete():
            return replace(case, look=replace(case.look, endpoint=None))
        case AddClaim(claim, rollout):
            if rollout is not None:
                given = given._replace(desired=given.desired.with_rollout(rollout))
            status = claimed_status(given, claim, decision.verdict, status)
            metadata = metadata | {"finalizers": [*metadata["finalizers"], FINALIZER]}
        case RemoveClaim():
            status = {name: value for name, value in status.items() if name != "claim"}
            metadata = metadata | {"finalizers": [each for each in metadata["finalizers"] if each != FINALIZER]}
        case Record(rollout):
            status = recorded_status(given, rollout, decision.verdict, status)
        case _:
            return _later(replace(case, body=case.body | {"status": case.status(decision)}))
    return replace(case, body=case.body | {"metadata": metadata, "status": status})


def _later(case: Case) -> Case:
    """The case once AgentRun has ended what it is at."""
    endpoint = case.look.endpoint
    if endpoint is None or endpoint.state not in MOVING_STATES:
        return case
    there = endpoint.state != "DELETING"
    ended = EndpointSeen.of(endpoint.wire.model_copy(update={"status": "READY"})) if there else None
    return replace(case, look=replace(case.look, endpoint=ended))
