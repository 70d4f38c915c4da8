"""The endpoint class against an emulated service, sync and async."""

import pytest

from agentrun_operator.agentrun import (
    AgentRuntimeEndpoint,
    AgentRuntimeEndpointCreateInput,
    AgentRuntimeEndpointUpdateInput,
    CredentialsRejectedError,
    EndpointFailedError,
    RequestRejectedError,
    ResourceAlreadyExistError,
    ResourceNotExistError,
    RoutingConfiguration,
    RuntimeNotReadyError,
    ScalingConfig,
    ScheduledPolicy,
    VersionWeight,
    WaitTimeoutError,
)
from support.agentrun import a_config

NOWHERE = "00000000-0000-4000-8000-000000000000"
CANARY = RoutingConfiguration(version_weights=[VersionWeight(version="4", weight=0.1)])
POLICY = ScheduledPolicy(
    name="day", schedule_expression="cron(0 0 9 * * *)", target=3, start_time="2026-01-01", time_zone="Asia/Shanghai"
)
WHOLE = AgentRuntimeEndpointCreateInput(
    agent_runtime_endpoint_name="chat",
    description="für alle",
    disable_public_network_access=True,
    routing_configuration=CANARY,
    scaling_config=ScalingConfig(min_instances=1, scheduled_policies=[POLICY]),
    target_version="3",
)


def named(name: str) -> AgentRuntimeEndpointCreateInput:
    return AgentRuntimeEndpointCreateInput(agent_runtime_endpoint_name=name)


def test_what_is_asked_for_is_what_there_is(way, runtime_id, config):
    made = way(AgentRuntimeEndpoint, "create_by_id", runtime_id, WHOLE, config)
    ids = made.agent_runtime_id, made.agent_runtime_endpoint_id
    found = way(AgentRuntimeEndpoint, "get_by_id", *ids, config)
    assert (found.agent_runtime_endpoint_name, found.description, found.target_version) == ("chat", "für alle", "3")
    assert found.disable_public_network_access is True
    assert found.routing_configuration == CANARY
    assert found.scaling_config == WHOLE.scaling_config
    assert found.status == "READY"


def test_a_life(way, emulator, runtime_id, config):
    emulator.behave(transitions={"create": 0.05, "update": 0.05, "delete": 0.05})
    endpoint = way(AgentRuntimeEndpoint, "create_by_id", runtime_id, WHOLE, config)
    assert endpoint.status == "CREATING"
    assert way(endpoint, "wait_until_ready", 10).status == "READY"
    assert way(endpoint, "update", AgentRuntimeEndpointUpdateInput(description="new")).status == "UPDATING"
    assert way(endpoint, "wait_until_ready", 10).description == "new"
    assert way(endpoint, "delete").status == "DELETING"
    assert way(endpoint, "wait_until_deleted", 10) is endpoint
    assert emulator.endpoints() == []
    assert endpoint.agent_runtime_endpoint_id
    with pytest.raises(ResourceNotExistError) as caught:
        way(endpoint, "refresh")
    assert caught.value.missing == "endpoint"


def test_an_update_changes_what_it_sets_and_nothing_else(way, emulator, runtime_id, config):
    endpoint = way(AgentRuntimeEndpoint, "create_by_id", runtime_id, WHOLE, config)
    before = emulator.endpoint("chat")
    way(endpoint, "update", AgentRuntimeEndpointUpdateInput(description="new"))
    assert emulator.endpoint("chat") == {**before, "description": "new"}


def test_canaries_and_scaling_can_be_taken_away(way, emulator, runtime_id, config):
    endpoint = way(AgentRuntimeEndpoint, "create_by_id", runtime_id, WHOLE, config)
    none = RoutingConfiguration(version_weights=[])
    way(endpoint, "update", AgentRuntimeEndpointUpdateInput(routing_configuration=none, delete_scaling_config=True))
    way(endpoint, "get")
    assert not (endpoint.routing_configuration and endpoint.routing_configuration.version_weights)
    assert endpoint.scaling_config is None


