"""What is done for a live object before its endpoint is thought of: missing sight, rivals, and mere observing."""

from agentrun_operator.resources.reasons import Reason
from support.decisions import decided, each, row
from support.objects import (
    COPIED,
    Case,
    a_look,
    a_new_object,
    a_status,
    an_edited_object,
    an_endpoint,
    an_object,
    message,
    no_look,
)

DIFFERENT = an_endpoint(description="theirs")
CREDENTIALS_GONE = no_look(Reason.CREDENTIALS_NOT_FOUND, definite=True)
DOWN = no_look(Reason.REMOTE_UNAVAILABLE, blind_for=60)
DOWN_FOR_LONG = no_look(Reason.REMOTE_UNAVAILABLE, blind_for=300)

BLOCKED = [
    row(
        "no credentials",
        an_object(),
        CREDENTIALS_GONE,
        does="retry CredentialsNotFound within 30 s",
        says="Ready=False CredentialsNotFound, Synced=False CredentialsNotFound@1",
        because="somebody may put the Secret there at any time",
    ),
    row(
        "credentials not allowed here",
        a_new_object(),
        no_look(Reason.CREDENTIALS_NOT_ALLOWED, definite=True),
        does="retry CredentialsNotAllowed within 30 s",
        says="Ready=False CredentialsNotAllowed, Synced=False CredentialsNotAllowed@0, "
        "Stalled=True CredentialsNotAllowed",
        because="only a person can allow it",
    ),
    row(
        "a region that is not served",
        a_new_object(),
        no_look(Reason.REGION_NOT_SERVED, definite=True),
        does="retry RegionNotServed within 30 s",
        says="Ready=False RegionNotServed, Synced=False RegionNotServed@0, Stalled=True RegionNotServed",
        because="the region of an object never changes, and the operator's address is for a person to set",
    ),
    row(
        "no such runtime",
        a_new_object(),
        no_look(Reason.RUNTIME_NOT_FOUND, definite=True),
        does="retry RuntimeNotFound within 30 s",
        says="Ready=False RuntimeNotFound, Synced=False RuntimeNotFound@0",
        because="whoever makes the runtime may be at it",
    ),
    row(
        "an ambiguous runtime",
        a_new_object(),
        no_look(Reason.RUNTIME_AMBIGUOUS, definite=True),
        does="retry RuntimeAmbiguous within 30 s",
        says="Ready=False RuntimeAmbiguous, Synced=False RuntimeAmbiguous@0, Stalled=True RuntimeAmbiguous",
        because="which one is meant only a person can say",
    ),
    row(
        "no credentials, observing",
        an_object(managementPolicy="Observe", status=a_status(applied=0)),
        CREDENTIALS_GONE,
        does="retry CredentialsNotFound within 30 s",
        says="Ready=False CredentialsNotFound, Synced=False CredentialsNotFound@0",
        because="observing takes credentials too",
    ),
]

UNREADABLE = [
    row(
        "unreadable for a minute",
        an_object(),
        DOWN,
        does="retry RemoteUnavailable within 300 s",
        because="a blip changes nothing, but what the look was for still waits: a drift to be confirmed, a request",
    ),
    row(
        "unreadable for long",
        an_object(),
        DOWN_FOR_LONG,
        does="retry RemoteUnavailable within 300 s",
        says="Ready=Unknown Stale, Synced=False RemoteUnavailable@1",
        because="nobody knows any more whether it serves",
    ),
    row(
        "unreadable, never seen",
        a_new_object(),
        no_look(Reason.THROTTLED, retry_after=7),
        does="retry Throttled within 300 s but not before 7 s",
        says="Ready=False Throttled, Synced=False Throttled@0",
        because="what waits to be done says at once why",
    ),
    row(
        "unreadable, edited",
        an_edited_object(),
        DOWN,
        does="retry RemoteUnavailable within 300 s",
        says="Ready=False RemoteUnavailable, Synced=False RemoteUnavailable@1",
        because="Ready would speak of a generation that nobody has looked at",
    ),
    row(
        "unreadable, refused before",
        a_new_object(status=a_status(applied=0, endpointId=None, synced="False AlreadyExists")),
        DOWN,
        does="retry RemoteUnavailable within 300 s",
        says="Ready=False RemoteUnavailable, Synced=False RemoteUnavailable@0",
        because="this generation never reached AgentRun",
    ),
    row(
        "unreadable, observing",
        an_object(managementPolicy="Observe", status=a_status(applied=0)),
        DOWN,
        does="retry RemoteUnavailable within 300 s",
        because="what is only observed never reaches AgentRun, and a blip changes nothing there either",
    ),
    row(
        "unreadable, observing since an edit",
        an_edited_object(managementPolicy="Observe", status=a_status(applied=0)),
        DOWN,
        does="retry RemoteUnavailable within 300 s",
        says="Ready=False RemoteUnavailable, Synced=False RemoteUnavailable@0",
        because="this generation was not looked at",
    ),
    row(
        "credentials rejected",
        an_object(),
        no_look(Reason.CREDENTIALS_REJECTED, blind_for=100),
        does="retry CredentialsRejected within 300 s",
        says="Ready=True Available, Synced=False CredentialsRejected@1",
        because="the endpoint serves on, but nothing can be kept in sync: a person has to know before it is stale",
    ),
]

