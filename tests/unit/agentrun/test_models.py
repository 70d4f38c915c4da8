"""The wire's objects: what they read, and what they put on the wire."""

import copy
import inspect

import pytest
from pydantic import ValidationError

from agentrun_operator.agentrun.models import (
    FAILED_STATES,
    MOVING_STATES,
    READY_STATES,
    AgentRuntimeEndpointCreateInput,
    AgentRuntimeEndpointUpdateInput,
    Endpoint,
    Page,
    RoutingConfiguration,
    ScalingConfig,
    ScheduledPolicy,
    Status,
    VersionWeight,
)

WHOLE = {
    "agentRuntimeEndpointArn": "acs:agentrun:cn-hangzhou:1:workspaces/w/runtimes/r/runtime-endpoints/e",
    "agentRuntimeEndpointId": "e",
    "agentRuntimeEndpointName": "chat",
    "agentRuntimeId": "r",
    "description": "",
    "disablePublicNetworkAccess": False,
    "endpointPublicUrl": "https://example.com",
    "routingConfiguration": {"versionWeights": [{"version": "4", "weight": 0.1}]},
    "scalingStatus": {
        "currentError": "none",
        "currentInstances": 1,
        "minInstances": 1,
        "scheduledPolicies": [{"name": "day", "scheduleExpression": "cron(0 0 9 * * *)", "target": 3}],
        "targetInstances": 1,
    },
    "status": "READY",
    "statusReason": "",
    "targetVersion": "3",
}


def test_a_whole_endpoint_survives_reading_and_writing():
    assert Endpoint.model_validate(WHOLE).to_wire() == WHOLE


def test_an_endpoint_may_lack_everything():
    assert Endpoint.model_validate({}).status is None


def test_unknown_fields_and_unknown_states_are_read():
    assert Endpoint.model_validate({"status": "HIBERNATING", "mood": {"x": 1}}).status == "HIBERNATING"


@pytest.mark.parametrize("field", sorted(WHOLE))
def test_a_null_reads_as_absent(field):
    assert field not in Endpoint.model_validate({**WHOLE, field: None}).to_wire()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        pytest.param({"targetVersion": 3}, Endpoint(target_version="3"), id="a version written as a number"),
        pytest.param(
            {"routingConfiguration": {"versionWeights": None}},
            Endpoint(routing_configuration=RoutingConfiguration(version_weights=None)),
            id="null for a list",
        ),
        pytest.param(
            {"routingConfiguration": {"versionWeights": [{"version": 4, "weight": 1}]}},
            Endpoint(
                routing_configuration=RoutingConfiguration(version_weights=[VersionWeight(version="4", weight=1)])
            ),
            id="an integer weight",
        ),
    ],
)
def test_what_means_the_same_is_read_the_same(given, read):
    assert Endpoint.model_validate(given) == read


@pytest.mark.parametrize(
    "given",
    [
        {"description": ["private"]},
        {"scalingStatus": "private"},
        {"routingConfiguration": {"versionWeights": ["private"]}},
    ],
)
def test_another_type_is_an_error_that_does_not_quote_the_answer(given):
    with pytest.raises(ValidationError) as caught:
        Endpoint.model_validate(given)
    assert "private" not in str(caught.value)


@pytest.mark.parametrize("weight", [float("nan"), float("inf")])
def test_a_weight_is_a_number_that_json_has(weight):
    with pytest.raises(ValidationError):
        VersionWeight(version="4", weight=weight)


@pytest.mark.parametrize(
    ("body", "wire"),
    [
        pytest.param(AgentRuntimeEndpointUpdateInput(), {}, id="nothing set"),
        pytest.param(AgentRuntimeEndpointUpdateInput(description="x"), {"description": "x"}, id="one field set"),
        pytest.param(AgentRuntimeEndpointUpdateInput(description=""), {"description": ""}, id="an empty text"),
        pytest.param(AgentRuntimeEndpointUpdateInput(description=None), {}, id="None is no null"),
        pytest.param(
            AgentRuntimeEndpointUpdateInput(routing_configuration=RoutingConfiguration(version_weights=[])),
            {"routingConfiguration": {"versionWeights": []}},
            id="no canaries",
        ),
        pytest.param(
            AgentRuntimeEndpointUpdateInput(delete_scaling_config=True, disable_public_network_access=False),
            {"deleteScalingConfig": True, "disablePublicNetworkAccess": False},
            id="flags",
        ),
        pytest.param(
            AgentRuntimeEndpointCreateInput(
                agent_runtime_endpoint_name="chat",
                scaling_config=ScalingConfig(
                    min_instances=0,
                    scheduled_policies=[ScheduledPolicy(name="day", schedule_expression="cron(0 9)", target=2)],
                ),
            ),
            {
                "agentRuntimeEndpointName": "chat",
                "scalingConfig": {
                    "minInstances": 0,
                    "scheduledPolicies": [{"name": "day", "scheduleExpression": "cron(0 9)", "target": 2}],
                },
            },
            id="nested objects",
        ),
    ],
)
def test_unset_means_unsent(body, wire):
    assert body.to_wire() == wire


