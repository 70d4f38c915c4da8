"""The bodies that are sent: the full state each time, what is absent cleared by name, and no nulls."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.agentrun.models import Endpoint
from agentrun_operator.reconcile.state.comparable import Comparable, Policy, Weight, comparable_of_endpoint
from agentrun_operator.reconcile.state.delta import delta
from agentrun_operator.reconcile.state.payload import create_body, update_body
from support.comparables import SHAPES

Object = dict[str, Any]

NOTHING = Comparable("", "LATEST", (), 0, (), disable_public_network_access=False)
DAY = Policy("day", "cron(0 0 8 * * *)", 5, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "Asia/Shanghai")
NIGHT = Policy("night", "cron(0 0 20 * * *)", 0, "", "", "")
EVERYTHING = Comparable("ours", "3", (Weight("4", 10),), 1, (DAY, NIGHT), disable_public_network_access=True)

WIRE: Object = {
    "description": "ours",
    "targetVersion": "3",
    "disablePublicNetworkAccess": True,
    "routingConfiguration": {"versionWeights": [{"version": "4", "weight": 0.1}]},
    "scalingConfig": {
        "minInstances": 1,
        "scheduledPolicies": [
            {
                "name": "day",
                "scheduleExpression": "cron(0 0 8 * * *)",
                "target": 5,
                "startTime": "2026-01-01T00:00:00Z",
                "endTime": "2027-01-01T00:00:00Z",
                "timeZone": "Asia/Shanghai",
            },
            {"name": "night", "scheduleExpression": "cron(0 0 20 * * *)", "target": 0},
        ],
    },
}


def test_an_endpoint_is_created_with_everything_that_is_asked_for():
    assert create_body("chat", EVERYTHING).to_wire() == WIRE | {"agentRuntimeEndpointName": "chat"}


def test_an_endpoint_is_created_with_defaults_said_and_nothing_else():
    assert create_body("chat", NOTHING).to_wire() == {
        "agentRuntimeEndpointName": "chat",
        "description": "",
        "targetVersion": "LATEST",
        "disablePublicNetworkAccess": False,
    }


def test_an_update_says_everything_and_never_renames():
    assert update_body(EVERYTHING).to_wire() == WIRE


def test_an_update_clears_by_name_what_is_not_asked_for():
    assert update_body(NOTHING).to_wire() == {
        "description": "",
        "targetVersion": "LATEST",
        "disablePublicNetworkAccess": False,
        "routingConfiguration": {"versionWeights": []},
        "deleteScalingConfig": True,
    }


def test_a_scaling_without_policies_clears_the_policies():
    comparable = Comparable("", "3", (), 2, (), disable_public_network_access=False)
    assert update_body(comparable).to_wire()["scalingConfig"] == {"minInstances": 2, "scheduledPolicies": []}


def test_a_scaling_of_policies_alone_clears_the_instances():
    comparable = Comparable("", "3", (), 0, (NIGHT,), disable_public_network_access=False)
    scaling = update_body(comparable).to_wire()["scalingConfig"]
    assert isinstance(scaling, dict)
    assert scaling["minInstances"] == 0


@given(SHAPES)
def test_no_null_is_ever_sent(comparable):
    assert None not in list(leaves(create_body("chat", comparable).to_wire()))
    assert None not in list(leaves(update_body(comparable).to_wire()))


@given(SHAPES)
def test_an_update_always_says_the_same_fields(comparable):
    scaling = "scalingConfig" if comparable.scaled else "deleteScalingConfig"
    always = {"description", "targetVersion", "disablePublicNetworkAccess", "routingConfiguration"}
    assert update_body(comparable).to_wire().keys() == always | {scaling}


@given(SHAPES)
def test_a_created_endpoint_does_not_differ(comparable):
    created = obeyed({}, create_body("chat", comparable).to_wire())
    assert delta(comparable, comparable_of_endpoint(created), None) == ()


@given(SHAPES, SHAPES, st.booleans())
def test_an_updated_endpoint_does_not_differ_whatever_it_was_before(comparable, before, merges):
    """Whether an update replaces all or keeps what it does not mention is not documented."""
    existing = create_body("chat", before).to_wire() if merges else {}
    updated = obeyed(existing, update_body(comparable).to_wire())
    assert delta(comparable, comparable_of_endpoint(updated), None) == ()


@pytest.mark.parametrize("percent", range(1, 100))
def test_a_weight_is_sent_as_a_short_fraction(percent):
    comparable = Comparable("", "3", (Weight("4", percent),), 0, (), disable_public_network_access=False)
    text = update_body(comparable).model_dump_json(by_alias=True, exclude_unset=True)
    assert f'"weight":{percent / 100:.2g}' in text


def obeyed(existing: Object, body: Object) -> Endpoint:
    """The endpoint of a service that keeps what a body does not mention, and takes the rest to the letter."""
    fields = existing | body
    scaling = None if fields.pop("deleteScalingConfig", False) else fields.pop("scalingConfig", None)
    return Endpoint.model_validate(fields | {"scalingStatus": scaling})


def leaves(value: Any) -> Any:
    """Every value in a JSON value that holds no others."""
    if isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from leaves(below)
    else:
        yield value
