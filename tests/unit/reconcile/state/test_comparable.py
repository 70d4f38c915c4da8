"""What a spec asks for and what AgentRun holds, in one form that compares."""

import struct
from typing import Any

import pytest
from hypothesis import given

from agentrun_operator.agentrun.models import (
    Endpoint,
    RoutingConfiguration,
    ScalingStatus,
    ScheduledPolicy,
)
from agentrun_operator.agentrun.odd import read_oddly
from agentrun_operator.reconcile.state.comparable import (
    NO_COUNT,
    NO_PERCENT,
    Comparable,
    Policy,
    Weight,
    canaries,
    comparable_of_endpoint,
    comparable_of_spec,
)
from agentrun_operator.resources.spec import Spec
from support.comparables import REMOTE_FIELDS

NOTHING = Comparable("", "LATEST", (), 0, (), disable_public_network_access=False)


def of_spec(**fields: Any) -> Comparable:
    return comparable_of_spec(Spec.model_validate({"agentRuntimeRef": {"id": "rt-1"}} | fields))


def of_endpoint(**fields: Any) -> Comparable:
    return comparable_of_endpoint(Endpoint.model_validate(fields))


def routed(*entries: tuple[str | None, float | None]) -> RoutingConfiguration:
    weights = [{"version": version, "weight": weight} for version, weight in entries]
    return RoutingConfiguration.model_validate({"version_weights": weights})


def test_a_spec_that_asks_for_nothing_has_the_default_shape():
    assert of_spec() == NOTHING


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"routing": {}}, id="an empty routing"),
        pytest.param({"routing": {"versionWeights": []}}, id="no canaries"),
        pytest.param({"scaling": {}}, id="an empty scaling"),
        pytest.param({"scaling": {"minInstances": 0, "scheduledPolicies": []}}, id="a scaling of nothing"),
    ],
)
def test_several_ways_to_ask_for_nothing_have_one_shape(fields):
    assert of_spec(**fields) == NOTHING


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="all absent"),
        pytest.param({"description": None, "routing_configuration": None, "scaling_status": None}, id="nulls"),
        pytest.param({"routing_configuration": {}, "scaling_status": {}}, id="empty"),
        pytest.param({"scaling_status": {"current_instances": 3, "target_instances": 3}}, id="numbers of now"),
        pytest.param({"disable_public_network_access": False}, id="a default said"),
    ],
)
def test_what_agentrun_does_not_mention_counts_as_its_default(fields):
    assert of_endpoint(target_version="LATEST", **fields) == NOTHING


def test_a_version_that_is_not_mentioned_is_no_version():
    assert of_endpoint().target_version == ""


def test_both_notations_of_everything_have_one_shape():
    spec = of_spec(
        description="ours",
        targetVersion="3",
        routing={"versionWeights": [{"version": "5", "weight": 7}, {"version": "4", "weight": 10}]},
        scaling={
            "minInstances": 2,
            "scheduledPolicies": [
                {"name": "night", "scheduleExpression": "cron(1)", "target": 0},
                {"name": "day", "scheduleExpression": "cron(2)", "target": 5, "startTime": "a", "timeZone": "c"},
            ],
        },
        disablePublicNetworkAccess=True,
    )
    endpoint = of_endpoint(
        description="ours",
        target_version="3",
        routing_configuration={"version_weights": [{"version": "4", "weight": 0.1}, {"version": "5", "weight": 0.07}]},
        scaling_status={
            "min_instances": 2,
            "scheduled_policies": [
                {"name": "day", "schedule_expression": "cron(2)", "target": 5, "start_time": "a", "time_zone": "c"},
                {"name": "night", "schedule_expression": "cron(1)", "target": 0, "end_time": ""},
            ],
        },
        disable_public_network_access=True,
    )
    assert spec == endpoint
    assert spec == Comparable(
        "ours",
        "3",
        (Weight("4", 10), Weight("5", 7)),
        2,
        (Policy("day", "cron(2)", 5, "a", "", "c"), Policy("night", "cron(1)", 0, "", "", "")),
        disable_public_network_access=True,
    )


@given(REMOTE_FIELDS)
def test_the_order_of_canaries_and_policies_says_nothing(fields):
    turned = {
        name: {key: value[::-1] if isinstance(value, list) else value for key, value in field.items()}
        if isinstance(field, dict)
        else field
        for name, field in fields.items()
    }
    assert of_spec(**turned) == of_spec(**fields)


