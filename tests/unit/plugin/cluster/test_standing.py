from datetime import timedelta
from typing import Any

import pytest

from agentrun_operator.plugin.cluster.standing import Outcome, Word, is_problem, outcome_of, standing_of
from support.objects import EARLIER, NOW, a_condition, a_status, an_object, time_text

Object = dict[str, Any]


def told(*said: str, **fields: Any) -> Object:
    """A status with these conditions, such as `Ready=True Available`."""
    return a_status(
        conditions=[a_condition(kind, words) for kind, words in (each.split("=") for each in said)], **fields
    )


def rolling(reason: str, cause: str = "", *more: str) -> Object:
    status = told(
        "Ready=True Available", "Synced=True InSync", f"RolledOut=False {reason}", *more, rollout={"cause": cause}
    )
    return an_object(status=status, rollout={})


GOOD = ("Ready=True Available", "Synced=True InSync")
EDITED = an_object(generation=2)
EDITED["metadata"]["managedFields"] = [
    {"manager": "kubectl", "time": time_text(NOW - timedelta(minutes=2))},
    {"manager": "operator", "subresource": "status", "time": time_text(NOW)},
]
JUST_EDITED = an_object(generation=2)
JUST_EDITED["metadata"]["managedFields"] = [{"manager": "kubectl", "time": time_text(NOW - timedelta(seconds=9))}]

CASES = [
    ("it serves", an_object(), Word.READY, False, Outcome.READY),
    (
        "stuck until somebody acts",
        an_object(status=told("Ready=False Conflict", "Stalled=True Conflict")),
        Word.STALLED,
        True,
        Outcome.STALLED,
    ),
    (
        "a change is under way",
        an_object(status=told("Ready=False Updating", "Synced=True Updating")),
        Word.WORKING,
        False,
        Outcome.PENDING,
    ),
    ("no credentials", an_object(status=told("Ready=False CredentialsNotFound")), Word.FAILING, True, Outcome.PENDING),
    (
        "it serves, but writing fails",
        an_object(status=told("Ready=True Available", "Synced=False CredentialsRejected")),
        Word.FAILING,
        True,
        Outcome.READY,
    ),
    ("nobody knows", an_object(status=told("Ready=Unknown Stale")), Word.UNKNOWN, True, Outcome.PENDING),
    (
        "changed outside, and left",
        an_object(status=told(*GOOD, "Drifted=True Drifted")),
        Word.DRIFTED,
        True,
        Outcome.READY,
    ),
    (
        "a person paused it, and it serves",
        an_object(paused=True, status=told("Ready=True Available", "Synced=False Paused")),
        Word.PAUSED,
        False,
        Outcome.READY,
    ),
    (
        "a person paused it, and it does not serve",
        an_object(paused=True, status=told("Ready=False Paused", "Synced=False Paused")),
        Word.PAUSED,
        True,
        Outcome.PENDING,
    ),
    ("never looked at for half an hour", an_object(status={}), Word.PENDING, True, Outcome.PENDING),
    ("an edit that was not looked at for two minutes", EDITED, Word.PENDING, True, Outcome.PENDING),
    ("an edit a moment ago", JUST_EDITED, Word.PENDING, False, Outcome.PENDING),
    ("an edit of unknown age", an_object(generation=2), Word.PENDING, False, Outcome.PENDING),
    (
        "a rollout goes on",
        rolling("RollingOut", "", "Reconciling=True RollingOut"),
        Word.ROLLING,
        False,
        Outcome.PENDING,
    ),
    ("a rollout waits for a person", rolling("AwaitingApproval"), Word.WAITING, False, Outcome.PENDING),
    ("a person holds a rollout", rolling("RolloutHeld", "Requested"), Word.HELD, False, Outcome.PENDING),
    ("a rollout lacks proof", rolling("RolloutHeld", "NoData"), Word.HELD, True, Outcome.PENDING),
    (
        "a version was taken back",
        rolling("RolledBack", "AnalysisFailed", "Stalled=True RolledBack"),
        Word.STALLED,
        True,
        Outcome.STALLED,
    ),
    (
        "rolled out",
        an_object(rollout={}, status=told(*GOOD, "RolledOut=True RolledOut")),
        Word.READY,
        False,
        Outcome.READY,
    ),
    (
        "a rollout of which nothing is told yet",
        an_object(rollout={}, status=told(*GOOD)),
        Word.READY,
        False,
        Outcome.PENDING,
    ),
    ("a deletion goes well", an_object(deleted_for=20), Word.DELETING, False, Outcome.PENDING),
    (
        "a deletion fails",
        an_object(deleted_for=20, status=told("Ready=False DeleteFailed")),
        Word.DELETING,
        True,
        Outcome.PENDING,
    ),
    ("a deletion takes long", an_object(deleted_for=1000), Word.DELETING, True, Outcome.PENDING),
    (
        "nothing of what is expected",
        {"metadata": [], "status": {"conditions": [5, {"type": 7}]}},
        Word.PENDING,
        False,
        Outcome.PENDING,
    ),
]


@pytest.mark.parametrize(
    ("thing", "word", "problem", "outcome"), [pytest.param(*case, id=name) for name, *case in CASES]
)
def test_how_an_object_stands(thing, word, problem, outcome):
    assert (standing_of(thing).word, is_problem(thing, NOW), outcome_of(thing)) == (word, problem, outcome)


def test_a_rollout_of_its_own_time_is_not_waited_for_where_that_is_not_asked():
    assert outcome_of(rolling("RollingOut"), rollout=False) is Outcome.READY


def test_the_reason_the_words_and_the_time_are_those_of_what_counts_most():
    standing = standing_of(an_object(status=told("Ready=False Conflict", "Stalled=True Conflict")))
    assert standing[1:] == ("Conflict", "Stalled was True", EARLIER)