def test_by_id_is_as_good_as_by_object(way, emulator, runtime_id, config):
    endpoint_id = emulator.add_endpoint(runtime_id, "by-hand")
    update = AgentRuntimeEndpointUpdateInput(target_version="2")
    assert way(AgentRuntimeEndpoint, "update_by_id", runtime_id, endpoint_id, update, config).target_version == "2"
    gone = way(AgentRuntimeEndpoint, "delete_by_id", runtime_id, endpoint_id, config)
    assert gone.agent_runtime_endpoint_id == endpoint_id
    assert emulator.endpoints() == []


@pytest.mark.parametrize("listing", [(0, 1), (3, 1), (50, 2), (51, 2), (120, 3)], ids="{0[0]} of them".format)
def test_a_list_is_every_endpoint_once(way, emulator, runtime_id, config, listing):
    count, calls = listing
    emulator.behave(pageLimit=50)
    made = emulator.add_endpoints(runtime_id, [f"e{number}" for number in range(count)])
    emulator.forget_requests()
    found = way(AgentRuntimeEndpoint, "list_by_id", runtime_id, config)
    assert sorted(endpoint.agent_runtime_endpoint_id for endpoint in found) == sorted(made)
    assert emulator.counts() == {"ListAgentRuntimeEndpoints": calls}


@pytest.mark.parametrize("drift", [-7, -1, 1, 7])
def test_a_list_whose_pages_drift_is_every_endpoint_once(way, emulator, runtime_id, config, drift):
    emulator.behave(pageLimit=50, listDrift=drift)
    made = emulator.add_endpoints(runtime_id, [f"e{number}" for number in range(150)])
    found = way(AgentRuntimeEndpoint, "list_by_id", runtime_id, config)
    assert sorted(endpoint.agent_runtime_endpoint_id for endpoint in found) == sorted(made)


def test_a_list_of_another_runtime_is_not_empty_but_an_error(way, config):
    with pytest.raises(ResourceNotExistError) as caught:
        way(AgentRuntimeEndpoint, "list_by_id", NOWHERE, config)
    assert caught.value.missing == "runtime"


def test_a_name_is_given_once(way, runtime_id, config):
    way(AgentRuntimeEndpoint, "create_by_id", runtime_id, named("chat"), config)
    with pytest.raises(ResourceAlreadyExistError):
        way(AgentRuntimeEndpoint, "create_by_id", runtime_id, named("chat"), config)


@pytest.mark.parametrize("status", [400, 409, 500])
def test_a_name_is_taken_whatever_the_status(way, emulator, runtime_id, config, status):
    emulator.behave(conflictStatus=status)
    emulator.add_endpoint(runtime_id, "chat")
    with pytest.raises(ResourceAlreadyExistError):
        way(AgentRuntimeEndpoint, "create_by_id", runtime_id, named("chat"), config)


@pytest.mark.parametrize(
    ("name", "arguments", "missing"),
    [
        ("create_by_id", (NOWHERE, named("chat")), "runtime"),
        ("get_by_id", (NOWHERE, NOWHERE), "runtime"),
        ("update_by_id", (NOWHERE, NOWHERE, AgentRuntimeEndpointUpdateInput()), "runtime"),
        ("delete_by_id", (NOWHERE, NOWHERE), "runtime"),
    ],
)
def test_a_runtime_that_is_not_there_is_named(way, config, name, arguments, missing):
    with pytest.raises(ResourceNotExistError) as caught:
        way(AgentRuntimeEndpoint, name, *arguments, config)
    assert caught.value.missing == missing


@pytest.mark.parametrize("name", ["get_by_id", "delete_by_id"])
def test_an_endpoint_that_is_not_there_is_named(way, runtime_id, config, name):
    with pytest.raises(ResourceNotExistError) as caught:
        way(AgentRuntimeEndpoint, name, runtime_id, NOWHERE, config)
    assert caught.value.missing == "endpoint"


def test_a_malformed_id_is_a_refusal_and_no_absence(way, runtime_id, config):
    with pytest.raises(RequestRejectedError) as caught:
        way(AgentRuntimeEndpoint, "get_by_id", runtime_id, "no-uuid", config)
    assert caught.value.status_code == 400


