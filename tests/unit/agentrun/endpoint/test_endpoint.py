"""The endpoint as an object: its methods, what it remembers, and what it refuses."""

import asyncio
import copy
import inspect
import pickle

import httpx
import pytest
import respx

from agentrun_operator.agentrun import AgentRuntimeEndpoint as Endpoint
from agentrun_operator.agentrun import (
    AgentRuntimeEndpointCreateInput,
    AgentRuntimeEndpointUpdateInput,
    Config,
    HTTPError,
    ResourceAlreadyExistError,
    ResourceNotExistError,
    ScalingConfig,
    ScalingStatus,
    ScheduledPolicy,
)
from support.agentrun import a_config, envelope, failure

URL = "http://agentrun.test/2025-09-10/agents/runtimes"
IDS = {"agentRuntimeId": "r", "agentRuntimeEndpointId": "e"}
CREATE = AgentRuntimeEndpointCreateInput(agent_runtime_endpoint_name="chat")
UPDATE = AgentRuntimeEndpointUpdateInput(description="new")

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
    "wait_until_ready": ["self", "timeout", "config"],
    "wait_until_deleted": ["self", "timeout", "config"],
    "invoke_openai": ["self", "messages", "stream", "config", "parameters"],
}
ON_ITSELF = {
    "delete": lambda endpoint: endpoint.delete(),
    "update": lambda endpoint: endpoint.update(UPDATE),
    "get": lambda endpoint: endpoint.get(),
    "refresh": lambda endpoint: endpoint.refresh(),
    "wait_until_ready": lambda endpoint: endpoint.wait_until_ready(),
    "wait_until_deleted": lambda endpoint: endpoint.wait_until_deleted(),
    "invoke_openai": lambda endpoint: endpoint.invoke_openai([], config=a_config()),
    "delete_async": lambda endpoint: asyncio.run(endpoint.delete_async()),
    "update_async": lambda endpoint: asyncio.run(endpoint.update_async(UPDATE)),
    "get_async": lambda endpoint: asyncio.run(endpoint.get_async()),
    "refresh_async": lambda endpoint: asyncio.run(endpoint.refresh_async()),
    "wait_until_ready_async": lambda endpoint: asyncio.run(endpoint.wait_until_ready_async()),
    "wait_until_deleted_async": lambda endpoint: asyncio.run(endpoint.wait_until_deleted_async()),
    "invoke_openai_async": lambda endpoint: asyncio.run(endpoint.invoke_openai_async([], config=a_config())),
}


def answer(data: object, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=envelope(data))


def an_endpoint(config: Config | None = None, **properties: str) -> Endpoint:
    ids = {"agent_runtime_id": "r", "agent_runtime_endpoint_id": "e"}
    return Endpoint(config=config or a_config(), **{**ids, **properties})


@pytest.mark.parametrize(("name", "parameters"), METHODS.items())
@pytest.mark.parametrize("suffix", ["", "_async"])
def test_a_method_takes_what_the_api_says(name, parameters, suffix):
    method = inspect.getattr_static(Endpoint, name + suffix)
    function = method.__func__ if isinstance(method, classmethod) else method
    taken = list(inspect.signature(function).parameters)
    assert taken == (["cls", *parameters] if isinstance(method, classmethod) else parameters)
    assert inspect.iscoroutinefunction(function) == bool(suffix)
    assert isinstance(method, classmethod) == name.endswith("_by_id")


@pytest.mark.parametrize("name", METHODS)
def test_help_tells_the_arguments_and_the_errors(name):
    told = inspect.getdoc(getattr(Endpoint, name)) or ""
    if name != "refresh":
        assert "Args:" in told
        assert "Raises:" in told


@pytest.mark.parametrize("name", [name for name in METHODS if name.endswith("_by_id") or name == "invoke_openai"])
def test_help_gives_an_example(name):
    assert "Example:" in (inspect.getdoc(getattr(Endpoint, name)) or "")


@pytest.mark.parametrize("call", ON_ITSELF.values(), ids=ON_ITSELF)
@pytest.mark.parametrize(
    ("known", "missing"),
    [
        ({}, "agent_runtime_id"),
        ({"agent_runtime_endpoint_id": "e"}, "agent_runtime_id"),
        ({"agent_runtime_id": "r"}, "agent_runtime_endpoint_id"),
        ({"agent_runtime_id": "r", "agent_runtime_endpoint_id": ""}, "agent_runtime_endpoint_id"),
    ],
)
def test_without_its_ids_it_can_do_nothing(call, known, missing):
    with pytest.raises(ValueError, match=f"has no {missing}"):
        call(Endpoint(**known))


