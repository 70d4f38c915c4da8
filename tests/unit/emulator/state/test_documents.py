from typing import Any

import pytest

from agentrun_operator.emulator.answers import ApiError
from agentrun_operator.emulator.state.documents import merged, normalised, read_create, read_update

VERSIONS = ("1", "2", "3", "4")
POLICY = {"name": "night", "scheduleExpression": "cron(0 0 22 * * *)", "target": 0}


def named(**fields: Any) -> dict[str, Any]:
    return {"agentRuntimeEndpointName": "chat", **fields}


def weighted(*weights: tuple[str, float]) -> dict[str, Any]:
    return {"versionWeights": [{"version": version, "weight": weight} for version, weight in weights]}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(named(), id="a name is enough"),
        pytest.param(named(agentRuntimeEndpointName="a" + "_" * 63), id="the longest name"),
        pytest.param(named(description="ü" * 256), id="the longest description"),
        pytest.param(named(description=""), id="no description"),
        pytest.param(named(targetVersion="LATEST"), id="latest"),
        pytest.param(named(targetVersion="4"), id="a published version"),
        pytest.param(named(disablePublicNetworkAccess=True), id="private"),
        pytest.param(named(routingConfiguration={}), id="empty routing"),
        pytest.param(named(routingConfiguration=weighted()), id="no canaries"),
        pytest.param(named(routingConfiguration=weighted(("2", 0.01), ("3", 0.98))), id="canaries with 99 percent"),
        pytest.param(named(targetVersion="1", routingConfiguration=weighted(("LATEST", 0.1))), id="latest as canary"),
        pytest.param(named(scalingConfig={"minInstances": 0}), id="no instances"),
        pytest.param(named(scalingConfig={"scheduledPolicies": [POLICY]}), id="a policy"),
        pytest.param(
            named(scalingConfig={"scheduledPolicies": [{**POLICY, "startTime": "a", "endTime": "b", "timeZone": "c"}]}),
            id="a whole policy",
        ),
    ],
)
def test_a_good_body_is_taken_as_it_is(body: dict[str, Any]):
    assert read_create(body, VERSIONS) == body


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        pytest.param([], "the body must be an object", id="a list"),
        pytest.param({}, "agentRuntimeEndpointName is required", id="no name"),
        pytest.param(named(agentRuntimeEndpointName="1st"), "agentRuntimeEndpointName must match", id="digit first"),
        pytest.param(named(agentRuntimeEndpointName="a" * 65), "agentRuntimeEndpointName must match", id="long name"),
        pytest.param(named(agentRuntimeEndpointName="a\n"), "agentRuntimeEndpointName must match", id="newline"),
        pytest.param(named(description="x" * 257), "description must have at most 256", id="long description"),
        pytest.param(named(description=None), "description must be a string", id="null"),
        pytest.param(named(colour="red"), "colour is not a known field", id="an unknown field"),
        pytest.param(named(targetVersion="0"), "targetVersion must match", id="version 0"),
        pytest.param(named(targetVersion="5"), "targetVersion 5 is not a published version", id="no such version"),
        pytest.param(
            named(routingConfiguration=weighted(("5", 0.1))), "5 is not a published version", id="no such canary"
        ),
        pytest.param(named(routingConfiguration=weighted(("beta", 0.1))), "must match", id="a word as canary"),
        pytest.param(named(routingConfiguration=weighted(("2", 0))), "weight must be between 0 and 1", id="weight 0"),
        pytest.param(named(routingConfiguration=weighted(("2", 1))), "weight must be between 0 and 1", id="weight 1"),
        pytest.param(named(routingConfiguration=weighted(("2", 10))), "weight must be between 0 and 1", id="percent"),
        pytest.param(
            named(routingConfiguration=weighted(("2", 0.5), ("3", 0.5))), "sum to less than 1", id="nothing is left"
        ),
        pytest.param(
            named(routingConfiguration=weighted(("2", 0.1), ("2", 0.1))),
            "names a version twice",
            id="same canary twice",
        ),
        pytest.param(
            named(routingConfiguration={"versionWeights": [{"version": "2"}]}), "weight is required", id="no weight"
        ),
        pytest.param(named(scalingConfig={"minInstances": -1}), "minInstances must be at least 0", id="negative"),
        pytest.param(
            named(scalingConfig={"scheduledPolicies": [{"name": "n"}]}), "scheduleExpression is required", id="policy"
        ),
        pytest.param(named(deleteScalingConfig=True), "deleteScalingConfig is not a known field", id="update's field"),
    ],
)
def test_a_bad_body_fails_validation_and_names_the_field(body: object, complaint: str):
    with pytest.raises(ApiError, match=complaint) as refused:
        read_create(body, VERSIONS)
    assert (refused.value.status, refused.value.code) == (400, "ERR_VALIDATION_FAILED")


