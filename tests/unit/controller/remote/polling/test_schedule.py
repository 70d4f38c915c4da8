from dataclasses import replace

import pytest

from agentrun_operator.controller.remote.polling.schedule import (
    PATIENCE,
    SHARE,
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
    assert PACE.following(step, still) == pytest.approx(pause)


def test_a_higher_limit_of_calls_allows_for_more_looks():
    assert UNLIMITED.following(some(40), 0.0) == PACE.fast
    assert UNLIMITED.following(Step(parts=50), 0.0) == PACE.fast / 50


def test_a_lower_limit_allows_for_fewer_looks():
    for step in (some(40), Step(parts=50)):
        pause = replace(PACE, rate=4.0).following(step, 0.0)
        assert step.calls / pause <= SHARE * 4.0 + 1e-9


@pytest.mark.parametrize(
    ("step", "price"),
    [
        pytest.param(Step(), 1.0, id="the only page"),
        pytest.param(Step(parts=10), 1.04, id="one of ten pages costs hardly more"),
        pytest.param(Step(parts=50), 2.09, id="one of fifty has less news"),
        pytest.param(Step(endpoint_ids=("a", "b", "c"), parts=1), 3.0, id="single endpoints cost a call each"),
    ],
)
def test_what_a_look_costs_while_changes_are_sent(step: Step, price: float):
    assert step.price == pytest.approx(price, abs=0.005)
