"""Every text of an answer is cut and holds no secret, wherever it stands."""

from typing import Any

import pytest

from agentrun_operator.agentrun.auth.credentials import Credentials
from agentrun_operator.agentrun.auth.redaction import MASK, Redactor
from agentrun_operator.agentrun.auth.secret import Secret
from agentrun_operator.agentrun.http.answer.texts import cleaned
from agentrun_operator.cut import TEXT_LIMIT

KEY = "Xq7RtB2mVn8LpK4wZs9YcD1fHj3GaE"  # made up


@pytest.fixture
def secrets() -> list[Redactor]:
    redactor = Redactor()
    redactor.note(Credentials("made-up-id", Secret(KEY)))
    return [redactor]


@pytest.mark.parametrize("character", ["x", "é", "智", "🤖"])
def test_a_long_text_is_cut_to_a_kibibyte_and_says_so(character):
    text = str(cleaned(character * 5000, ()))
    assert TEXT_LIMIT - 6 <= len(text.encode()) <= TEXT_LIMIT
    assert text.endswith("…")


@pytest.mark.parametrize("text", ["", "short", "x" * TEXT_LIMIT, "🤖" * 256])
def test_a_text_that_fits_stays_as_it_is(text):
    assert cleaned(text, ()) == text


def test_a_usual_answer_is_not_even_copied(secrets):
    said: Any = {"items": [{"status": "READY", "weights": [0.1, None, True]}]}
    assert cleaned(said, secrets) is said


def test_texts_are_found_at_any_depth(secrets):
    said: Any = {"a": [{"b": [[f"it is {KEY}!"]]}, "y" * 9999, 5, None]}
    assert cleaned(said, secrets) == {"a": [{"b": [[f"it is {MASK}!"]]}, "y" * 1021 + "…", 5, None]}


def test_a_secret_across_the_cut_is_no_half_secret(secrets):
    text = str(cleaned("x" * (TEXT_LIMIT - 10) + KEY, secrets))
    assert KEY[:4] not in text
