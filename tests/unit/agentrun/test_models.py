"""The wire's objects: what they read, and what they put on the wire."""

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
