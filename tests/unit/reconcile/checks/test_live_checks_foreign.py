"""Whose an endpoint is that is there: refused or adopted if not ours, and claimed again if the claim was taken off."""

import pytest

from agentrun_operator.reconcile.actions import AddClaim
from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.decide import decide
from support.decisions import decided, each, row
from support.objects import (
    ADOPTED,
    COPIED,
    MOVED,
    NEW,
    NOW,
    OTHER_ID,
    OWN,
    Case,
    a_claim,
    a_look,
    a_new_object,
    a_status,
    an_endpoint,
    an_object,
    message,
)

CLAIMED = {"claim": OWN, "finalized": True}
UNUSED_CLAIM = Attempts(1, claim_unused=True)
OF_SOMEBODY_ELSE = an_endpoint(endpoint_id=OTHER_ID)

FOREIGN = [
    row(
        "there already",
        a_new_object(),
        a_look(OF_SOMEBODY_ELSE),
        does="rest",
        says="Ready=False AlreadyExists, Synced=False AlreadyExists@0, Stalled=True AlreadyExists",
        because="Refuse leaves alone what was not made here",
    ),
    row(
        "there already, and claimed",
        a_new_object(claim=COPIED, finalized=True),
        a_look(OF_SOMEBODY_ELSE),
        does="unclaim",
        because="a finalizer would hold the object for an endpoint that is not ours",
    ),
    row(
        "there already, under a claim that was never used",
        a_new_object(**CLAIMED),
        a_look(OF_SOMEBODY_ELSE),
        does="unclaim",
        because="every create that followed the claim was refused, so somebody else made it",
        attempts=UNUSED_CLAIM,
    ),
    row(
        "only observed before, there",
        a_new_object(status=a_status(applied=0)),
        a_look(an_endpoint()),
        does="rest",
        says="Ready=False AlreadyExists, Synced=False AlreadyExists@0, Stalled=True AlreadyExists",
        because="to have looked at it is no right to it",
    ),
    row(
        "of its name, in a runtime where it was never made",
        an_object(claim=MOVED, finalized=False, status=a_status(agentRuntimeId="rt-that-is-gone")),
        a_look(OF_SOMEBODY_ELSE),
        does="unclaim",
        because="the claim is for another runtime",
    ),
    row(
        "there already, to be adopted",
        a_new_object(adoptionPolicy="Adopt"),
        a_look(OF_SOMEBODY_ELSE),
        does="claim as adopted",
        because="the claim stands before the first write, and tells that it was not made here",
    ),
    row(
        "there already under an unused claim, to be adopted",
        a_new_object(**CLAIMED, adoptionPolicy="Adopt"),
        a_look(OF_SOMEBODY_ELSE),
        does="claim as adopted",
        because="a lost race is no obstacle to adoption",
        attempts=UNUSED_CLAIM,
    ),
    row(
        "an earlier one is being deleted",
        a_new_object(),
        a_look(an_endpoint("DELETING", OTHER_ID)),
        does="rest, soon",
        says="Ready=False Deleting, Synced=False Deleting@0, Reconciling=True Deleting",
        because="an object that was deleted and made again at once waits until the old endpoint is gone",
    ),
    row(
        "an earlier one is being deleted, to be adopted",
        a_new_object(adoptionPolicy="Adopt"),
        a_look(an_endpoint("DELETING", OTHER_ID)),
        does="rest, soon",
        says="Ready=False Deleting, Synced=False Deleting@0, Reconciling=True Deleting",
        because="there is no use in adopting what goes",
    ),
]

MARKS = [
    row(
        "claimed, never recorded",
        a_new_object(**CLAIMED),
        a_look(an_endpoint()),
        does="rest",
        says="Ready=True Available, Synced=True InSync@1",
        because="after a crash between the create and the status, the claim proves that it is ours",
    ),
    row(
        "claimed, never recorded, under Refuse and Report, differing",
        a_new_object(**CLAIMED, driftPolicy="Report"),
        a_look(an_endpoint(description="older")),
        does="update description",
        says="Ready=False Updating, Synced=False Updating@0, Reconciling=True Updating",
        because="this generation never reached AgentRun",
    ),
    row(
        "adopted with an unused claim",
        a_new_object(claim=ADOPTED, finalized=True),
        a_look(an_endpoint()),
        does="rest",
        says="Ready=True Available, Synced=True InSync@1",
        because="adoption is not proved by a create",
        attempts=UNUSED_CLAIM,
    ),
    row(
        "recorded, without a claim",
        an_object(claim=None, finalized=False),
        a_look(an_endpoint()),
        does="rest",
        says="Ready=False AlreadyExists, Synced=False AlreadyExists@1, Stalled=True AlreadyExists",
        because="an id that was mirrored, restored or patched into a status proves nothing",
    ),
    row(
        "recorded, finalizer taken off",
        an_object(finalized=False),
        a_look(an_endpoint()),
        does="claim",
        because="the object could go and leave the endpoint behind",
    ),
    row(
        "recorded, under a claim that no create was sent under",
        an_object(finalized=False),
        a_look(an_endpoint()),
        does="unclaim",
        because="the endpoint is somebody else's, whatever id was written down",
        attempts=UNUSED_CLAIM,
    ),
    row(
        "adopted, finalizer taken off",
        an_object(claim=ADOPTED, finalized=False),
        a_look(an_endpoint()),
        does="claim as adopted",
        because="what was adopted stays so",
    ),
]

ROWS = [*FOREIGN, *MARKS]


@each(ROWS)
def test_what_is_done_and_said(row):
    assert decided(row.case) == (row.does, row.says), row.because


@pytest.mark.parametrize(
    ("body", "look", "claim"),
    [
        pytest.param(a_new_object(), a_look(), NEW, id="to be created"),
        pytest.param(a_new_object(claim=COPIED), a_look(), NEW, id="copied"),
        pytest.param(an_object(claim=ADOPTED), a_look(), OWN, id="adopted, gone, to be created"),
        pytest.param(
            a_new_object(adoptionPolicy="Adopt"),
            a_look(an_endpoint()),
            a_claim(adopted=True, since=NOW),
            id="to be adopted",
        ),
        pytest.param(an_object(claim=ADOPTED, finalized=False), a_look(an_endpoint()), ADOPTED, id="adopted before"),
    ],
)
def test_the_claim_names_the_object_the_account_the_runtime_and_the_endpoint(body, look, claim):
    action = decide(Case(body, look).given).action
    assert isinstance(action, AddClaim)
    assert action.claim.document() == claim


def test_a_refusal_says_what_exists_and_both_ways_out():
    status = Case(a_new_object(), a_look(OF_SOMEBODY_ELSE)).decided()
    assert message(status, "Stalled") == (
        "The endpoint chat of runtime support-bot exists already; "
        "set adoptionPolicy Adopt to take it over, or choose another endpointName"
    )
