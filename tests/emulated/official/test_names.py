"""Every name by which the official SDK's endpoints are used is one of ours."""

import inspect

import pytest

from agentrun_operator import agentrun

# What the official `agentrun.agent_runtime.endpoint` takes from its package or defines, and what goes with it.
ENDPOINT_MODULE = [
    "AgentRuntimeDataAPI",
    "AgentRuntimeEndpoint",
    "AgentRuntimeEndpointCreateInput",
    "AgentRuntimeEndpointImmutableProps",
    "AgentRuntimeEndpointListInput",
    "AgentRuntimeEndpointMutableProps",
    "AgentRuntimeEndpointSystemProps",
    "AgentRuntimeEndpointUpdateInput",
    "Config",
    "InvokeArgs",
    "PageableInput",
    "ResourceBase",
]
MODELS = [
    "AgentRuntimeEndpointRoutingConfig",
    "AgentRuntimeEndpointRoutingWeight",
    "ScalingConfig",
    "ScheduledPolicy",
    "Status",
]
ERRORS = [
    "AgentRunError",
    "ClientError",
    "DeleteResourceError",
    "HTTPError",
    "ResourceAlreadyExistError",
    "ResourceNotExistError",
    "ServerError",
]

METHODS = {
    "create_by_id": ["agent_runtime_id", "input", "config"],
    "delete_by_id": ["agent_runtime_id", "endpoint_id", "config"],
    "update_by_id": ["agent_runtime_id", "endpoint_id", "input", "config"],
    "get_by_id": ["agent_runtime_id", "endpoint_id", "config"],
    "list_by_id": ["agent_runtime_id", "config"],
    "delete": ["self", "config"],
    "update": ["self", "input", "config"],
    "get": ["self", "config"],
    "refresh": ["self", "config"],
    "wait_until_ready_or_failed": ["self", "callback", "interval_seconds", "timeout_seconds"],
    "delete_and_wait_until_finished": ["self", "callback", "interval_seconds", "timeout_seconds"],
}
CONFIG = [
    "access_key_id",
    "access_key_secret",
    "security_token",
    "account_id",
    "token",
    "region_id",
    "timeout",
    "read_timeout",
    "control_endpoint",
    "data_endpoint",
    "devs_endpoint",
    "bailian_endpoint",
    "use_vpc_endpoint",
    "headers",
]
READERS = [
    *(f"get_{name}" for name in CONFIG),
    "get_gpdb_endpoint",
    "get_ots_endpoint",
    "update",
    "with_configs",
]


@pytest.mark.parametrize("name", [*ENDPOINT_MODULE, *MODELS, *ERRORS])
def test_a_name_is_there(name):
    assert getattr(agentrun, name)
    assert name in agentrun.__all__


@pytest.mark.parametrize(("name", "parameters"), METHODS.items())
@pytest.mark.parametrize("suffix", ["", "_async"])
def test_a_method_takes_the_same(name, parameters, suffix):
    method = inspect.getattr_static(agentrun.AgentRuntimeEndpoint, name + suffix)
    function = method.__func__ if isinstance(method, classmethod) else method
    assert list(inspect.signature(function).parameters)[-len(parameters) :] == parameters
    assert inspect.iscoroutinefunction(function) == bool(suffix)


def test_invoke_openai_takes_the_same():
    parameters = inspect.signature(agentrun.AgentRuntimeEndpoint.invoke_openai).parameters
    assert {"messages", "stream", "config"} <= parameters.keys()


def test_set_config_gives_back_the_object():
    endpoint, config = agentrun.AgentRuntimeEndpoint(), agentrun.Config()
    assert endpoint.set_config(config) is endpoint
    assert endpoint.config is config


def test_a_config_takes_the_same_in_the_same_order():
    positional = [
        name
        for name, parameter in inspect.signature(agentrun.Config).parameters.items()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    assert positional == CONFIG


@pytest.mark.parametrize("name", READERS)
def test_a_config_is_read_the_same(name):
    assert callable(getattr(agentrun.Config, name))


def test_the_states_are_the_same():
    assert {status.value for status in agentrun.Status} == {
        *("CREATING", "CREATE_FAILED", "UPDATING", "UPDATE_FAILED", "READY", "DELETING", "DELETE_FAILED"),
    }


@pytest.mark.parametrize(
    ("error", "base"),
    [
        ("ClientError", "HTTPError"),
        ("ServerError", "HTTPError"),
        ("HTTPError", "AgentRunError"),
        ("DeleteResourceError", "AgentRunError"),
        ("ResourceNotExistError", "AgentRunError"),
        ("ResourceAlreadyExistError", "AgentRunError"),
    ],
)
def test_an_error_is_caught_as_the_same(error, base):
    assert issubclass(getattr(agentrun, error), getattr(agentrun, base))
