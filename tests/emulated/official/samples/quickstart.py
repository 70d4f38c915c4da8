"""Create an endpoint or take the one that is there, wait for it, change it, and delete it."""

from __future__ import annotations

from agentrun.agent_runtime import (
    AgentRuntimeEndpoint,
    AgentRuntimeEndpointCreateInput,
    AgentRuntimeEndpointUpdateInput,
    Status,
)
from agentrun.utils.exception import ResourceAlreadyExistError, ResourceNotExistError


def create_or_get(runtime_id, name):
    try:
        endpoint = AgentRuntimeEndpoint.create_by_id(
            runtime_id,
            AgentRuntimeEndpointCreateInput(
                agent_runtime_endpoint_name=name, description="made by the sample", target_version="LATEST"
            ),
        )
    except ResourceAlreadyExistError:
        endpoints = AgentRuntimeEndpoint.list_by_id(runtime_id)
        endpoint = next(each for each in endpoints if each.agent_runtime_endpoint_name == name)

    endpoint.wait_until_ready_or_failed(interval_seconds=0.05)
    if endpoint.status != Status.READY:
        raise RuntimeError(f"not ready: {endpoint.status}")
    return endpoint


def change(endpoint, text):
    endpoint.update(AgentRuntimeEndpointUpdateInput(description=text))
    endpoint.wait_until_ready_or_failed(interval_seconds=0.05)
    return endpoint.description


def clean_up(endpoint):
    endpoint.delete_and_wait_until_finished(interval_seconds=0.05, timeout_seconds=10)
    try:
        endpoint.refresh()
    except ResourceNotExistError:
        return "gone"
    except ValueError as error:
        return f"{type(error).__name__}: {error}"
    return endpoint.status


async def whole_life(runtime_id, name):
    endpoint = await AgentRuntimeEndpoint.create_by_id_async(
        runtime_id, AgentRuntimeEndpointCreateInput(agent_runtime_endpoint_name=name, target_version="1")
    )
    await endpoint.wait_until_ready_or_failed_async(interval_seconds=0.05)
    await endpoint.update_async(AgentRuntimeEndpointUpdateInput(target_version="2"))
    await endpoint.wait_until_ready_or_failed_async(interval_seconds=0.05)
    reached = endpoint.status, endpoint.target_version
    await endpoint.delete_and_wait_until_finished_async(interval_seconds=0.05, timeout_seconds=10)
    return reached, await AgentRuntimeEndpoint.list_by_id_async(runtime_id)
