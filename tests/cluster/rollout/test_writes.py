"""What a rollout costs the API server and AgentRun: a write for what is news, and none at rest, held or awaiting."""

import pytest

from support.cluster import eventually
from support.rollouts import RolloutStage

GOOD = "You can return it for 30 days"
PROMPT = {"name": "refund", "messages": [{"content": "How long?"}], "expect": {"contains": ["30 days"]}}
ANALYSIS = {"interval": "10s", "probes": {"interval": "10s", "timeout": "5s", "prompts": [PROMPT]}}
FOUR_STEPS = {
    "steps": [
        {"weight": 0, "bake": "2s"},
        {"weight": 5, "bake": "2s"},
        {"weight": 25, "bake": "2s", "approval": True},
        {"weight": 100, "bake": "2s"},
    ],
    "analysis": ANALYSIS,
}

PROBES = 3
"""Writes that a probe endpoint takes: it is to be, it has an id, it is gone."""

VERDICTS = 1
"""The checks' first verdicts; those of later steps are the same."""


def test_a_rollout_of_four_steps_writes_what_is_news_and_sends_three_updates(stage: RolloutStage):
    runtime_id = stage.emulator.add_runtime("four", versions=4)
    for version in ("3", "4"):
        stage.emulator.set_manners(runtime_id, version, {"text": GOOD})
    stage.endpoints.apply("four", "four", targetVersion="3", rollout=FOUR_STEPS)
    stage.wait("four", "RolledOut")
    at_rest(stage, "four")  # what is shown already may be counted only now
    before = stage.operator.writes()

    stage.endpoints.change("four", targetVersion="4")
    stage.wait("four", "AwaitingApproval")
    puts = stage.puts("four")
    at_rest(stage, "four")
    stage.endpoints.annotate("four", rollout="approve 1 25")
    stage.wait("four", "RolledOut")
    eventually(lambda: "probeEndpoints" not in stage.rollout("four"), 30)

    puts += stage.puts("four")
    at_rest(stage, "four")

    spent = stage.operator.writes() - before
    assert puts == 3
    assert spent.total() <= 10 + PROBES + VERDICTS


def at_rest(stage: RolloutStage, name: str) -> None:
    """Nothing is written over many polls."""
    stage.emulator.forget_requests()
    version = stage.endpoints.get(name)["metadata"]["resourceVersion"]
    eventually(lambda: stage.emulator.counts().get("ListAgentRuntimeEndpoints", 0) > 8, 60)
    assert stage.endpoints.get(name)["metadata"]["resourceVersion"] == version
    assert stage.emulator.effects() == []


@pytest.mark.parametrize("on_failure", ["Revert", "Hold"])
def test_nothing_is_written_after_a_version_failed(stage: RolloutStage, on_failure: str):
    name = f"failed-{on_failure.lower()}"
    runtime_id = stage.emulator.add_runtime(name, versions=4)
    plan = {"steps": [{"weight": 20, "bake": "2s"}], "analysis": ANALYSIS, "onFailure": on_failure}
    stage.emulator.set_manners(runtime_id, "4", {"text": "I cannot help"})
    stage.endpoints.apply(name, name, targetVersion="3", rollout=plan)
    stage.wait(name, "RolledOut")

    stage.endpoints.change(name, targetVersion="4")
    stage.wait(name, "RolledBack" if on_failure == "Revert" else "RolloutHeld", within=60)
    if on_failure == "Revert":
        eventually(lambda: "probeEndpoints" not in stage.rollout(name), 30)
        stage.endpoints.wait_reason(name, "InSync", kind="Synced")
    at_rest(stage, name)
