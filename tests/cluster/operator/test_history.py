"""The history of an object, and the drift of one that nothing is done about: by the writes that are made anyway."""

from collections.abc import Callable
from typing import Any

import pytest

from support.cluster import Kubectl, eventually
from support.emulator import Emulator
from support.endpoints import KIND, Endpoints, Object
from support.operator import Operator

UPDATE = "UpdateAgentRuntimeEndpoint"


def told(found: Object) -> list[str]:
    """The history as `2: 4 open`, newest first."""
    return [
        f"{each['generation']}: {each['spec']['targetVersion']} {each.get('result', 'open')}"
        for each in found["status"].get("history", ())
    ]


def writes(operator: Operator) -> int:
    """Writes to the API server so far; events are not counted."""
    found = operator.metrics()
    return int(
        sum(
            count
            for name, count in found.items()
            if name.startswith("agentrun_kubernetes_writes_total") and "event" not in name
        )
    )


def spent(operator: Operator, act: Callable[[], Any]) -> int:
    """How many writes something takes."""
    before = writes(operator)
    act()
    return writes(operator) - before


def at_rest(emulator: Emulator, endpoints: Endpoints, name: str) -> None:
    """Once it is settled nothing is written over many polls, neither to Kubernetes nor to AgentRun."""
    emulator.forget_requests()
    eventually(lambda: emulator.counts().get("ListAgentRuntimeEndpoints", 0) >= 3, within=40)
    version = endpoints.get(name)["metadata"]["resourceVersion"]
    emulator.forget_requests()
    eventually(lambda: emulator.counts().get("ListAgentRuntimeEndpoints", 0) >= 8, within=40)
    assert endpoints.get(name)["metadata"]["resourceVersion"] == version
    assert emulator.effects() == []


def test_the_history_is_written_with_what_is_told_anyway(endpoints: Endpoints, emulator: Emulator, operator: Operator):
    def create() -> None:
        endpoints.apply("chat", targetVersion="3")
        endpoints.wait_ready("chat")

    def edit(**spec: Any) -> None:
        endpoints.change("chat", **spec)
        endpoints.wait_ready("chat")

    assert spent(operator, create) == 3
    (first,) = endpoints.get("chat")["status"]["history"]
    assert first["spec"] == {"targetVersion": "3", "description": "", "disablePublicNetworkAccess": False}
    assert first["appliedAt"] <= first["readyAt"]
    assert spent(operator, lambda: edit(targetVersion="4", scaling={"minInstances": 1})) == 2
    assert spent(operator, lambda: edit(deletionPolicy="Orphan")) == 1
    assert told(endpoints.get("chat")) == ["2: 4 Ready", "1: 3 Ready"]

    def correct() -> None:
        endpoint_id = endpoints.get("chat")["status"]["endpointId"]
        emulator.patch_endpoint(endpoint_id, description="theirs")
        eventually(lambda: (emulator.endpoint("chat") or {})["description"] == "")
        endpoints.wait_ready("chat")

    correct()
    assert told(endpoints.get("chat")) == ["2: 4 Ready", "1: 3 Ready"]
    at_rest(emulator, endpoints, "chat")


def test_what_failed_and_what_was_superseded_is_told(endpoints: Endpoints, emulator: Emulator, operator: Operator):
    endpoints.apply("chat", targetVersion="1")
    endpoints.wait_ready("chat")
    emulator.fault(UPDATE, endsIn="UPDATE_FAILED")
    endpoints.change("chat", targetVersion="2")
    found = endpoints.wait_reason("chat", "UpdateFailed")
    assert told(found) == ["2: 2 Failed", "1: 1 Ready"]
    emulator.heal()
    emulator.behave(transitions={"update": 30})
    endpoints.change("chat", targetVersion="3")
    endpoints.wait_reason("chat", "Updating")
    endpoints.change("chat", targetVersion="4")
    found = endpoints.wait_status("chat", observedGeneration=4)
    assert told(found)[1:] == ["3: 3 Superseded", "2: 2 Failed", "1: 1 Ready"]


def test_what_agentrun_refuses_is_told_as_failed(endpoints: Endpoints, emulator: Emulator, operator: Operator):
    endpoints.apply("chat", targetVersion="1")
    endpoints.wait_ready("chat")
    emulator.fault(UPDATE, status=400, code="InvalidParameter", times=None)
    endpoints.change("chat", targetVersion="2")
    assert told(endpoints.wait_reason("chat", "Rejected")) == ["2: 2 Failed", "1: 1 Ready"]
    emulator.heal()
    assert told(endpoints.wait_ready("chat", within=30)) == ["2: 2 Ready", "1: 1 Ready"]


def test_a_creation_that_fails_is_told_and_then_ready(endpoints: Endpoints, emulator: Emulator, operator: Operator):
    emulator.fault("CreateAgentRuntimeEndpoint", endsIn="CREATE_FAILED", times=1)
    endpoints.apply("chat", targetVersion="1")
    assert told(endpoints.wait_reason("chat", "CreateFailed")) == ["1: 1 Failed"]
    assert told(endpoints.wait_ready("chat", within=30)) == ["1: 1 Ready"]


