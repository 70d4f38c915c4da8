"""What a row and the panel beside it say of an object."""

import json
from datetime import timedelta
from typing import Any

import pytest

from agentrun_operator.plugin.cluster.kubectl.kubectl import Connection
from agentrun_operator.plugin.dashboard.facts import facts_of
from agentrun_operator.plugin.dashboard.sheet import lines_of, sheet_of
from agentrun_operator.plugin.screen.page import Line
from agentrun_operator.printable import UNPRINTABLE
from support.objects import EARLIER, NOW, a_condition, a_new_object, a_status, an_object, time_text

Object = dict[str, Any]

SPLIT: Object = {"versionWeights": [{"version": "4", "weight": 10}]}
STEPS = {"steps": [{"weight": 5}, {"weight": 25, "bake": "10m", "approval": True}, {"weight": 50}]}


def rolling(phase: str = "Progressing", step: int = 2, **more: Any) -> Object:
    record = {"phase": phase, "stableVersion": "3", "canaryVersion": "4", "step": step, "weight": 25, "number": 7}
    told = a_condition("RolledOut", "False RollingOut")
    status = a_status(rollout={name: each for name, each in (record | more).items() if each})
    return an_object(status=status | {"conditions": [*status["conditions"], told]}, rollout=STEPS)


def test_a_row_has_the_decisions_of_the_terminals_table_and_numbers_for_what_is_drawn():
    facts = facts_of(
        an_object(status=a_status(routing=SPLIT, scaling={"currentInstances": 2, "targetInstances": 3})), NOW
    )

    assert facts == {
        "namespace": "team-a",
        "name": "chat",
        "word": "Ready",
        "mark": "✓",
        "style": "green",
        "since": EARLIER.timestamp(),
        "troubledAt": None,
        "why": "-",
        "message": "Ready was True",
        "shares": [["3", 90], ["4", 10]],
        "instances": "2/3",
        "runtime": "support-bot",
        "endpoint": "chat",
        "rollout": None,
    }


@pytest.mark.parametrize(
    ("thing", "after"),
    [
        pytest.param(an_object(), None, id="Ready is none"),
        pytest.param(an_object(status=a_status(ready="False UpdateFailed")), 0, id="what fails is one now"),
        pytest.param(a_new_object(), 0, id="what nobody has seen for half an hour is one now"),
        pytest.param(
            an_object(deleted_for=5, status=a_status(ready="False Deleting")),
            timedelta(minutes=10) - timedelta(seconds=5),
            id="a deletion is one if it takes ten minutes",
        ),
    ],
)
def test_a_row_says_from_when_it_is_a_problem(thing: Object, after: Any):
    expected = (NOW + after).timestamp() if isinstance(after, timedelta) else after
    assert facts_of(thing, NOW)["troubledAt"] == expected


@pytest.mark.parametrize(
    ("thing", "states"),
    [
        pytest.param(rolling(), ["done", "here", "todo"], id="under way"),
        pytest.param(rolling(step=0), ["todo", "todo", "todo"], id="not begun"),
        pytest.param(rolling(step=9), ["done", "done", "here"], id="a plan that became shorter"),
        pytest.param(rolling("RolledBack"), ["done", "back", "todo"], id="taken back at a step"),
        pytest.param(rolling("RolledBack", step=0), ["rest", "rest", "rest"], id="taken back"),
        pytest.param(rolling(""), ["rest", "rest", "rest"], id="at rest"),
    ],
)
def test_each_step_of_a_rollout_says_how_it_stands(thing: Object, states: list[str]):
    assert [each["state"] for each in facts_of(thing, NOW)["rollout"]["steps"]] == states