RIVALS = [
    row(
        "an older object",
        a_new_object(),
        a_look(rival="team-a/older"),
        does="rest 30 s",
        says="Ready=False Conflict, Synced=False Conflict@0, Stalled=True Conflict",
        because="one of the two has to go or to be renamed",
    ),
    row(
        "an older object, and the endpoint is ours",
        an_object(),
        a_look(DIFFERENT, rival="team-a/older"),
        does="rest 30 s",
        says="Ready=False Conflict, Synced=False Conflict@1, Stalled=True Conflict",
        because="two objects that change one endpoint back and forth are worse than one that waits",
    ),
]

OBSERVING = [
    row(
        "observing, there",
        a_new_object(managementPolicy="Observe"),
        a_look(DIFFERENT),
        does="rest",
        says="Ready=True Available, Synced=True InSync@0",
        because="it is mirrored, never compared, and nothing of this generation ever reaches AgentRun",
    ),
    row(
        "observing, updating",
        a_new_object(managementPolicy="Observe"),
        a_look(an_endpoint("UPDATING")),
        does="rest, soon",
        says="Ready=False Updating, Synced=True InSync@0",
        because="the end of the change is to show soon",
    ),
    row(
        "observing, failed",
        a_new_object(managementPolicy="Observe", claim=COPIED),
        a_look(an_endpoint("CREATE_FAILED")),
        does="rest",
        says="Ready=False CreateFailed, Synced=True InSync@0",
        because="mending is a write",
    ),
    row(
        "observing, adopting",
        a_new_object(managementPolicy="Observe", adoptionPolicy="Adopt"),
        a_look(DIFFERENT),
        does="rest",
        says="Ready=True Available, Synced=True InSync@0",
        because="what is observed is not taken over: not even the claim is set",
    ),
    row(
        "observing, unknown state",
        a_new_object(managementPolicy="Observe"),
        a_look(an_endpoint("HIBERNATING")),
        does="rest",
        says="Ready=Unknown UnknownState, Synced=True InSync@0",
        because="the word is mirrored; what it means nobody knows",
    ),
    row(
        "observing, absent in a list",
        an_object(managementPolicy="Observe"),
        a_look(listed=True),
        does="confirm",
        because="a list may lag",
    ),
    row(
        "observing, absent",
        an_object(managementPolicy="Observe"),
        a_look(),
        does="rest",
        says="Ready=False NotFound, Synced=False NotFound@1",
        because="Observe makes none; somebody else may",
    ),
]

ROWS = [*BLOCKED, *UNREADABLE, *RIVALS, *OBSERVING]


@each(ROWS)
def test_what_is_done_and_said(row):
    assert decided(row.case) == (row.does, row.says), row.because


def test_the_message_of_a_conflict_names_the_other_object_and_the_endpoint():
    status = Case(an_object(), a_look(rival="team-b/older")).decided()
    told = "The endpoint chat of runtime support-bot belongs to team-b/older"
    assert message(status, "Synced").startswith(told)


def test_a_stale_look_says_for_how_long_and_why():
    status = Case(an_object(), DOWN_FOR_LONG).decided()
    assert message(status, "Ready") == "Not seen for 300 s: RemoteUnavailable for a reason"