@respx.mock
def test_a_created_endpoint_keeps_its_config():
    config = a_config()
    respx.post(f"{URL}/r/endpoints").mock(return_value=answer({**IDS, "status": "CREATING"}))
    get = respx.get(f"{URL}/r/endpoints/e").mock(return_value=answer({**IDS, "status": "READY"}))
    endpoint = Endpoint.create_by_id("r", CREATE, config)
    assert (endpoint.status, endpoint.config) == ("CREATING", config)
    assert endpoint.refresh() is endpoint
    assert endpoint.status == "READY"
    assert get.called


ELSEWHERE = a_config(control_endpoint="http://elsewhere.test", access_key_id="another-id")
GONE = failure("ERR_BAD_REQUEST", "endpoint e does not exist")
WITH_CONFIG = {
    "delete": lambda endpoint, **config: endpoint.delete(**config),
    "update": lambda endpoint, **config: endpoint.update(UPDATE, **config),
    "get": lambda endpoint, **config: endpoint.get(**config),
    "refresh": lambda endpoint, **config: endpoint.refresh(**config),
    "wait_until_ready": lambda endpoint, **config: endpoint.wait_until_ready(**config),
    "wait_until_deleted": lambda endpoint, **config: endpoint.wait_until_deleted(**config),
    "delete_async": lambda endpoint, **config: asyncio.run(endpoint.delete_async(**config)),
    "update_async": lambda endpoint, **config: asyncio.run(endpoint.update_async(UPDATE, **config)),
    "get_async": lambda endpoint, **config: asyncio.run(endpoint.get_async(**config)),
    "refresh_async": lambda endpoint, **config: asyncio.run(endpoint.refresh_async(**config)),
    "wait_until_ready_async": lambda endpoint, **config: asyncio.run(endpoint.wait_until_ready_async(**config)),
    "wait_until_deleted_async": lambda endpoint, **config: asyncio.run(endpoint.wait_until_deleted_async(**config)),
}


@pytest.mark.parametrize(("name", "call"), WITH_CONFIG.items(), ids=WITH_CONFIG)
@respx.mock
def test_a_config_given_to_a_call_is_for_that_call(name, call):
    reply = httpx.Response(404, content=GONE) if "deleted" in name else answer({**IDS, "status": "READY"})
    own, elsewhere = (respx.route(host=host).mock(return_value=reply) for host in ("agentrun.test", "elsewhere.test"))
    endpoint = an_endpoint()
    call(endpoint, config=ELSEWHERE)
    assert (own.call_count, elsewhere.call_count) == (0, 1)
    call(endpoint)
    assert (own.call_count, elsewhere.call_count) == (1, 1)
    assert "Credential=another-id," in elsewhere.calls[0].request.headers["authorization"]


@respx.mock
def test_without_a_config_the_environment_is_asked_at_each_call(monkeypatch):
    routes = [respx.get(f"http://{host}.test/2025-09-10/agents/runtimes/r/endpoints/e") for host in ("one", "two")]
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_ID", "made-up-id")
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_SECRET", "made-up-secret")
    endpoint = Endpoint(agent_runtime_id="r", agent_runtime_endpoint_id="e")
    for host, route in zip(("one", "two"), routes, strict=True):
        route.mock(return_value=answer(IDS))
        monkeypatch.setenv("AGENTRUN_CONTROL_ENDPOINT", f"http://{host}.test")
        endpoint.get()
    assert [route.call_count for route in routes] == [1, 1]


@pytest.mark.parametrize("data", [None, {**IDS, "status": "DELETING"}], ids=["nothing told", "an endpoint"])
@respx.mock
def test_a_deleted_endpoint_keeps_its_ids(data):
    respx.delete(f"{URL}/r/endpoints/e").mock(return_value=answer(data, 202))
    respx.get(f"{URL}/r/endpoints/e").mock(
        return_value=httpx.Response(404, content=failure("ERR_BAD_REQUEST", "endpoint e does not exist"))
    )
    endpoint = an_endpoint(agent_runtime_endpoint_name="chat")
    assert endpoint.delete() is endpoint
    assert (endpoint.agent_runtime_id, endpoint.agent_runtime_endpoint_id) == ("r", "e")
    assert endpoint.agent_runtime_endpoint_name == "chat"
    assert endpoint.wait_until_deleted() is endpoint
    with pytest.raises(ResourceNotExistError):
        endpoint.refresh()


