"""From `kubectl apply` to Ready, through edits and changes made outside, to a clean end."""

from collections import Counter

import pytest

from support.cluster import Kubectl, eventually
from support.emulator import Emulator
from support.endpoints import KIND, Endpoints, says
from support.operator import Operator

pytestmark = pytest.mark.usefixtures("operator")


def test_an_applied_object_becomes_ready_and_tells_all_about_its_endpoint(
    endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl
):
    endpoints.apply("chat", targetVersion="3", routing={"versionWeights": [{"version": "4", "weight": 10}]})

    kubectl("wait", "--for=condition=Ready", f"{KIND}/chat", "--timeout=120s")

    remote = emulator.endpoint("chat")
    assert remote is not None
    assert remote["targetVersion"] == "3"
    assert remote["routingConfiguration"] == {"versionWeights": [{"version": "4", "weight": 0.1}]}
    status = endpoints.get("chat")["status"]
    assert status["endpointId"] == remote["agentRuntimeEndpointId"]
    assert status["endpointArn"] == remote["agentRuntimeEndpointArn"]
    assert status["publicUrl"] == remote["endpointPublicUrl"]
    assert status["agentRuntimeId"] == remote["agentRuntimeId"]
    assert status["agentRuntimeName"] == "support-bot"
    assert (status["state"], status["targetVersion"]) == ("READY", "3")
    assert status["routing"] == {"versionWeights": [{"version": "4", "weight": 10}]}
    assert eventually(lambda: "Created" in endpoints.events("chat"))


def test_kubectl_get_shows_runtime_version_state_ready_and_url(endpoints: Endpoints, kubectl: Kubectl):
    endpoints.apply("chat", targetVersion="3")
    found = endpoints.wait_ready("chat")

    header, row = kubectl("get", "are", "-o", "wide").splitlines()

    assert header.split() == ["NAME", "RUNTIME", "VERSION", "ROLLOUT", "STATE", "READY", "AGE", "URL", "REASON"]
    assert row.split()[:5] == ["chat", "support-bot", "3", "READY", "True"]
    assert row.split()[6:] == [found["status"]["publicUrl"], "Available"]


def test_every_field_reaches_the_service_when_it_is_edited(endpoints: Endpoints, emulator: Emulator):
    endpoints.apply("chat", targetVersion="1")
    endpoints.wait_ready("chat")
    policy = {"name": "day", "scheduleExpression": "cron(0 0 8 * * *)", "target": 3, "timeZone": "Asia/Shanghai"}
    edits = {
        "description": ("a helpful bot", "description", "a helpful bot"),
        "targetVersion": ("2", "targetVersion", "2"),
        "routing": (
            {"versionWeights": [{"version": "3", "weight": 25}]},
            "routingConfiguration",
            {"versionWeights": [{"version": "3", "weight": 0.25}]},
        ),
        "disablePublicNetworkAccess": (True, "disablePublicNetworkAccess", True),
    }

    for field, (value, remote_field, remote_value) in edits.items():
        endpoints.change("chat", **{field: value})
        endpoints.wait_ready("chat")
        assert (emulator.endpoint("chat") or {})[remote_field] == remote_value

    endpoints.change("chat", scaling={"minInstances": 2, "scheduledPolicies": [policy]})
    scaling = endpoints.wait_ready("chat")["status"]["scaling"]
    assert (scaling["minInstances"], scaling["scheduledPolicies"]) == (2, [policy])


def test_what_is_removed_from_the_spec_is_cleared_at_the_service(endpoints: Endpoints, emulator: Emulator):
    canaries = {"versionWeights": [{"version": "4", "weight": 10}]}
    endpoints.apply("chat", targetVersion="3", description="x", routing=canaries, scaling={"minInstances": 2})
    endpoints.wait_ready("chat")

    endpoints.change("chat", routing=None, scaling=None, description=None)
    status = endpoints.wait_ready("chat")["status"]

    remote = emulator.endpoint("chat") or {}
    assert not remote.get("routingConfiguration", {}).get("versionWeights")
    assert not (remote.get("scalingStatus") or {}).get("minInstances")
    assert not remote.get("description")
    assert "routing" not in status


def test_a_deleted_object_goes_after_its_endpoint(endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl):
    emulator.behave(transitions={"create": 0.3, "delete": 600})
    endpoints.apply("chat")
    endpoint_id = endpoints.wait_ready("chat")["status"]["endpointId"]

    endpoints.delete("chat")

    eventually(lambda: (emulator.endpoint("chat") or {}).get("status") == "DELETING")
    endpoints.wait_reason("chat", "Deleting", within=30)  # it tells of a deletion that takes longer than 15 s
    assert kubectl.get(KIND, "chat") is not None
    emulator.remove_endpoint(endpoint_id)
    endpoints.wait_gone("chat")
    assert emulator.endpoint("chat") is None
    assert eventually(lambda: "Deleted" in endpoints.events("chat"))


