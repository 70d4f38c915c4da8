"""What follows when AgentRun accepted a write without telling how things stand, or did not do it."""

import pytest

from agentrun_operator.reconcile.actions import Create, Delete, Retry, Update
from agentrun_operator.reconcile.after_write import accepted, failed, refused_by_kubernetes, taken
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.state.observed import Problem
from agentrun_operator.resources.reasons import Reason
from support.decisions import shown
from support.objects import (
    OWN,
    Case,
    a_look,
    a_new_object,
    a_status,
    an_edited_object,
    an_endpoint,
    an_object,
    conditions,
)

NEW = Case(a_new_object(claim=OWN, finalized=True), a_look())
EDITED = Case(an_edited_object(description="new"), a_look(an_endpoint()))
DRIFTED = Case(an_object(), a_look(an_endpoint(description="theirs")))
GONE = Case(an_object(), a_look())
DELETED = Case(an_object(generation=2, deleted_for=60), a_look(an_endpoint("DELETE_FAILED")))
CREATE_FAILED = Case(
    an_edited_object(status=a_status(state="CREATE_FAILED", endpointId=None)), a_look(an_endpoint("CREATE_FAILED"))
)
UPDATE_FAILED = Case(an_object(), a_look(an_endpoint("UPDATE_FAILED")))

FAILED = [
    pytest.param(
        NEW,
        Reason.REJECTED,
        "retry Rejected within 300 s",
        "Ready=False Rejected, Synced=False Rejected@0, Stalled=True Rejected",
        id="a create that is refused needs a person",
    ),
    pytest.param(
        NEW,
        Reason.RUNTIME_NOT_READY,
        "retry RuntimeNotReady within 30 s",
        "Ready=False RuntimeNotReady, Synced=False RuntimeNotReady@0",
        id="a runtime that is not ready may be soon",
    ),
    pytest.param(
        EDITED,
        Reason.CREDENTIALS_NOT_FOUND,
        "retry CredentialsNotFound within 30 s",
        "Ready=False CredentialsNotFound, Synced=False CredentialsNotFound@1",
        id="credentials that went may come back soon",
    ),
    pytest.param(
        EDITED,
        Reason.THROTTLED,
        "retry Throttled within 300 s",
        "Ready=False Throttled, Synced=False Throttled@1",
        id="an edit that is throttled has not reached AgentRun",
    ),
    pytest.param(
        DRIFTED,
        Reason.REJECTED,
        "retry Rejected within 300 s",
        "Ready=False Rejected, Synced=False Rejected@1, Stalled=True Rejected",
        id="a correction that is refused leaves an endpoint that serves something else",
    ),
    pytest.param(
        GONE,
        Reason.REMOTE_UNAVAILABLE,
        "retry RemoteUnavailable within 300 s",
        "Ready=False RemoteUnavailable, Synced=False RemoteUnavailable@1",
        id="a create anew that is not answered",
    ),
    pytest.param(
        CREATE_FAILED,
        Reason.THROTTLED,
        "retry Throttled within 300 s",
        "Ready=False CreateFailed, Synced=False Throttled@1",
        id="a failed creation stays what Ready tells, while its deletion is throttled",
    ),
    pytest.param(
        UPDATE_FAILED,
        Reason.REJECTED,
        "retry Rejected within 300 s",
        "Ready=False UpdateFailed, Synced=False Rejected@1, Stalled=True Rejected",
        id="a failed update stays what Ready tells, and Stalled tells why it is stuck",
    ),
    pytest.param(
        DELETED,
        Reason.REMOTE_UNAVAILABLE,
        "retry RemoteUnavailable within 300 s",
        "Ready=False RemoteUnavailable, Synced=False RemoteUnavailable@1",
        id="a deletion that is not answered is told by both",
    ),
]


REFUSED_BY_KUBERNETES = [
    pytest.param(
        Case(a_new_object(), a_look()),
        "Ready=False WriteRefused, Synced=False WriteRefused@0, Stalled=True WriteRefused",
        id="an object that may not have its finalizer",
    ),
    pytest.param(
        Case(an_object(finalized=False), a_look(an_endpoint())),
        "Ready=True Available, Synced=False WriteRefused@1, Stalled=True WriteRefused",
        id="an endpoint serves on that may not have its finalizer back",
    ),
    pytest.param(
        Case(an_object(generation=2, deleted_for=60), a_look()),
        "Ready=False WriteRefused, Synced=False WriteRefused@1, Stalled=True WriteRefused",
        id="an object that may not be let go though its endpoint is gone",
    ),
]


@pytest.mark.parametrize(("case", "reason", "does", "says"), FAILED)
def test_a_write_that_was_not_done_is_tried_again_and_told(case, reason, does, says):
    decision = failed(case.given, decide(case.given), Problem(reason, "for a reason"))
    assert shown(decision.action) == does
    assert conditions(case.status(decision)) == says


def test_a_write_is_not_tried_again_before_the_service_wants_it():
    decision = failed(NEW.given, decide(NEW.given), Problem(Reason.THROTTLED, "slow down", retry_after=12))
    assert decision.action == Retry(Reason.THROTTLED, at_most=300.0, at_least=12)


@pytest.mark.parametrize(
    ("case", "write", "says"),
    [
        pytest.param(
            NEW,
            Create(),
            "Ready=False Creating, Synced=True Creating@1, Reconciling=True Creating",
            id="a create is under way",
        ),
        pytest.param(
            EDITED,
            Update(()),
            "Ready=False Updating, Synced=True Updating@2, Reconciling=True Updating",
            id="an update is under way, and the generation has reached AgentRun",
        ),
        pytest.param(
            DELETED,
            Delete(),
            "Ready=True Available, Synced=True InSync@1",
            id="what a deletion does is for the next look to see",
        ),
    ],
)
def test_an_acceptance_that_tells_no_state_is_looked_after_soon(case, write, says):
    decision = accepted(case.given, write)
    assert shown(decision.action) == "rest 1 s, soon"
    assert conditions(case.status(decision)) == says


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ("Refuse", "Ready=False AlreadyExists, Synced=False AlreadyExists@0, Stalled=True AlreadyExists"),
        ("Adopt", "Ready=False AlreadyExists, Synced=False AlreadyExists@0"),
    ],
)
def test_a_name_that_is_taken_by_what_no_list_shows_yet_is_looked_at_again_soon(policy, says):
    case = Case(a_new_object(claim=OWN, finalized=True, adoptionPolicy=policy), a_look())
    decision = taken(case.given)
    assert shown(decision.action) == "retry AlreadyExists within 30 s"
    assert conditions(case.status(decision)) == says


@pytest.mark.parametrize(("case", "says"), REFUSED_BY_KUBERNETES)
def test_what_the_api_server_refuses_is_told_and_tried_again_with_growing_pauses(case, says):
    decision = refused_by_kubernetes(case.given, "no finalizers today")
    assert shown(decision.action) == "retry WriteRefused within 300 s"
    assert conditions(case.status(decision)) == says
