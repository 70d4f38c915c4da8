"""Rollouts by time alone: the steps, requests by annotation, the way back, and what happens in the middle of one."""

from support.cluster import eventually
from support.endpoints import says
from support.patience import stretched
from support.rollouts import RolloutStage, rollout_of, steps

SLOW = steps(10, 50, bake="1h")


def test_a_new_version_gets_its_traffic_step_by_step(stage: RolloutStage):
    made = stage.make("steps", rollout=steps(10, 50))
    assert rollout_of(made) == {"stableVersion": "3"}
    puts = stage.puts("steps")

    stage.endpoints.change("steps", targetVersion="4")
    seen = stage.splits_until("steps", lambda: stage.is_rolled_out("steps"))

    expected = [("3", ()), ("3", (("4", 0.1),)), ("3", (("4", 0.5),)), ("4", ())]
    assert seen == [each for each in expected if each in seen]  # who looks late misses one, and sees no other
    assert seen[-1] == expected[-1]
    assert stage.puts("steps") - puts == 3
    done = stage.endpoints.get("steps")
    assert rollout_of(done) == {"number": 1, "stableVersion": "4", "history": ["3"]}
    assert (says(done, "Ready"), says(done, "Synced"), says(done, "Reconciling")) == ("True", "True", "")
    told = ["RolloutStarted", "RolloutStepped", "RolloutPromoted"]
    eventually(lambda: [each for each in stage.endpoints.events("steps") if each.startswith("Rollout")] == told)


def test_dependents_are_not_cut_off_while_it_rolls(stage: RolloutStage):
    stage.make("serving", rollout=SLOW)
    since = next(each for each in stage.endpoints.get("serving")["status"]["conditions"] if each["type"] == "Ready")

    stage.endpoints.change("serving", targetVersion="4")
    stage.wait("serving", "RollingOut")
    eventually(lambda: rollout_of(stage.endpoints.get("serving")).get("settledAt"), 20)

    found = stage.endpoints.get("serving")
    assert (says(found, "Ready"), says(found, "Reconciling"), says(found, "Stalled")) == ("True", "True", "")
    ready = next(each for each in found["status"]["conditions"] if each["type"] == "Ready")
    assert ready["lastTransitionTime"] == since["lastTransitionTime"]
    assert rollout_of(found)["summary"] == "3→4 10% (1/2)"


def test_an_approval_opens_the_gate_it_names_and_only_once_that_is_asked(stage: RolloutStage):
    bake = f"{stretched(2):g}s"  # long enough to ask for the approval too early
    plan = {"steps": [{"weight": 10, "bake": bake, "approval": True}, {"weight": 60, "bake": "1h"}]}
    stage.make("gate", rollout=plan)

    stage.endpoints.change("gate", targetVersion="4")
    stage.wait("gate", "RollingOut")
    stage.endpoints.annotate("gate", rollout="approve 1 10")  # before there is anything to approve
    found = stage.wait("gate", "AwaitingApproval")
    assert rollout_of(found)["phase"] == "AwaitingApproval"
    version = found["metadata"]["resourceVersion"]
    stage.emulator.forget_requests()
    eventually(lambda: stage.emulator.counts().get("ListAgentRuntimeEndpoints", 0) > 3, 30)
    assert stage.endpoints.get("gate")["metadata"]["resourceVersion"] == version  # it waits, and writes nothing

    stage.endpoints.annotate("gate", rollout="approve 1 60")
    eventually(lambda: "lastRequest" not in stage.rollout("gate"), 20)  # what stood before is forgotten
    eventually(lambda: stage.endpoints.events("gate").count("RequestIgnored") > 1, 20)
    assert stage.rollout("gate")["weight"] == 10
    stage.endpoints.annotate("gate", rollout="approve 1 10")
    eventually(lambda: stage.rollout("gate").get("weight") == 60, 20)
    eventually(lambda: "RolloutApproved" in stage.endpoints.events("gate"), 20)


def test_a_rollout_that_is_aborted_leads_back_and_begins_again_only_when_asked(stage: RolloutStage):
    stage.make("back", rollout=SLOW)
    stage.endpoints.change("back", targetVersion="4")
    eventually(lambda: stage.split("back") == ("3", (("4", 0.1),)), 20)

    stage.endpoints.annotate("back", rollout="abort 1")
    found = stage.wait("back", "RolledBack")
    eventually(lambda: stage.split("back") == ("3", ()), 20)
    assert (rollout_of(found)["cause"], rollout_of(found)["lastRequest"]) == ("Aborted", "abort 1")
    found = stage.endpoints.wait_ready("back")
    assert (says(found, "Stalled"), says(found, "Reconciling")) == ("True", "")
    eventually(lambda: "RolledBack" in stage.endpoints.events("back"), 20)
    stage.endpoints.annotate("back", reconcile_requested_at="now")
    stage.endpoints.wait_status("back", lastHandledReconcileAt="now")
    assert stage.split("back") == ("3", ())

    stage.endpoints.annotate("back", rollout="retry 1")
    eventually(lambda: stage.split("back") == ("3", (("4", 0.1),)), 20)
    assert stage.rollout("back")["number"] == 2


