"""What happens in the middle of a rollout: AgentRun fails it, people change their minds, things vanish."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.cluster import eventually
from support.endpoints import says
from support.rollouts import RolloutStage, rollout_of, steps

SLOW = steps(10, 50, bake="1h")
AT_10, AT_50, PLAIN = ("3", (("4", 0.1),)), ("3", (("4", 0.5),)), ("3", ())
UPDATE = "UpdateAgentRuntimeEndpoint"


@pytest.fixture(autouse=True)
def healed(stage: RolloutStage) -> Iterator[None]:
    yield
    stage.emulator.reset_behaviour()


def rolling(stage: RolloutStage, name: str, **spec: Any) -> None:
    """Version 4 has 10%, settled."""
    stage.make(name, rollout=SLOW, **spec)
    stage.endpoints.change(name, targetVersion="4")
    eventually(lambda: stage.rollout(name).get("settledAt"), 20)


def readiness(stage: RolloutStage, name: str) -> tuple[str, str]:
    """Since when Ready says what it says."""
    found = stage.endpoints.get(name)["status"]["conditions"]
    return next((each["status"], each["lastTransitionTime"]) for each in found if each["type"] == "Ready")


def test_a_step_that_cannot_be_sent_for_a_while_cuts_nobody_off(stage: RolloutStage):
    stage.make("kept", rollout=SLOW)
    before = readiness(stage, "kept")
    stage.emulator.fault(UPDATE, status=503)

    stage.endpoints.change("kept", targetVersion="4")
    stage.endpoints.wait_reason("kept", "RemoteUnavailable", kind="Synced", within=20)
    assert readiness(stage, "kept") == before
    assert says(stage.endpoints.get("kept"), "RolledOut") == "False"

    stage.emulator.heal()
    eventually(lambda: stage.rollout("kept").get("settledAt"), 60)
    assert stage.split("kept") == AT_10
    assert readiness(stage, "kept") == before


def test_a_step_that_fails_is_sent_again_and_a_revert_too(stage: RolloutStage):
    stage.make("failing", rollout=SLOW)
    stage.emulator.fault(UPDATE, endsIn="UPDATE_FAILED", times=2)
    stage.endpoints.change("failing", targetVersion="4")
    eventually(lambda: stage.rollout("failing").get("settledAt"), 40)
    assert stage.split("failing") == AT_10

    stage.emulator.fault(UPDATE, endsIn="UPDATE_FAILED", times=2)
    stage.endpoints.annotate("failing", rollout="abort 1")
    stage.wait("failing", "RolledBack")
    eventually(lambda: stage.split("failing") == PLAIN, 40)
    found = stage.endpoints.wait_reason("failing", "InSync", kind="Synced", within=30)
    assert (says(found, "Ready"), says(found, "Stalled"), says(found, "Reconciling")) == ("True", "True", "")


def test_lists_that_lag_make_no_second_update_and_no_drift(stage: RolloutStage):
    stage.make("lagging", rollout=SLOW)
    stage.emulator.behave(listLag=3)
    puts = stage.puts("lagging")
    stage.endpoints.change("lagging", targetVersion="4")
    eventually(lambda: stage.rollout("lagging").get("settledAt"), 40)
    assert stage.puts("lagging") - puts == 1
    eventually(lambda: "RolloutStarted" in stage.endpoints.events("lagging"))
    assert "DriftCorrected" not in stage.endpoints.events("lagging")


def test_an_endpoint_that_vanishes_is_made_again_with_the_split_that_is_recorded(stage: RolloutStage):
    rolling(stage, "vanished")
    stage.emulator.remove_endpoint(stage.endpoints.get("vanished")["status"]["endpointId"])
    eventually(lambda: stage.emulator.endpoint("vanished", stage.runtime_id), 30)
    assert stage.split("vanished") == AT_10
    eventually(lambda: stage.rollout("vanished").get("settledAt"), 30)


def test_an_edit_of_the_plan_while_a_person_is_waited_for_begins_anew_at_no_smaller_share(stage: RolloutStage):
    gated = {"steps": [{"weight": 10, "bake": "1s"}, {"weight": 50, "bake": "1s", "approval": True}]}
    stage.make("waiting", rollout=gated)
    stage.endpoints.change("waiting", targetVersion="4")
    stage.wait("waiting", "AwaitingApproval")
    puts = stage.puts("waiting")

    stage.endpoints.change("waiting", rollout=steps(10, 50, 80, bake="1h"))
    eventually(lambda: stage.rollout("waiting").get("number") == 2, 20)
    eventually(lambda: stage.rollout("waiting").get("settledAt"), 20)
    assert (stage.split("waiting"), stage.puts("waiting") - puts) == (AT_50, 0)


def test_a_plan_that_was_removed_and_comes_again_finds_a_number_of_its_own(stage: RolloutStage):
    rolling(stage, "again")
    stage.endpoints.annotate("again", rollout="abort 1")
    stage.wait("again", "RolledBack")
    stage.endpoints.change("again", rollout=None, targetVersion="3")
    eventually(lambda: rollout_of(stage.endpoints.get("again")) == {"number": 1, "lastRequest": "abort 1"}, 20)
    stage.endpoints.annotate("again", rollout=None)

    stage.endpoints.change("again", rollout=SLOW, targetVersion="4")
    eventually(lambda: stage.rollout("again").get("settledAt"), 20)
    assert stage.rollout("again")["number"] == 2  # though nothing else tells that there was one
    assert stage.split("again") == AT_10


def test_an_endpoint_that_is_taken_over_is_rolled_out_by_steps(stage: RolloutStage):
    stage.emulator.add_endpoint(stage.runtime_id, "taken", targetVersion="3")
    stage.endpoints.apply("taken", targetVersion="4", rollout=SLOW, adoptionPolicy="Adopt")
    eventually(lambda: stage.rollout("taken").get("settledAt"), 30)
    assert stage.split("taken") == AT_10
    assert says(stage.endpoints.get("taken"), "Ready") == "True"
    eventually(lambda: {"Adopted", "RolloutStarted"} <= set(stage.endpoints.events("taken")), 10)


def test_it_rests_while_the_object_only_observes_and_goes_on_after(stage: RolloutStage):
    rolling(stage, "observed")
    stage.endpoints.change("observed", managementPolicy="Observe")
    stage.endpoints.wait_ready("observed")
    stage.emulator.forget_requests()
    stage.endpoints.annotate("observed", rollout="abort 1", reconcile_requested_at="now")
    stage.endpoints.wait_status("observed", lastHandledReconcileAt="now")
    assert stage.rollout("observed")["weight"] == 10
    assert stage.puts("observed") == 0

    stage.endpoints.change("observed", managementPolicy="Manage")
    stage.wait("observed", "RolledBack")
    eventually(lambda: stage.split("observed") == PLAIN, 20)


def test_latest_that_served_before_is_rolled_out_from_the_word_to_the_number(stage: RolloutStage):
    runtime_id = stage.emulator.add_runtime("word", versions=2)
    stage.endpoints.apply("word", "word", targetVersion="LATEST")
    stage.endpoints.wait_ready("word")
    stage.endpoints.change("word", rollout=steps(50, bake="1s"))
    stage.endpoints.wait_status("word", targetVersion="2", within=40)
    stage.wait("word", "RolledOut")
    stage.emulator.publish_version(runtime_id)
    eventually(lambda: stage.rollout("word").get("stableVersion") == "3", 90)
    stage.wait("word", "RolledOut")
    assert stage.rollout("word")["history"] == ["2"]


def test_a_hostile_annotation_is_told_of_once_and_nothing_else(stage: RolloutStage):
    rolling(stage, "hostile")
    version = stage.endpoints.get("hostile")["metadata"]["resourceVersion"]
    stage.endpoints.annotate("hostile", rollout="abort 1\u001b[2J" + "x" * 200)
    eventually(lambda: stage.endpoints.events("hostile").count("RequestIgnored") == 1, 20)
    stage.endpoints.annotate("hostile", rollout="abort 1 " + "9" * 100_000)
    stage.endpoints.annotate("hostile", reconcile_requested_at="now")
    found = stage.endpoints.wait_status("hostile", lastHandledReconcileAt="now")
    assert version != found["metadata"]["resourceVersion"]
    assert rollout_of(found)["weight"] == 10
    stage.endpoints.annotate("hostile", rollout="abort 1")  # an event that comes after all others
    eventually(lambda: "RolledBack" in stage.endpoints.events("hostile"), 20)
    assert stage.endpoints.events("hostile").count("RequestIgnored") == 1


def test_a_request_for_an_object_without_a_rollout_is_told_to_be_ignored(stage: RolloutStage):
    stage.endpoints.apply("plain", targetVersion="3")
    stage.endpoints.wait_ready("plain")
    stage.endpoints.annotate("plain", rollout="approve 1 10")
    eventually(lambda: stage.endpoints.events("plain").count("RequestIgnored") == 1, 20)
    assert "rollout" not in stage.endpoints.get("plain")["status"]
