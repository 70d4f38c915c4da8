from random import Random
from typing import Any

import pytest

from agentrun_operator.emulator.checks import InvalidError
from agentrun_operator.emulator.faults.manners import Manners


@pytest.fixture
def manners() -> Manners:
    return Manners(Random(0).random)  # noqa: S311 - not for secrets


def said(manners: Manners, *asked: str, version: str = "4") -> list[str | None]:
    """What a version says to each; None: as usual."""
    return [manners.pick("runtime", version, each).text for each in asked]


@pytest.mark.parametrize(
    ("manner", "expected"),
    [
        pytest.param({}, "......", id="as usual"),
        pytest.param({"text": "x"}, "xxxxxx", id="always"),
        pytest.param({"text": "x", "skip": 4}, "....xx", id="from the fifth on"),
        pytest.param({"text": "x", "every": 3}, "..x..x", id="each third"),
        pytest.param({"text": "x", "times": 2}, "xx....", id="twice"),
        pytest.param({"text": "x", "fraction": 0}, "......", id="never"),
    ],
)
def test_a_manner_takes_the_calls_that_it_says(manners: Manners, manner: dict[str, Any], expected: str):
    manners.put("runtime", "4", manner)
    assert "".join(text or "." for text in said(manners, *["Hello"] * 6)) == expected


def test_a_manner_may_be_for_what_the_user_said(manners: Manners):
    manners.put("runtime", "4", [{"heard": "order 42", "text": "shipped"}, {"heard": "REFUND", "text": "30 days"}])
    assert said(manners, "Where is Order 42?", "A refund?", "Hello") == ["shipped", "30 days", None]


def test_a_call_about_something_else_uses_nothing_up(manners: Manners):
    manners.put("runtime", "4", {"heard": "refund", "text": "30 days", "skip": 1, "times": 1})
    assert said(manners, "refund", "Hello", "refund", "refund") == [None, None, "30 days", None]


def test_the_first_manner_that_takes_a_call_is_the_one(manners: Manners):
    manners.put("runtime", "4", [{"every": 3, "text": "good"}, {"text": "bad"}])
    assert said(manners, *["Hello"] * 6) == ["bad", "bad", "good"] * 2


def test_a_fraction_is_drawn_from_the_generator_that_is_given():
    def drawn(seed: int) -> list[str | None]:
        manners = Manners(Random(seed).random)  # noqa: S311 - not for secrets
        manners.put("runtime", "4", {"text": "bad", "fraction": 0.3})
        return said(manners, *["Hello"] * 200)

    assert drawn(1) == drawn(1) != drawn(2)
    assert 40 <= drawn(1).count("bad") <= 80


def test_each_version_of_each_runtime_has_its_own(manners: Manners):
    manners.put("runtime", "4", {"text": "four"})
    manners.put("other", "3", {"text": "other"})
    assert said(manners, "Hello", version="3") == [None]
    assert said(manners, "Hello") == ["four"]


def test_what_is_left_is_shown_and_can_be_put_back(manners: Manners):
    manners.put("runtime", "4", [{"text": "x", "skip": 2}, {"status": 500, "times": 3}])
    said(manners, "Hello")
    shown = manners.show("runtime", "4")
    assert [(each["skip"], each["times"]) for each in shown] == [(1, None), (0, 2)]
    manners.put("runtime", "4", shown)
    assert manners.show("runtime", "4") == shown


def test_manners_are_replaced_and_forgotten(manners: Manners):
    for version in ("3", "4"):
        manners.put("runtime", version, {"text": "first"})
    manners.put("runtime", "4", {"text": "second"})
    assert said(manners, "Hello") == ["second"]
    manners.forget("runtime", "4")
    assert (said(manners, "Hello"), said(manners, "Hello", version="3")) == ([None], ["first"])
    manners.forget("runtime", "4")


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        pytest.param({"txt": "x"}, "txt is not a known field", id="an unknown field"),
        pytest.param([{}, {"txt": "x"}], "[1].txt is not a known field", id="an unknown field of the second"),
        pytest.param({"status": 99}, "status must be at least 200", id="no status"),
        pytest.param({"latency": -1}, "latency must be from 0 to inf", id="back in time"),
        pytest.param({"every": 0}, "every must be at least 1", id="each zeroth"),
        pytest.param({"toolCalls": "lookup"}, "toolCalls must be a list", id="one tool"),
        pytest.param({"toolCalls": [1]}, "toolCalls[0] must be a string", id="a tool by number"),
        pytest.param({"completionTokens": "12"}, "completionTokens must be an integer", id="tokens in words"),
        pytest.param({"endless": 1}, "endless must be true or false", id="a flag by number"),
        pytest.param({"answer": "json"}, "answer must be one of html, empty, malformed", id="another distortion"),
        pytest.param("x", "the body must be an object", id="a text"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(manners: Manners, document: object, complaint: str):
    manners.put("runtime", "4", {"text": "x"})
    with pytest.raises(InvalidError) as error:
        manners.put("runtime", "4", document)
    assert str(error.value) == complaint
    assert said(manners, "Hello") == ["x"]