def test_taking_the_goal_back_takes_the_version_back(stage: RolloutStage):
    stage.make("undone", rollout=SLOW)
    stage.endpoints.change("undone", targetVersion="4")
    eventually(lambda: stage.split("undone") == ("3", (("4", 0.1),)), 20)

    stage.endpoints.change("undone", targetVersion="3")
    stage.wait("undone", "RolledOut")

    assert stage.split("undone") == ("3", ())
    assert "failedPlan" not in stage.rollout("undone")


def test_another_version_takes_the_place_of_the_one_that_rolls_in_one_update(stage: RolloutStage):
    stage.make("other", version="2", rollout=steps(25, bake="1h"))
    stage.endpoints.change("other", targetVersion="3")
    eventually(lambda: stage.split("other") == ("2", (("3", 0.25),)), 20)
    puts = stage.puts("other")

    stage.endpoints.change("other", targetVersion="4", rollout={"steps": [{"weight": 5, "bake": "1h"}]})
    eventually(lambda: stage.split("other") == ("2", (("4", 0.05),)), 20)

    assert stage.puts("other") - puts == 1
    assert (stage.rollout("other")["number"], stage.rollout("other")["stableVersion"]) == (2, "2")


def test_going_back_to_a_version_that_was_stable_takes_no_steps(stage: RolloutStage):
    stage.make("window", rollout=steps(50))
    stage.endpoints.change("window", targetVersion="4")
    stage.endpoints.wait_status("window", targetVersion="4", within=40)
    stage.wait("window", "RolledOut")

    puts = stage.puts("window")
    stage.endpoints.change("window", targetVersion="3")
    eventually(lambda: stage.split("window") == ("3", ()), 20)

    assert stage.puts("window") - puts == 1


def test_without_its_plan_an_endpoint_is_what_the_spec_says(stage: RolloutStage):
    stage.make("literal", rollout=SLOW)
    stage.endpoints.change("literal", targetVersion="4")
    eventually(lambda: stage.split("literal") == ("3", (("4", 0.1),)), 20)

    stage.endpoints.change("literal", rollout=None)
    eventually(lambda: stage.split("literal") == ("4", ()), 20)

    found = stage.endpoints.wait_ready("literal")
    assert rollout_of(found) == {"number": 1}
    assert says(found, "RolledOut") == ""
    eventually(lambda: "RolloutDropped" in stage.endpoints.events("literal"), 20)


def test_a_canary_made_by_routing_keeps_its_share(stage: RolloutStage):
    stage.endpoints.apply("handed", targetVersion="3", routing={"versionWeights": [{"version": "4", "weight": 30}]})
    stage.endpoints.wait_ready("handed")
    assert stage.split("handed") == ("3", (("4", 0.3),))

    stage.endpoints.change("handed", targetVersion="4", routing=None, rollout=steps(10, 50, bake="1h"))
    eventually(lambda: stage.rollout("handed").get("weight"), 20)
    seen = stage.splits_until("handed", lambda: stage.rollout("handed").get("settledAt"))

    assert {canaries[0][1] for _, canaries in seen} <= {0.3, 0.5}
    assert (stage.rollout("handed")["stableVersion"], stage.rollout("handed")["step"]) == ("3", 2)


def test_latest_rolls_out_each_version_that_is_published(stage: RolloutStage):
    runtime_id = stage.emulator.add_runtime("released", versions=2)
    stage.endpoints.apply("newest", "released", targetVersion="2", rollout=steps(50, bake="1s"))
    stage.endpoints.wait_ready("newest")
    stage.endpoints.change("newest", targetVersion="LATEST")
    stage.wait("newest", "RolledOut")
    assert stage.rollout("newest")["stableVersion"] == "2"

    stage.emulator.publish_version(runtime_id)
    eventually(lambda: stage.rollout("newest")["stableVersion"] == "3", 90)
    stage.wait("newest", "RolledOut")
    eventually(lambda: stage.endpoints.events("newest").count("RolloutStarted") == 1)

    found = stage.emulator.endpoint("newest", runtime_id) or {}
    assert found["targetVersion"] == "3"
    assert stage.rollout("newest")["history"] == ["2"]


