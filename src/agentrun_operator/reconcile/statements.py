"""What Ready says of an endpoint's own state, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.agentrun.models import READY_STATES
from agentrun_operator.reconcile.verdict import Statement, bad, good, unknown
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from agentrun_operator.reconcile.observed import EndpointSeen

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
        return good(Reason.AVAILABLE, f"The endpoint serves version {endpoint.shape.target_version or 'unknown'}.")
    if endpoint.state in REASONS:
        return bad(REASONS[endpoint.state], state_message(endpoint))
    return unknown(Reason.UNKNOWN_STATE, state_message(endpoint))


def state_message(endpoint: EndpointSeen) -> str:
    """The state in the service's words."""
    said = f": {endpoint.wire.status_reason}" if endpoint.wire.status_reason else ""
    return f"AgentRun reports the endpoint as {endpoint.state or 'nothing (an empty state)'}{said}"
