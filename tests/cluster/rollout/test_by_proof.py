"""Rollouts by proof: a good version is promoted, a bad one is off the traffic soon, and no probe endpoint is left."""

import time
from typing import Any

import pytest

from support.cluster import eventually
from support.endpoints import says
from support.measured import Measured
from support.rollouts import RolloutStage, rollout_of

GOOD, BAD = "You can return it for 30 days", "I cannot help with that"


def proof(*weights: int, bake: str = "3s", **probes: Any) -> dict[str, Any]:
    """Steps that ask for the golden prompt to be answered well."""
    prompt = {
        "name": "refund",
        "required": True,
        "messages": [{"content": "How long can I return an item?"}],
        "expect": {"contains": ["30 DAYS"], "notContains": ["i cannot"]},
    }
    asked = {"interval": "10s", "timeout": "5s", "prompts": [prompt]} | probes
    return {
        "steps": [{"weight": weight, "bake": bake} for weight in weights],
        "deadline": "10m",
        "analysis": {"failureLimit": 1, "interval": "10s", "probes": asked},
    }


def runtime(stage: RolloutStage, name: str, **answers: str) -> str:
    """A runtime of four versions that all answer well, but for those that are named: `v4="…"`."""
    runtime_id = stage.emulator.add_runtime(name, versions=4)
    for version in ("3", "4"):
        stage.emulator.set_manners(runtime_id, version, {"text": answers.get(f"v{version}", GOOD)})
    return runtime_id


def probe_endpoints(stage: RolloutStage, runtime_id: str) -> list[str]:
    names = [each["agentRuntimeEndpointName"] for each in stage.emulator.endpoints(runtime_id)]
    return [name for name in names if name.startswith("are-")]


def test_a_version_that_answers_well_is_promoted(stage: RolloutStage):
    runtime_id = runtime(stage, "good")
    stage.endpoints.apply("good", "good", targetVersion="3", rollout=proof(0, 20))
    stage.wait("good", "RolledOut")

    stage.endpoints.change("good", targetVersion="4")
    eventually(lambda: probe_endpoints(stage, runtime_id), 30)
    assert says(stage.endpoints.get("good"), "Ready") == "True"
    stage.wait("good", "RolledOut", within=60)

    assert (stage.emulator.endpoint("good", runtime_id) or {})["targetVersion"] == "4"
    eventually(lambda: probe_endpoints(stage, runtime_id) == [], 30)
    eventually(lambda: "probeEndpoints" not in stage.rollout("good"), 30)
    assert stage.rollout("good") == {"number": 1, "stableVersion": "4", "history": ["3"]}


def test_a_version_that_answers_badly_is_taken_back_without_a_person(stage: RolloutStage, measured: Measured):
    runtime_id = runtime(stage, "bad", v4=BAD)
    stage.endpoints.apply("bad", "bad", targetVersion="3", rollout=proof(20))
    stage.wait("bad", "RolledOut")

    began = time.monotonic()
    stage.endpoints.change("bad", targetVersion="4")
    found = stage.wait("bad", "RolledBack", within=60)
    taken = time.monotonic() - began

    rollout = rollout_of(found)
    assert rollout["cause"] == "AnalysisFailed"
    assert [(check["name"], check["verdict"]) for check in rollout["checks"]] == [
        ("refund", "Fail"),
        ("minPassRate", "Fail"),
    ]
    eventually(
        lambda: (
            not (stage.emulator.endpoint("bad", runtime_id) or {}).get("routingConfiguration", {}).get("versionWeights")
        ),
        20,
    )
    assert (stage.emulator.endpoint("bad", runtime_id) or {})["targetVersion"] == "3"
    assert says(stage.endpoints.wait_ready("bad"), "Stalled") == "True"
    eventually(lambda: probe_endpoints(stage, runtime_id) == [], 30)
    assert BAD not in str(stage.endpoints.get("bad"))
    measured("s from the edit until a bad version was taken back, probed each 10 s", taken)


@pytest.mark.parametrize("policy", ["Delete", "Orphan"])
def test_no_probe_endpoint_outlives_its_object(stage: RolloutStage, policy: str):
    name = f"gone-{policy.lower()}"
    runtime_id = runtime(stage, name)
    stage.endpoints.apply(name, name, targetVersion="3", rollout=proof(20, bake="1h"), deletionPolicy=policy)
    stage.wait(name, "RolledOut")
    stage.endpoints.change(name, targetVersion="4")
    eventually(lambda: probe_endpoints(stage, runtime_id), 30)
    eventually(lambda: stage.rollout(name).get("settledAt"), 30)

    stage.endpoints.delete(name)
    stage.endpoints.wait_gone(name, 30)

    eventually(lambda: probe_endpoints(stage, runtime_id) == [], 10 if policy == "Orphan" else 1)
    kept = stage.emulator.endpoint(name, runtime_id)
    assert (kept is not None) == (policy == "Orphan")


def test_probe_endpoints_that_fail_are_made_again_with_growing_pauses_and_stop_nothing_else(stage: RolloutStage):
    runtime_id = runtime(stage, "hard")
    stage.endpoints.apply("hard", "hard", targetVersion="3", rollout=proof(20, bake="1s"))
    stage.wait("hard", "RolledOut")
    stage.emulator.forget_requests()
    stage.emulator.fault("CreateAgentRuntimeEndpoint", endsIn="CREATE_FAILED")
    try:
        stage.endpoints.change("hard", targetVersion="4")
        eventually(lambda: len(probe_writes(stage)) >= 5, 60)
        stage.endpoints.change("hard", description="edited meanwhile")
        eventually(lambda: (stage.emulator.endpoint("hard", runtime_id) or {})["description"] == "edited meanwhile", 10)
    finally:
        stage.emulator.heal()
    sent = probe_writes(stage)
    assert sent[4] - sent[0] > 1 + 2 + 4 + 8 - 1

    assert says(stage.endpoints.get("hard"), "Ready") == "True"
    stage.wait("hard", "RolledOut", within=90)
    assert stage.rollout("hard")["stableVersion"] == "4"


def probe_writes(stage: RolloutStage) -> list[float]:
    """When the operator created or deleted a probe endpoint."""
    sent = [call for call in stage.emulator.effects() if call.method in ("POST", "DELETE")]
    return [call.at for call in sent if (call.endpoint_name or "").startswith("are-")]
