from dataclasses import dataclass, field

import pytest

from agentrun_operator.plugin.cluster.kubectl.refusals import ForbiddenError, UnreachableError
from agentrun_operator.plugin.cluster.waiting import seconds_of, until
from agentrun_operator.plugin.exits import UsageError


@dataclass
class Clock:
    """A time that goes on by sleeping alone."""

    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def looks(*answers: object):
    """A look that gives these answers, the last one for ever."""
    left = list(answers)

    def look() -> object:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return look


def test_what_is_so_already_is_not_waited_for():
    clock = Clock()
    assert until(looks("done"), bool, 60, clock) == "done"
    assert clock.slept == []


def test_it_looks_each_second_until_it_is_so():
    clock = Clock()
    assert until(looks("", "", "done"), bool, 60, clock) == "done"
    assert clock.slept == [1, 1]


def test_the_time_ends_when_it_was_promised_to_with_what_was_seen_last():
    clock = Clock()
    assert until(looks(""), bool, 2.5, clock) == ""
    assert clock.slept == [1, 1, 0.5]


def test_a_cluster_that_is_out_of_reach_for_a_moment_is_asked_again():
    clock = Clock()
    assert until(looks("", UnreachableError("refused"), "done"), bool, 60, clock) == "done"


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        pytest.param([UnreachableError("refused")], UnreachableError, id="never in reach: told at once"),
        pytest.param(["", UnreachableError("refused")], UnreachableError, id="out of reach until the end"),
        pytest.param(["", ForbiddenError("no", None)], ForbiddenError, id="a right that was taken away"),
    ],
)
def test_what_cannot_be_asked_is_an_error(answers, error):
    with pytest.raises(error):
        until(looks(*answers), bool, 5, Clock())


@pytest.mark.parametrize(
    ("written", "seconds"), [("90s", 90), ("5m", 300), ("1h30m", 5400), ("0s", 0), ("1h1m1s", 3661)]
)
def test_a_time_is_written_as_in_manifests(written, seconds):
    assert seconds_of(written) == seconds


@pytest.mark.parametrize("written", ["", "5", "m", "5 m", "-5m", "1.5h", "5m30", "x", "٣m", "99999999h"])
def test_what_is_no_time_is_a_wrong_use(written):
    with pytest.raises(UsageError, match="is no time"):
        seconds_of(written)
