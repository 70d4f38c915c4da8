"""What was tried: pauses that grow, an end to the counting, and changes that do not converge."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.reconcile.attempts import FIRST_PAUSE, TOO_MANY_UPDATES, Attempts
from agentrun_operator.reconcile.state.delta import Difference
from support.objects import NOW

DIFFERENCE = (Difference("description", "ours", "theirs"),)
MICROSECOND = 1e-6  # as exact as times are
ANOTHER = (Difference("targetVersion", "3", "2"),)


def failed(times: int, retry_max: float = 300.0, jitter: float = 0.0) -> Attempts:
    attempts = Attempts(1)
    for _ in range(times):
        attempts = attempts.failed(NOW, retry_max, jitter)
    return attempts


def test_nothing_tried_is_nothing_to_wait_for():
    assert Attempts(1).waiting(NOW) == 0


def test_pauses_double_up_to_the_longest():
    assert [failed(times).waiting(NOW) for times in range(1, 11)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]


@pytest.mark.parametrize(("jitter", "pause"), [(0.0, 8.0), (0.5, 7.2), (1.0, 6.4)])
def test_jitter_shortens_a_pause_by_up_to_a_fifth(jitter, pause):
    assert failed(4, jitter=jitter).waiting(NOW) == pytest.approx(pause)


def test_a_pause_ends():
    attempts = failed(3)
    assert attempts.waiting(NOW + timedelta(seconds=3)) == 1
    assert attempts.waiting(NOW + timedelta(seconds=4)) == 0
    assert attempts.waiting(NOW + timedelta(days=1)) == 0


@given(st.integers(1, 40), st.floats(1, 10_000), st.floats(0, 1))
def test_no_pause_is_longer_than_the_longest_nor_shorter_than_it_may_be(times, retry_max, jitter):
    pause = failed(times, retry_max, jitter).waiting(NOW)
    assert 0.8 * FIRST_PAUSE - MICROSECOND <= pause <= retry_max + MICROSECOND


def test_thousands_of_failures_are_counted_without_an_overflow():
    assert Attempts(1, failures=5000).failed(NOW, 300.0, 0.0).waiting(NOW) == 300


def test_an_edit_starts_anew():
    assert failed(3).updated(DIFFERENCE, NOW).of(2) == Attempts(2)


def test_the_same_generation_goes_on():
    attempts = failed(3).updated(DIFFERENCE, NOW)
    assert attempts.of(1) is attempts


def test_whether_the_claim_was_used_does_not_depend_on_the_spec():
    assert Attempts(1, claim_unused=True).of(2).claim_unused


def test_agreement_ends_all_counting():
    assert failed(3).updated(DIFFERENCE, NOW).settled() == Attempts(1)


@pytest.mark.parametrize(
    ("updates", "remains", "fruitless"),
    [
        pytest.param([], DIFFERENCE, False, id="nothing was tried"),
        pytest.param([DIFFERENCE], DIFFERENCE, True, id="the very difference remains"),
        pytest.param([DIFFERENCE], ANOTHER, False, id="another remains"),
        pytest.param([DIFFERENCE, ANOTHER], DIFFERENCE, False, id="the last try counts"),
        pytest.param([ANOTHER] * (TOO_MANY_UPDATES - 1), DIFFERENCE, False, id="some tries"),
        pytest.param([ANOTHER] * TOO_MANY_UPDATES, DIFFERENCE, True, id="too many tries, whatever remains"),
    ],
)
def test_an_update_is_fruitless_when_its_difference_remains(updates, remains, fruitless):
    attempts = Attempts(1)
    for delta in updates:
        attempts = attempts.updated(delta, NOW)
    assert attempts.fruitless(remains) == fruitless


def test_an_update_is_remembered_with_its_time():
    attempts = Attempts(1).updated(DIFFERENCE, NOW)
    assert (attempts.updates, attempts.updated_at, attempts.remaining) == (1, NOW, DIFFERENCE)
