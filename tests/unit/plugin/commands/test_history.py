"""What `history` shows, and what `rollback` makes of it."""

from datetime import timedelta
from textwrap import dedent
from typing import Any

import pytest

from agentrun_operator.plugin.commands.history import columns_of
from agentrun_operator.plugin.commands.rollback import planned
from agentrun_operator.plugin.edits.edit import NotPossibleError
from agentrun_operator.plugin.exits import UnknownError
from agentrun_operator.plugin.screen.table import table
from agentrun_operator.reconcile.history.entries import entries_of
from support.rolling_objects import NOW

Object = dict[str, Any]


def entry(generation: int, target: str, result: str | None = "Ready", **spec: Any) -> Object:
    """An entry that was applied so many hours ago as its generation is below 6, and was ready 12 seconds later."""
    applied = NOW - timedelta(hours=6 - generation)
    ready = {"readyAt": (applied + timedelta(seconds=12)).isoformat()} if result == "Ready" else {}
    asked = {"targetVersion": target, "description": "", "disablePublicNetworkAccess": False} | spec
    return (
        {"generation": generation, "appliedAt": applied.isoformat(), "spec": asked}
        | ready
        | ({"result": result} if result else {})
    )


CANARIES = {"versionWeights": [{"version": "5", "weight": 10}]}
KEPT = [
    entry(5, "5", None, scaling={"minInstances": 2, "scheduledPolicies": []}, description="a\x1b[2Jtext"),
    entry(4, "4", routing=CANARIES, disablePublicNetworkAccess=True),
    entry(3, "9", "Failed"),
    entry(2, "3", "Superseded"),
    {"generation": 1, "appliedAt": NOW.isoformat(), "result": "Ready", "spec": {"targetVersion": "2"}},
]


def lines(kept: list[Object], width: int | None) -> list[str]:
    return [line.plain for line in table(columns_of(entries_of(kept), NOW), width)]


def test_a_pipe_gets_a_line_for_each_entry():
    assert lines(KEPT, None) == [
        "GENERATION  AGE  READY IN  RESULT      SPEC",
        '5           1h   -         open        version 5, 2 instances, "a\\x1b[2Jtext"',
        "4           2h   12s       Ready       version 4, 5=10%, no public network",
        "3           3h   -         Failed      version 9",
        "2           4h   -         Superseded  version 3",
        "1           0s   -         Ready       version 2, the rest was too long to be kept",
    ]


def test_at_60_columns_what_was_asked_for_is_broken():
    assert "\n".join(lines(KEPT[1:2], 60)) == dedent(
        """\
        GENERATION  AGE  READY IN  RESULT  SPEC
        4           2h   12s       Ready   version 4, 5=10%, no
                                           public network"""
    )
    assert max(map(len, lines(KEPT, 60))) <= 60


def an_object(history: list[Object], **spec: Any) -> Object:
    return {
        "metadata": {"namespace": "team-a", "name": "chat"},
        "spec": {"agentRuntimeRef": {"name": "bot"}} | spec,
        "status": {"history": history},
    }


TWO = [entry(5, "5"), entry(4, "4", routing=CANARIES)]


@pytest.mark.parametrize(
    ("history", "spec", "to", "told"),
    [
        pytest.param(
            TWO,
            {"targetVersion": "5"},
            None,
            ["targetVersion: 5 → 4", "routing: no canaries → 5=10%"],
            id="the last one that was Ready",
        ),
        pytest.param(TWO, {"targetVersion": "6"}, None, ["targetVersion: 6 → 5"], id="before it is told what came"),
        pytest.param(KEPT, {"targetVersion": "4"}, 2, ["targetVersion: 4 → 3"], id="a generation"),
        pytest.param(TWO, {"targetVersion": "5", "rollout": {}}, None, ["targetVersion: 5 → 4"], id="with a rollout"),
        pytest.param(
            TWO,
            {"targetVersion": "5", "scaling": {"minInstances": 3}},
            5,
            [
                'scaling: {"minInstances": 3, "scheduledPolicies": []} → {"minInstances": 0, "scheduledPolicies": []}',
            ],
            id="instances go too",
        ),
    ],
)
def test_a_rollback_restores_what_was_asked_for(history: list[Object], spec: Object, to: int | None, told: list[str]):
    found = an_object(history, **spec)
    edit = planned(None, to, found)
    assert edit.told(found["spec"]) == told
    assert any("`routing` is left out" in note for note in edit.notes) is ("rollout" in spec)


def test_in_a_file_it_goes_back_from_what_the_file_says():
    kept = an_object(TWO, targetVersion="5")
    in_file: Object = {"metadata": {"name": "chat"}, "spec": {"agentRuntimeRef": {"name": "bot"}, "targetVersion": "7"}}
    assert planned(kept, None, in_file).told(in_file["spec"]) == ["targetVersion: 7 → 5"]


@pytest.mark.parametrize(
    ("history", "to", "said"),
    [
        pytest.param([], None, "no Ready entry", id="no history"),
        pytest.param(TWO[:1], None, "no Ready entry", id="nothing else"),
        pytest.param(TWO, 9, "no generation 9", id="no such generation"),
        pytest.param(TWO, 5, "asks for what generation 5 asked for already", id="there already"),
        pytest.param("x", None, "no Ready entry", id="an odd history"),
    ],
)
def test_where_there_is_nothing_to_go_back_to_it_is_said(history: Any, to: int | None, said: str):
    with pytest.raises(NotPossibleError, match=said):
        planned(None, to, an_object(history, targetVersion="5"))


def test_a_spec_of_a_newer_crd_is_not_edited():
    with pytest.raises(UnknownError, match="cannot be read"):
        planned(None, None, an_object(TWO, targetVersion="5", driftPolicy="Magic"))
