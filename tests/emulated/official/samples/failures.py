"""Tell what went wrong, by kind, code and request."""

from __future__ import annotations

from agentrun.agent_runtime import AgentRuntimeEndpoint, AgentRuntimeEndpointCreateInput
from agentrun.utils.config import Config
from agentrun.utils.exception import (
    AgentRunError,
    ClientError,
    HTTPError,
    ResourceAlreadyExistError,
    ResourceNotExistError,
    ServerError,
)


def outcome(call):
    told = "fine"
    try:
        call()
    except ResourceNotExistError:
        told = "not there"
    except ResourceAlreadyExistError:
        told = "there already"
    except ClientError as error:
        told = "client", error.status_code, error.error_code, bool(error.request_id)
    except ServerError as error:
        told = "server", error.status_code, error.error_code, bool(error.request_id)
    except HTTPError as error:
        told = "http", error.status_code, error.error_code
    except AgentRunError as error:
        told = "agentrun", error.message
    return told


def get(runtime_id, endpoint_id, config=None):
    return outcome(lambda: AgentRuntimeEndpoint.get_by_id(runtime_id, endpoint_id, config))


def create(runtime_id, name):
    wanted = AgentRuntimeEndpointCreateInput(agent_runtime_endpoint_name=name)
    return outcome(lambda: AgentRuntimeEndpoint.create_by_id(runtime_id, wanted))


def get_as_another(runtime_id, endpoint_id):
    return get(runtime_id, endpoint_id, Config(access_key_id="nobody", access_key_secret="nothing"))


def all_that_is_told(runtime_id):
    try:
        AgentRuntimeEndpoint.get_by_id(runtime_id, "no-uuid")
    except HTTPError as error:
        return error.error_code, error.response_body, error.response_headers, error.details, error.message


def without_ids():
    try:
        AgentRuntimeEndpoint().refresh()
    except ValueError as error:
        return str(error)
