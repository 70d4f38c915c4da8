from datetime import UTC, datetime, timedelta

import pytest

from agentrun_operator.durations import duration, exactly
from agentrun_operator.plugin.screen.bar import bar
from agentrun_operator.plugin.screen.times import since


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0s"),
        (0, "0s"),
        (45, "45s"),
        (60, "1m"),
        (90, "1m30s"),
        (3600, "1h"),
        (12000, "3h20m"),
        (39000, "10h"),
        (10**9, "11574d"),
    ],
)
def test_a_duration_is_told_by_its_largest_units(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0s"), (59.6, "1m"), (930, "15m30s"), (3750, "1h2m30s"), (864000, "240h")]
)
def test_what_a_manifest_says_is_told_to_the_second(seconds, words):
    assert exactly(seconds) == words


def test_how_long_ago_something_was():
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert (since(now - timedelta(minutes=5), now), since(None, now)) == ("5m", "-")


@pytest.mark.parametrize(
    ("shares", "drawn"),
    [
        pytest.param([100], "████████", id="one version"),
        pytest.param([75, 25], "██████▒▒", id="two"),
        pytest.param([99, 1], "███████▒", id="a small share is seen"),
        pytest.param([1, 99], "█▒▒▒▒▒▒▒", id="so is what is left"),
        pytest.param([0, 100], "▒▒▒▒▒▒▒▒", id="nothing is left"),
        pytest.param([50, 20, 20, 10], "███▒▒▓▓░", id="four"),
        pytest.param([1] + [1] * 99, "█▒▓░█▒▓░", id="more than the bar has room for"),
        pytest.param([], "", id="none"),
    ],
)
def test_a_bar_shows_shares(shares, drawn):
    assert bar(shares) == drawn
