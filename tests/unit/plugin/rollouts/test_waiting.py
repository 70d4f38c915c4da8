"""Waiting for the end of a rollout: how long, and what counts as its end."""

import io
from dataclasses import dataclass
from typing import Any

import pytest

from agentrun_operator.plugin.cluster.kubectl.refusals import UnreachableError
from agentrun_operator.plugin.exits import ExitCode
from agentrun_operator.plugin.rollouts.waiting import BackError, _ready, _rolled_out, wait_rolled_out
from agentrun_operator.plugin.screen.screen import Colour, Screen
from agentrun_operator.plugin.session import Session
from support.rolling_objects import FIRST, an_object

Object = dict[str, Any]


def told(*conditions: str, generation: int = 2, rollout: bool = True) -> Object:
    """An object with conditions such as `Ready=True Available`."""
    found = [
        dict(zip(("type", "status", "reason"), each.replace("=", " ").split(), strict=True)) for each in conditions
    ]
    status = {"conditions": found, "observedGeneration": generation}
    return an_object(FIRST, {"steps": [{"weight": 5}]} if rollout else None, status=status)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        pytest.param(told("RolledOut=True RolledOut"), ExitCode.DONE, id="promoted"),
        pytest.param(told("RolledOut=False RolledBack"), ExitCode.NEGATIVE, id="taken back"),
        pytest.param(told("RolledOut=False RollingOut"), None, id="under way"),
        pytest.param(told("RolledOut=False AwaitingApproval"), None, id="people may approve yet"),
        pytest.param(told("RolledOut=True RolledOut", generation=1), None, id="of an earlier spec"),
        pytest.param(told("RolledOut=False RolledBack", generation=1), None, id="the failure of an earlier spec"),
        pytest.param(told(), None, id="nothing is told yet"),
    ],
)
def test_the_end_of_a_rollout_is_known(found: Object, code: ExitCode | None):
    assert _rolled_out(found) is code


def test_without_a_rollout_there_is_no_end_to_wait_for():
    with pytest.raises(BackError, match=r"no spec\.rollout"):
        _rolled_out(told(rollout=False))


READY = ("Ready=True Available", "Synced=True InSync")


@pytest.mark.parametrize(
    ("found", "code"),
    [
        pytest.param(told(*READY, rollout=False), ExitCode.DONE, id="ready"),
        pytest.param(told(*READY, generation=1, rollout=False), None, id="of an earlier spec"),
        pytest.param(told(*READY), None, id="ready, and not rolled out"),
        pytest.param(told(*READY, "RolledOut=True RolledOut"), ExitCode.DONE, id="rolled out"),
        pytest.param(told(*READY, "Reconciling=True Updating", rollout=False), None, id="on its way"),
        pytest.param(told(*READY, "Stalled=True RolledBack"), ExitCode.NEGATIVE, id="stuck"),
    ],
)
def test_the_end_of_a_change_is_known(found: Object, code: ExitCode | None):
    assert _ready(found) is code


@dataclass
class Cluster:
    """One object, as it is at each look; a cluster that is out of reach is an error."""

    looks: list[Object | Exception]
    namespace: str = "team-a"

    def named(self, *_: object) -> list[Object]:
        found = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(found, Exception):
            raise found
        return [found]


def session_of(*looks: Object | Exception) -> tuple[Session, io.StringIO]:
    out = io.StringIO()
    screen = Screen(Colour.NEVER, quiet=False, environment={}, out=out, err=io.StringIO())
    times = iter(range(1000))
    return Session(Cluster(list(looks)), screen, monotonic=lambda: next(times), sleep=lambda _: None), out  # type: ignore[arg-type]


def test_a_wait_goes_on_where_the_cluster_is_out_of_reach_for_a_moment():
    session, out = session_of(
        told("RolledOut=False RollingOut"), UnreachableError("no"), told("RolledOut=True RolledOut")
    )
    wait_rolled_out(session, told()["metadata"]["name"], 60)
    assert "no status yet" in out.getvalue()


def test_what_a_condition_says_cannot_speak_to_the_terminal():
    hostile = told("RolledOut=True RolledOut")
    hostile["status"]["conditions"][0]["message"] = "\x1b[2Jgone"
    session, out = session_of(hostile)
    wait_rolled_out(session, hostile["metadata"]["name"], 60)
    assert out.getvalue().endswith(": \\x1b[2Jgone\n")
