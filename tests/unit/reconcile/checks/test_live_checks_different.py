"""What is done for a live object by how its endpoint compares: nothing, an edit sent, a change made outside undone."""

from dataclasses import replace

import pytest

from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.state.delta import Difference
from support.decisions import decided, each, row
from support.objects import (
    NOW,
    OWN,
    RUNTIME,
    Case,
    a_look,
    a_new_object,
    a_status,
    an_edited_object,
    an_endpoint,
    an_object,
    message,
)

DIFFERENT = an_endpoint(description="theirs")
DIFFERENCE = Difference("description", "ours", "theirs")
SHOWN = [DIFFERENCE._asdict()]
UPDATING = "Ready=False Updating, Synced=True Updating@1, Reconciling=True Updating"
IN_SYNC = "Ready=True Available, Synced=True InSync@1"
LATEST_CANARY = {"versionWeights": [{"version": "LATEST", "weight": 10}]}


def canary(version: str) -> dict[str, object]:
    """A tenth to a version, as AgentRun writes it."""
    return {"version_weights": [{"version": version, "weight": 0.1}]}


AGREEING = [
    row("in sync", an_object(), a_look(an_endpoint()), does="rest", says=IN_SYNC, because="there is nothing to do"),
    row("active", an_object(), a_look(an_endpoint("ACTIVE")), does="rest", says=IN_SYNC, because="ACTIVE is good too"),
    row(
        "in sync in a list",
        an_object(),
        a_look(an_endpoint(), listed=True),
        does="rest",
        says=IN_SYNC,
        because="good news need no confirmation",
    ),
    row(
        "edited, and AgentRun agrees already",
        an_edited_object(),
        a_look(an_endpoint()),
        does="rest",
        says="Ready=True Available, Synced=True InSync@2",
        because="a policy that changed is nothing to send, and the generation is in force",
    ),
    row(
        "LATEST, answered as the newest version",
        an_object(targetVersion="LATEST"),
        a_look(an_endpoint(target_version="3")),
        does="rest",
        says=IN_SYNC,
        because="the service may answer with what LATEST stands for",
    ),
    row(
        "LATEST, shown as the word before and as the newest version now",
        an_object(targetVersion="LATEST", status=a_status(targetVersion="LATEST", resolvedVersion="3")),
        a_look(an_endpoint(target_version="3")),
        does="update targetVersion as drift",
        says="Ready=False Updating, Synced=True Updating@1, Reconciling=True Updating",
        because="a service that says LATEST says it always: somebody pinned it",
    ),
    row(
        "LATEST, seen by this process as the word before",
        an_object(targetVersion="LATEST", status=a_status(resolvedVersion="3")),
        a_look(an_endpoint(target_version="3"), latest_seen=True),
        does="update targetVersion as drift",
        says="Ready=False Updating, Synced=True Updating@1, Reconciling=True Updating",
        because="the status told of the pin meanwhile, and it is one all the same",
    ),
    row(
        "LATEST, shown as the word while the last change was under way",
        an_object(targetVersion="LATEST", status=a_status(targetVersion="LATEST", state="UPDATING")),
        a_look(an_endpoint(target_version="3")),
        does="rest",
        says=IN_SYNC,
        because="an answer may repeat what was sent, and a look then tell the number",
    ),
    row(
        "LATEST, shown as the word by another endpoint",
        an_object(targetVersion="LATEST", status=a_status(targetVersion="LATEST", endpointId="ep-before")),
        a_look(an_endpoint(target_version="3")),
        does="rest",
        says=IN_SYNC,
        because="this one never showed it",
    ),
    row(
        "LATEST, pinned to the newest version and reported",
        an_object(
            targetVersion="LATEST",
            driftPolicy="Report",
            status=a_status(
                targetVersion="3",
                resolvedVersion="3",
                drift=[{"path": "targetVersion", "desired": "LATEST", "observed": "3"}],
            ),
        ),
        a_look(an_endpoint(target_version="3")),
        does="rest",
        says="Ready=True Available, Synced=False Drifted@1, Drifted=True Drifted",
        because="what was reported stays reported after a restart",
    ),
    row(
        "LATEST, reported as an older version that is the newest by now",
        an_object(
            targetVersion="LATEST",
            driftPolicy="Report",
            status=a_status(
                targetVersion="3",
                resolvedVersion="4",
                drift=[{"path": "targetVersion", "desired": "LATEST", "observed": "3"}],
            ),
        ),
        a_look(an_endpoint(target_version="3")),
        does="rest",
        says=IN_SYNC,
        because="the version list was behind, or a version is gone",
    ),
    row(
        "edited from the newest version to LATEST",
        an_edited_object(targetVersion="LATEST"),
        a_look(an_endpoint(target_version="3")),
        does="update targetVersion",
        says="Ready=False Updating, Synced=False Updating@1, Reconciling=True Updating",
        because="it is pinned, by the spec as it was",
    ),
    row(
        "edited beside LATEST, which is answered as the newest version",
        an_edited_object(targetVersion="LATEST", status=a_status(resolvedVersion="3")),
        a_look(an_endpoint(target_version="3")),
        does="rest",
        says="Ready=True Available, Synced=True InSync@2",
        because="it was on LATEST before the edit",
    ),
    row(
        "a canary of LATEST, answered as the newest version",
        an_object(targetVersion="2", routing=LATEST_CANARY),
        a_look(an_endpoint(target_version="2", routing_configuration=canary("3"))),
        does="rest",
        says=IN_SYNC,
        because="the same as of the target",
    ),
    row(
        "a canary of LATEST, shown as the word before",
        an_object(
            targetVersion="2",
            routing=LATEST_CANARY,
            status=a_status(targetVersion="2", routing=LATEST_CANARY),
        ),
        a_look(an_endpoint(target_version="2", routing_configuration=canary("3"))),
        does="update routing.versionWeights as drift",
        says="Ready=False Updating, Synced=True Updating@1, Reconciling=True Updating",
        because="the same as of the target",
    ),
    row(
        "LATEST, answered as an older version",
        an_object(targetVersion="LATEST", driftPolicy="Report"),
        a_look(an_endpoint(target_version="2")),
        does="rest",
        says="Ready=True Available, Synced=False Drifted@1, Drifted=True Drifted",
        because="it does not serve the newest",
    ),
    row(
        "a word nobody knows",
        an_object(),
        a_look(an_endpoint("HIBERNATING")),
        does="rest",
        says="Ready=Unknown UnknownState, Synced=True InSync@1",
        because="the state is mirrored, and nothing differs",
    ),
    row(
        "a word nobody knows, after an update of nothing",
        an_object(),
        a_look(an_endpoint("HIBERNATING")),
        does="rest",
        says="Ready=Unknown UnknownState, Synced=True InSync@1",
        because="nothing differs, so nothing was done in vain",
        attempts=Attempts(1, updates=1, updated_at=NOW, remaining=()),
    ),
    row(
        "no word at all",
        an_edited_object(),
        a_look(an_endpoint("")),
        does="rest",
        says="Ready=Unknown UnknownState, Synced=True InSync@2",
        because="an empty state is unknown",
    ),
]


