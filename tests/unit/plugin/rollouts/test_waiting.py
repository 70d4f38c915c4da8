"""Waiting for the end of a rollout: how long, and what counts as its end."""

from typing import Any

import pytest

from agentrun_operator.plugin.exits import ExitCode, UsageError
from agentrun_operator.plugin.rollouts.waiting import BackError, _ready, _rolled_out, seconds_of
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
    ("text", "seconds"),
    [("", 30.0), ("90", 90.0), ("90s", 90.0), ("5m", 300.0), ("1h30m", 5400.0)],
)
def test_times_are_read(text: str, seconds: float):
    assert seconds_of(text, 30.0) == seconds


@pytest.mark.parametrize("text", ["soon", "5 m", "-1s", "1d", "1.5h"])
def test_what_is_no_time_is_usage(text: str):
    with pytest.raises(UsageError, match="is no time"):
        seconds_of(text, 30.0)


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
