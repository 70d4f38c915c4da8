"""What people see through kubectl: explanations, names, columns; and the status as a part of its own."""

from typing import Any

import pytest

from agentrun_operator.controlplane import KubectlError
from agentrun_operator.resources.names import PLURAL
from support.cluster import Kubectl, condition, eventually
from support.endpoints import KIND, manifest

MOMENT = "2026-11-22T12:00:00Z"
POLICY = {
    "name": "day",
    "scheduleExpression": "cron(0 0 8 * * *)",
    "target": 5,
    "startTime": "2026-01-01T00:00:00Z",
    "endTime": "2027-01-01T00:00:00Z",
    "timeZone": "Asia/Shanghai",
}


def told(kind: str, status: str, reason: str) -> dict[str, Any]:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": f"{kind} is {status}",
        "lastTransitionTime": MOMENT,
        "observedGeneration": 1,
    }


STATUS: dict[str, Any] = {
    "observedGeneration": 1,
    "agentRuntimeId": "rt-1",
    "agentRuntimeName": "support-bot",
    "endpointId": "ep-1",
    "endpointName": "chat",
    "endpointArn": "acs:agentrun:cn-hangzhou:1:runtimes/support-bot/runtime-endpoints/chat",
    "publicUrl": "https://1.agentrun-data.test/endpoints/chat",
    "state": "A_WORD_NOBODY_KNOWS",
    "stateReason": "no quota",
    "targetVersion": "LATEST",
    "resolvedVersion": "7",
    "routing": {"versionWeights": [{"version": "4", "weight": 10}, {"version": "4", "weight": 20}]},
    "scaling": {
        "minInstances": 1,
        "scheduledPolicies": [POLICY, POLICY],
        "currentInstances": 1,
        "targetInstances": 5,
        "error": "no quota",
    },
    "drift": [{"path": "description", "desired": "ours", "observed": ""}],
    "rollout": {
        "summary": "3→4 25% (3/4)",
        "number": 7,
        "phase": "A_WORD_NOBODY_KNOWS",
        "cause": "A_WORD_NOBODY_KNOWS",
        "stableVersion": "3",
        "canaryVersion": "4",
        "step": 3,
        "weight": 25,
        "settledAt": MOMENT,
        "failures": 0,
        "held": True,
        "plan": "1:9f31c20000000000",
        "provedBy": MOMENT,
        "failedPlan": "1:9f31c20000000001",
        "history": ["2", "1", "1"],
        "lastRequest": "approve 6 25",
        "checks": [{"name": "refund", "verdict": "Fail", "value": "3/4", "limit": "4/4", "stable": "4/4"}],
        "probeEndpoints": [{"role": "canary", "version": "4"}, {"role": "stable", "version": "3", "id": "ep-2"}],
    },
    "history": [
        {
            "generation": 2,
            "appliedAt": MOMENT,
            "spec": {"targetVersion": "4", "description": "", "disablePublicNetworkAccess": False},
        },
        {
            "generation": 1,
            "appliedAt": MOMENT,
            "readyAt": MOMENT,
            "result": "Ready",
            "spec": {
                "targetVersion": "LATEST",
                "routing": {"versionWeights": [{"version": "4", "weight": 10}]},
                "scaling": {"minInstances": 1, "scheduledPolicies": [POLICY, POLICY]},
                "description": "ours",
                "disablePublicNetworkAccess": True,
            },
        },
    ],
    "lastHandledReconcileAt": "yesterday",
    "conditions": [
        told("Ready", "Unknown", "UnknownState"),
        told("Synced", "False", "Drifted"),
        told("Reconciling", "True", "Updating"),
        told("Stalled", "True", "Rejected"),
        told("Drifted", "True", "Drifted"),
    ],
}


@pytest.fixture
def chat(kubectl: Kubectl) -> Kubectl:
    """A namespace with one object, `chat`."""
    kubectl.create(manifest("chat", description="ours"))
    return kubectl


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        (".spec.rollout.onFailure", ["ENUM: Revert Hold", "takes it off the traffic"]),
        ("", ["An endpoint of an Alibaba Cloud AgentRun runtime"]),
        (".spec", ["It is the whole truth", "What happens to the endpoint when this object is deleted", "-required-"]),
        (".spec.agentRuntimeRef", ["its `id` or its `name`", "The AgentRuntime's id, as AgentRun shows it."]),
        (".spec.routing.versionWeights", ["in percent"]),
        (".spec.scaling.scheduledPolicies", ["for example `Asia/Shanghai`"]),
        (".spec.driftPolicy", ["ENUM: Correct Report", "changes it back"]),
        (".status", ["What was last seen of the endpoint", "The service's explanation of the state."]),
        (".status.conditions", ["Why, in one word of a fixed set."]),
        (".status.drift", ["while paused, or under `managementPolicy: Observe`", "What AgentRun holds, shortened."]),
        (
            ".status.history",
            ["newest first, at most 5", "When the endpoint first served it."],
        ),
        (".status.history.result", ["ENUM: Ready Failed Superseded"]),
        (".status.history.spec", ["`targetVersion` and `routing` alone", "The canaries; absent: none."]),
    ],
)
def test_explain_reads_as_documentation(shared: Kubectl, path: str, texts: list[str]):
    shown = eventually(lambda: explained(shared, path), what="the schema is published")
    assert [text for text in texts if text not in shown] == []