@pytest.mark.parametrize("model", [AgentRuntimeEndpointCreateInput, AgentRuntimeEndpointUpdateInput])
def test_a_misspelt_input_is_refused(model):
    with pytest.raises(ValidationError, match="descripton"):
        model.model_validate({"descripton": "x"})


@pytest.mark.parametrize("name", ["agent_runtime_endpoint_name", "agentRuntimeEndpointName"])
def test_both_spellings_of_a_name_are_read(name):
    assert AgentRuntimeEndpointCreateInput.model_validate({name: "chat"}).agent_runtime_endpoint_name == "chat"


def test_help_shows_the_names_of_python():
    assert "agent_runtime_endpoint_name" in inspect.signature(AgentRuntimeEndpointCreateInput).parameters


def test_what_was_read_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Endpoint(status="READY").status = "FAILED"  # type: ignore[misc]


def test_a_page_reads_its_items():
    page = Page[Endpoint].model_validate({"items": [WHOLE], "pageNumber": 1, "pageSize": 100, "total": 1})
    assert (page.items, page.total) == ([Endpoint.model_validate(WHOLE)], 1)


def test_the_known_states_are_those_of_the_api():
    assert sorted(READY_STATES) == ["ACTIVE", "READY"]
    assert sorted(FAILED_STATES) == ["CREATE_FAILED", "DELETE_FAILED", "FAILED", "UPDATE_FAILED"]
    assert sorted(MOVING_STATES) == ["CREATING", "DELETING", "UPDATING"]


def test_what_is_written_can_be_changed():
    wanted = AgentRuntimeEndpointCreateInput(agent_runtime_endpoint_name="chat")
    wanted.routing_configuration = RoutingConfiguration(version_weights=[VersionWeight(version="4")])
    (canary,) = wanted.routing_configuration.version_weights or []
    canary.weight = 0.1
    wanted.scaling_config = ScalingConfig()
    wanted.scaling_config.min_instances = 2
    assert wanted.to_wire() == {
        "agentRuntimeEndpointName": "chat",
        "routingConfiguration": {"versionWeights": [{"version": "4", "weight": 0.1}]},
        "scalingConfig": {"minInstances": 2},
    }


@pytest.mark.parametrize(
    ("name", "value", "wire"),
    [
        ("target_version", 3, {"targetVersion": "3"}),
        ("scaling_config", {"min_instances": 1}, {"scalingConfig": {"minInstances": 1}}),
        ("scaling_config", {"minInstances": 1}, {"scalingConfig": {"minInstances": 1}}),
        ("description", None, {}),
    ],
)
def test_what_is_assigned_is_read_as_what_is_given_at_first(name, value, wire):
    wanted = AgentRuntimeEndpointUpdateInput()
    setattr(wanted, name, value)
    assert wanted.to_wire() == wire


@pytest.mark.parametrize(
    ("name", "value"),
    [("descripton", "x"), ("description", ["x"]), ("scaling_config", "large"), ("disable_public_network_access", "x")],
)
def test_what_cannot_be_is_not_assigned(name, value):
    wanted = AgentRuntimeEndpointCreateInput()
    with pytest.raises(ValueError, match=name):
        setattr(wanted, name, value)
    assert wanted.to_wire() == {}


def test_what_is_dumped_has_the_names_of_the_wire():
    endpoint = Endpoint.model_validate(WHOLE)
    assert endpoint.model_dump(exclude_none=True) == WHOLE
    assert Endpoint.model_validate_json(endpoint.model_dump_json()) == endpoint


def test_a_schema_has_the_names_of_python():
    assert "routing_configuration" in AgentRuntimeEndpointCreateInput.model_json_schema()["properties"]


def test_a_copy_is_another():
    wanted = AgentRuntimeEndpointCreateInput(scaling_config=ScalingConfig(min_instances=1))
    other = copy.deepcopy(wanted)
    assert other == wanted
    assert other.scaling_config
    other.scaling_config.min_instances = 2
    assert wanted.to_wire() == {"scalingConfig": {"minInstances": 1}}


def test_the_documented_states_are_compared_with_what_the_service_says():
    assert Endpoint(status="READY").status == Status.READY
    assert Endpoint(status="HIBERNATING").status not in list(Status)


@pytest.mark.parametrize(
    ("status", "final"),
    [("READY", True), ("ACTIVE", True), ("FAILED", True), (None, True), ("CREATING", False), ("HIBERNATING", False)],
)
def test_a_state_is_final_when_nothing_is_under_way(status, final):
    assert Status.is_final_status(status) is final