EDITS = [
    row(
        "edited",
        an_edited_object(description="new", targetVersion="4"),
        a_look(an_endpoint(), listed=True),
        does="update description, targetVersion",
        says="Ready=False Updating, Synced=False Updating@1, Reconciling=True Updating",
        because="the cause is the spec, so that an old list is no reason to wait",
    ),
    row(
        "edited under Report",
        an_edited_object(description="new", driftPolicy="Report"),
        a_look(an_endpoint()),
        does="update description",
        says="Ready=False Updating, Synced=False Updating@1, Reconciling=True Updating",
        because="Report is about changes made outside",
    ),
    row(
        "edited while the state is unknown",
        an_edited_object(description="new"),
        a_look(an_endpoint("HIBERNATING")),
        does="update description",
        says="Ready=False Updating, Synced=False Updating@1, Reconciling=True Updating",
        because="whether it can be changed only AgentRun knows",
    ),
    row(
        "edited after it did not converge",
        an_edited_object(description="new", status=a_status(synced="False NotConverging", drift=SHOWN)),
        a_look(DIFFERENT),
        does="update description",
        says="Ready=False Updating, Synced=False Updating@1, Reconciling=True Updating",
        because="a spec that changed is tried at once",
    ),
]

DRIFT = [
    row("changed in a list", an_object(), a_look(DIFFERENT, listed=True), does="confirm", because="lists may lag"),
    row(
        "changed outside",
        an_object(),
        a_look(DIFFERENT),
        does="update description as drift",
        says=UPDATING,
        because="Correct changes it back",
    ),
    row(
        "changed in a list, under Report",
        an_object(driftPolicy="Report"),
        a_look(DIFFERENT, listed=True),
        does="confirm",
        because="what is reported is confirmed too",
    ),
    row(
        "changed outside, under Report",
        an_object(driftPolicy="Report"),
        a_look(DIFFERENT),
        does="rest",
        says="Ready=True Available, Synced=False Drifted@1, Drifted=True Drifted",
        because="Report leaves it, and Ready follows the state",
    ),
    row(
        "changed outside, in an unknown state, under Report",
        an_object(driftPolicy="Report"),
        a_look(an_endpoint("HIBERNATING", description="theirs")),
        does="rest",
        says="Ready=Unknown UnknownState, Synced=False Drifted@1, Drifted=True Drifted",
        because="Ready follows the state",
    ),
    row(
        "reported, and then only a policy was edited",
        an_edited_object(driftPolicy="Report", status=a_status(synced="False Drifted", drift=SHOWN)),
        a_look(DIFFERENT),
        does="rest",
        says="Ready=True Available, Synced=False Drifted@2, Drifted=True Drifted",
        because="the edit did not make the difference, and Report leaves it",
    ),
    row(
        "edited while paused, and resumed under Report",
        an_edited_object(driftPolicy="Report", status=a_status(synced="False Paused", drift=SHOWN)),
        a_look(DIFFERENT),
        does="update description",
        says="Ready=False Updating, Synced=False Updating@1, Reconciling=True Updating",
        because="what was shown while paused is no report: the edit may have made it",
    ),
    row(
        "edited under Observe, and managed again under Report",
        an_edited_object(driftPolicy="Report", status=a_status(drift=SHOWN)),
        a_look(DIFFERENT),
        does="update description",
        says="Ready=False Updating, Synced=False Updating@1, Reconciling=True Updating",
        because="what was shown while observing is no report: the edit may have made it",
    ),
    row(
        "reported, and then the field itself was edited",
        an_edited_object(driftPolicy="Report", description="new", status=a_status(drift=SHOWN)),
        a_look(DIFFERENT),
        does="update description",
        says="Ready=False Updating, Synced=False Updating@1, Reconciling=True Updating",
        because="a new wish goes to AgentRun",
    ),
    row(
        "reported, and then to be corrected",
        an_edited_object(driftPolicy="Correct", status=a_status(drift=SHOWN)),
        a_look(DIFFERENT),
        does="update description",
        says="Ready=False Updating, Synced=False Updating@1, Reconciling=True Updating",
        because="Correct changes it back",
    ),
    row(
        "something else changed after a correction",
        an_object(),
        a_look(DIFFERENT),
        does="update description as drift",
        says=UPDATING,
        because="the last update did what it was to do",
        attempts=Attempts(1, updates=1, updated_at=NOW, remaining=(DIFFERENCE._replace(path="targetVersion"),)),
    ),
]