def test_an_update_may_repeat_the_name_and_may_leave_it_out():
    assert read_update(named(description="d"), VERSIONS, named()) == named(description="d")
    assert read_update({}, VERSIONS, named()) == {}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        pytest.param(named(agentRuntimeEndpointName="other"), "chat cannot be changed", id="renaming"),
        pytest.param(
            {"deleteScalingConfig": True, "scalingConfig": {}}, "exclude each other", id="delete and set scaling"
        ),
        pytest.param({"targetVersion": "9"}, "9 is not a published version", id="no such version"),
    ],
)
def test_a_bad_update_fails_validation(body: object, complaint: str):
    with pytest.raises(ApiError, match=complaint):
        read_update(body, VERSIONS, named())


def test_what_an_update_leaves_out_stays():
    current = {"description": "before", "targetVersion": "1", "routingConfiguration": weighted(("2", 0.1))}
    assert merged(current, {"targetVersion": "3"}) == {**current, "targetVersion": "3"}


def test_empty_weights_clear_the_canaries():
    current = {"routingConfiguration": weighted(("2", 0.1))}
    assert merged(current, {"routingConfiguration": weighted()}) == {"routingConfiguration": weighted()}


def test_scaling_is_taken_as_config_and_shown_as_status():
    document = merged({}, {"scalingConfig": {"minInstances": 2, "scheduledPolicies": [POLICY]}})
    status = {"minInstances": 2, "scheduledPolicies": [POLICY], "currentInstances": 2, "targetInstances": 2}
    assert document == {"scalingStatus": status}
    assert merged(document, {"description": "d"})["scalingStatus"] == status


def test_deleting_the_scaling_removes_its_status():
    scaled = merged({}, {"scalingConfig": {"minInstances": 2}})
    assert merged(scaled, {"deleteScalingConfig": False}) == scaled
    assert merged(scaled, {"deleteScalingConfig": True}) == {}


@pytest.mark.parametrize(
    ("name", "document", "stored"),
    [
        pytest.param("strip-description", {"description": " a "}, {"description": "a"}, id="strip"),
        pytest.param("strip-description", {}, {}, id="strip nothing"),
        pytest.param("forget-description", {"description": "a", "x": 1}, {"x": 1}, id="forget"),
        pytest.param("resolve-latest", {"targetVersion": "LATEST"}, {"targetVersion": "4"}, id="resolve"),
        pytest.param("resolve-latest", {"targetVersion": "2"}, {"targetVersion": "2"}, id="resolve a pinned one"),
        pytest.param(
            "resolve-latest",
            {"targetVersion": "2", "routingConfiguration": weighted(("LATEST", 0.1), ("3", 0.2))},
            {"targetVersion": "2", "routingConfiguration": weighted(("4", 0.1), ("3", 0.2))},
            id="resolve a canary",
        ),
        pytest.param("show-no-scaling-as-zero", {"scalingStatus": {}}, {"scalingStatus": {}}, id="zero over scaling"),
        pytest.param("single-precision-weights", {}, {}, id="no weights to blur"),
        pytest.param(
            "show-no-scaling-as-zero",
            {},
            {
                "scalingStatus": {
                    "minInstances": 0,
                    "scheduledPolicies": [],
                    "currentInstances": 0,
                    "targetInstances": 0,
                }
            },
            id="zero",
        ),
        pytest.param(
            "single-precision-weights",
            {"routingConfiguration": weighted(("2", 0.1))},
            {"routingConfiguration": weighted(("2", 0.10000000149011612))},
            id="blur",
        ),
    ],
)
def test_a_habit_of_the_service_alters_what_is_stored(name: str, document: dict[str, Any], stored: dict[str, Any]):
    assert normalised(document, [name], "4") == stored
