"""What is done for an object that is being deleted: its finalizer goes when the endpoint is gone, or is to stay."""

from dataclasses import replace
from datetime import timedelta

from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.checks.deletion_checks import QUIET, probes_left
from agentrun_operator.reconcile.state.observed import Observed
from agentrun_operator.resources.reasons import Reason
from support.decisions import decided, each, row
from support.objects import (
    ADOPTED,
    COPIED,
    MOVED,
    NOW,
    OTHER_ID,
    OWN,
    UNREADY,
    Case,
    a_look,
    a_status,
    an_endpoint,
    an_object,
    message,
    no_look,
)

WAITING = Attempts(2, failures=2, not_before=NOW + timedelta(seconds=4))
NOT_LOOKED_AT = Observed()
DELETING = "Ready=False Deleting, Synced=False Deleting@1, Reconciling=True Deleting"


def deleted(since: float = 60, **changed):
    """An object that was reconciled and then deleted, which is a generation of its own."""
    return an_object(**({"generation": 2, "deleted_for": since} | changed))


HELD_BY_OTHERS = [
    row(
        "our finalizer is gone",
        deleted(finalized=False),
        a_look(an_endpoint()),
        does="rest",
        because="nothing holds the object for us any more",
    ),
    row(
        "our finalizer is gone, paused",
        deleted(finalized=False, paused=True),
        a_look(an_endpoint()),
        does="rest",
        because="there is nothing that a pause could stop",
    ),
    row(
        "paused",
        deleted(paused=True),
        a_look(an_endpoint()),
        does="rest",
        says="Ready=False Paused, Synced=False Paused@1",
        because="a pause stops the deletion too",
    ),
    row(
        "paused, gone already",
        deleted(paused=True),
        a_look(),
        does="rest",
        says="Ready=False Paused, Synced=False Paused@1",
        because="the finalizer stays while paused",
    ),
    row(
        "paused, Orphan",
        deleted(paused=True, deletionPolicy="Orphan"),
        a_look(an_endpoint()),
        does="rest",
        says="Ready=False Paused, Synced=False Paused@1",
        because="a pause outranks Orphan",
    ),
]

LEFT = [
    row(
        "Orphan",
        deleted(deletionPolicy="Orphan"),
        NOT_LOOKED_AT,
        does="release, orphaned",
        because="the endpoint is to stay: nobody needs to look",
    ),
    row(
        "Orphan, without credentials",
        deleted(deletionPolicy="Orphan"),
        no_look(Reason.CREDENTIALS_NOT_FOUND, definite=True),
        does="release, orphaned",
        because="this is the way out of a deletion that is stuck",
    ),
    row(
        "Orphan, never created",
        deleted(deletionPolicy="Orphan", claim=None, status={}),
        NOT_LOOKED_AT,
        does="release",
        because="nothing is left behind",
    ),
    row(
        "Observe, after it was managed",
        deleted(managementPolicy="Observe"),
        NOT_LOOKED_AT,
        does="release, orphaned",
        because="Observe never writes, and the endpoint that was made stays",
    ),
    row(
        "Observe from the start",
        deleted(managementPolicy="Observe", claim=None, status=a_status(applied=0)),
        NOT_LOOKED_AT,
        does="release",
        because="what was only looked at is nobody's orphan",
    ),
    row(
        "never claimed",
        deleted(claim=None, status={}),
        NOT_LOOKED_AT,
        does="release",
        because="nothing was ever created",
    ),
    row(
        "another object's mark",
        deleted(claim=COPIED, status={}),
        NOT_LOOKED_AT,
        does="release",
        because="a copied or restored object has made nothing",
    ),
    row(
        "refused",
        deleted(claim=None, status=a_status(applied=0, endpointId=None, synced="False AlreadyExists")),
        NOT_LOOKED_AT,
        does="release",
        because="the endpoint of this name is somebody else's",
    ),
]

