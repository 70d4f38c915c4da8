"""The status: what is mirrored, what is remembered, and the smallest patch that gets there."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.desired import recorded_of
from agentrun_operator.reconcile.status.status import status_of, status_patch
from agentrun_operator.resources.reasons import Reason
from agentrun_operator.resources.status import Status
from support.objects import (
    ADOPTED,
    ENDPOINT_ID,
    OTHER_ID,
    OWN,
    Case,
    Object,
    a_look,
    a_new_object,
    a_status,
    an_edited_object,
    an_endpoint,
    an_object,
    no_look,
)

WHOLE = an_endpoint(
    agent_runtime_endpoint_arn="acs:agentrun:cn-hangzhou:1:runtimes/support-bot/runtime-endpoints/chat",
    endpoint_public_url="https://1.agentrun-data.test/endpoints/chat",
    status_reason="all is well",
    target_version="LATEST",
    routing_configuration={"version_weights": [{"version": "5", "weight": 0.2}, {"version": "4", "weight": 0.1}]},
    scaling_status={
        "min_instances": 1,
        "current_instances": 0,
        "target_instances": 5,
        "current_error": "no quota",
        "scheduled_policies": [
            {
                "name": "day",
                "schedule_expression": "cron(0 0 8 * * *)",
                "target": 0,
                "start_time": "2026-01-01T00:00:00Z",
                "end_time": "2027-01-01T00:00:00Z",
                "time_zone": "Asia/Shanghai",
            }
        ],
    },
)

MIRRORED: Object = {
    "agentRuntimeId": "rt-1",
    "agentRuntimeName": "support-bot",
    "endpointId": "ep-1",
    "endpointName": "chat",
    "endpointArn": "acs:agentrun:cn-hangzhou:1:runtimes/support-bot/runtime-endpoints/chat",
    "publicUrl": "https://1.agentrun-data.test/endpoints/chat",
    "state": "READY",
    "stateReason": "all is well",
    "targetVersion": "LATEST",
    "resolvedVersion": "3",
    "routing": {"versionWeights": [{"version": "4", "weight": 10}, {"version": "5", "weight": 20}]},
    "scaling": {
        "minInstances": 1,
        "scheduledPolicies": [
            {
                "name": "day",
                "scheduleExpression": "cron(0 0 8 * * *)",
                "target": 0,
                "startTime": "2026-01-01T00:00:00Z",
                "endTime": "2027-01-01T00:00:00Z",
                "timeZone": "Asia/Shanghai",
            }
        ],
        "currentInstances": 0,
        "targetInstances": 5,
        "error": "no quota",
    },
}
OF_THE_ENDPOINT = MIRRORED.keys() - {"agentRuntimeId", "agentRuntimeName", "endpointId", "resolvedVersion"}

observing: Object = {"managementPolicy": "Observe"}


def test_everything_is_mirrored_under_the_names_of_the_spec():
    status = Case(a_new_object(**observing), a_look(WHOLE)).decided()
    assert {name: status[name] for name in MIRRORED} == MIRRORED
    assert status.keys() - MIRRORED.keys() == {"observedGeneration", "conditions", "drift"}


def test_a_status_is_one_that_its_own_model_knows_every_field_of():
    body = an_object(requested="now", driftPolicy="Report")
    status = Case(body, a_look(WHOLE)).decided()
    read = Status.model_validate(status).model_dump(mode="json", by_alias=True, exclude_none=True)
    assert read == status


SENSELESS = an_endpoint(
    status_reason="x" * 2**21,
    endpoint_public_url="🤖" * 2**20,
    target_version="9" * 5000,
    routing_configuration={
        "version_weights": [{"version": "4", "weight": 1e308}, {"version": "v" * 5000, "weight": 0.1}] * 5000
    },
    scaling_status={
        "min_instances": 10**26,
        "current_instances": -(10**26),
        "target_instances": 2**31,
        "current_error": "y" * 2**21,
        "scheduled_policies": [{"name": "n" * 5000, "target": 2**40}] * 5000,
    },
)


def test_whatever_the_service_says_the_status_is_one_that_kubernetes_takes():
    status = Case(a_new_object(**observing), a_look(SENSELESS)).decided()
    assert len(json.dumps(status)) < 400_000
    assert len(status["stateReason"].encode()) <= 1024
    assert len(status["publicUrl"].encode()) <= 1024
    assert status["scaling"].keys() == {"scheduledPolicies", "error"}
    assert all(policy.keys() == {"name"} for policy in status["scaling"]["scheduledPolicies"])
    assert {each["weight"] for each in status["routing"]["versionWeights"]} == {10}
    assert all(len(each["message"]) <= 1024 for each in status["conditions"])


def test_what_is_senseless_is_a_difference_to_the_spec():
    given = Case(an_object(), a_look(SENSELESS)).given
    paths = {difference.path for difference in given.delta}
    assert {"routing.versionWeights", "scaling.minInstances", "scaling.scheduledPolicies"} <= paths


def test_what_the_service_does_not_say_is_absent():
    status = Case(an_object(), a_look(an_endpoint())).decided()
    assert (
        not {"endpointArn", "publicUrl", "stateReason", "routing", "scaling", "drift", "resolvedVersion"}
        & status.keys()
    )


def test_what_is_gone_is_taken_out_of_the_status():
    before = a_status(**MIRRORED)
    status = Case(an_object(status=before, driftPolicy="Report"), a_look()).decided()
    assert not OF_THE_ENDPOINT & status.keys()
    assert status["endpointId"] == "ep-1"


def test_somebody_elses_endpoint_is_not_mirrored():
    status = Case(a_new_object(), a_look(an_endpoint(endpoint_id=OTHER_ID))).decided()
    assert not (OF_THE_ENDPOINT | {"endpointId"}) & status.keys()
    assert status["agentRuntimeId"] == "rt-1"


@pytest.mark.parametrize(
    "look",
    [
        pytest.param(no_look(Reason.REMOTE_UNAVAILABLE, blind_for=301), id="no answer"),
        pytest.param(no_look(Reason.CREDENTIALS_NOT_FOUND, definite=True), id="no credentials"),
    ],
)
def test_what_could_not_be_seen_stays_as_it_was(look):
    status = Case(an_object(status=a_status(**MIRRORED)), look).decided()
    assert {name: status[name] for name in MIRRORED} == MIRRORED


@pytest.mark.parametrize(
    ("wanted", "observed", "resolved"),
    [("LATEST", "LATEST", "3"), ("LATEST", "3", "3"), ("2", "LATEST", "3"), ("3", "3", None)],
)
def test_what_latest_stands_for_is_shown_where_it_is_said(wanted, observed, resolved):
    body = an_object(targetVersion=wanted, driftPolicy="Report")
    status = Case(body, a_look(an_endpoint(target_version=observed))).decided()
    assert status.get("resolvedVersion") == resolved


@pytest.mark.parametrize(
    ("body", "endpoint", "recorded"),
    [
        pytest.param(a_new_object(claim=OWN, finalized=True), an_endpoint(), ENDPOINT_ID, id="ours, seen"),
        pytest.param(a_new_object(**observing), an_endpoint(), ENDPOINT_ID, id="observed"),
        pytest.param(a_new_object(), an_endpoint(), None, id="somebody else's"),
        pytest.param(an_object(), an_endpoint(endpoint_id="ep-2"), "ep-2", id="ours by its claim, another id"),
        pytest.param(
            a_new_object(claim=OWN, finalized=True),
            an_endpoint("DELETING"),
            None,
            id="not recorded anew while it goes: its absence is no deletion outside",
        ),
        pytest.param(an_object(), an_endpoint("DELETING"), ENDPOINT_ID, id="kept while somebody deletes it"),
        pytest.param(
            an_object(),
            an_endpoint("CREATE_FAILED"),
            None,
            id="forgotten when its creation failed: it is deleted by ourselves",
        ),
        pytest.param(an_object(claim=ADOPTED), an_endpoint("CREATE_FAILED"), ENDPOINT_ID, id="adopted and failed"),
        pytest.param(an_object(**observing), an_endpoint("CREATE_FAILED"), ENDPOINT_ID, id="observed and failed"),
        pytest.param(
            an_object(claim=None, paused=True),
            an_endpoint("CREATE_FAILED"),
            ENDPOINT_ID,
            id="kept while the id alone proves whose it is",
        ),
        pytest.param(
            an_object(status=a_status(agentRuntimeId="rt-that-is-gone"), paused=True),
            None,
            None,
            id="forgotten with the runtime that is gone",
        ),
        pytest.param(an_object(paused=True), None, ENDPOINT_ID, id="kept when it vanished"),
    ],
)
def test_the_id_that_is_remembered(body, endpoint, recorded):
    assert Case(body, a_look(endpoint)).decided().get("endpointId") == recorded


def test_a_difference_that_is_left_is_shown_with_both_values_and_remembered():
    status = Case(an_object(driftPolicy="Report"), a_look(an_endpoint(description="theirs"))).decided()
    assert status["drift"] == [{"path": "description", "desired": "ours", "observed": "theirs"}]
    assert [tuple(each) for each in recorded_of(status).drift] == [("description", "ours", "theirs")]


def test_a_difference_that_is_corrected_is_not_shown():
    before = a_status(drift=[{"path": "description", "desired": "ours", "observed": "theirs"}])
    assert "drift" not in Case(an_object(status=before), a_look(an_endpoint())).decided()


def test_a_request_is_answered_with_its_own_value():
    assert Case(an_object(requested="now"), a_look(an_endpoint())).decided()["lastHandledReconcileAt"] == "now"


def test_the_last_answer_stays_when_the_request_is_taken_off():
    before = a_status(lastHandledReconcileAt="then")
    assert Case(an_object(status=before), a_look(an_endpoint())).decided()["lastHandledReconcileAt"] == "then"


def test_the_status_speaks_of_the_generation_that_was_reconciled():
    assert Case(an_edited_object(), a_look(an_endpoint())).decided()["observedGeneration"] == 2


def test_fields_of_a_newer_operator_stay():
    assert Case(an_object(status=a_status(mood="good")), a_look(an_endpoint())).decided()["mood"] == "good"


@pytest.mark.parametrize("policy", ["Correct", "Report"])
@pytest.mark.parametrize(
    "answer",
    [an_endpoint(state) for state in ("READY", "CREATING", "UPDATING", "CREATE_FAILED", "UPDATE_FAILED", "HIBERNATING")]
    + [an_endpoint(description="theirs"), None],
    ids=lambda answer: f"{answer.state} {answer.comparable.description}" if answer else "gone at once",
)
def test_what_agentrun_accepted_in_this_pass_has_reached_it_whatever_the_answer_tells(answer, policy):
    """The next pass reads this from the status: else it would send the same again."""
    case = Case(an_edited_object(driftPolicy=policy), a_look(answer))
    given = case.given._replace(desired=case.given.desired.with_applied())
    verdict = decide(given).verdict
    if verdict is not None:
        status = status_of(given, verdict, case.body["status"])
        assert recorded_of(status).applied_generation == 2


@pytest.mark.parametrize(
    ("body", "endpoint"),
    [
        pytest.param(a_new_object(**observing), WHOLE, id="observed"),
        pytest.param(an_object(), an_endpoint(), id="in sync"),
        pytest.param(an_object(driftPolicy="Report"), an_endpoint(description="theirs"), id="drifted"),
        pytest.param(an_object(driftPolicy="Report"), None, id="deleted outside"),
        pytest.param(a_new_object(), an_endpoint(), id="refused"),
        pytest.param(an_object(paused=True), an_endpoint("UPDATING"), id="paused"),
        pytest.param(an_object(), an_endpoint(""), id="unknown"),
        pytest.param(an_object(), an_endpoint("CREATING"), id="under way"),
    ],
)
def test_a_second_look_at_the_same_writes_nothing(body, endpoint):
    first = Case(body, a_look(endpoint)).decided()
    second = Case(body | {"status": first}, a_look(endpoint)).decided()
    assert status_patch(first, second) == {}


def test_the_status_before_is_not_touched():
    body = an_object(status=a_status(**MIRRORED))
    kept = copy.deepcopy(body)
    case = Case(body, a_look())
    status_patch(body["status"], case.status(decide(case.given)))
    assert body == kept


@pytest.mark.parametrize(
    ("before", "after", "patch"),
    [
        pytest.param({"a": 1, "b": 2}, {"a": 1, "b": 2}, {}, id="nothing"),
        pytest.param({"a": 1, "b": 2}, {"a": 1, "b": 3}, {"b": 3}, id="a value"),
        pytest.param({"a": 1, "b": 2}, {"a": 1}, {"b": None}, id="taken away"),
        pytest.param({}, {"a": {"b": 1}}, {"a": {"b": 1}}, id="new and deep"),
        pytest.param({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, {"a": {"c": None}}, id="taken away deep below"),
        pytest.param({"a": [1, 2]}, {"a": [1]}, {"a": [1]}, id="a list as a whole"),
        pytest.param({"a": {"b": 1}}, {"a": 1}, {"a": 1}, id="another kind of value"),
    ],
)
def test_the_patch_is_the_smallest(before, after, patch):
    assert status_patch(before, after) == patch


scalars = st.booleans() | st.integers() | st.text(max_size=3)
values = st.recursive(
    scalars,
    lambda below: st.lists(below, max_size=2) | st.dictionaries(st.text(max_size=2), below, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from("abcd"), values, max_size=4)


@given(objects, objects)
def test_the_patch_makes_what_is_to_be_of_what_was(before, after):
    patch = json.loads(json.dumps(status_patch(before, after)))
    assert merge_patch(before, patch) == after


@given(objects, objects)
def test_the_patch_is_empty_only_where_nothing_changes(before, after):
    assert (status_patch(before, after) == {}) == (before == after)


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7386, as written there."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged
