"""What is done for a live object while its endpoint changes, and after a change that failed at AgentRun."""

from datetime import timedelta

from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.decide import decide
from support.decisions import decided, each, row
from support.objects import (
    ADOPTED,
    ENDPOINT_ID,
    NOW,
    OWN,
    Case,
    Object,
    a_look,
    a_new_object,
    a_status,
    an_edited_object,
    an_endpoint,
    an_object,
    message,
)

WAITING = Attempts(1, failures=2, not_before=NOW + timedelta(seconds=4))
CREATE_FAILED = "Ready=False CreateFailed, Synced=False CreateFailed@1, Reconciling=True CreateFailed"
UPDATE_FAILED = "Ready=False UpdateFailed, Synced=False UpdateFailed@1, Reconciling=True UpdateFailed"

MOVING = [
    row(
        "creating",
        an_object(),
        a_look(an_endpoint("CREATING")),
        does="rest, soon",
        says="Ready=False Creating, Synced=True Creating@1, Reconciling=True Creating",
        because="the create reached AgentRun and is under way",
    ),
    row(
        "updating, with a difference",
        an_object(),
        a_look(an_endpoint("UPDATING", description="theirs")),
        does="rest, soon",
        says="Ready=False Updating, Synced=True Updating@1, Reconciling=True Updating",
        because="AgentRun takes no other change meanwhile",
    ),
    row(
        "updating, edited since",
        an_edited_object(description="new"),
        a_look(an_endpoint("UPDATING")),
        does="rest, soon",
        says="Ready=False Updating, Synced=False Updating@1, Reconciling=True Updating",
        because="what is under way is not what this generation asks for",
    ),
    row(
        "deleting",
        an_object(),
        a_look(an_endpoint("DELETING")),
        does="rest, soon",
        says="Ready=False Deleting, Synced=True Deleting@1, Reconciling=True Deleting",
        because="somebody deletes it; it is made again when it is gone",
    ),
]


def create_failed(*, recorded: bool = True, claim: Object = OWN, **changed):
    """An object whose endpoint could not be created; recorded: the status tells so and knows no id any more."""
    told = a_status(state="CREATE_FAILED", endpointId=ENDPOINT_ID if claim == ADOPTED else None)
    return an_object(status=told if recorded else a_status(state="CREATING"), claim=claim, **changed)


FAILED_CREATIONS = [
    row(
        "creation failed",
        create_failed(recorded=False),
        a_look(an_endpoint("CREATE_FAILED")),
        does="rest 1 s",
        says=CREATE_FAILED,
        because="the status forgets the id first: else its absence would look like somebody's doing after a crash",
    ),
    row(
        "creation failed, never recorded",
        a_new_object(claim=OWN, finalized=True),
        a_look(an_endpoint("CREATE_FAILED")),
        does="rest 1 s",
        says=CREATE_FAILED.replace("@1", "@0"),
        because="after a crash between the create and the status, the failure is told first too",
    ),
    row(
        "creation failed, while it was only observed",
        an_object(status=a_status(state="CREATE_FAILED", ready="False CreateFailed")),
        a_look(an_endpoint("CREATE_FAILED")),
        does="rest 1 s",
        says=CREATE_FAILED,
        because="the failure is told, but the id is not forgotten yet",
    ),
    row(
        "creation failed, told, in a list",
        create_failed(),
        a_look(an_endpoint("CREATE_FAILED"), listed=True),
        does="confirm",
        because="nothing is deleted for what a list says, which may lag",
    ),
    row(
        "creation failed, told",
        create_failed(),
        a_look(an_endpoint("CREATE_FAILED")),
        does="delete as recovery",
        says=CREATE_FAILED,
        because="it is deleted, and created again when it is gone",
    ),
    row(
        "creation failed again",
        create_failed(),
        a_look(an_endpoint("CREATE_FAILED"), listed=True),
        does="rest 4 s",
        says=CREATE_FAILED,
        because="each try waits longer",
        attempts=WAITING,
    ),
    row(
        "creation failed, asked for a look",
        create_failed(requested="now"),
        a_look(an_endpoint("CREATE_FAILED")),
        does="delete as recovery",
        says=CREATE_FAILED,
        because="a person's request ends the pause",
        attempts=WAITING,
    ),
    row(
        "an adopted one whose creation failed",
        create_failed(claim=ADOPTED),
        a_look(an_endpoint("CREATE_FAILED")),
        does="update nothing as recovery",
        says=CREATE_FAILED,
        because="what was not made here is mended, not deleted",
    ),
    row(
        "an adopted one whose creation failed, again",
        create_failed(claim=ADOPTED),
        a_look(an_endpoint("CREATE_FAILED")),
        does="rest 4 s",
        says=CREATE_FAILED,
        because="each try waits longer",
        attempts=WAITING,
    ),
]


def updates_failed(state: str, reason: str = "UpdateFailed"):
    return row(
        f"{state}",
        an_object(),
        a_look(an_endpoint(state, description="older")),
        does="update description as recovery",
        says=UPDATE_FAILED.replace("UpdateFailed", reason),
        because="the whole desired state is sent again; nobody changed anything outside",
    )


FAILED_UPDATES = [
    updates_failed("UPDATE_FAILED"),
    updates_failed("FAILED"),
    updates_failed("DELETE_FAILED", "DeleteFailed"),
    row(
        "update failed, nothing differs",
        an_object(),
        a_look(an_endpoint("UPDATE_FAILED")),
        does="update nothing as recovery",
        says=UPDATE_FAILED,
        because="only another update can end this state",
    ),
    row(
        "update failed under Report",
        an_object(driftPolicy="Report"),
        a_look(an_endpoint("UPDATE_FAILED", description="older")),
        does="update description as recovery",
        says=UPDATE_FAILED,
        because="a failure is no change made outside",
    ),
    row(
        "update failed again",
        an_object(),
        a_look(an_endpoint("UPDATE_FAILED")),
        does="rest 4 s",
        says=UPDATE_FAILED,
        because="each try waits longer",
        attempts=WAITING,
    ),
]

ROWS = [*MOVING, *FAILED_CREATIONS, *FAILED_UPDATES]


@each(ROWS)
def test_what_is_done_and_said(row):
    assert decided(row.case) == (row.does, row.says), row.because


@each(ROWS)
def test_only_agreement_ends_the_count_of_failures(row):
    agreed = row.says is not None and "Synced=True InSync" in row.says and "Ready=True" in row.says
    assert decide(row.case.given).settled == agreed


def test_a_failure_is_told_in_the_services_words():
    status = Case(an_object(), a_look(an_endpoint("UPDATE_FAILED", status_reason="no quota"))).decided()
    assert message(status, "Ready") == "AgentRun reports the endpoint as UPDATE_FAILED: no quota"
