"""When a failed attempt is made again, and after how long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.agentrun.api.errors import (
    CredentialsRejectedError,
    NoAnswerError,
    RequestRejectedError,
    ResourceAlreadyExistError,
    ResourceNotExistError,
    RuntimeNotReadyError,
    ServiceUnavailableError,
    ThrottledError,
)
from agentrun_operator.agentrun.http.retry import DEFAULT_RETRY, NO_RETRY, RetryPolicy


def delay(error, *, policy=DEFAULT_RETRY, attempt=1, repeatable=True, elapsed=0.0, chance=1.0) -> float | None:
    answer: float | None = policy.delay(attempt, error, repeatable=repeatable, elapsed=elapsed, chance=chance)
    return answer


@pytest.mark.parametrize(
    ("error", "read", "create"),
    [
        pytest.param(NoAnswerError(may_have_arrived=False), True, True, id="never left"),
        pytest.param(NoAnswerError(may_have_arrived=True), True, False, id="may have arrived"),
        pytest.param(ThrottledError(429), True, False, id="throttled"),
        pytest.param(ThrottledError(400, "Throttling.User"), True, False, id="throttled with another status"),
        pytest.param(ServiceUnavailableError(503), True, False, id="503"),
        pytest.param(ServiceUnavailableError(500), False, False, id="500"),
        pytest.param(ServiceUnavailableError(502), False, False, id="502"),
        pytest.param(ServiceUnavailableError(200), False, False, id="malformed"),
        pytest.param(RequestRejectedError(400), False, False, id="rejected"),
        pytest.param(CredentialsRejectedError(403), False, False, id="credentials"),
        pytest.param(ResourceNotExistError(404), False, False, id="not there"),
        pytest.param(ResourceAlreadyExistError(409), False, False, id="already there"),
        pytest.param(RuntimeNotReadyError(400), False, False, id="runtime not ready"),
    ],
)
def test_what_is_repeated(error, read, create):
    assert (delay(error) is not None, delay(error, repeatable=False) is not None) == (read, create)


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 8.0), (60, 8.0), (5000, 8.0)]
)
def test_waits_double_up_to_the_cap(attempt, seconds):
    policy = RetryPolicy(attempts=10_000)
    assert delay(NoAnswerError(), policy=policy, attempt=attempt) == seconds


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 0.25), (0.5, 0.375), (1.0, 0.5)])
def test_waits_are_spread(chance, seconds):
    assert delay(NoAnswerError(), chance=chance) == seconds


def test_the_services_wish_is_granted_whole():
    wait = delay(ThrottledError(429, retry_after=20.0), chance=0.0)
    assert wait == 20.25


def test_a_wish_beyond_the_deadline_ends_it():
    assert delay(ThrottledError(429, retry_after=61.0)) is None


@pytest.mark.parametrize(("elapsed", "again"), [(59.5, True), (59.6, False), (61.0, False)])
def test_no_attempt_begins_after_the_deadline(elapsed, again):
    assert (delay(NoAnswerError(), elapsed=elapsed) is not None) == again


@pytest.mark.parametrize(("attempt", "again"), [(1, True), (4, True), (5, False), (6, False)])
def test_attempts_are_counted(attempt, again):
    assert (delay(NoAnswerError(), attempt=attempt) is not None) == again


def test_no_retry_repeats_nothing():
    assert delay(NoAnswerError(may_have_arrived=False), policy=NO_RETRY) is None


@given(attempt=st.integers(1, 100), elapsed=st.floats(0, 100), chance=st.floats(0, 1), wish=st.floats(0, 100))
def test_no_wait_passes_its_bounds(attempt, elapsed, chance, wish):
    policy = RetryPolicy(attempts=50)
    wait = delay(ThrottledError(429, retry_after=wish), policy=policy, attempt=attempt, elapsed=elapsed, chance=chance)
    if wait is not None:
        assert wish <= wait <= wish + policy.cap
        assert elapsed + wait <= policy.deadline
