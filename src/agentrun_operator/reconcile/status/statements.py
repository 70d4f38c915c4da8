"""What Ready says: by the endpoint's own state, while paused, and while nothing can be seen. In words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.agentrun.models import READY_STATES
from agentrun_operator.reconcile.verdict import Statement, bad, good, unknown
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from agentrun_operator.reconcile.input import Input
    from agentrun_operator.reconcile.state.observed import EndpointSeen, Problem

BESIDE_ODDITY = 500
"""Characters of a state and its reason that are told beside what of the answer makes no sense."""

REASONS = {
    "CREATING": Reason.CREATING,
    "UPDATING": Reason.UPDATING,
    "DELETING": Reason.DELETING,
    "CREATE_FAILED": Reason.CREATE_FAILED,
    "UPDATE_FAILED": Reason.UPDATE_FAILED,
    "FAILED": Reason.UPDATE_FAILED,
    "DELETE_FAILED": Reason.DELETE_FAILED,
}


def ready_by_state(endpoint: EndpointSeen) -> Statement:
    """The Ready condition that follows from the state alone."""
    if endpoint.state in READY_STATES:
        version = endpoint.comparable.target_version or "unknown"
        return good(Reason.AVAILABLE, f"The endpoint serves version {version}.{_odd(endpoint)}")
    if endpoint.state in REASONS:
        return bad(REASONS[endpoint.state], state_message(endpoint))
    return unknown(Reason.UNKNOWN_STATE, state_message(endpoint))


def state_message(endpoint: EndpointSeen) -> str:
    """The state in the service's words."""
    said = f": {endpoint.wire.status_reason}" if endpoint.wire.status_reason else ""
    odd = _odd(endpoint)
    message = f"AgentRun reports the endpoint as {endpoint.state or 'nothing (an empty state)'}{said}"
    return f"{message[:BESIDE_ODDITY]}.{odd}" if odd else message


def _odd(endpoint: EndpointSeen) -> str:
    """What of the answer makes no sense, as a further sentence; empty if all of it does."""
    return f" {endpoint.oddity}" if endpoint.oddity else ""


def ready_while_paused(given: Input) -> Statement | None:
    """The Ready condition of an object that nothing is done about; None leaves it as it was."""
    if given.observed.problem:
        return _ready_unseen(given, given.observed.problem)
    if given.observed.endpoint is None:
        return bad(Reason.PAUSED, "There is no endpoint, and none is made while paused")
    if given.desired.observes:
        return ready_by_state(given.endpoint)
    if not given.ours:
        return bad(
            Reason.PAUSED, f"The {given.where} exists already, and is neither taken over nor refused while paused"
        )
    if given.serves and given.delta:
        return bad(Reason.PAUSED, "The endpoint differs from the spec, and is left so while paused")
    return ready_by_state(given.endpoint)


def _ready_unseen(given: Input, problem: Problem) -> Statement | None:
    """As it was, until that is too old or about another generation."""
    if problem.definite or given.desired.recorded.observed_generation != given.desired.generation:
        return bad(problem.reason, problem.message)
    return stale(given, problem) if problem.blind_for >= given.timing.stale_after else None


def stale(given: Input, problem: Problem) -> Statement:
    """The Ready condition when the last look is too old to say anything."""
    return unknown(Reason.STALE, f"Not seen for {given.timing.stale_after:.0f} s: {problem.message}")
