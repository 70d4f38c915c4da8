"""When the status tells how a creation goes: what is seen soon is told as its end, and not before."""

from datetime import timedelta

from support.decisions import decided, each, row
from support.objects import NOW, Object, a_claim, a_look, a_status, an_endpoint, an_object

CREATING = "Ready=False Creating, Synced=False Creating@0, Reconciling=True Creating"


def being_made(seconds: float) -> Object:
    """An object whose claim, which says that its endpoint is being made, was written so long ago."""
    since = NOW - timedelta(seconds=seconds)
    status = a_status(ready="False Creating", synced="False Creating", applied=0, endpointId=None, state=None)
    return an_object(claim=a_claim(since=since), status=status)


SEEN, ANSWERED = (a_look(an_endpoint("CREATING"), listed=True, answered=answered) for answered in (False, True))

ROWS = [
    row(
        "seen after 2 s",
        being_made(2),
        SEEN,
        does="rest 4 s, soon",
        because="most endpoints serve within seconds, and a write is spared",
    ),
    row(
        "seen after 7 s",
        being_made(7),
        SEEN,
        does="rest, soon",
        says=CREATING,
        because="it takes longer: people see its id, and that it goes on",
    ),
    row(
        "answered, and after 7 s not looked at",
        being_made(7),
        ANSWERED,
        does="rest 53 s, soon",
        because="the next look may show that it serves: many are made, and looks come late",
    ),
    row(
        "answered, and after a minute not looked at",
        being_made(61),
        ANSWERED,
        does="rest, soon",
        says=CREATING,
        because="nobody can look: what the answer told is told",
    ),
]


@each(ROWS)
def test_what_is_done_and_said(row):
    assert decided(row.case) == (row.does, row.says), row.because
