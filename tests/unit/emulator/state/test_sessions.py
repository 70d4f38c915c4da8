from collections.abc import Callable, Iterator
from itertools import count

import pytest

from agentrun_operator.emulator.state.sessions import LIMIT, Sessions

IDLE = 60.0


@pytest.fixture
def pick() -> Callable[[], str]:
    """A new version each time."""
    numbers: Iterator[int] = count(1)
    return lambda: str(next(numbers))


def test_a_session_keeps_its_version_as_long_as_it_talks(pick: Callable[[], str]):
    sessions = Sessions()
    assert [sessions.version("one", now, IDLE, pick) for now in (0, 59, 118, 177)] == ["1"] * 4
    assert sessions.version("other", 177, IDLE, pick) == "2"


def test_a_session_that_was_idle_is_a_new_one(pick: Callable[[], str]):
    sessions = Sessions()
    assert [sessions.version("one", now, IDLE, pick) for now in (0, 60)] == ["1", "2"]


def test_without_affinity_each_call_is_a_session(pick: Callable[[], str]):
    sessions = Sessions()
    assert [sessions.version("one", 0, 0, pick) for _ in range(3)] == ["1", "2", "3"]


def test_the_session_idle_longest_goes_when_there_are_too_many(pick: Callable[[], str]):
    sessions = Sessions()
    for number in range(LIMIT):
        sessions.version(str(number), 0, IDLE, pick)
    sessions.version("0", 1, IDLE, pick)
    sessions.version("new", 1, IDLE, pick)
    assert sessions.version("0", 1, IDLE, pick) == "1"
    assert sessions.version("1", 1, IDLE, pick) == str(LIMIT + 2)
