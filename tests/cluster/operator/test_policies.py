"""Each row of the decisions, on real parts: adoption, observing, orphans, drift, failures at the service, pauses."""

from itertools import pairwise

import pytest

from agentrun_operator.controller.concurrency.queue.workqueue import FIRST_PAUSE
from support.cluster import Kubectl, condition, eventually
from support.emulator import Emulator
from support.endpoints import KIND, Endpoints, says
from support.operator import Operator

pytestmark = pytest.mark.usefixtures("operator")

FINALIZER = "agentrun.alibabacloud.com/endpoint"


def test_an_endpoint_that_exists_is_refused_and_left_alone(endpoints: Endpoints, emulator: Emulator, runtime_id: str):
    emulator.add_endpoint(runtime_id, "chat", description="theirs")

    endpoints.apply("chat", description="ours")
    found = endpoints.wait_reason("chat", "AlreadyExists")

    assert says(found, "Stalled") == "True"
    assert "finalizers" not in found["metadata"]
    endpoints.delete("chat")
    endpoints.wait_gone("chat")
    assert (emulator.endpoint("chat") or {})["description"] == "theirs"


def test_a_refused_object_creates_its_endpoint_once_the_other_is_gone(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    other = emulator.add_endpoint(runtime_id, "chat")
    endpoints.apply("chat")
    endpoints.wait_reason("chat", "AlreadyExists")

    emulator.remove_endpoint(other)

    assert endpoints.wait_ready("chat")["status"]["endpointId"] != other


def test_an_adopted_endpoint_is_updated_and_deleted_like_one_of_our_own(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    existing = emulator.add_endpoint(runtime_id, "chat", description="theirs")

    endpoints.apply("chat", description="ours", adoptionPolicy="Adopt")
    found = endpoints.wait_ready("chat")

    assert found["status"]["endpointId"] == existing
    assert FINALIZER in found["metadata"]["finalizers"]
    assert (emulator.endpoint("chat") or {})["description"] == "ours"
    assert eventually(lambda: "Adopted" in endpoints.events("chat"))
    endpoints.delete("chat")
    endpoints.wait_gone("chat")
    assert emulator.endpoint("chat") is None


def test_a_create_that_loses_a_race_does_not_take_over_the_others_endpoint(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    emulator.behave(listLag=4)
    emulator.add_endpoint(runtime_id, "chat", description="theirs")  # lists do not show it yet

    endpoints.apply("chat", description="ours")
    endpoints.wait_reason("chat", "AlreadyExists")

    # Until the list shows whose the name is, the create is tried again, each time under a claim that is dropped again.
    eventually(lambda: "claim" not in endpoints.get("chat")["status"])
    assert (emulator.endpoint("chat") or {})["description"] == "theirs"


def test_an_observed_endpoint_is_mirrored_and_never_written_to(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    endpoints.apply("chat", managementPolicy="Observe", description="not theirs")
    endpoints.wait_reason("chat", "NotFound")
    existing = emulator.add_endpoint(runtime_id, "chat", description="theirs", targetVersion="2")

    found = endpoints.wait_status("chat", endpointId=existing, targetVersion="2", state="READY")
    emulator.patch_endpoint(existing, targetVersion="4")
    endpoints.wait_status("chat", targetVersion="4")
    endpoints.delete("chat")
    endpoints.wait_gone("chat")

    assert "finalizers" not in found["metadata"]
    assert emulator.effects() == []
    assert (emulator.endpoint("chat") or {})["description"] == "theirs"


def test_an_endpoint_that_was_only_observed_is_not_ours_when_it_is_to_be_managed(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    existing = emulator.add_endpoint(runtime_id, "chat", description="theirs")
    endpoints.apply("chat", managementPolicy="Observe")
    endpoints.wait_status("chat", endpointId=existing)

    endpoints.change("chat", managementPolicy="Manage")

    endpoints.wait_reason("chat", "AlreadyExists")
    assert emulator.effects() == []


def test_an_orphaned_endpoint_outlives_its_object(endpoints: Endpoints, emulator: Emulator):
    endpoints.apply("chat", deletionPolicy="Orphan")
    endpoints.wait_ready("chat")

    endpoints.delete("chat")
    endpoints.wait_gone("chat")

    assert (emulator.endpoint("chat") or {})["status"] == "READY"
    assert eventually(lambda: "Orphaned" in endpoints.events("chat"))


def test_a_stuck_deletion_is_freed_by_orphan(endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl):
    endpoints.apply("chat")
    endpoints.wait_ready("chat")
    emulator.fault("DeleteAgentRuntimeEndpoint", status=500, times=None)
    endpoints.delete("chat")
    endpoints.wait_reason("chat", "RemoteUnavailable")

    endpoints.change("chat", deletionPolicy="Orphan")

    endpoints.wait_gone("chat")
    assert emulator.endpoint("chat") is not None


def test_an_endpoint_deleted_outside_is_made_again(endpoints: Endpoints, emulator: Emulator):
    endpoints.apply("chat")
    first = endpoints.wait_ready("chat")["status"]["endpointId"]

    emulator.remove_endpoint(first)

    again = eventually(lambda: (emulator.endpoint("chat") or {}).get("agentRuntimeEndpointId"))
    assert again != first
    endpoints.wait_status("chat", endpointId=again)
    endpoints.wait_ready("chat")
    told = eventually(lambda: [e for e in endpoints.events("chat") if e in {"DeletedOutside", "Recreated"}])
    assert eventually(lambda: "Recreated" in endpoints.events("chat")), told


def test_an_endpoint_deleted_outside_is_only_reported_under_report(endpoints: Endpoints, emulator: Emulator):
    endpoints.apply("chat", driftPolicy="Report")
    emulator.remove_endpoint(endpoints.wait_ready("chat")["status"]["endpointId"])

    found = endpoints.wait_reason("chat", "DeletedOutside")

    assert says(found, "Drifted") == "True"
    assert emulator.endpoint("chat") is None
    endpoints.change("chat", driftPolicy="Correct")
    endpoints.wait_ready("chat")


def test_an_edit_under_report_still_reaches_the_service(endpoints: Endpoints, emulator: Emulator):
    endpoints.apply("chat", driftPolicy="Report", description="one")
    endpoint_id = endpoints.wait_ready("chat")["status"]["endpointId"]
    emulator.patch_endpoint(endpoint_id, description="theirs")
    endpoints.wait_reason("chat", "Drifted", kind="Drifted")

    endpoints.change("chat", description="two")
    found = endpoints.wait_ready("chat")

    eventually(lambda: (emulator.endpoint("chat") or {})["description"] == "two")
    found = endpoints.wait_reason("chat", "InSync", kind="Synced")
    assert condition(found, "Drifted") is None
    assert "drift" not in found["status"]


def test_a_failed_creation_is_never_ready_and_is_made_anew(endpoints: Endpoints, emulator: Emulator):
    emulator.fault("CreateAgentRuntimeEndpoint", endsIn="CREATE_FAILED")
    endpoints.apply("chat", driftPolicy="Report")

    failed = endpoints.wait_reason("chat", "CreateFailed")
    emulator.heal()
    found = endpoints.wait_ready("chat", within=30)

    assert says(failed, "Ready") == "False"
    assert found["status"]["state"] == "READY"
    actions = [call.action for call in emulator.effects()]
    assert actions.count("CreateAgentRuntimeEndpoint") == actions.count("DeleteAgentRuntimeEndpoint") + 1 >= 2
    assert len(emulator.endpoints()) == 1


def test_a_failed_update_is_never_ready_and_an_edit_mends_it(endpoints: Endpoints, emulator: Emulator):
    endpoints.apply("chat", description="one")
    endpoints.wait_ready("chat")
    emulator.fault("UpdateAgentRuntimeEndpoint", endsIn="UPDATE_FAILED")
    endpoints.change("chat", description="two")

    failed = endpoints.wait_reason("chat", "UpdateFailed")
    emulator.heal()
    endpoints.change("chat", description="three")

    assert says(failed, "Ready") == "False"
    endpoints.wait_ready("chat")
    assert (emulator.endpoint("chat") or {})["description"] == "three"


def test_a_failed_update_is_tried_again_by_itself(endpoints: Endpoints, emulator: Emulator):
    endpoints.apply("chat", description="one")
    endpoints.wait_ready("chat")
    emulator.fault("UpdateAgentRuntimeEndpoint", endsIn="UPDATE_FAILED")

    endpoints.change("chat", description="two")

    endpoints.wait_reason("chat", "UpdateFailed")
    emulator.heal()
    endpoints.wait_ready("chat", within=30)
    assert (emulator.endpoint("chat") or {})["description"] == "two"


def test_a_failed_deletion_is_tried_again_and_holds_the_object(
    endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl
):
    endpoints.apply("chat")
    endpoints.wait_ready("chat")
    emulator.fault("DeleteAgentRuntimeEndpoint", endsIn="DELETE_FAILED")

    endpoints.delete("chat")

    endpoints.wait_reason("chat", "DeleteFailed")
    assert kubectl.get(KIND, "chat") is not None
    emulator.heal()
    endpoints.wait_gone("chat", within=30)
    assert emulator.endpoint("chat") is None


def test_an_unknown_state_is_shown_and_ready_is_unknown(endpoints: Endpoints, emulator: Emulator):
    endpoints.apply("chat")
    endpoint_id = endpoints.wait_ready("chat")["status"]["endpointId"]

    emulator.patch_endpoint(endpoint_id, status="HIBERNATING")
    found = endpoints.wait_reason("chat", "UnknownState")

    assert says(found, "Ready") == "Unknown"
    assert found["status"]["state"] == "HIBERNATING"
    emulator.patch_endpoint(endpoint_id, status="READY")
    endpoints.wait_ready("chat")


def test_a_runtime_that_does_not_exist_is_told_and_found_when_it_comes(endpoints: Endpoints, emulator: Emulator):
    endpoints.apply("chat", runtime="later")
    endpoints.wait_reason("chat", "RuntimeNotFound")

    emulator.add_runtime("later")

    endpoints.wait_ready("chat", within=40)


def test_an_ambiguous_runtime_name_is_told(endpoints: Endpoints, emulator: Emulator):
    emulator.add_runtime("twin", workspace_id="one")
    emulator.add_runtime("twin", workspace_id="two")

    endpoints.apply("chat", runtime="twin")
    found = endpoints.wait_reason("chat", "RuntimeAmbiguous")

    assert "agentRuntimeRef.id" in (condition(found, "Ready") or {})["message"]
    assert emulator.effects() == []


def test_a_runtime_that_is_not_ready_is_waited_for(endpoints: Endpoints, emulator: Emulator):
    runtime = emulator.add_runtime("slow", status="CREATING")
    endpoints.apply("chat", runtime="slow")
    endpoints.wait_reason("chat", "RuntimeNotReady")

    emulator.set_runtime_status(runtime, "READY")

    endpoints.wait_ready("chat", within=40)


def test_an_endpoint_goes_with_its_runtime(endpoints: Endpoints, emulator: Emulator, runtime_id: str):
    endpoints.apply("chat")
    endpoints.wait_ready("chat")
    emulator.remove_runtime(runtime_id)
    endpoints.wait_reason("chat", "RuntimeNotFound")

    endpoints.delete("chat")

    endpoints.wait_gone("chat")


def test_a_name_that_leads_to_another_runtime_once_the_first_is_gone_moves_the_endpoint(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    endpoints.apply("chat")
    endpoints.wait_ready("chat")
    emulator.remove_runtime(runtime_id)

    other = emulator.add_runtime("support-bot")

    endpoints.wait_status("chat", agentRuntimeId=other, within=40)
    endpoints.wait_ready("chat")
    assert emulator.endpoint("chat", other) is not None


def test_of_two_objects_for_one_endpoint_the_older_wins_and_the_other_takes_over(
    endpoints: Endpoints, emulator: Emulator
):
    endpoints.apply("first", endpointName="chat", description="first")
    endpoints.wait_ready("first")
    endpoints.apply("second", endpointName="chat", description="second")

    found = endpoints.wait_reason("second", "Conflict")
    assert says(found, "Stalled") == "True"
    assert (emulator.endpoint("chat") or {})["description"] == "first"

    endpoints.delete("first")
    endpoints.wait_gone("first")
    endpoints.wait_ready("second", within=45)
    assert (emulator.endpoint("chat") or {})["description"] == "second"


def test_latest_is_in_sync_and_resolved(endpoints: Endpoints, emulator: Emulator, runtime_id: str):
    endpoints.apply("chat")
    found = endpoints.wait_ready("chat")
    assert found["status"]["resolvedVersion"] == "4"

    emulator.publish_version(runtime_id)

    endpoints.wait_status("chat", resolvedVersion="5", within=30)  # versions are listed each ten poll intervals
    assert len(emulator.effects()) == 1


def test_a_change_that_the_service_does_not_keep_is_told_and_not_repeated_in_a_loop(
    endpoints: Endpoints, emulator: Emulator
):
    emulator.behave(normalise=["strip-description"])
    endpoints.apply("chat", description=" padded ")

    found = endpoints.wait_reason("chat", "NotConverging", kind="Synced", within=30)
    updates = emulator.counts().get("UpdateAgentRuntimeEndpoint", 0)
    emulator.forget_requests()
    eventually(lambda: emulator.counts().get("ListAgentRuntimeEndpoints", 0) >= 4, within=20)

    assert found["status"]["drift"] == [{"path": "description", "desired": " padded ", "observed": "padded"}]
    assert says(found, "Drifted") == "True"
    assert updates <= 2
    assert emulator.effects() == []
    endpoints.change("chat", description="plain")
    endpoints.wait_reason("chat", "InSync", kind="Synced")


def test_paused_stops_every_write_and_the_status_stays_true(endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl):
    endpoints.apply("chat", description="one")
    endpoint_id = endpoints.wait_ready("chat")["status"]["endpointId"]
    endpoints.annotate("chat", paused="true")
    endpoints.wait_reason("chat", "Paused", kind="Synced")
    emulator.forget_requests()

    endpoints.change("chat", description="two")
    emulator.patch_endpoint(endpoint_id, targetVersion="2")
    endpoints.wait_status("chat", targetVersion="2")
    endpoints.change("chat", deletionPolicy="Orphan")
    endpoints.delete("chat")
    endpoints.wait_reason("chat", "Paused")
    assert emulator.effects() == []
    assert kubectl.get(KIND, "chat") is not None

    endpoints.annotate("chat", paused=None)
    endpoints.wait_gone("chat")


def test_a_requested_reconcile_is_answered(endpoints: Endpoints, emulator: Emulator):
    endpoints.apply("chat")
    endpoints.wait_ready("chat")
    emulator.forget_requests()

    endpoints.annotate("chat", reconcile_requested_at="monday")

    endpoints.wait_status("chat", lastHandledReconcileAt="monday")
    assert emulator.counts().get("GetAgentRuntimeEndpoint", 0) >= 1


def test_an_object_made_again_at_once_becomes_ready(endpoints: Endpoints, emulator: Emulator):
    emulator.behave(transitions={"delete": 1.5})
    endpoints.apply("chat", description="first")
    first = endpoints.wait_ready("chat")["metadata"]["uid"]
    emulator.behave(transitions={"delete": 3})
    endpoints.change("chat", deletionPolicy="Orphan")
    endpoints.wait_ready("chat")
    emulator.behave(transitions={"delete": 2})

    endpoints.delete("chat")
    endpoints.wait_gone("chat")
    emulator.remove_endpoint((emulator.endpoint("chat") or {})["agentRuntimeEndpointId"])
    endpoints.apply("chat", description="second")

    found = endpoints.wait_ready("chat")
    assert found["metadata"]["uid"] != first
    assert (emulator.endpoint("chat") or {})["description"] == "second"


def test_an_object_deleted_while_its_endpoint_is_created_goes_as_soon_as_that_can(
    endpoints: Endpoints, emulator: Emulator, operator: Operator
):
    emulator.behave(transitions={"create": 600, "delete": 0.3}, refuseDeleteWhileCreating=True)
    endpoints.apply("chat")
    endpoints.wait_reason("chat", "Creating")
    (made,) = eventually(emulator.endpoints)  # the claim is told as Creating, before the create is sent

    endpoints.delete("chat")
    endpoints.wait_reason("chat", "Rejected")  # by an AgentRun that deletes nothing it is still making
    emulator.patch_endpoint(made["agentRuntimeEndpointId"], status="READY")

    endpoints.wait_gone("chat", within=12)
    assert emulator.endpoints() == []


def test_a_rejected_request_is_told_and_a_corrected_spec_is_applied(endpoints: Endpoints, emulator: Emulator):
    endpoints.apply("chat", targetVersion="77")
    found = endpoints.wait_reason("chat", "Rejected")
    assert says(found, "Stalled") == "True"

    endpoints.change("chat", targetVersion="2")

    endpoints.wait_ready("chat")


def test_a_create_that_agentrun_refuses_for_something_missing_is_told_and_tried_with_growing_pauses(
    endpoints: Endpoints, emulator: Emulator
):
    emulator.fault("CreateAgentRuntimeEndpoint", status=404, code="ERR_NOT_FOUND", message="resource not found")

    endpoints.apply("chat")
    endpoints.wait_reason("chat", "RemoteUnavailable", kind="Synced")
    eventually(lambda: emulator.counts()["CreateAgentRuntimeEndpoint"] >= 3, within=20)
    tries = [call.at for call in emulator.calls("CreateAgentRuntimeEndpoint")]
    emulator.heal()
    endpoints.wait_ready("chat", within=30)

    pauses = [later - sooner for sooner, later in pairwise(tries)]
    assert pauses[0] >= 0.5 * FIRST_PAUSE  # chance may take off a half
    assert pauses[1] >= 0.5 * 2 * FIRST_PAUSE
    assert len([call for call in emulator.effects() if call.action == "CreateAgentRuntimeEndpoint"]) == 1


def test_an_endpoint_goes_with_the_object_that_has_it_and_the_next_one_makes_its_own(
    endpoints: Endpoints, emulator: Emulator
):
    endpoints.apply("first", endpointName="shared", managementPolicy="Observe")
    endpoints.wait_reason("first", "NotFound")
    endpoints.apply("second", endpointName="shared")
    made = endpoints.wait_ready("second")["status"]["endpointId"]
    endpoints.change("first", managementPolicy="Manage", adoptionPolicy="Adopt")
    endpoints.wait_reason("first", "Conflict")

    endpoints.delete("second")
    endpoints.wait_gone("second")
    anew = endpoints.wait_ready("first", within=40)["status"]["endpointId"]
    endpoints.delete("first")
    endpoints.wait_gone("first")

    deleted = [call.endpoint_id for call in emulator.effects() if call.action == "DeleteAgentRuntimeEndpoint"]
    assert deleted == [made, anew]
    assert emulator.endpoint("shared") is None


def test_an_older_object_that_is_refused_takes_no_endpoint_from_the_one_that_has_it(
    endpoints: Endpoints, emulator: Emulator
):
    endpoints.apply("first", endpointName="shared", managementPolicy="Observe")
    endpoints.wait_reason("first", "NotFound")
    endpoints.apply("second", endpointName="shared")
    endpoints.wait_ready("second")

    endpoints.change("first", managementPolicy="Manage")
    endpoints.wait_reason("first", "Conflict")
    endpoints.change("second", description="still mine")

    endpoints.wait_ready("second")
    assert (emulator.endpoint("shared") or {})["description"] == "still mine"
