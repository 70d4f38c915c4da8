import math
from dataclasses import replace

import pytest

from agentrun_operator.controller.remote.polling.schedule import (
    CALL_PAUSE,
    PATIENCE,
    SHARE,
    WRITES_PER_CALL,
    PollSchedule,
    Step,
)

PACE = PollSchedule(interval=60.0, fast=1.0, rate=20.0)
UNLIMITED = replace(PACE, rate=2000.0)


@pytest.mark.parametrize(
    ("jitter", "pause"),
    [
        pytest.param(0.0, 54.0, id="a tenth sooner at most"),
        pytest.param(0.5, 60.0, id="on average the interval"),
        pytest.param(1.0, 66.0, id="a tenth later at most"),
    ],
)
def test_how_often_to_look_at_rest(jitter: float, pause: float):
    assert PACE.at_rest(jitter) == pytest.approx(pause)


ALL = Step()
"""A list of one page."""


def some(count: int) -> Step:
    return Step(tuple(f"e{number}" for number in range(count)))


@pytest.mark.parametrize(
    ("step", "still", "pause"),
    [
        pytest.param(ALL, 0.0, 1.0, id="something just moved: fast"),
        pytest.param(ALL, 30.0, 1.0, id="still fast while a share of the wait is less"),
        pytest.param(ALL, 100.0, 100 * PATIENCE, id="then a share of how long nothing has moved"),
        pytest.param(ALL, 1e6, 60.0, id="never longer than at rest"),
        pytest.param(some(3), 0.0, 1.0, id="a few: fast"),
        pytest.param(some(40), 0.0, 40 / (SHARE * 20), id="some more: their share of the calls"),
        pytest.param(some(1000), 0.0, 60.0, id="never longer than at rest for a giant"),
        pytest.param(Step(parts=2), 0.0, 0.5, id="two pages: one after the other, each as often as a list"),
        pytest.param(Step(parts=50), 0.0, 1 / (SHARE * 20), id="many pages: their share of the calls"),
        pytest.param(Step(parts=10), 500.0, 500 * PATIENCE / 10, id="pages: patient as well"),
        pytest.param(Step(parts=10), 1e6, 60.0 / 2 / 10, id="and all of them in time to be the regular look"),
    ],
)
def test_how_often_to_look_at_what_is_under_way(step: Step, still: float, pause: float):
    assert PACE.following(step, still, quiet=PACE.fast, writes=0) == pytest.approx(pause)


def test_a_higher_limit_of_calls_allows_for_more_looks():
    assert UNLIMITED.following(some(40), 0.0, quiet=PACE.fast, writes=0) == PACE.fast
    assert UNLIMITED.following(Step(parts=50), 0.0, quiet=PACE.fast, writes=0) == PACE.fast / 50


@pytest.mark.parametrize("writes", [0, 1000])
@pytest.mark.parametrize("quiet", [0.0, 1.0])
def test_a_lower_limit_allows_for_fewer_looks_whatever_is_sent(writes: int, quiet: float):
    for step in (some(40), Step(parts=50)):
        pause = replace(PACE, rate=4.0).following(step, 0.0, quiet=quiet, writes=writes)
        assert step.calls / pause <= SHARE * 4.0 + 1e-9


CHANGES_FOR_40 = math.ceil(WRITES_PER_CALL * some(40).price)


@pytest.mark.parametrize(
    ("step", "writes", "pause"),
    [
        pytest.param(ALL, 1000, 1.0, id="one page: not faster for any number of changes"),
        pytest.param(some(40), 0, CALL_PAUSE * some(40).price, id="some: no more often than a pause for each"),
        pytest.param(some(40), CHANGES_FOR_40 - 1, CALL_PAUSE * some(40).price, id="too few changes"),
        pytest.param(some(40), CHANGES_FOR_40, 1.0, id="changes allow for it"),
        pytest.param(Step(parts=10), 9, CALL_PAUSE * Step(parts=10).price, id="pages: too few changes"),
        pytest.param(Step(parts=10), 10, 1 / 10, id="pages: changes allow for the next"),
        pytest.param(Step(parts=50), 13, CALL_PAUSE * Step(parts=50).price, id="a page of a longer list asks for more"),
        pytest.param(Step(parts=50), 14, 1 / 50, id="and has them"),
    ],
)
def test_how_often_to_look_while_changes_are_sent(step: Step, writes: int, pause: float):
    assert UNLIMITED.following(step, 0.0, quiet=0.1, writes=writes) == pytest.approx(pause)