GONE = [
    row(
        "the runtime is gone",
        deleted(),
        no_look(Reason.RUNTIME_NOT_FOUND, definite=True),
        does="release",
        because="and every endpoint of it with it",
    ),
    row("absent in a list", deleted(), a_look(listed=True), does="confirm", because="lists may lag"),
    row("absent", deleted(), a_look(), does="release", because="it was asked for by id and by name"),
    row(
        "absent, claimed and never recorded, in doubt",
        deleted(status={}),
        a_look(listed=True),
        does="confirm",
        because="a create whose answer was lost may still show",
    ),
    row(
        "somebody else's under its name, in a list",
        deleted(claim=MOVED),
        a_look(an_endpoint(endpoint_id=OTHER_ID), listed=True),
        does="confirm",
        because="ours may be there, beside it, and not listed yet",
    ),
    row(
        "somebody else's under its name",
        deleted(claim=MOVED),
        a_look(an_endpoint(endpoint_id=OTHER_ID)),
        does="release",
        because="ours is gone, and the other is not ours to delete",
    ),
    row(
        "somebody else's under an unused claim",
        deleted(status={}),
        a_look(an_endpoint(endpoint_id=OTHER_ID)),
        does="release",
        because="every create under this claim was refused",
        attempts=Attempts(2, claim_unused=True),
    ),
]

UNREADABLE = [
    row(
        "no credentials",
        deleted(),
        no_look(Reason.CREDENTIALS_NOT_FOUND, definite=True),
        does="retry CredentialsNotFound within 30 s",
        says="Ready=False CredentialsNotFound, Synced=False CredentialsNotFound@1",
        because="the endpoint may be there: the Secret has to come back, or Orphan lets the object go",
    ),
    row(
        "an ambiguous runtime",
        deleted(),
        no_look(Reason.RUNTIME_AMBIGUOUS, definite=True),
        does="retry RuntimeAmbiguous within 30 s",
        says="Ready=False RuntimeAmbiguous, Synced=False RuntimeAmbiguous@1",
        because="several runtimes are not none",
    ),
    row(
        "AgentRun is down",
        deleted(),
        no_look(Reason.REMOTE_UNAVAILABLE, retry_after=9),
        does="retry RemoteUnavailable within 300 s but not before 9 s",
        says="Ready=False RemoteUnavailable, Synced=False RemoteUnavailable@1",
        because="no answer is no absence",
    ),
    row(
        "the runtime's absence is not certain",
        deleted(),
        no_look(Reason.RUNTIME_NOT_FOUND),
        does="retry RuntimeNotFound within 300 s",
        says="Ready=False RuntimeNotFound, Synced=False RuntimeNotFound@1",
        because="only an answer that says so is an absence",
    ),
]

