"""Watch an endpoint's state until nothing is under way any more."""

from __future__ import annotations

from agentrun.agent_runtime import AgentRuntimeEndpoint, AgentRuntimeEndpointCreateInput, Status
from agentrun.utils.exception import DeleteResourceError


def watch(runtime_id, name, timeout_seconds=10):
    endpoint = AgentRuntimeEndpoint.create_by_id(
        runtime_id, AgentRuntimeEndpointCreateInput(agent_runtime_endpoint_name=name)
    )
    seen = []
    try:
        endpoint.wait_until_ready_or_failed(
            callback=lambda each: seen.append(each.status), interval_seconds=0.02, timeout_seconds=timeout_seconds
        )
    except TimeoutError:
        return "timed out", seen
    if endpoint.status == Status.READY:
        return "ready", seen
    return f"failed: {endpoint.status} {endpoint.status_reason}", seen


def watch_deletion(runtime_id, endpoint_id, timeout_seconds=10):
    endpoint = AgentRuntimeEndpoint.get_by_id(runtime_id, endpoint_id)
    seen = []
    try:
        endpoint.delete_and_wait_until_finished(
            callback=lambda each: seen.append(each.status), interval_seconds=0.02, timeout_seconds=timeout_seconds
        )
    except DeleteResourceError as error:
        return str(error), seen
    except TimeoutError:
        return "timed out", seen
    return "gone", seen


def final():
    return {status.value: status.is_final() for status in Status}, Status.is_final_status()
