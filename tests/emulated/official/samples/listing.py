"""List a runtime's endpoints, and write them down as JSON."""

from __future__ import annotations

import copy
import json

from agentrun.agent_runtime import AgentRuntimeEndpoint, AgentRuntimeEndpointCreateInput, AgentRuntimeEndpointListInput
from agentrun.agent_runtime.model import AgentRuntimeEndpointMutableProps, AgentRuntimeEndpointSystemProps
from agentrun.utils.model import PageableInput
from agentrun.utils.resource import ResourceBase


def names(runtime_id):
    return sorted(endpoint.agent_runtime_endpoint_name for endpoint in AgentRuntimeEndpoint.list_by_id(runtime_id))


def as_json(runtime_id):
    endpoints = AgentRuntimeEndpoint.list_by_id(runtime_id)
    return json.dumps([endpoint.model_dump(exclude_none=True) for endpoint in endpoints], ensure_ascii=False)


def copied(runtime_id, endpoint_id):
    endpoint = AgentRuntimeEndpoint.get_by_id(runtime_id, endpoint_id)
    other = copy.deepcopy(endpoint)
    other.description = "another"
    return endpoint, other


def read_twice(runtime_id, endpoint_id):
    return [AgentRuntimeEndpoint.get_by_id(runtime_id, endpoint_id) for _ in range(2)]


def schema():
    return AgentRuntimeEndpointCreateInput.model_json_schema(), AgentRuntimeEndpoint.model_json_schema()


def kinds(runtime_id):
    (endpoint,) = AgentRuntimeEndpoint.list_by_id(runtime_id)
    page = AgentRuntimeEndpointListInput(page_number=1, page_size=50, endpoint_name="chat")
    return {
        "an endpoint is a resource": isinstance(endpoint, ResourceBase),
        "an endpoint can be changed": isinstance(endpoint, AgentRuntimeEndpointMutableProps),
        "an endpoint has what the service says": isinstance(endpoint, AgentRuntimeEndpointSystemProps),
        "an input can be changed": issubclass(AgentRuntimeEndpointCreateInput, AgentRuntimeEndpointMutableProps),
        "a page is asked for": isinstance(page, PageableInput) and page.model_dump(exclude_none=True),
    }
