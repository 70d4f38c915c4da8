"""What is done for a live object whose change AgentRun accepts but does not keep: told, and tried again hourly."""

from datetime import timedelta

from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.state.delta import Difference
from support.decisions import decided, each, row
from support.objects import (
    NOW,
    a_condition,
    a_look,
    a_status,
    an_endpoint,
    an_object,
)

DIFFERENT = an_endpoint(description="theirs")
DIFFERENCE = Difference("description", "ours", "theirs")
SHOWN = [DIFFERENCE._asdict()]
UPDATING = "Ready=False Updating, Synced=True Updating@1, Reconciling=True Updating"
IN_SYNC = "Ready=True Available, Synced=True InSync@1"
NOT_CONVERGING = "Ready=True Available, Synced=False NotConverging@1, Drifted=True NotConverging"


def tried(seconds: float, updates: int = 1) -> Attempts:
    """An update that was to remove the difference was accepted so long ago."""
    return Attempts(1, updates=updates, updated_at=NOW - timedelta(seconds=seconds), remaining=(DIFFERENCE,))


def remembered(seconds: float, **changed):
    """An object whose status tells of a difference that does not converge, as it is after a restart."""
    conditions = [
        a_condition("Ready", "True Available"),
        a_condition("Synced", "False NotConverging", since=NOW - timedelta(seconds=seconds)),
    ]
    return an_object(status=a_status(conditions=conditions, drift=SHOWN), **changed)


ROWS = [
    row(
        "accepted two seconds ago",
        an_object(),
        a_look(DIFFERENT),
        does="rest 3 s, soon",
        says=UPDATING,
        because="an accepted change may take a moment to show",
        attempts=tried(2),
    ),
    row(
        "accepted five seconds ago",
        an_object(),
        a_look(DIFFERENT),
        does="rest 3595 s",
        says=NOT_CONVERGING,
        because="five seconds are enough to show",
        attempts=tried(5),
    ),
    row(
        "accepted ten seconds ago, in a list",
        an_object(),
        a_look(DIFFERENT, listed=True),
        does="confirm",
        because="lists may lag",
        attempts=tried(10),
    ),
    row(
        "accepted ten seconds ago",
        an_object(),
        a_look(DIFFERENT),
        does="rest 3590 s",
        says=NOT_CONVERGING,
        because="sending it again and again would be a loop",
        attempts=tried(10),
    ),
    row(
        "accepted ten seconds ago, under Report",
        an_object(driftPolicy="Report"),
        a_look(DIFFERENT),
        does="rest 3590 s",
        says=NOT_CONVERGING,
        because="the spec asked for it: it is no change made outside",
        attempts=tried(10),
    ),
    row(
        "accepted an hour ago, in a list",
        an_object(),
        a_look(DIFFERENT, listed=True),
        does="confirm",
        because="the next try is about the difference that there is now",
        attempts=tried(3600),
    ),
    row(
        "accepted an hour ago",
        an_object(),
        a_look(DIFFERENT),
        does="update description",
        says=UPDATING,
        because="the service may have changed its mind; nobody changed anything outside",
        attempts=tried(3600),
    ),
    row(
        "accepted five times without agreement",
        an_object(),
        a_look(an_endpoint(description="yet another")),
        does="rest 3590 s",
        says=NOT_CONVERGING,
        because="a value that the service changes a little each time is a loop too",
        attempts=tried(10, updates=5),
    ),
    row(
        "accepted four times, and something else remains",
        an_object(),
        a_look(an_endpoint(description="yet another")),
        does="update description as drift",
        says=UPDATING,
        because="four changes of mind are no proof",
        attempts=tried(10, updates=4),
    ),
    row(
        "remembered from before a restart",
        remembered(600),
        a_look(DIFFERENT),
        does="rest 3000 s",
        says=NOT_CONVERGING,
        because="a restart is no reason to write",
    ),
    row(
        "remembered from two seconds ago",
        remembered(2),
        a_look(DIFFERENT),
        does="rest 3598 s",
        says=NOT_CONVERGING,
        because="this process accepted nothing that could still show",
    ),
    row(
        "remembered for an hour",
        remembered(3600),
        a_look(DIFFERENT),
        does="update description",
        says=UPDATING,
        because="the hour counts across a restart",
    ),
    row(
        "remembered, and something else changed",
        remembered(600),
        a_look(an_endpoint(description="ours", target_version="2")),
        does="update targetVersion as drift",
        says=UPDATING,
        because="this difference was never tried",
    ),
    row(
        "remembered, asked for a look",
        remembered(600, requested="now"),
        a_look(DIFFERENT),
        does="update description",
        says=UPDATING,
        because="a person's request ends the pause",
        attempts=tried(600),
    ),
    row(
        "remembered, and it agrees now",
        remembered(600),
        a_look(an_endpoint()),
        does="rest",
        says=IN_SYNC,
        because="somebody mended it",
        attempts=tried(600),
    ),
]


@each(ROWS)
def test_what_is_done_and_said(row):
    assert decided(row.case) == (row.does, row.says), row.because
