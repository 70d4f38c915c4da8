"""What the API server takes: good objects, their defaults as they are stored, and changes that are allowed."""

from typing import Any

import pytest

from agentrun_operator.reconcile.desired import desired_of
from support.cluster import Kubectl
from support.endpoints import KIND, manifest

FINALIZER = "agentrun.alibabacloud.com/endpoint"

WHOLE: dict[str, Any] = {
    "agentRuntimeRef": {"id": "9f1c2b7e-1111-4222-8333-444455556666"},
    "endpointName": "Chat_of-Team-A",
    "description": "Answers customers",
    "targetVersion": "3",
    "routing": {"versionWeights": [{"version": "4", "weight": 10}, {"version": "5", "weight": 89}]},
    "scaling": {
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
    "disablePublicNetworkAccess": True,
    "region": "cn-hangzhou",
    "credentialsSecretRef": {"name": "agentrun.key-1"},
    "managementPolicy": "Observe",
    "adoptionPolicy": "Adopt",
    "deletionPolicy": "Orphan",
    "driftPolicy": "Report",
}

DEFAULTS = {
    "agentRuntimeRef": {"name": "support-bot"},
    "description": "",
    "targetVersion": "LATEST",
    "disablePublicNetworkAccess": False,
    "managementPolicy": "Manage",
    "adoptionPolicy": "Refuse",
    "deletionPolicy": "Delete",
    "driftPolicy": "Correct",
}


def taken(id: str, name: str = "chat", **spec: Any) -> Any:  # noqa: A002 - pytest's own word
    return pytest.param(name, spec, id=id)


def canaries(*weights: int) -> dict[str, Any]:
    entries = [{"version": str(number + 4), "weight": weight} for number, weight in enumerate(weights)]
    return {"versionWeights": entries}


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        taken("the least"),
        taken("everything", **WHOLE),
        taken("an empty routing", routing={}),
        taken("a routing without canaries", routing={"versionWeights": []}),
        taken("an empty scaling", scaling={}),
        taken("a scaling of nothing", scaling={"minInstances": 0, "scheduledPolicies": []}),
        taken("one canary of 1 percent", routing=canaries(1)),
        taken("one canary of 99 percent", routing=canaries(99)),
        taken("many canaries that leave 1 percent", routing=canaries(*[1] * 99)),
        taken("canaries beside LATEST", targetVersion="LATEST", routing=canaries(10)),
        taken(
            "a canary of LATEST beside a number and another",
            targetVersion="1",
            routing={"versionWeights": [{"version": "LATEST", "weight": 10}, {"version": "2", "weight": 5}]},
        ),
        taken("a description of 256", description="x" * 256),
        taken("a description of 256 characters of three bytes", description="好" * 256),
        taken("a name of 64", name="x" * 64),
        taken("a dotted name beside an endpoint name", name="team-a.chat", endpointName="chat"),
        taken("a name of 253 beside an endpoint name", name="x" * 253, endpointName="chat"),
        taken("an endpoint name of 64", endpointName="X" * 64),
        taken("an endpoint name that is the name", endpointName="chat"),
        taken("a runtime's name of 128 that is no identifier", agentRuntimeRef={"name": "客服 Bot/1" + "x" * 120}),
        taken("a region that nobody has heard of", region="mo-on-1"),
    ],
)
def test_a_good_object_is_taken_and_can_be_read_by_the_operator(kubectl: Kubectl, name: str, spec: dict[str, Any]):
    stored = kubectl.create(manifest(name, **spec))

    desired = desired_of(stored)
    assert desired.endpoint_name == spec.get("endpointName", name)
    assert not desired.deleting


def test_defaults_are_stored_and_absent_means_absent(kubectl: Kubectl):
    assert kubectl.create(manifest("chat"))["spec"] == DEFAULTS


def test_everything_that_is_said_is_kept_as_it_was_said(kubectl: Kubectl):
    assert kubectl.create(manifest("chat", **WHOLE))["spec"] == WHOLE


def test_an_empty_scaling_gets_its_default_and_an_empty_routing_stays_empty(kubectl: Kubectl):
    spec = kubectl.create(manifest("chat", scaling={}, routing={}))["spec"]
    assert spec["scaling"] == {"minInstances": 0}
    assert spec["routing"] == {}


def test_what_is_null_counts_as_absent(kubectl: Kubectl):
    kubectl.apply(manifest("chat", routing=None, scaling=None, endpointName=None, region=None))
    assert (kubectl.get(KIND, "chat") or {})["spec"] == DEFAULTS


def test_the_endpoint_name_may_be_said_and_unsaid_where_it_is_the_objects_own(kubectl: Kubectl):
    kubectl.create(manifest("chat"))
    kubectl.patch(KIND, "chat", {"spec": {"endpointName": "chat"}})
    assert "endpointName" not in kubectl.patch(KIND, "chat", {"spec": {"endpointName": None}})["spec"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"description": "new"}, id="description"),
        pytest.param({"targetVersion": "7"}, id="targetVersion"),
        pytest.param({"routing": None, "targetVersion": "4"}, id="a canary becomes the target"),
        pytest.param({"scaling": None}, id="scaling removed"),
        pytest.param({"disablePublicNetworkAccess": True}, id="disablePublicNetworkAccess"),
        pytest.param({"credentialsSecretRef": {"name": "other"}}, id="credentialsSecretRef"),
        pytest.param({"managementPolicy": "Observe"}, id="managementPolicy"),
        pytest.param({"adoptionPolicy": "Adopt"}, id="adoptionPolicy"),
        pytest.param({"driftPolicy": "Report"}, id="driftPolicy"),
    ],
)
def test_what_is_not_immutable_may_change(kubectl: Kubectl, change: dict[str, Any]):
    kubectl.create(manifest("chat", targetVersion="3", routing=canaries(10), scaling={"minInstances": 1}))
    found = kubectl.patch(KIND, "chat", {"spec": change})
    assert found["metadata"]["generation"] == 2


def test_the_deletion_policy_may_change_on_an_object_that_is_being_deleted(kubectl: Kubectl):
    held = manifest("chat")
    held["metadata"]["finalizers"] = [FINALIZER]
    kubectl.create(held)
    kubectl.delete(KIND, "chat")

    found = kubectl.patch(KIND, "chat", {"spec": {"deletionPolicy": "Orphan"}})

    assert desired_of(found).deleting
    assert desired_of(found).orphans
    kubectl.patch(KIND, "chat", {"metadata": {"finalizers": None}})
    kubectl.wait_gone(KIND, "chat")
