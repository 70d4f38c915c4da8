"""What is done for a live object whose endpoint is not there: it is claimed and created, made again, or reported."""

from datetime import timedelta

import pytest

from agentrun_operator.reconcile.attempts import Attempts
from support.decisions import decided, each, row
from support.objects import (
    ADOPTED,
    COPIED,
    MOVED,
    NOW,
    OWN,
    UNREADY,
    Case,
    a_look,
    a_new_object,
    a_status,
    an_edited_object,
    an_object,
    message,
)

CREATING = "Ready=False Creating, Synced=False Creating@{}, Reconciling=True Creating"
CLAIMED = {"claim": OWN, "finalized": True}
FAILED_JUST_NOW = Attempts(1, failures=2, not_before=NOW + timedelta(seconds=4))

NEVER_CREATED = [
    row(
        "runtime not ready",
        a_new_object(),
        a_look(runtime=UNREADY),
        does="retry RuntimeNotReady within 30 s",
        says="Ready=False RuntimeNotReady, Synced=False RuntimeNotReady@0",
        because="AgentRun refuses an endpoint until then, and nobody tells when it is",
    ),
    row(
        "new",
        a_new_object(),
        a_look(),
        does="claim",
        says=CREATING.format(0),
        because="the claim stands before the first create",
    ),
    row(
        "new, absent in a list",
        a_new_object(),
        a_look(listed=True),
        does="claim",
        says=CREATING.format(0),
        because="the create itself is answered if the name is taken: no call is spent on asking first",
    ),
    row("claimed", a_new_object(**CLAIMED), a_look(), does="create", because="everything is prepared"),
    row(
        "claimed, and a create had no answer",
        a_new_object(**CLAIMED),
        a_look(doubtful=True),
        does="rest 1 s, soon, in doubt",
        because="it may be there, in no list yet: a second create must not be sent on the word of the first list",
    ),
    row(
        "claimed without a finalizer",
        a_new_object(claim=OWN),
        a_look(),
        does="claim",
        says=CREATING.format(0),
        because="without it the object could go and leave the endpoint behind",
    ),
    row(
        "a finalizer without a claim",
        a_new_object(finalized=True),
        a_look(),
        does="claim",
        says=CREATING.format(0),
        because="after a crash nobody would know whose endpoint it is",
    ),
    row(
        "another object's claim",
        a_new_object(claim=COPIED, finalized=True),
        a_look(),
        does="claim",
        says=CREATING.format(0),
        because="a copied or restored object has another uid",
    ),
    row(
        "a claim on a runtime that is gone",
        an_object(claim=MOVED, status=a_status(agentRuntimeId="rt-that-is-gone")),
        a_look(listed=True),
        does="claim",
        says=CREATING.format(1),
        because="the runtime's name leads to another now, and the endpoint is made there as if for the first time",
    ),
    row(
        "adopted before, and gone",
        an_object(claim=ADOPTED),
        a_look(),
        does="claim",
        says=CREATING.format(1),
        because="what is made now is our own: when its creation fails, it may be deleted and made again",
    ),
    row(
        "only observed before",
        a_new_object(status=a_status(applied=0)),
        a_look(listed=True),
        does="claim",
        says=CREATING.format(0),
        because="an endpoint that was only looked at was not deleted behind our back: it never was ours",
    ),
    row(
        "after a failed creation",
        a_new_object(**CLAIMED),
        a_look(),
        does="rest 4 s",
        because="the next try waits",
        attempts=FAILED_JUST_NOW,
    ),
    row(
        "after a failed creation, asked for a look",
        a_new_object(**CLAIMED, requested="now"),
        a_look(),
        does="create",
        because="a person's request ends the pause",
        attempts=FAILED_JUST_NOW,
    ),
    row(
        "runtime not ready after a failed creation",
        a_new_object(**CLAIMED),
        a_look(runtime=UNREADY),
        does="retry RuntimeNotReady within 30 s",
        says="Ready=False RuntimeNotReady, Synced=False RuntimeNotReady@0",
        because="the nearer cause is told",
        attempts=FAILED_JUST_NOW,
    ),
]

CREATED_BEFORE = [
    row("vanished from a list", an_object(), a_look(listed=True), does="confirm", because="lists may lag"),
    row("deleted outside", an_object(), a_look(), does="create again", because="Correct makes it again"),
    row(
        "deleted outside, edited since",
        an_edited_object(),
        a_look(),
        does="create again",
        because="it was there before, whatever the spec says now",
    ),
    row(
        "deleted outside, runtime not ready",
        an_object(),
        a_look(runtime=UNREADY),
        does="retry RuntimeNotReady within 30 s",
        says="Ready=False RuntimeNotReady, Synced=False RuntimeNotReady@1",
        because="making it again has to wait like making it",
    ),
    row(
        "deleted outside, claim taken off",
        an_object(claim=None),
        a_look(),
        does="claim",
        says=CREATING.format(1),
        because="the claim stands before every create",
    ),
    row(
        "vanished from a list, under Report",
        an_object(driftPolicy="Report"),
        a_look(listed=True),
        does="confirm",
        because="what is only reported is confirmed too",
    ),
    row(
        "deleted outside, under Report",
        an_object(driftPolicy="Report"),
        a_look(),
        does="rest",
        says="Ready=False DeletedOutside, Synced=False DeletedOutside@1, Drifted=True DeletedOutside",
        because="Report leaves it; nothing serves",
    ),
    row(
        "deleted outside and edited, under Report",
        an_edited_object(driftPolicy="Report"),
        a_look(),
        does="rest",
        says="Ready=False DeletedOutside, Synced=False DeletedOutside@1, Drifted=True DeletedOutside",
        because="the edit has not reached AgentRun, and Synced goes on saying so",
    ),
    row(
        "deleted after a failed creation, under Report",
        an_object(driftPolicy="Report", status=a_status(endpointId=None, state=None)),
        a_look(),
        does="create",
        because="we deleted it ourselves: its id is not recorded any more",
    ),
]

ROWS = [*NEVER_CREATED, *CREATED_BEFORE]


@each(ROWS)
def test_what_is_done_and_said(row):
    assert decided(row.case) == (row.does, row.says), row.because


@pytest.mark.parametrize(
    ("runtime", "said"),
    [
        pytest.param(UNREADY, "Runtime support-bot is UPDATING, not READY", id="a state"),
        pytest.param(type(UNREADY)("rt-9", "", ready=False, state=""), "Runtime rt-9 is in no known state", id="none"),
    ],
)
def test_a_runtime_that_is_not_ready_is_named_with_its_state(runtime, said):
    assert message(Case(a_new_object(), a_look(runtime=runtime)).decided(), "Ready").startswith(said)
