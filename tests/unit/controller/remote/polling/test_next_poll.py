import math
from dataclasses import replace

import pytest

from agentrun_operator.controller.remote.polling.next_poll import Poll, PollState, Turn, What, next_poll
from agentrun_operator.controller.remote.polling.schedule import PATIENCE, PollSchedule, Step

SCHEDULE = PollSchedule(interval=60.0, fast=1.0, rate=20.0)
NOW = 1000.0

RESTING = PollState(
    due=NOW + 30, looked_at=NOW - 30, versions_due=NOW + 400, seen_at=NOW - 30, moved_at=NOW - 500, pages=1
)
"""Seen half an interval ago; nothing is under way."""

DUE = replace(RESTING, due=NOW, seen_at=NOW - 60)
MOVING = replace(RESTING, moving=("e1",), looked_at=NOW, moved_at=NOW)
BIG = replace(MOVING, pages=10, moving=tuple(f"e{number}" for number in range(10)))
"""Ten pages, and more in transition than that."""

ONE_PAGE, ALL_PAGES, SINGLE = Step(parts=1), Step(parts=10), Step(("e1",))


@pytest.mark.parametrize(
    ("state", "poll"),
    [
        pytest.param(RESTING, Poll(NOW + 30, What.EVERYTHING, needs_turn=True), id="at rest: when it is due"),
        pytest.param(DUE, Poll(NOW, What.EVERYTHING, needs_turn=True), id="due: once it is its turn"),
        pytest.param(
            replace(DUE, rest_turn=Turn.WAITED_FOR), Poll(math.inf, What.EVERYTHING), id="it waits for its turn"
        ),
        pytest.param(replace(DUE, rest_turn=Turn.GIVEN), Poll(NOW, What.EVERYTHING), id="it is its turn"),
        pytest.param(
            replace(DUE, seen_at=NOW - 5),
            Poll(NOW, What.EVERYTHING),
            id="something else has shown it meanwhile: no turn is needed to note that",
        ),
        pytest.param(
            replace(DUE, lost=True, seen_at=NOW - 5),
            Poll(NOW, What.EVERYTHING, needs_turn=True),
            id="a runtime that is gone is asked for, whatever was seen",
        ),
        pytest.param(
            replace(RESTING, on_latest=True, versions_due=NOW + 20),
            Poll(NOW + 20, What.VERSIONS, needs_turn=True),
            id="versions, for those on LATEST",
        ),
        pytest.param(
            replace(RESTING, versions_due=NOW + 20),
            Poll(NOW + 30, What.EVERYTHING, needs_turn=True),
            id="no versions where nobody asks for them",
        ),
        pytest.param(
            replace(RESTING, on_latest=True, versions_due=NOW + 20, lost=True),
            Poll(NOW + 30, What.EVERYTHING, needs_turn=True),
            id="nor of a runtime that is gone",
        ),
        pytest.param(
            MOVING, Poll(NOW + 1, What.STEP, ONE_PAGE, needs_turn=True), id="in transition: soon, by the list"
        ),
        pytest.param(
            replace(MOVING, looked_at=NOW - 30, sent_at=NOW - 0.2),
            Poll(NOW + 0.8, What.STEP, ONE_PAGE, needs_turn=True),
            id="a change was just sent: not at once, since it takes a moment",
        ),
        pytest.param(
            replace(MOVING, sent_at=NOW - 0.8),
            Poll(NOW + 1, What.STEP, ONE_PAGE, needs_turn=True),
            id="however many were sent before the last look: no sooner than after a pause",
        ),
        pytest.param(
            replace(BIG, looked_at=NOW - 30, sent_at=NOW),
            Poll(NOW - 30 + 0.2, What.STEP, ALL_PAGES, needs_turn=True),
            id="a pass over all pages goes on, whatever is sent",
        ),
        pytest.param(
            replace(BIG, moving=("e1",), reading=True),
            Poll(NOW + 0.2, What.STEP, SINGLE, needs_turn=True),
            id="few are left while a pass is under way: when its next page would be, since the last one showed others",
        ),
        pytest.param(
            replace(BIG, moving=("e1",), reading=True, page_by_page=True),
            Poll(NOW + 1, What.STEP, SINGLE, needs_turn=True),
            id="few are left while a list that failed is made up for: no sooner, since that reading goes on beside it",
        ),
        pytest.param(
            replace(MOVING, pages=3),
            Poll(NOW + 1, What.STEP, SINGLE, needs_turn=True),
            id="fewer endpoints than pages: each alone",
        ),
        pytest.param(
            replace(MOVING, step_turn=Turn.WAITED_FOR),
            Poll(NOW + 30, What.EVERYTHING, needs_turn=True),
            id="while that waits for its turn, what is at rest goes on",
        ),
        pytest.param(
            replace(MOVING, step_turn=Turn.GIVEN), Poll(NOW + 1, What.STEP, ONE_PAGE), id="its turn, when it is due"
        ),
        pytest.param(
            replace(MOVING, moved_at=NOW - 500),
            Poll(NOW + 500 * PATIENCE, What.STEP, ONE_PAGE, needs_turn=True),
            id="nothing has moved for long: later",
        ),
        pytest.param(
            replace(MOVING, step_failures=3),
            Poll(NOW + SCHEDULE.failing(3), What.STEP, ONE_PAGE, needs_turn=True),
            id="looks fail: later and later",
        ),
        pytest.param(
            replace(MOVING, lost=True),
            Poll(NOW + 30, What.EVERYTHING, needs_turn=True),
            id="nothing is followed in a runtime that is gone",
        ),
        pytest.param(
            replace(MOVING, due=NOW, seen_at=NOW - 60, looked_at=NOW - 60),
            Poll(NOW, What.EVERYTHING, needs_turn=True),
            id="both are due: everything goes first",
        ),
        pytest.param(
            replace(BIG, due=NOW, seen_at=NOW - 60, reading=True),
            Poll(NOW + 0.2, What.STEP, ALL_PAGES, needs_turn=True),
            id="a pass over all pages stands for the look at everything",
        ),
        pytest.param(
            replace(BIG, due=NOW, seen_at=NOW - 60, reading=True, step_failures=1),
            Poll(NOW, What.EVERYTHING, needs_turn=True),
            id="unless it fails",
        ),
        pytest.param(
            replace(BIG, due=NOW, seen_at=NOW - 60),
            Poll(NOW, What.EVERYTHING, needs_turn=True),
            id="or was not begun",
        ),
    ],
)
def test_the_next_look(state: PollState, poll: Poll):
    assert next_poll(state, SCHEDULE, NOW) == poll


def test_a_look_at_everything_that_went_well_is_due_again_an_interval_after_it_began():
    state = replace(DUE, seen_at=NOW - 2, refresh_failures=3).refreshed(SCHEDULE, NOW, jitter=0.5)
    assert (state.due, state.refresh_failures) == (NOW - 2 + 60, 0)


def test_one_that_failed_is_made_up_for_soon_then_later_and_page_by_page():
    first = DUE.refresh_failed(SCHEDULE, NOW)
    second = first.refresh_failed(SCHEDULE, NOW)
    assert (first.due - NOW, second.due - NOW) == (SCHEDULE.failing(1), SCHEDULE.failing(2))
    assert first.page_by_page
    assert not first.well


def test_page_by_page_the_next_one_comes_at_once_until_all_of_them_were_seen():
    failed = replace(BIG, due=NOW, seen_at=NOW - 70).refresh_failed(SCHEDULE, NOW)
    a_page = failed.refreshed(SCHEDULE, NOW, jitter=0.5)
    assert a_page.page_by_page
    assert a_page.due - NOW < 1.0
    all_pages = replace(a_page, seen_at=NOW).refreshed(SCHEDULE, NOW, jitter=0.5)
    assert not all_pages.page_by_page
    assert all_pages.due == NOW + 60
