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
    AsyncClient,
    Client,
    Config,
    HTTPError,
    ResourceAlreadyExistError,
    ResourceNotExistError,
    ScalingConfig,
    ScalingStatus,
    ScheduledPolicy,
)
from support.agentrun import a_config, envelope, failure


def call_sync(target, name, *arguments):
    return getattr(target, name)(*arguments)


def call_async(target, name, *arguments):
    return asyncio.run(getattr(target, f"{name}_async")(*arguments))


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
    "wait_until_ready_or_failed": ["self", "callback", "interval_seconds", "timeout_seconds"],
    "delete_and_wait_until_finished": ["self", "callback", "interval_seconds", "timeout_seconds"],
    "invoke_openai": ["self", "messages", "stream", "config", "parameters"],
}
ON_ITSELF = {
    "delete": lambda endpoint: endpoint.delete(),
    "update": lambda endpoint: endpoint.update(UPDATE),
    "get": lambda endpoint: endpoint.get(),
    "refresh": lambda endpoint: endpoint.refresh(),
    "wait_until_ready": lambda endpoint: endpoint.wait_until_ready(),
    "wait_until_deleted": lambda endpoint: endpoint.wait_until_deleted(),
    "wait_until_ready_or_failed": lambda endpoint: endpoint.wait_until_ready_or_failed(),
    "delete_and_wait_until_finished": lambda endpoint: endpoint.delete_and_wait_until_finished(),
    "wait_until_ready_or_failed_async": lambda endpoint: asyncio.run(endpoint.wait_until_ready_or_failed_async()),
    "delete_and_wait_until_finished_async": lambda endpoint: asyncio.run(
        endpoint.delete_and_wait_until_finished_async()
    ),
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
def test_what_a_config_for_a_call_was_not_given_is_the_objects_own():
    route = respx.get(f"{URL}/r/endpoints/e").mock(return_value=answer(IDS))
    endpoint = an_endpoint(a_config(headers={"x-own": "1"}))
    endpoint.get(Config(headers={"x-for-this-call": "2"}))
    endpoint.get()
    first, second = (call.request.headers for call in route.calls)
    assert "Credential=made-up-id," in first["authorization"]
    assert (first["x-own"], first["x-for-this-call"]) == ("1", "2")
    assert "x-for-this-call" not in second


@pytest.mark.parametrize(
    ("name", "arguments", "error", "told"),
    [
        pytest.param("create_by_id", (None, CREATE), ValueError, "None is no id", id="no runtime"),
        pytest.param("get_by_id", ("r", None), ValueError, "None is no id", id="no endpoint"),
        pytest.param("get_by_id", ("r", ""), ValueError, "'' is no id", id="an empty id"),
        pytest.param("delete_by_id", ("r", 5), ValueError, "5 is no id", id="a number for an id"),
        pytest.param("list_by_id", (None,), ValueError, "None is no id", id="a list of nothing"),
        pytest.param("update_by_id", ("r", "e", None), TypeError, "input must be an", id="no input"),
        pytest.param("create_by_id", ("r", "chat"), TypeError, "not str", id="a name for an input"),
        pytest.param("create_by_id", ("r", Endpoint()), TypeError, "not AgentRuntimeEndpoint", id="an endpoint"),
        pytest.param("create_by_id", ("r", {"nme": "chat"}), ValueError, "nme", id="a misspelt field in a dict"),
        pytest.param("create_by_id", ("r", {"description": 5.5j}), ValueError, "description", id="a wrong type"),
        pytest.param("get_by_id", ("r", "e", {"region_id": "x"}), TypeError, "config must be a Config", id="a config"),
    ],
)
@pytest.mark.parametrize("way", [call_sync, call_async])
@respx.mock
def test_what_cannot_be_asked_for_is_told_and_not_asked(way, name, arguments, error, told):
    given = arguments if isinstance(arguments[-1], dict) and name == "get_by_id" else (*arguments, a_config())
    with pytest.raises(error, match=told):
        way(Endpoint, name, *given)
    assert respx.calls.call_count == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda endpoint: endpoint.set_config({"region_id": "x"}),
        lambda endpoint: endpoint.refresh({"region_id": "x"}),
        lambda endpoint: endpoint.update("new"),
        lambda endpoint: endpoint.invoke_openai([], config={"region_id": "x"}),
    ],
    ids=["set_config", "refresh", "update", "invoke_openai"],
)
@respx.mock
def test_what_an_object_cannot_use_is_told_and_not_asked(call):
    with pytest.raises(TypeError, match="must be a"):
        call(an_endpoint())
    assert respx.calls.call_count == 0