def test_the_endpoint_goes_in_the_middle_of_a_rollout(stage: RolloutStage):
    stage.make("going", rollout=SLOW)
    stage.endpoints.change("going", targetVersion="4")
    eventually(lambda: stage.split("going") == ("3", (("4", 0.1),)), 20)

    stage.endpoints.delete("going")
    stage.endpoints.wait_gone("going", 20)
    assert stage.emulator.endpoint("going", stage.runtime_id) is None


def test_a_split_that_somebody_changed_is_put_right_and_proved_anew(stage: RolloutStage):
    made = stage.make("drift", rollout=SLOW)
    stage.endpoints.change("drift", targetVersion="4")
    eventually(lambda: stage.rollout("drift").get("settledAt"), 20)
    settled = stage.rollout("drift")["settledAt"]

    stage.emulator.patch_endpoint(made["status"]["endpointId"], routingConfiguration={"versionWeights": []})
    eventually(lambda: "DriftCorrected" in stage.endpoints.events("drift"), 20)

    eventually(lambda: stage.rollout("drift").get("settledAt", settled) != settled, 20)
    assert stage.split("drift") == ("3", (("4", 0.1),))


def test_drift_that_is_only_reported_holds_it_and_an_abort_still_leads_back(stage: RolloutStage):
    made = stage.make("left", rollout=SLOW, driftPolicy="Report")
    stage.endpoints.change("left", targetVersion="4")
    eventually(lambda: stage.rollout("left").get("settledAt"), 20)
    elsewhere = {"versionWeights": [{"version": "4", "weight": 0.9}]}
    stage.emulator.patch_endpoint(made["status"]["endpointId"], routingConfiguration=elsewhere)

    found = stage.wait("left", "RolloutHeld")
    assert rollout_of(found)["cause"] == "Drifted"
    assert stage.split("left") == ("3", (("4", 0.9),))

    stage.endpoints.annotate("left", rollout="abort 1")
    eventually(lambda: stage.split("left") == ("3", ()), 20)


def test_nothing_is_sent_while_it_is_paused(stage: RolloutStage):
    stage.make("paused", rollout=steps(10, 50))
    stage.endpoints.change("paused", targetVersion="4")
    eventually(lambda: stage.split("paused") == ("3", (("4", 0.1),)), 20)

    stage.endpoints.annotate("paused", paused="true")
    found = stage.endpoints.wait_reason("paused", "Paused", kind="Synced")
    told = next(each["message"] for each in found["status"]["conditions"] if each["type"] == "Synced")
    assert "unprotected" in told
    puts = stage.puts("paused")
    stage.endpoints.annotate("paused", rollout="abort 1", reconcile_requested_at="now")
    stage.endpoints.wait_status("paused", lastHandledReconcileAt="now")
    assert stage.puts("paused") == puts

    stage.endpoints.annotate("paused", paused=None)
    eventually(lambda: stage.split("paused") == ("3", ()), 20)


def test_a_version_that_was_just_published_is_not_waited_for(stage: RolloutStage):
    runtime_id = stage.emulator.add_runtime("pipeline", versions=2)
    stage.endpoints.apply("pipeline", "pipeline", targetVersion="2", rollout=steps(50, bake="1s"))
    stage.endpoints.wait_ready("pipeline")
    for version in ("3", "4"):  # for the first, the versions are listed; for the second, they are known
        assert stage.emulator.publish_version(runtime_id) == version
        stage.endpoints.change("pipeline", targetVersion=version)
        stage.endpoints.wait_status("pipeline", targetVersion=version, within=40)
        stage.wait("pipeline", "RolledOut")

    eventually(lambda: stage.endpoints.events("pipeline").count("RolloutPromoted") == 2)
    assert "RolloutHeld" not in stage.endpoints.events("pipeline")


def test_a_version_that_is_not_published_waits_until_it_is(stage: RolloutStage):
    runtime_id = stage.emulator.add_runtime("to-come", versions=2)
    stage.endpoints.apply("early", "to-come", targetVersion="2", rollout=steps(50, bake="1s"))
    stage.endpoints.wait_ready("early")

    stage.endpoints.change("early", targetVersion="3")
    found = stage.wait("early", "RolloutHeld")
    assert rollout_of(found)["cause"] == "VersionUnknown"
    assert (stage.emulator.endpoint("early", runtime_id) or {})["targetVersion"] == "2"

    stage.emulator.publish_version(runtime_id)
    stage.wait("early", "RolledOut", within=60)
    assert (stage.emulator.endpoint("early", runtime_id) or {})["targetVersion"] == "3"