ROWS = [*AGREEING, *EDITS, *DRIFT]


@each(ROWS)
def test_what_is_done_and_said(row):
    assert decided(row.case) == (row.does, row.says), row.because


@each(ROWS)
def test_only_agreement_ends_the_count_of_failures(row):
    agreed = row.says is not None and "Synced=True InSync" in row.says and "Ready=True" in row.says
    assert decide(row.case.given).settled == agreed


@pytest.mark.parametrize(
    ("look", "says"),
    [
        pytest.param(
            a_look(DIFFERENT),
            "Somebody changed the endpoint outside, and `driftPolicy: Report` leaves it. "
            "description is 'theirs', not 'ours'",
            id="one difference",
        ),
        pytest.param(
            a_look(an_endpoint(description="theirs", disable_public_network_access=True)),
            "Somebody changed the endpoint outside, and `driftPolicy: Report` leaves it. "
            "description is 'theirs', not 'ours'; disablePublicNetworkAccess is 'true', not 'false'",
            id="two differences",
        ),
    ],
)
def test_reported_drift_is_told_by_field_with_both_values(look, says):
    status = Case(an_object(driftPolicy="Report"), look).decided()
    assert message(status, "Drifted") == message(status, "Synced") == says


def test_an_empty_state_is_told_as_nothing():
    status = Case(an_object(), a_look(an_endpoint(""))).decided()
    assert message(status, "Ready") == "AgentRun reports the endpoint as nothing (an empty state)"


def test_what_is_being_changed_is_named():
    status = Case(an_edited_object(description="new", targetVersion="4"), a_look(an_endpoint())).decided()
    assert message(status, "Ready") == "Changing description, targetVersion"


def test_latest_without_a_published_version_agrees_only_with_itself():
    unpublished = replace(RUNTIME, newest_version=None)
    body = a_new_object(claim=OWN, finalized=True, targetVersion="LATEST")
    agreeing = Case(body, a_look(an_endpoint(target_version="LATEST"), runtime=unpublished))
    differing = Case(body, a_look(an_endpoint(target_version="1"), runtime=unpublished))
    assert (decided(agreeing)[0], decided(differing)[0]) == ("rest", "update targetVersion")
