"""What `status` shows, as a person and as a program see it: whole texts at 60 and at 80 columns, and in a pipe."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.cells import cell_len

from agentrun_operator.plugin.cluster.kubectl.kubectl import Connection
from agentrun_operator.plugin.commands.status.documents import as_json, as_yaml, document
from agentrun_operator.plugin.screen.page import page
from agentrun_operator.plugin.screen.screen import Colour, Screen
from agentrun_operator.plugin.screen.table import table
from agentrun_operator.plugin.views.happenings import told as events_told
from agentrun_operator.plugin.views.rows import columns_of, row_of
from agentrun_operator.plugin.views.sheet import sheet
from agentrun_operator.plugin.views.traffic import numbers, shares_of
from agentrun_operator.plugin.views.upcoming import upcoming
from agentrun_operator.printable import UNPRINTABLE
from support.objects import EARLIER, NOW, a_condition, a_status, an_object, time_text
from support.plugin import Pipe

Object = dict[str, Any]

TEXTS = Path(__file__).parent / "texts"

SPLIT: Object = {"versionWeights": [{"version": "4", "weight": 10}]}
ROLLOUT: Object = {
    "summary": "3→4 25% (2/3)",
    "number": 7,
    "phase": "Progressing",
    "stableVersion": "3",
    "canaryVersion": "4",
    "step": 2,
    "weight": 25,
    "settledAt": time_text(NOW - timedelta(minutes=4)),
    "provedBy": time_text(NOW + timedelta(minutes=50)),
    "checks": [{"name": "refund", "verdict": "Fail", "value": "3/4", "limit": "4/4", "stable": "4/4"}],
}
STEPS: Object = {"steps": [{"weight": 5}, {"weight": 25, "bake": "10m"}, {"weight": 50}]}
HISTORY = [
    {"generation": 2, "appliedAt": time_text(NOW - timedelta(minutes=9)), "spec": {"targetVersion": "4"}},
    {
        "generation": 1,
        "appliedAt": time_text(EARLIER),
        "result": "Ready",
        "spec": {"targetVersion": "3", "routing": SPLIT},
    },
]

CALM = an_object(status=a_status(routing=SPLIT, scaling={"currentInstances": 2, "targetInstances": 3}))
STUCK = an_object(
    name="a-name-that-is-rather-long",
    status=a_status(
        conditions=[
            a_condition("Ready", "False CredentialsNotFound"),
            a_condition("Stalled", "True CredentialsNotFound"),
        ]
    ),
)
ROLLS = an_object(
    name="rolls",
    status=a_status(
        routing={"versionWeights": [{"version": "4", "weight": 25}]},
        rollout=ROLLOUT,
        conditions=[a_condition("Ready", "True Available"), a_condition("RolledOut", "False RollingOut")],
    ),
    rollout=STEPS,
)
DRIFTED = an_object(
    status=a_status(
        conditions=[a_condition("Ready", "True Available"), a_condition("Drifted", "True Drifted")],
        drift=[{"path": "description", "desired": "ours", "observed": "theirs"}],
        history=HISTORY,
    )
)
EVIL = "\x1b[2J\x1b]0;owned\x07\u202e[link=x]red[/link]\r\n\u2028客服\u009b31m"
HOSTILE = an_object(
    status=a_status(
        conditions=[{"type": kind, "status": "False", "reason": EVIL, "message": EVIL} for kind in ("Ready", EVIL)],
        targetVersion=EVIL,
        resolvedVersion=EVIL,
        publicUrl=EVIL,
        state=EVIL,
        stateReason=EVIL,
        agentRuntimeName=EVIL,
        endpointName=EVIL,
        routing={"versionWeights": [{"version": EVIL, "weight": -(10**30)}] * 50},
        scaling={"currentInstances": 10**30, "targetInstances": "x", "error": EVIL},
        drift=[{"path": EVIL}],
        rollout={
            "summary": EVIL,
            "phase": EVIL,
            "cause": EVIL,
            "canaryVersion": EVIL,
            "step": -3,
            "checks": [{"name": EVIL}],
        },
        history=[{"result": EVIL, "spec": {"targetVersion": EVIL}}, 5],
    )
)
HOSTILE["metadata"]["annotations"] = {"argocd.argoproj.io/tracking-id": EVIL}
HOSTILE_EVENT: Mapping[str, object] = {
    "reason": EVIL,
    "message": EVIL,
    "count": 10**40,
    "lastTimestamp": "9999-99-99T99:99:99Z",
}
EVENTS: list[Mapping[str, object]] = [
    {"reason": "Updated", "message": "Updated it", "lastTimestamp": time_text(NOW - timedelta(minutes=1)), "count": 3},
    {"reason": "Created", "message": "Created it", "eventTime": time_text(EARLIER)},
    {"type": "Warning", "reason": "Throttled", "message": "slow", "series": {"lastObservedTime": time_text(NOW)}},
]

AGAIN = Connection().again


def shown(lines: Any, *, columns: int = 0, **environment: str) -> str:
    """What a terminal of so many columns gets; a pipe where there are none."""
    out = Pipe(terminal=bool(columns))
    named = {"COLUMNS": str(columns), "TERM": "xterm-256color"} | environment
    screen = Screen(Colour.AUTO, quiet=False, environment=named, out=out, err=Pipe())
    for line in lines(screen.width):
        screen.show(line)
    return out.written()


def as_table(*things: Object, everywhere: bool = False, wide: bool = False, **how: Any) -> str:
    def lines(width: int | None) -> Any:
        rows = [row_of(each, NOW) for each in things]
        return table(columns_of(rows, everywhere=everywhere, wide=wide, pipe=width is None), width)

    return shown(lines, **how)


def as_page(thing: Object, *, events: list[Mapping[str, object]] | None = None, **how: Any) -> str:
    return shown(lambda width: page(sheet(thing, events_told(events or [], NOW), NOW, AGAIN), width), **how)


def plain(text: str) -> str:
    """The text without colours and the rest of what speaks to a terminal."""
    out = text
    for code in ("0", "1", "31", "32", "33", "36"):
        out = out.replace(f"\x1b[{code}m", "")
    return "\n".join(line.rstrip() for line in out.splitlines())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("table-80", plain(as_table(CALM, STUCK, ROLLS, columns=80))),
        ("table-60", plain(as_table(CALM, STUCK, ROLLS, columns=60))),
        ("table-calm-80", plain(as_table(CALM, columns=80))),
        ("table-wide-pipe", as_table(CALM, STUCK, ROLLS, everywhere=True, wide=True)),
        ("page-80", plain(as_page(ROLLS, events=EVENTS, columns=80))),
        ("page-60", plain(as_page(STUCK, columns=60))),
        ("page-pipe", as_page(DRIFTED)),
    ],
    ids=lambda value: value if "-" in value[:12] and "\n" not in value else "",
)
def test_the_whole_text_is_as_it_was_agreed_on(name, text):
    assert text.splitlines() == (TEXTS / f"{name}.txt").read_text().splitlines()


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_no_line_is_longer_than_the_terminal(columns):
    for text in (as_table(CALM, STUCK, ROLLS, HOSTILE, columns=columns), as_page(HOSTILE, columns=columns)):
        assert max(map(cell_len, plain(text).splitlines())) <= columns


def test_a_pipe_has_one_line_for_each_object_and_the_same_number_of_words_in_each():
    lines = as_table(CALM, STUCK, ROLLS, HOSTILE, everywhere=True, wide=True).splitlines()
    assert [len(line.split()) for line in lines] == [12] * 5


@pytest.mark.parametrize(
    "how", [{}, {"columns": 80, "NO_COLOR": "1"}, {"columns": 80, "TERM": "dumb"}], ids=["pipe", "NO_COLOR", "dumb"]
)
def test_without_colour_no_colour_is_used_and_the_words_are_the_same(how):
    text = as_table(STUCK, **how)
    assert not re.search("\x1b\\[[0-9;]*3[0-9]m", text)
    assert "Stalled" in text


def test_what_is_wrong_is_red_on_a_terminal_and_has_a_mark_and_a_word():
    assert "\x1b[31m✗ Stalled" in as_table(STUCK, columns=80)


@pytest.mark.parametrize("columns", [0, 60])
def test_no_text_of_others_speaks_to_the_terminal(columns):
    text = as_table(HOSTILE, wide=True, columns=columns) + as_page(HOSTILE, events=[HOSTILE_EVENT], columns=columns)
    assert not UNPRINTABLE.search(plain(text).replace("\n", ""))
    assert "[link" in text  # no markup is understood


def test_a_huge_status_fills_no_screen():
    huge = "a" * 100_000
    many = [{"type": huge, "status": huge, "reason": huge, "message": huge}] * 1000
    thing = an_object(
        status={"conditions": many, "drift": [{"path": huge}] * 1000, "publicUrl": huge, "history": [{}] * 99}
    )
    assert len(as_page(thing)) < 100_000
    assert len(as_table(thing)) < 4_000


def test_json_and_yaml_say_what_the_object_says_and_nothing_to_a_terminal():
    thing = document([HOSTILE], one=True)
    assert json.loads(as_json(thing)) == thing == yaml.safe_load(as_yaml(thing))
    assert not UNPRINTABLE.search((as_json(thing) + as_yaml(thing)).replace("\n", ""))
    assert "客服" in as_yaml({"runtime": "客服"})


@pytest.mark.parametrize(
    ("objects", "one", "kind"), [([CALM], True, None), ([CALM], False, "List"), ([], False, "List"), ([], True, "List")]
)
def test_one_name_gives_the_object_and_anything_else_a_list(objects, one, kind):
    assert document(objects, one=one).get("kind") == kind


def test_the_managers_of_fields_are_left_out_as_kubectl_does():
    assert "managedFields" not in document([{"metadata": {"managedFields": [{}]}}], one=True)["metadata"]


def test_a_label_without_end_leaves_room_for_what_it_says():
    thing = an_object(status=a_status(drift=[{"path": "p" * 500, "desired": "ours", "observed": "theirs"}]))
    assert "spec ours" in plain(as_page(thing, columns=80))


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        pytest.param([], "3:100%", id="one version"),
        pytest.param([10, 20], "3:70% 4:10% 4:20%", id="two canaries"),
        pytest.param([-5], "3:100% 4:0%", id="less than nothing"),
        pytest.param([300], "3:0% 4:100%", id="more than all"),
        pytest.param([10**30], "3:100% 4:0%", id="no number of sense"),
        pytest.param([1] * 9, "3:91% 4:1% 4:1% 4:1% +6", id="more than a row has room for"),
    ],
)
def test_the_split_is_told_in_percent_whatever_the_status_holds(weights, words):
    split = {"versionWeights": [{"version": "4", "weight": weight} for weight in weights]}
    assert numbers(shares_of(an_object(status=a_status(routing=split)))) == words


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        pytest.param(an_object(deleted_for=9), "kubectl agentrun release chat", id="a deletion has a way out"),
        pytest.param(an_object(deleted_for=9, deletionPolicy="Orphan"), "leaves the endpoint", id="given up already"),
        pytest.param(an_object(deleted_for=9, paused=True), "kubectl agentrun resume chat", id="a pause holds it"),
        pytest.param(an_object(deleted_for=9, finalized=False), "Others hold", id="others hold it"),
        pytest.param(an_object(status={}), "kubectl agentrun check", id="nobody has looked"),
        pytest.param(STUCK, "kubectl agentrun reconcile a-name", id="somebody has to act"),
    ],
)
def test_what_comes_next_names_the_command_for_it(thing, words):
    assert words in upcoming(thing, AGAIN)
