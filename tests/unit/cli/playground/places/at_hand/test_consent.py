import io
import sys

import pytest

from agentrun_operator.cli.errors import CommandError
from agentrun_operator.cli.playground.places.at_hand.consent import consent

DOUBTS = ["https://10.0.0.1 is not an address of this machine alone"]


def never(question: str) -> bool:
    raise AssertionError(question)


def test_nobody_is_asked_about_a_cluster_on_this_machine():
    consent("kind", "Makes a namespace.", [], never)


def test_the_question_says_why_it_is_asked_and_what_will_be_made():
    asked: list[str] = []

    def agree(question: str) -> bool:
        asked.append(question)
        return True

    consent("prod", "Makes a namespace.", DOUBTS, agree)
    assert asked == [f"{DOUBTS[0]}.\nMakes a namespace.\nGo on in prod?"]


def test_no_means_that_nothing_is_made():
    with pytest.raises(CommandError, match="Nothing was made in prod"):
        consent("prod", "Makes a namespace.", DOUBTS, lambda _question: False)


def test_where_nobody_can_be_asked_it_takes_a_flag(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(CommandError, match="Nothing was made: say --yes") as caught:
        consent("prod", "Makes a namespace.", DOUBTS)
    assert caught.value.code == 2
