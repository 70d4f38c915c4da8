from collections import Counter
from typing import Any

import pytest

from agentrun_operator.emulator.state.split import Split, shares_of


def document(target: str, **canaries: float) -> dict[str, Any]:
    weights = [{"version": version.removeprefix("v"), "weight": weight} for version, weight in canaries.items()]
    return {"targetVersion": target, "routingConfiguration": {"versionWeights": weights}}


def turns(split: Split, calls: int) -> list[str]:
    return [split.next() for _ in range(calls)]


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        pytest.param({"targetVersion": "3"}, {"3": 100}, id="no routing"),
        pytest.param(document("LATEST"), {"LATEST": 100}, id="no canary"),
        pytest.param(document("3", v4=0.05), {"3": 95, "4": 5}, id="a small canary"),
        pytest.param(document("3", v4=0.99), {"3": 1, "4": 99}, id="a large canary"),
        pytest.param(document("3", v4=0.1, v5=0.2, v6=0.3), {"3": 40, "4": 10, "5": 20, "6": 30}, id="several"),
        pytest.param(document("3", v4=0.57), {"3": 43, "4": 57}, id="a float that is not round"),
        pytest.param(document("3", v4=0.7, v5=0.7), {"4": 50, "5": 50}, id="by hand, more than there is"),
    ],
)
def test_of_any_hundred_calls_each_version_gets_its_percent(endpoint: dict[str, Any], expected: dict[str, int]):
    split = Split(shares_of(endpoint))
    drawn = turns(split, 500)
    assert all(Counter(drawn[start : start + 100]) == expected for start in range(400))


def test_turns_are_spread_evenly_and_always_the_same():
    split = Split(shares_of(document("3", v4=0.25)))
    assert turns(split, 8) == ["3", "3", "4", "3"] * 2