@pytest.mark.parametrize("end", ["terminate", "kill"])
def test_a_restart_in_the_middle_of_an_update_closes_its_entry(
    end: str, endpoints: Endpoints, emulator: Emulator, operator: Operator
):
    endpoints.apply("chat", targetVersion="1")
    endpoints.wait_ready("chat")
    emulator.behave(transitions={"update": 4})
    endpoints.change("chat", targetVersion="2")
    assert told(endpoints.wait_reason("chat", "Updating")) == ["2: 2 open", "1: 1 Ready"]
    getattr(operator, end)()
    operator.start()
    assert told(endpoints.wait_ready("chat", within=30)) == ["2: 2 Ready", "1: 1 Ready"]
    at_rest(emulator, endpoints, "chat")


def test_no_more_than_five_entries_are_kept_and_a_long_one_without_its_scaling(
    endpoints: Endpoints, emulator: Emulator, operator: Operator
):
    policies = [{"name": f"p{number}", "scheduleExpression": "x" * 200, "target": 1} for number in range(30)]
    endpoints.apply("chat", targetVersion="1", scaling={"scheduledPolicies": policies})
    (entry,) = endpoints.wait_ready("chat")["status"]["history"]
    assert entry["spec"] == {"targetVersion": "1"}
    for number in range(6):
        endpoints.change("chat", targetVersion="2", scaling=None, description=f"d{number}")
        endpoints.wait_ready("chat")
    history = endpoints.get("chat")["status"]["history"]
    assert [each["spec"]["description"] for each in history] == ["d5", "d4", "d3", "d2", "d1"]


def test_a_history_that_cannot_be_read_stops_nobody(endpoints: Endpoints, kubectl: Kubectl, operator: Operator):
    endpoints.apply("chat", targetVersion="1")
    endpoints.wait_ready("chat")
    odd = {"generation": 9, "appliedAt": "2026-11-22T12:00:00Z", "spec": {"targetVersion": "x" * 100_000}}
    operator.terminate()
    kubectl.patch(KIND, "chat", {"status": {"history": [odd] * 3}}, subresource="status")
    operator.start()
    endpoints.change("chat", targetVersion="2")
    assert told(endpoints.wait_ready("chat")) == ["2: 2 Ready"]


def test_a_history_that_somebody_takes_away_is_put_back(endpoints: Endpoints, kubectl: Kubectl, operator: Operator):
    endpoints.apply("chat", targetVersion="1")
    history = endpoints.wait_ready("chat")["status"]["history"]
    kubectl.patch(KIND, "chat", {"status": {"history": None}}, subresource="status")
    endpoints.wait_status("chat", history=history)


def test_a_paused_object_shows_what_would_be_changed_and_writes_no_more(
    endpoints: Endpoints, emulator: Emulator, operator: Operator
):
    endpoints.apply("chat", description="ours", driftPolicy="Report")
    endpoint_id = endpoints.wait_ready("chat")["status"]["endpointId"]
    endpoints.annotate("chat", paused="true")
    endpoints.wait_reason("chat", "Paused", kind="Synced")
    emulator.patch_endpoint(endpoint_id, description="theirs")
    theirs = {"path": "description", "desired": "ours", "observed": "theirs"}
    endpoints.wait_status("chat", drift=[theirs])
    at_rest(emulator, endpoints, "chat")

    endpoints.change("chat", description="new")
    endpoints.wait_status("chat", drift=[theirs | {"desired": "new"}])
    at_rest(emulator, endpoints, "chat")

    endpoints.annotate("chat", paused=None)
    found = endpoints.wait_status("chat", drift=None, state="READY")
    assert told(endpoints.wait_ready("chat")) == ["2: LATEST Ready", "1: LATEST Ready"], found["status"]
    assert (emulator.endpoint("chat") or {})["description"] == "new"


def test_an_observed_endpoint_shows_what_differs_and_writes_no_more(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str, operator: Operator
):
    endpoint_id = emulator.add_endpoint(runtime_id, "chat", targetVersion="3", description="ours")
    endpoints.apply("chat", managementPolicy="Observe", targetVersion="3", description="ours")
    assert "drift" not in endpoints.wait_ready("chat")["status"]
    emulator.patch_endpoint(endpoint_id, description="theirs")
    drift = [{"path": "description", "desired": "ours", "observed": "theirs"}]
    assert "history" not in endpoints.wait_status("chat", drift=drift)["status"]
    at_rest(emulator, endpoints, "chat")
    assert spent(operator, lambda: in_sync_again(endpoints, emulator, endpoint_id)) == 1
    at_rest(emulator, endpoints, "chat")


def in_sync_again(endpoints: Endpoints, emulator: Emulator, endpoint_id: str) -> None:
    emulator.patch_endpoint(endpoint_id, description="ours")
    endpoints.wait_status("chat", drift=None)
