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
