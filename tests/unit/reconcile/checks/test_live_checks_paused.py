"""What is done for a live object while it is paused: nothing, and the status is kept true."""

from agentrun_operator.resources.reasons import Reason
from support.decisions import decided, each, row
from support.objects import (
    a_look,
    a_new_object,
    a_status,
    an_edited_object,
    an_endpoint,
    an_object,
    no_look,
)

DIFFERENT = an_endpoint(description="theirs")
CREDENTIALS_GONE = no_look(Reason.CREDENTIALS_NOT_FOUND, definite=True)
DOWN = no_look(Reason.REMOTE_UNAVAILABLE, blind_for=60)
DOWN_FOR_LONG = no_look(Reason.REMOTE_UNAVAILABLE, blind_for=300)

ROWS = [
    row(
        "paused, in sync",
        an_object(paused=True),
        a_look(an_endpoint()),
        does="rest",
        says="Ready=True Available, Synced=False Paused@1",
        because="the endpoint goes on serving, and the pause is told",
    ),
    row(
        "paused, edited",
        an_edited_object(paused=True, description="new"),
        a_look(an_endpoint()),
        does="rest",
        says="Ready=False Paused, Synced=False Paused@1",
        because="the endpoint serves something else than this generation asks for",
    ),
    row(
        "paused, changed outside",
        an_object(paused=True),
        a_look(DIFFERENT),
        does="rest",
        says="Ready=False Paused, Synced=False Paused@1",
        because="a pause stops the correction too, and the status is kept true",
    ),
    row(
        "paused, no endpoint",
        a_new_object(paused=True),
        a_look(),
        does="rest",
        says="Ready=False Paused, Synced=False Paused@0",
        because="nothing is created while paused, not even the claim is set",
    ),
    row(
        "paused, somebody else's endpoint",
        a_new_object(paused=True),
        a_look(an_endpoint()),
        does="rest",
        says="Ready=False Paused, Synced=False Paused@0",
        because="an endpoint that is not ours does not serve for this object, however well it agrees",
    ),
    row(
        "paused, observing one that differs",
        an_object(paused=True, managementPolicy="Observe"),
        a_look(DIFFERENT),
        does="rest",
        says="Ready=True Available, Synced=False Paused@1",
        because="an observed endpoint is ready by its state alone, paused or not",
    ),
    row(
        "paused, updating",
        an_object(paused=True),
        a_look(an_endpoint("UPDATING")),
        does="rest",
        says="Ready=False Updating, Synced=False Paused@1",
        because="the status is kept true while paused",
    ),
    row(
        "paused, creation failed",
        an_object(paused=True, status=a_status(state="CREATE_FAILED", endpointId=None)),
        a_look(an_endpoint("CREATE_FAILED")),
        does="rest",
        says="Ready=False CreateFailed, Synced=False Paused@1",
        because="a pause stops the deletion of a failed endpoint too",
    ),
    row(
        "paused, asked for a look",
        an_object(paused=True, requested="now"),
        a_look(DIFFERENT),
        does="rest",
        says="Ready=False Paused, Synced=False Paused@1",
        because="a request is no permission to write",
    ),
    row(
        "paused, a rival",
        an_object(paused=True),
        a_look(an_endpoint(), rival="team-a/holder"),
        does="rest",
        says="Ready=False Paused, Synced=False Paused@1",
        because="a pause outranks everything, and the endpoint is the holder's",
    ),
    row(
        "paused, unreadable for a minute",
        an_object(paused=True),
        DOWN,
        does="rest 30 s",
        says="Ready=True Available, Synced=False Paused@1",
        because="what was seen a minute ago is not too old",
    ),
    row(
        "paused, unreadable for long",
        an_object(paused=True),
        DOWN_FOR_LONG,
        does="rest 30 s",
        says="Ready=Unknown Stale, Synced=False Paused@1",
        because="the status is kept true: nobody knows any more",
    ),
    row(
        "paused, edited and unreadable",
        an_edited_object(paused=True),
        DOWN,
        does="rest 30 s",
        says="Ready=False RemoteUnavailable, Synced=False Paused@1",
        because="what was seen belongs to another generation",
    ),
    row(
        "paused, credentials gone",
        an_object(paused=True),
        CREDENTIALS_GONE,
        does="rest 30 s",
        says="Ready=False CredentialsNotFound, Synced=False Paused@1",
        because="it is as true as without the pause",
    ),
]


@each(ROWS)
def test_what_is_done_and_said(row):
    assert decided(row.case) == (row.does, row.says), row.because
