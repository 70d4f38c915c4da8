"""What an object asks for and what its status remembers, read as Kubernetes holds it; and the claim on it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.reconcile.desired import desired_of, recorded_of
from agentrun_operator.reconcile.state.claim import Claim
from agentrun_operator.reconcile.state.delta import Difference
from support.objects import (
    ADOPTED,
    COPIED,
    EARLIER,
    MOVED,
    OWN,
    UID,
    a_condition,
    a_new_object,
    a_status,
    an_object,
    time_text,
)

PARTS = st.text(max_size=10)
TIMES = st.datetimes().map(time_text)


@given(st.builds(Claim, PARTS, PARTS, PARTS, PARTS, PARTS, st.booleans(), TIMES))
def test_a_claim_is_read_as_it_was_written(claim):
    assert Claim.of({"claim": claim.document()}) == claim


def test_a_status_without_a_claim_has_none():
    assert Claim.of({}) is None


@pytest.mark.parametrize(
    ("claim", "counts"), [(OWN, True), (ADOPTED, True), (MOVED, True), (COPIED, False), (None, False)]
)
def test_only_a_claim_of_this_very_object_counts(claim, counts):
    assert (desired_of(an_object(claim=claim)).current_claim is not None) == counts


def test_a_new_object_asks_and_remembers_nothing():
    desired = desired_of(a_new_object())
    assert (desired.namespace, desired.name, desired.uid, desired.generation) == ("team-a", "chat", UID, 1)
    assert desired.endpoint_name == "chat"
    assert not any((desired.deleting, desired.finalized, desired.paused, desired.requested, desired.touched))
    assert not any((desired.observes, desired.adopts, desired.orphans))
    assert desired.corrects
    assert desired.recorded == recorded_of({})


def test_metadata_may_lack_what_is_optional():
    body = a_new_object()
    for name in ("annotations", "finalizers"):
        del body["metadata"][name]
    assert not desired_of(body | {"status": None}).finalized


def test_the_endpoints_name_may_differ_from_the_objects():
    assert desired_of(an_object(endpointName="Remote_1")).endpoint_name == "Remote_1"


@pytest.mark.parametrize(("text", "paused"), [("true", True), ("false", False), ("True", False), ("", False)])
def test_only_true_pauses(text, paused):
    body = an_object()
    body["metadata"]["annotations"]["agentrun.alibabacloud.com/paused"] = text
    assert desired_of(body).paused == paused


@pytest.mark.parametrize(
    ("requested", "handled", "waits"),
    [("now", None, True), ("now", "then", True), ("now", "now", False), ("", "then", False), ("", None, False)],
)
def test_a_request_waits_until_it_is_answered_with_its_value(requested, handled, waits):
    body = an_object(requested=requested, status=a_status(lastHandledReconcileAt=handled))
    assert desired_of(body).requested == waits


def test_the_time_of_the_deletion_is_known():
    body = an_object(deleted_for=0)
    body["metadata"]["deletionTimestamp"] = "2026-11-22T11:59:58Z"
    assert desired_of(body).deleted_at == datetime(2026, 11, 22, 11, 59, 58, tzinfo=UTC)


def test_the_status_remembers_what_earlier_passes_left():
    recorded = recorded_of(
        a_status(
            applied=3,
            synced="False NotConverging",
            lastHandledReconcileAt="then",
            drift=[{"path": "description", "desired": "ours", "observed": "theirs"}],
        )
    )
    assert (recorded.runtime_id, recorded.endpoint_id, recorded.state, recorded.handled_at) == (
        "rt-1",
        "ep-1",
        "READY",
        "then",
    )
    assert (recorded.observed_generation, recorded.applied_generation) == (1, 3)
    assert recorded.drift == (Difference("description", "ours", "theirs"),)
    assert recorded.conditions["Synced"] == ("NotConverging", EARLIER, 3)


@pytest.mark.parametrize(
    ("changed", "managed"),
    [
        pytest.param({}, "ep-1", id="under a claim"),
        pytest.param({"claim": ADOPTED}, "ep-1", id="adopted"),
        pytest.param({"claim": None}, "", id="only observed, or written there by somebody"),
        pytest.param({"claim": COPIED}, "", id="restored, or copied"),
        pytest.param({"claim": MOVED}, "", id="under a claim on another runtime"),
        pytest.param({"status": a_status(endpointId=None)}, "", id="none"),
        pytest.param({"status": {}}, "", id="no status"),
    ],
)
def test_the_recorded_endpoint_is_ours_only_under_our_claim(changed, managed):
    assert desired_of(an_object(**changed)).managed_id == managed


@pytest.mark.parametrize(
    ("changed", "runtime_id"),
    [
        pytest.param({"claim": None, "status": {}}, "", id="never led anywhere"),
        pytest.param({"claim": None}, "rt-1", id="recorded"),
        pytest.param({"status": {}}, "rt-1", id="claimed"),
        pytest.param({"claim": COPIED, "status": {}}, "", id="somebody else's claim"),
        pytest.param(
            {"status": a_status(agentRuntimeId="rt-that-is-gone")},
            "rt-1",
            id="claimed anew: a create there may be on its way, and its status was not written",
        ),
        pytest.param({"agentRuntimeRef": {"id": "rt-9"}, "claim": None, "status": {}}, "rt-9", id="named by id"),
        pytest.param({"agentRuntimeRef": {"id": "rt-9"}}, "rt-9", id="what is named by id goes before all else"),
    ],
)
def test_the_runtime_that_the_object_was_led_to_stays_the_one(changed, runtime_id):
    assert desired_of(an_object(**changed)).known_runtime_id == runtime_id


@pytest.mark.parametrize(
    ("changed", "matters"),
    [
        pytest.param({}, True, id="alive"),
        pytest.param(
            {"managementPolicy": "Observe", "deletionPolicy": "Orphan"}, True, id="alive, whatever its policy"
        ),
        pytest.param({"deleted_for": 1}, True, id="deleted"),
        pytest.param({"deleted_for": 1, "claim": None}, False, id="deleted, recorded without a claim"),
        pytest.param({"deleted_for": 1, "status": {}}, True, id="deleted, claimed"),
        pytest.param({"deleted_for": 1, "claim": None, "status": {}}, False, id="deleted, nothing was ever made"),
        pytest.param({"deleted_for": 1, "finalized": False}, False, id="deleted, let go already"),
        pytest.param({"deleted_for": 1, "deletionPolicy": "Orphan"}, False, id="deleted, Orphan"),
        pytest.param({"deleted_for": 1, "managementPolicy": "Observe"}, False, id="deleted, Observe"),
        pytest.param(
            {"deleted_for": 1, "deletionPolicy": "Orphan", "paused": True}, True, id="deleted, Orphan, paused"
        ),
    ],
)
def test_agentrun_is_looked_at_only_where_that_matters(changed, matters):
    assert desired_of(an_object(**changed)).remote_matters == matters


def test_an_object_that_reached_agentrun_in_this_pass_says_so():
    desired = desired_of(a_new_object(generation=4)).with_applied()
    assert desired.recorded.applied_generation == 4


def test_conditions_of_others_do_not_hurt():
    status = a_status(conditions=[a_condition("Synced", "True InSync"), a_condition("Mood", "True Good", generation=0)])
    assert recorded_of(status).applied_generation == 1


def test_fields_of_a_newer_resource_do_not_hurt():
    assert desired_of(an_object(mood="good")).comparable == desired_of(an_object()).comparable