def test_a_rollout_has_what_each_step_asks_for_and_the_evidence():
    check = {"name": "refund", "verdict": "Fail", "value": "1/4", "limit": "4/4"}
    course = facts_of(rolling(checks=[check], summary="3→4 25% (2/3)"), NOW)["rollout"]

    assert (course["summary"], course["stable"], course["canary"]) == ("3→4 25% (2/3)", "3", "4")
    assert course["steps"][1] == {"weight": 25, "bake": 600, "approval": True, "state": "here"}
    assert course["checks"] == [check | {"stable": ""}]


def test_without_a_plan_there_is_no_rollout_whatever_the_status_says():
    assert facts_of(an_object(status=a_status(rollout={"step": 1})), NOW)["rollout"] is None


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"metadata": 1, "spec": [], "status": "x"}, id="of other kinds"),
        pytest.param(
            an_object(status=a_status(rollout={"steps": 3, "step": "x", "checks": [1, {}]}), rollout={"steps": "x"}),
            id="a rollout of other kinds",
        ),
    ],
)
def test_an_object_that_makes_no_sense_is_shown_all_the_same(thing: Object):
    assert json.dumps(sheet_of(thing, NOW, Connection()))


def test_whatever_somebody_wrote_speaks_to_nobody():
    evil = "\u202e\x1b[2J\n<b>\ud800"
    status = a_status(
        ready="False UpdateFailed", stateReason=evil, drift=[{"path": evil, "desired": evil}], rollout={"summary": evil}
    )
    status["conditions"][0] |= {"reason": evil, "message": evil, "type": evil}
    thing = an_object(status=status, rollout=STEPS, name="evil")

    told = json.dumps([sheet_of(thing, NOW, Connection()), lines_of([Line(evil, evil)])], ensure_ascii=False)
    assert not UNPRINTABLE.search(told)
    assert "<b>" in told  # as text: the browser makes no markup of it


def test_the_panel_tells_what_status_tells_with_remedies_and_without_what_is_drawn():
    status = a_status(
        ready="False CredentialsNotFound",
        drift=[{"path": "description", "desired": "ours", "observed": "theirs"}],
        history=[{"generation": 1, "appliedAt": time_text(EARLIER), "spec": {"targetVersion": "3"}}],
    )
    sheet = sheet_of(an_object(status=status), NOW, Connection())

    assert [each["title"] for each in sheet["sections"]] == ["What to do", "Drift", "History"]
    assert sheet["sections"][1]["lines"] == [
        {"label": "description", "text": "spec ours, AgentRun theirs", "style": ""}
    ]
    assert "Secret" in sheet["conditions"][0]["remedy"]
    assert {each["label"] for each in sheet["about"]}.isdisjoint({"state", "traffic"})


@pytest.mark.parametrize(
    ("thing", "said", "lines"),
    [
        pytest.param(
            an_object(status=a_status(ready="False UpdateFailed")),
            "The operator tries again by itself, with growing pauses. At once:",
            ["reconcile chat", "status chat -w", "history chat"],
            id="what comes next is a line",
        ),
        pytest.param(
            an_object(),
            "Nothing: AgentRun is looked at again by itself, and an edit of the spec is sent at once.",
            ["status chat -w", "history chat"],
            id="nothing to do",
        ),
        pytest.param(
            rolling(),
            "After this step the new version gets 50% of the traffic.",
            ["status chat -w", "rollout explain chat", "history chat"],
            id="a rollout",
        ),
        pytest.param(
            an_object(status=a_status(ready="False Updating")),
            "AgentRun finishes the change; the operator looks again by itself. Live:",
            ["status chat -w", "history chat"],
            id="a line is shown once",
        ),
    ],
)
def test_lines_to_copy_name_the_namespace_and_the_cluster(thing: Object, said: str, lines: list[str]):
    sheet = sheet_of(thing, NOW, Connection(context="my cluster", namespace="other"))

    assert sheet["next"] == said
    where = "-n team-a --context 'my cluster'"
    assert [each["line"] for each in sheet["commands"]] == [f"kubectl agentrun {line} {where}" for line in lines]