@pytest.mark.parametrize("percent", range(1, 100))
def test_a_percent_survives_every_precision_in_which_a_service_may_keep_it(percent):
    single = struct.unpack("f", struct.pack("f", percent / 100))[0]
    for fraction in (percent / 100, percent * 0.01, single, round(percent / 100, 4)):
        assert canaries(routed(("4", fraction)), "3") == (Weight("4", percent),)


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        pytest.param([("4", 0.1), ("3", 0.9)], (Weight("4", 10),), id="what the target gets is no canary"),
        pytest.param([("4", 0.0)], (), id="nothing is no canary"),
        pytest.param([("4", 0.004)], (), id="less than half a percent is no canary"),
        pytest.param([("4", 0.006)], (Weight("4", 1),), id="more than half a percent is one"),
        pytest.param([("4", None)], (), id="no weight is no canary"),
        pytest.param([(None, 0.1)], (Weight("", 10),), id="no version is a difference to everything"),
        pytest.param([("4", 1.0)], (Weight("4", 100),), id="all of it is a difference to everything"),
        pytest.param([("4", 10.0)], (Weight("4", 1000),), id="percent on the wire are not taken for fractions"),
        pytest.param([("4", 1e308)], (Weight("4", NO_PERCENT),), id="a number that is too large for a percentage"),
        pytest.param([("4", -0.001)], (Weight("4", NO_PERCENT),), id="less than nothing"),
        pytest.param([("3", -1.0)], (Weight("3", NO_PERCENT),), id="what the target cannot get"),
        pytest.param([("4", 0.1), ("4", 0.2)], (Weight("4", 10), Weight("4", 20)), id="twice is twice"),
    ],
)
def test_the_canaries_of_a_routing(entries, found):
    assert canaries(routed(*entries), "3") == found


@pytest.mark.parametrize(
    ("number", "found"),
    [
        pytest.param(None, 0, id="not told"),
        pytest.param(-5, -5, id="odd, but a number that can be shown"),
        pytest.param(2**31 - 1, 2**31 - 1, id="the largest that Kubernetes holds"),
        pytest.param(2**31, NO_COUNT, id="one more"),
        pytest.param(10**26, NO_COUNT, id="far more"),
        pytest.param(-(10**4000), NO_COUNT, id="far less"),
    ],
)
def test_a_number_of_instances(number, found):
    status = ScalingStatus(min_instances=number, scheduled_policies=[ScheduledPolicy(name="day", target=number)])
    shape = comparable_of_endpoint(Endpoint(scaling_status=status))
    assert (shape.min_instances, shape.policies[0].target) == (found, found)


@pytest.mark.parametrize(
    ("fields", "unread"),
    [
        pytest.param({"description": {}}, {"description"}, id="a field"),
        pytest.param({"routingConfiguration": 7}, {"routing.versionWeights"}, id="what it is in"),
        pytest.param(
            {"routingConfiguration": {"versionWeights": [{"weight": "ten"}]}},
            {"routing.versionWeights"},
            id="a part of it",
        ),
        pytest.param(
            {"scalingStatus": []}, {"scaling.minInstances", "scaling.scheduledPolicies"}, id="what two are in"
        ),
        pytest.param({"scalingStatus": {"minInstances": "x"}}, {"scaling.minInstances"}, id="one beside another"),
        pytest.param({"scalingStatus": {"currentInstances": "x"}}, set(), id="what nobody asks for"),
        pytest.param({"statusReason": []}, set(), id="what is shown only"),
    ],
)
def test_what_makes_no_sense_is_no_value_of_its_field(fields, unread):
    assert comparable_of_endpoint(read_oddly(Endpoint, fields, "")).unread == unread


@pytest.mark.parametrize("routing", [None, RoutingConfiguration(), RoutingConfiguration(version_weights=[])])
def test_no_routing_has_no_canaries(routing):
    assert canaries(routing, "3") == ()


@pytest.mark.parametrize(
    ("fields", "scaled"),
    [
        ({}, False),
        ({"scaling": {"minInstances": 0}}, False),
        ({"scaling": {"minInstances": 1}}, True),
        ({"scaling": {"scheduledPolicies": [{"name": "day", "scheduleExpression": "cron", "target": 0}]}}, True),
    ],
)
def test_a_scaling_of_nothing_is_none(fields, scaled):
    assert of_spec(**fields).scaled == scaled