@respx.mock
def test_an_update_sends_what_is_set_and_takes_what_is_told():
    route = respx.put(f"{URL}/r/endpoints/e").mock(return_value=answer({**IDS, "description": "new"}))
    endpoint = an_endpoint(target_version="3")
    endpoint.update(UPDATE)
    assert route.calls[0].request.content == b'{"description":"new"}'
    assert (endpoint.description, endpoint.target_version) == ("new", "3")


@respx.mock
def test_a_get_forgets_what_the_service_no_longer_tells():
    respx.get(f"{URL}/r/endpoints/e").mock(return_value=answer({**IDS, "status": "READY"}))
    endpoint = an_endpoint(status="UPDATE_FAILED", status_reason="no quota")
    endpoint.get()
    assert (endpoint.status, endpoint.status_reason) == ("READY", None)


@pytest.mark.parametrize(
    ("status", "message", "error"),
    [
        (409, "endpoint chat already exists", ResourceAlreadyExistError),
        (404, "agent runtime r does not exist", ResourceNotExistError),
        (418, "short and stout", HTTPError),
    ],
)
@respx.mock
def test_a_create_raises_what_the_api_says(status, message, error):
    respx.post(f"{URL}/r/endpoints").mock(return_value=httpx.Response(status, content=failure("ERR", message)))
    with pytest.raises(error):
        Endpoint.create_by_id("r", CREATE, a_config())


@respx.mock
def test_a_list_is_of_objects_that_can_be_used():
    page = {"items": [{"agentRuntimeEndpointId": "e", "agentRuntimeEndpointName": "chat"}], "total": 1}
    respx.get(f"{URL}/r/endpoints").mock(return_value=answer(page))
    respx.delete(f"{URL}/r/endpoints/e").mock(return_value=answer(None))
    (endpoint,) = Endpoint.list_by_id("r", a_config())
    assert endpoint.delete().agent_runtime_endpoint_name == "chat"


@respx.mock
async def test_the_sync_methods_work_inside_a_running_loop():
    respx.get(f"{URL}/r/endpoints/e").mock(return_value=answer(IDS))
    assert Endpoint.get_by_id("r", "e", a_config()).agent_runtime_endpoint_id == "e"


POLICY = ScheduledPolicy(name="day", schedule_expression="cron(0 9)", target=2)


@pytest.mark.parametrize(
    ("status", "config"),
    [
        (None, None),
        (ScalingStatus(current_instances=1), None),
        (ScalingStatus(min_instances=0), ScalingConfig(min_instances=0)),
        (
            ScalingStatus(min_instances=1, scheduled_policies=[POLICY]),
            ScalingConfig(min_instances=1, scheduled_policies=[POLICY]),
        ),
    ],
    ids=["none", "not configured", "minimum", "policies"],
)
def test_the_scaling_config_is_read_from_the_status(status, config):
    found = Endpoint(scaling_status=status).scaling_config
    assert (found and found.to_wire()) == (config and config.to_wire())


def test_it_has_the_properties_of_the_api():
    mutable = {
        "agent_runtime_endpoint_name",
        "description",
        "disable_public_network_access",
        "routing_configuration",
        "scaling_config",
        "target_version",
    }
    systems = {
        "agent_runtime_endpoint_arn",
        "agent_runtime_endpoint_id",
        "agent_runtime_id",
        "endpoint_public_url",
        "resource_name",
        "scaling_status",
        "status",
        "status_reason",
    }
    assert {getattr(Endpoint(), name) for name in mutable | systems} == {None}


def test_a_misspelt_property_is_refused():
    with pytest.raises(ValueError, match="agent_runtime_idd"):
        Endpoint(agent_runtime_idd="r")


def test_it_shows_and_dumps_no_config():
    endpoint = an_endpoint()
    assert "config=Config" not in repr(endpoint)
    assert "config" not in endpoint.model_dump()


def test_it_is_no_key():
    with pytest.raises(TypeError, match="unhashable"):
        hash(an_endpoint())


def test_it_is_not_pickled_with_its_secrets():
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(an_endpoint())


def test_a_copy_has_the_same_config():
    endpoint = an_endpoint()
    assert copy.copy(endpoint).config is endpoint.config