def test_a_runtime_that_is_not_ready_is_no_refusal(way, emulator, runtime_id, config):
    emulator.set_runtime_status(runtime_id, "UPDATING")
    with pytest.raises(RuntimeNotReadyError):
        way(AgentRuntimeEndpoint, "create_by_id", runtime_id, named("chat"), config)


@pytest.mark.parametrize(
    "key", [{"access_key_secret": "wrong"}, {"access_key_id": "nobody"}, {"security_token": "unasked"}], ids=str
)
def test_another_key_is_rejected_and_proves_no_absence(way, runtime_id, server, key):
    config = a_config(
        **{"access_key_id": "emulator-ak", "access_key_secret": "emulator-sk", **key}, control_endpoint=server.url
    )
    with pytest.raises(CredentialsRejectedError):
        way(AgentRuntimeEndpoint, "get_by_id", runtime_id, NOWHERE, config)


def test_temporary_credentials_are_accepted(way, emulator, server):
    emulator.add_account("sts-ak", "sts-sk", "2000000000000002", security_token="sts-token")
    runtime_id = emulator.add_runtime("other", account_id="2000000000000002")
    config = a_config(
        access_key_id="sts-ak", access_key_secret="sts-sk", security_token="sts-token", control_endpoint=server.url
    )
    assert way(AgentRuntimeEndpoint, "list_by_id", runtime_id, config) == []


def test_the_environment_is_enough(way, monkeypatch, runtime_id, server):
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_ID", "emulator-ak")
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_SECRET", "emulator-sk")
    monkeypatch.setenv("AGENTRUN_CONTROL_ENDPOINT", server.url)
    endpoint = way(AgentRuntimeEndpoint, "create_by_id", runtime_id, named("chat"))
    assert way(endpoint, "refresh").status == "READY"


@pytest.mark.parametrize("ends_in", ["CREATE_FAILED", "FAILED"])
def test_waiting_for_a_failure_ends_with_it(way, emulator, runtime_id, config, ends_in):
    emulator.fault("CreateAgentRuntimeEndpoint", endsIn=ends_in, statusReason="no quota", takes=0.05)
    endpoint = way(AgentRuntimeEndpoint, "create_by_id", runtime_id, named("chat"), config)
    with pytest.raises(EndpointFailedError, match=f"{ends_in}: no quota"):
        way(endpoint, "wait_until_ready", 30)


def test_waiting_for_a_deletion_that_fails_ends_with_it(way, emulator, runtime_id, config):
    endpoint = way(AgentRuntimeEndpoint, "create_by_id", runtime_id, named("chat"), config)
    emulator.fault("DeleteAgentRuntimeEndpoint", endsIn="DELETE_FAILED", takes=0.05)
    way(endpoint, "delete")
    with pytest.raises(EndpointFailedError, match="DELETE_FAILED"):
        way(endpoint, "wait_until_deleted", 30)


def test_waiting_for_a_state_unknown_ends_in_time(way, emulator, runtime_id, config):
    emulator.fault("CreateAgentRuntimeEndpoint", endsIn="HIBERNATING", takes=0)
    endpoint = way(AgentRuntimeEndpoint, "create_by_id", runtime_id, named("chat"), config)
    emulator.forget_requests()
    with pytest.raises(WaitTimeoutError, match="HIBERNATING"):
        way(endpoint, "wait_until_ready", 1)
    assert emulator.counts()["GetAgentRuntimeEndpoint"] <= 4


def test_waiting_goes_on_after_trouble_that_passes(way, emulator, runtime_id, config):
    emulator.behave(transitions={"create": 0.05})
    endpoint = way(AgentRuntimeEndpoint, "create_by_id", runtime_id, named("chat"), config)
    emulator.fault("GetAgentRuntimeEndpoint", answer="html", times=2)
    assert way(endpoint, "wait_until_ready", 10).status == "READY"


async def test_the_sync_methods_work_inside_a_running_loop(runtime_id, config):
    endpoint = AgentRuntimeEndpoint.create_by_id(runtime_id, named("chat"), config)
    assert (await endpoint.refresh_async()).status == endpoint.refresh().status == "READY"