THERE = [
    row(
        "there", deleted(since=1), a_look(an_endpoint()), does="delete as recovery", because="what we made we clean up"
    ),
    row(
        "there in a list",
        deleted(),
        a_look(an_endpoint(), listed=True),
        does="delete as recovery",
        says=DELETING,
        because="to delete what is gone does no harm",
    ),
    row(
        "adopted",
        deleted(claim=ADOPTED, status={}),
        a_look(an_endpoint(endpoint_id=OTHER_ID)),
        does="delete as recovery",
        says=DELETING.replace("@1", "@0"),
        because="what was adopted is ours",
    ),
    row(
        "claimed, never recorded",
        deleted(claim=OWN, status={}),
        a_look(an_endpoint()),
        does="delete as recovery",
        says=DELETING.replace("@1", "@0"),
        because="after a crash between the create and the status, the claim proves that it is ours",
    ),
    row(
        "creating",
        deleted(),
        a_look(an_endpoint("CREATING")),
        does="delete as recovery",
        says=DELETING,
        because="whether it has to wait AgentRun says",
    ),
    row(
        "in a runtime that is not ready",
        deleted(),
        a_look(an_endpoint(), runtime=UNREADY),
        does="delete as recovery",
        says=DELETING,
        because="whether it has to wait AgentRun says",
    ),
    row(
        "rivalled",
        deleted(),
        a_look(an_endpoint(), rival="team-a/holder"),
        does="release",
        because="two claims met, and who holds the endpoint keeps it",
    ),
    row(
        "asked for already",
        deleted(),
        a_look(an_endpoint()),
        does="rest 4 s, soon",
        says=DELETING,
        because="a repetition waits",
        attempts=WAITING,
    ),
    row(
        "asked for already, and a person asks for a look",
        deleted(requested="now"),
        a_look(an_endpoint()),
        does="delete as recovery",
        says=DELETING,
        because="a person's request ends the pause",
        attempts=WAITING,
    ),
    row(
        "deletion failed",
        deleted(since=1),
        a_look(an_endpoint("DELETE_FAILED")),
        does="delete as recovery",
        says="Ready=False DeleteFailed, Synced=False DeleteFailed@1, Reconciling=True DeleteFailed",
        because="it is tried again, and a failure is told at once",
    ),
    row(
        "deletion failed again",
        deleted(),
        a_look(an_endpoint("DELETE_FAILED")),
        does="rest 4 s, soon",
        says="Ready=False DeleteFailed, Synced=False DeleteFailed@1, Reconciling=True DeleteFailed",
        because="each try waits longer",
        attempts=WAITING,
    ),
    row(
        "being deleted for two seconds",
        deleted(since=2),
        a_look(an_endpoint("DELETING")),
        does="rest 13 s, soon",
        because="most are gone by then, and a write is spared; if not, the status is due to tell",
    ),
    row(
        "being deleted for a minute",
        deleted(),
        a_look(an_endpoint("DELETING")),
        does="rest, soon",
        says=DELETING,
        because="the poller sees it go",
    ),
    row(
        "waited for its turn for a minute, and AgentRun is at it since",
        deleted(),
        a_look(an_endpoint("DELETING")),
        does="rest 14 s, soon",
        because="it is AgentRun that takes long, or not",
        attempts=Attempts(deleted_at=NOW - timedelta(seconds=1)),
    ),
]

ROWS = [*HELD_BY_OTHERS, *LEFT, *GONE, *UNREADABLE, *THERE]


@each(ROWS)
def test_what_is_done_and_said(row):
    assert decided(row.case) == (row.does, row.says), row.because


def test_a_deletion_that_cannot_go_on_says_how_to_give_up_on_it():
    status = Case(deleted(), no_look(Reason.CREDENTIALS_NOT_FOUND, definite=True)).decided()
    assert message(status, "Ready") == (
        "Cannot see whether the endpoint is gone: CredentialsNotFound for a reason. "
        "deletionPolicy Orphan lets the object go"
    )


def test_the_status_is_due_to_tell_of_a_deletion_after_a_while():
    case = Case(deleted(since=0), a_look(an_endpoint("DELETING")))
    before = replace(case, now=NOW + QUIET - timedelta(seconds=0.5))
    after = replace(case, now=NOW + QUIET)
    assert decided(before) == ("rest 0.5 s, soon", None)
    assert decided(after) == ("rest, soon", DELETING)


def test_a_deletion_that_is_asked_for_again_and_again_is_told_of_all_the_same():
    attempts = Attempts().deleted(NOW - timedelta(minutes=1)).deleted(NOW - timedelta(seconds=1))
    waits = replace(attempts, failures=6, not_before=NOW + timedelta(seconds=30))
    assert decided(Case(deleted(), a_look(an_endpoint()), attempts=waits)) == ("rest 30 s, soon", DELETING)


def test_an_object_tells_what_keeps_its_probe_endpoints_from_going():
    given = Case(deleted(since=1), a_look()).given
    assert probes_left(given, "") is None, "most are gone by then"
    told = probes_left(given, "AgentRun is away.")
    assert told is not None
    assert told.synced is not None
    assert told.synced.message == (
        "The endpoint is gone, its probe endpoints are not: AgentRun is away. deletionPolicy Orphan lets the object go"
    )
    assert probes_left(Case(deleted(since=60), a_look()).given, "") is not None