@pytest.mark.parametrize("client", [AsyncClient, Client])
def test_a_client_takes_configs_only(client):
    with pytest.raises(TypeError, match="config must be a Config, not dict"):
        client({"region_id": "x"})


@pytest.mark.parametrize("given", [{"description": "new"}, UPDATE, AgentRuntimeEndpointCreateInput(description="new")])
@respx.mock
def test_an_input_may_be_a_dict_of_its_fields_or_the_other_input(given):
    route = respx.put(f"{URL}/r/endpoints/e").mock(return_value=answer(IDS))
    an_endpoint().update(given)
    assert route.calls[0].request.content == b'{"description":"new"}'


@respx.mock
def test_nothing_is_deleted_when_it_cannot_be_awaited():
    with pytest.raises(ValueError, match="timeout"):
        an_endpoint().delete_and_wait_until_finished(timeout_seconds=-1)
    assert respx.calls.call_count == 0


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


def test_it_has_a_schema_without_its_config():
    properties = Endpoint.model_json_schema()["properties"]
    assert "agent_runtime_endpoint_name" in properties
    assert "config" not in properties


def test_it_is_dumped_in_the_words_of_the_api():
    dumped = an_endpoint(status="READY").model_dump(exclude_none=True)
    assert dumped == {**IDS, "status": "READY"}


@respx.mock
def test_two_equal_reads_are_equal_whatever_they_were_made_with_and_used_for():
    respx.get(f"{URL}/r/endpoints/e").mock(return_value=answer({**IDS, "scalingStatus": {"minInstances": 1}}))
    one, other = (Endpoint.get_by_id("r", "e", a_config()) for _ in range(2))
    one._names = ("support-bot", "chat")
    assert one == other
    assert one.refresh() == other
    other.description = "another"
    assert one != other
    assert one != "an endpoint"


@respx.mock
def test_the_scaling_config_follows_what_the_service_tells():
    tells = [{"minInstances": 1}, {"minInstances": 2}, None]
    reads = [answer({**IDS, "scalingStatus": each}) for each in (tells[0], tells[2])]
    respx.get(f"{URL}/r/endpoints/e").mock(side_effect=reads)
    respx.put(f"{URL}/r/endpoints/e").mock(return_value=answer({**IDS, "scalingStatus": tells[1]}))
    endpoint = an_endpoint()
    assert endpoint.get().scaling_config == ScalingConfig(min_instances=1)
    assert endpoint.update(UPDATE).scaling_config == ScalingConfig(min_instances=2)
    assert endpoint.get().scaling_config is None


def test_the_scaling_config_can_be_assigned():
    endpoint = an_endpoint()
    endpoint.scaling_config = ScalingConfig(min_instances=1)
    assert endpoint.model_dump(exclude_none=True)["scalingConfig"] == {"minInstances": 1}


def test_a_deep_copy_is_another():
    endpoint = an_endpoint(description="one")
    other = copy.deepcopy(endpoint)
    assert other == endpoint
    other.description = "another"
    assert endpoint.description == "one"
    assert other.config is not endpoint.config
    assert other.config
    assert other.config.access_key_id == "made-up-id"


def test_it_is_no_key():
    with pytest.raises(TypeError, match="unhashable"):
        hash(an_endpoint())


def test_it_is_not_pickled_with_its_secrets():
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(an_endpoint())


def test_a_copy_has_the_same_config():
    endpoint = an_endpoint()
    assert copy.copy(endpoint).config is endpoint.config