def test_a_change_made_by_hand_shows_in_the_status_within_the_poll_interval(endpoints: Endpoints, emulator: Emulator):
    endpoints.apply("chat", driftPolicy="Report", description="ours")
    endpoint_id = endpoints.wait_ready("chat")["status"]["endpointId"]

    emulator.patch_endpoint(endpoint_id, description="theirs")

    found = endpoints.wait_reason("chat", "Drifted", kind="Drifted", within=8)
    assert found["status"]["drift"] == [{"path": "description", "desired": "ours", "observed": "theirs"}]
    assert says(found, "Ready") == "True"
    assert says(found, "Synced") == "False"
    assert (emulator.endpoint("chat") or {})["description"] == "theirs"


def test_a_change_made_by_hand_is_changed_back(endpoints: Endpoints, emulator: Emulator):
    endpoints.apply("chat", description="ours")
    endpoint_id = endpoints.wait_ready("chat")["status"]["endpointId"]

    emulator.patch_endpoint(endpoint_id, description="theirs")

    eventually(lambda: (emulator.endpoint("chat") or {})["description"] == "ours")
    assert eventually(lambda: "DriftCorrected" in endpoints.events("chat"))


def test_at_rest_nothing_is_written(endpoints: Endpoints, emulator: Emulator, operator: Operator):
    endpoints.apply("chat", targetVersion="3", routing={"versionWeights": [{"version": "4", "weight": 7}]})
    version = endpoints.wait_ready("chat")["metadata"]["resourceVersion"]
    emulator.forget_requests()

    eventually(lambda: emulator.counts().get("ListAgentRuntimeEndpoints", 0) >= 10, within=40)

    assert endpoints.get("chat")["metadata"]["resourceVersion"] == version
    assert set(emulator.counts()) <= {"ListAgentRuntimeEndpoints", "ListAgentRuntimeVersions"}


def test_a_restart_with_nothing_changed_writes_nothing(endpoints: Endpoints, emulator: Emulator, operator: Operator):
    for name in ("one", "two", "three"):
        endpoints.apply(name)
    versions = {name: endpoints.wait_ready(name)["metadata"]["resourceVersion"] for name in ("one", "two", "three")}
    operator.terminate()
    emulator.forget_requests()

    operator.start()
    eventually(lambda: emulator.counts().get("ListAgentRuntimeEndpoints", 0) >= 3)

    assert {name: endpoints.get(name)["metadata"]["resourceVersion"] for name in versions} == versions
    assert [call.action for call in emulator.effects()] == []


def test_a_new_object_takes_three_writes_and_an_edit_two(endpoints: Endpoints, emulator: Emulator, operator: Operator):
    endpoints.apply("chat")
    endpoints.wait_ready("chat")
    created = writes_at_rest(operator, emulator, 3)
    endpoints.change("chat", description="new")
    endpoints.wait_ready("chat")
    edited = writes_at_rest(operator, emulator, 5)
    endpoints.delete("chat")
    endpoints.wait_gone("chat")
    eventually(lambda: operator.writes().total() >= 6)

    assert created.total() == 3, created
    assert edited.total() - created.total() == 2, edited
    assert operator.writes().total() - edited.total() == 1


def writes_at_rest(operator: Operator, emulator: Emulator, at_least: int) -> Counter[str]:
    """The writes to the API server once there are so many, and the operator has looked at everything twice since."""
    eventually(lambda: operator.writes().total() >= at_least, what=f"{at_least} writes")
    emulator.forget_requests()
    eventually(lambda: emulator.counts().get("ListAgentRuntimeEndpoints", 0) >= 2, within=20)
    return operator.writes()


def test_the_log_has_one_line_for_each_change_and_none_at_rest(
    endpoints: Endpoints, emulator: Emulator, operator: Operator
):
    endpoints.apply("chat")
    endpoints.wait_ready("chat")
    endpoints.delete("chat")
    endpoints.wait_gone("chat")
    eventually(lambda: "Deleted" in operator.told("chat"))
    before = len(operator.log().splitlines())

    endpoints.apply("other")
    endpoints.wait_ready("other")
    eventually(lambda: "Ready" in operator.told("other"))
    emulator.forget_requests()
    eventually(lambda: emulator.counts().get("ListAgentRuntimeEndpoints", 0) >= 5, within=20)

    assert operator.told("chat") == ["Created", "Ready", "Delete", "Deleted"]
    assert operator.told("other") == ["Created", "Ready"]
    assert len(operator.log().splitlines()) - before == 2