def explained(kubectl: Kubectl, path: str) -> str:
    """What `kubectl explain` says, in one line; nothing before the API server has published a new schema."""
    try:
        return " ".join(kubectl("explain", f"agentruntimeendpoint{path}").split())
    except KubectlError as error:
        if "couldn't find resource" in error.stderr:
            return ""
        raise


@pytest.mark.parametrize("word", ["are", "agentrun", "agentruntimeendpoint", KIND])
def test_an_object_is_found_under_every_name_of_its_kind(chat: Kubectl, word: str):
    assert [found["metadata"]["name"] for found in chat.list(word)] == ["chat"]


def test_the_columns_tell_the_state_at_a_glance(chat: Kubectl):
    chat.patch(KIND, "chat", {"status": STATUS}, subresource="status")
    head, row = (line.split() for line in chat("get", "are").splitlines())
    assert head == ["NAME", "RUNTIME", "VERSION", "ROLLOUT", "STATE", "READY", "AGE"]
    assert row[:3] == ["chat", "support-bot", "LATEST"]
    assert row[3:6] == ["3→4", "25%", "(3/4)"]
    assert row[6:8] == ["A_WORD_NOBODY_KNOWS", "Unknown"]


def test_the_column_of_rollouts_is_empty_where_there_is_none(chat: Kubectl):
    chat.patch(KIND, "chat", {"status": {**STATUS, "rollout": None}}, subresource="status")
    row = chat("get", "are", "--no-headers").split()
    assert row[:5] == ["chat", "support-bot", "LATEST", "A_WORD_NOBODY_KNOWS", "Unknown"]


def test_the_wide_columns_tell_where_and_why(chat: Kubectl):
    chat.patch(KIND, "chat", {"status": STATUS}, subresource="status")
    head, row = (line.split() for line in chat("get", "are", "--output=wide").splitlines())
    assert head[-2:] == ["URL", "REASON"]
    assert row[-2:] == ["https://1.agentrun-data.test/endpoints/chat", "UnknownState"]


def test_a_status_may_have_every_field(chat: Kubectl):
    """Observed lists may repeat themselves: whatever the service says must be showable."""
    assert chat.patch(KIND, "chat", {"status": STATUS}, subresource="status")["status"] == STATUS


def test_the_status_is_a_part_of_its_own(chat: Kubectl):
    written = chat.patch(KIND, "chat", {"status": STATUS, "spec": {"description": "theirs"}}, subresource="status")
    assert written["spec"]["description"] == "ours"
    assert written["metadata"]["generation"] == 1

    edited = chat.patch(KIND, "chat", {"spec": {"description": "new"}, "status": {"state": "READY"}})
    assert edited["status"] == STATUS
    assert edited["metadata"]["generation"] == 2


def test_an_object_cannot_be_created_with_a_status(kubectl: Kubectl):
    """A copy of an object brings no endpoint's id along, which would make that endpoint its own."""
    made = kubectl.create(manifest("copy") | {"status": STATUS})
    assert made["status"] == {"observedGeneration": -1}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        pytest.param({"conditions": [told("Ready", "Maybe", "Available")]}, "Unsupported value", id="a third truth"),
        pytest.param({"conditions": [told("Ready", "True", "")]}, "reason", id="no reason"),
        pytest.param({"conditions": [told("Ready", "True", "A")] * 2}, "Duplicate value", id="a condition twice"),
        pytest.param(
            {"conditions": [told("Ready", "True", "A") | {"lastTransitionTime": "now"}]},
            "lastTransitionTime",
            id="a time that is none",
        ),
    ],
)
def test_a_condition_that_no_tool_would_understand_is_refused(chat: Kubectl, wrong: dict[str, Any], said: str):
    with pytest.raises(KubectlError, match=said):
        chat.patch(KIND, "chat", {"status": wrong}, subresource="status")


def test_wait_for_ready_waits_for_the_generation_that_was_asked_for(chat: Kubectl):
    """A condition about an older generation does not count."""
    chat.patch(KIND, "chat", {"status": {"conditions": [told("Ready", "True", "Available")]}}, subresource="status")
    chat("wait", "--for=condition=Ready", f"{PLURAL}/chat", "--timeout=5s")

    edited = chat.patch(KIND, "chat", {"spec": {"description": "new"}})

    assert (condition(edited, "Ready") or {})["status"] == "True"
    with pytest.raises(KubectlError, match="timed out"):
        chat("wait", "--for=condition=Ready", f"{PLURAL}/chat", "--timeout=1s")
