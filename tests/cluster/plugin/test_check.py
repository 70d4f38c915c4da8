"""What a check says of a real cluster, and how the command ends."""

import json
from datetime import UTC, datetime

import pytest

from support.cluster import eventually

NAME = {"name": "agentrun-operator"}


@pytest.fixture
def installed(kubectl) -> None:
    """As much of an operator as a check sees; its Deployment would never be ready here."""
    renewed = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    lease = {"holderIdentity": "pod-1", "renewTime": renewed, "leaseDurationSeconds": 600}
    kubectl.apply({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": NAME, "spec": lease})


@pytest.fixture
def check(plugin, kubectl):
    def done(*arguments: str, **more: str):
        told = plugin("check", "-o", "json", "-n", kubectl.namespace, *arguments, **more)
        return told.code, {(each["about"], each["mark"]): each["text"] for each in json.loads(told.out)["findings"]}

    return done


@pytest.mark.usefixtures("installed")
def test_where_nothing_is_wrong_the_check_is_0_and_tells_what_no_object_has(check, kubectl, emulator, runtime_id):
    emulator.add_endpoint(runtime_id, "lone")
    eventually(lambda: ("crd", "ok") in check()[1])  # the API server tells of a kind a moment after it serves it
    code, found = check("--operator-namespace", kubectl.namespace)

    assert found["crd", "ok"] == "agentrun.alibabacloud.com/v1alpha1, as this program has it"
    assert "is held and renewed by pod-1" in found["operator", "ok"]
    assert "1 of 1 have no object" in found["endpoints", "told"]
    assert "support-bot/lone" in found["endpoints", "told"]
    assert (code, {mark for _, mark in found}) == (0, {"ok", "told"})


def test_what_is_wrong_is_1_with_what_to_do(check, kubectl):
    spec = {"agentRuntimeRef": {"name": "bot"}, "credentialsSecretRef": {"name": "keys"}}
    kubectl.apply(
        {
            "apiVersion": "agentrun.alibabacloud.com/v1alpha1",
            "kind": "AgentRuntimeEndpoint",
            "metadata": {"name": "chat"},
            "spec": spec,
        }
    )
    code, found = check("--operator-namespace", kubectl.namespace, AGENTRUN_ACCESS_KEY_ID="unknown")

    assert code == 1
    assert "name its own with --operator-namespace" in found["operator", "wrong"]
    assert "no Secret keys, which objects name" in found["secrets", "wrong"]
    assert "check the key" in found["account", "wrong"]


def test_what_the_caller_may_not_see_is_3_with_the_rule_and_the_rest_is_shown(check):
    code, found = check("--as=nobody", AGENTRUN_CONTROL_ENDPOINT="http://127.0.0.1:1")

    assert code == 3
    assert found["crd", "ok"]
    assert "resources: [leases], verbs: [list]" in found["operator", "unknown"]
    assert "may not get secrets" in found["rights", "told"]
    assert "to grant it" in found["objects", "unknown"]
    assert "AgentRun" in found["account", "unknown"]
