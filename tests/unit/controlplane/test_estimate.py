from pathlib import Path

import pytest

from agentrun_operator.controlplane.estimate import Work, in_words


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        pytest.param(Work(total=100, done=25, elapsed=60), 180, id="a quarter is done"),
        pytest.param(Work(total=100, done=100, elapsed=60), 0, id="all is done"),
        pytest.param(Work(total=100, done=120, elapsed=60), 0, id="more than there was"),
        pytest.param(Work(total=100, done=25, elapsed=19), None, id="too early"),
        pytest.param(Work(total=100, done=1.9, elapsed=60), None, id="too little"),
        pytest.param(Work(total=0, done=5, elapsed=60), None, id="nobody knows how much it is"),
        pytest.param(Work(total=100, done=0, elapsed=60), None, id="nothing is done"),
    ],
)
def test_what_is_left_goes_by_what_was_done(work, expected):
    assert work.seconds_left() == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, ""),
        (0, "about 10 s left"),
        (44, "about 40 s left"),
        (89, "about 90 s left"),
        (91, "about 2 min left"),
        (400, "about 7 min left"),
    ],
)
def test_it_is_told_no_more_exactly_than_it_is(seconds, expected):
    assert in_words(seconds) == expected


# A real build of etcd, kubectl and kube-apiserver: after each ten packages, the processor's seconds so far for each of
# two cores, how many packages were done, and how much work these were (in 1000 bytes of source).
BUILD = Path(__file__).parent / "building" / "build.tsv"
ROWS = [tuple(map(float, line.split())) for line in BUILD.read_text().splitlines()[1:]]
(SECONDS, _PACKAGES, TOTAL) = ROWS[-1]


def test_a_real_build_is_estimated_within_a_third_after_the_first_minute():
    told = [(elapsed, Work(TOTAL, done, elapsed).seconds_left()) for elapsed, _packages, done in ROWS if elapsed > 60]
    assert len(told) > 100
    wrong = [(elapsed, left) for elapsed, left in told if left is None or abs(elapsed + left - SECONDS) > SECONDS / 3]
    assert wrong == []


def test_what_is_left_of_a_real_build_is_within_a_third_until_the_end_is_near():
    """Near the end a third is a few seconds."""
    told = [(elapsed, Work(TOTAL, done, elapsed).seconds_left()) for elapsed, _packages, done in ROWS]
    steady = [(SECONDS - elapsed, left) for elapsed, left in told if 60 < elapsed < SECONDS * 0.7]
    assert [(rest, left) for rest, left in steady if left is None or abs(left - rest) > rest / 3] == []
