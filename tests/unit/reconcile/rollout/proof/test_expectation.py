"""One answer to a golden prompt: what it has to be like, and what it is."""
# ruff: noqa: RUF001 - letters of another width are what is told apart

import unicodedata

import pytest

from agentrun_operator.agentrun.models.chat import ChatReply, Failure
from agentrun_operator.reconcile.rollout.proof.expectation import JOINER, LONGEST_RUN, Outcome, folded, judged
from agentrun_operator.resources.rollout.analysis import Expect

RIGHT, WRONG, BROKEN = Outcome.RIGHT, Outcome.WRONG, Outcome.BROKEN


def answer(text: str = "You have 30 days.", seconds: float = 1.0, tokens: int | None = 20, *tools: str) -> ChatReply:
    return ChatReply(seconds, None, 200, text, frozenset(tools), tokens)


@pytest.mark.parametrize(
    ("expect", "reply", "outcome"),
    [
        pytest.param({}, answer(""), RIGHT, id="an answer is enough where nothing is asked for"),
        pytest.param({"contains": ["30 days"]}, answer(), RIGHT, id="the words are in it"),
        pytest.param({"contains": ["30 DAYS"]}, answer(), RIGHT, id="whatever their case"),
        pytest.param({"contains": ["３０ ｄａｙｓ"]}, answer(), RIGHT, id="whatever their width"),
        pytest.param({"contains": ["30 days"]}, answer("３０ ＤＡＹＳ"), RIGHT, id="nor that of the answer"),
        pytest.param({"contains": ["STRASSE"]}, answer("in der Straße"), RIGHT, id="as Unicode folds"),
        pytest.param({"contains": ["café"]}, answer("CAFE\u0301"), RIGHT, id="however an accent is written"),
        pytest.param({"contains": ["ガ"]}, answer("ｶﾞ"), RIGHT, id="also with half of the width"),
        pytest.param({"contains": ["cafe"]}, answer("café"), WRONG, id="but another letter is another"),
        pytest.param({"contains": ["30 days", "refund"]}, answer(), WRONG, id="all of them have to be"),
        pytest.param({"contains": ["3. days"]}, answer(), WRONG, id="they are no pattern"),
        pytest.param({"notContains": ["I cannot"]}, answer(), RIGHT, id="unwanted words are not in it"),
        pytest.param({"notContains": ["i CANNOT"]}, answer("No, I cannot."), WRONG, id="or they are"),
        pytest.param({"notContains": ["x", "days"]}, answer(), WRONG, id="none of them may be"),
        pytest.param({"toolCalls": ["find"]}, answer("", 1, 1, "find"), RIGHT, id="the tool is called for"),
        pytest.param({"toolCalls": ["find"]}, answer("", 1, 1, "find", "x"), RIGHT, id="others may be too"),
        pytest.param({"toolCalls": ["find", "x"]}, answer("", 1, 1, "find"), WRONG, id="each has to be"),
        pytest.param({"toolCalls": ["find"]}, answer("find"), WRONG, id="to speak of it is no call"),
        pytest.param({"toolCalls": ["find"]}, answer("", 1, 1, "Find"), WRONG, id="a name is exact"),
        pytest.param({"maxLatency": "8s"}, answer(seconds=8.0), RIGHT, id="just in time"),
        pytest.param({"maxLatency": "8s"}, answer(seconds=8.01), WRONG, id="too late"),
        pytest.param({"maxTokens": 20}, answer(tokens=20), RIGHT, id="no more tokens than it may have"),
        pytest.param({"maxTokens": 20}, answer(tokens=21), WRONG, id="one more"),
        pytest.param({"maxTokens": 20}, answer(tokens=None), Outcome.UNTOLD, id="no usage is no failure and no pass"),
        pytest.param({"contains": ["x"], "maxTokens": 20}, answer(tokens=None), WRONG, id="unless it is wrong anyway"),
    ],
)
def test_an_answer_is_judged_by_what_it_has_to_be_like(expect, reply, outcome):
    assert judged(reply, Expect.model_validate(expect)).outcome is outcome


@pytest.mark.parametrize(
    ("failure", "status", "outcome"),
    [
        (Failure.REFUSED, 500, BROKEN),
        (Failure.REFUSED, 503, BROKEN),
        (Failure.REFUSED, 400, BROKEN),
        (Failure.REFUSED, 404, BROKEN),
        (Failure.REFUSED, 302, BROKEN),
        (Failure.REFUSED, 401, Outcome.UNAVAILABLE),
        (Failure.REFUSED, 403, Outcome.UNAVAILABLE),
        (Failure.REFUSED, 429, Outcome.UNAVAILABLE),
        (Failure.TIMED_OUT, None, BROKEN),
        (Failure.NO_CONNECTION, None, BROKEN),
        (Failure.TOO_LARGE, 200, BROKEN),
        (Failure.MALFORMED, 200, BROKEN),
        (Failure.TOO_LARGE, 403, BROKEN),
    ],
)
def test_without_an_answer_it_is_told_apart_whether_who_asks_is_at_fault(failure, status, outcome):
    assert judged(ChatReply(1.0, failure, status), Expect()).outcome is outcome


def test_what_goes_on_of_an_answer_is_without_its_text():
    found = judged(answer("the secret of the agent", 1.5, 7, "secret_tool"), Expect())
    assert found == (Outcome.RIGHT, 1.5, 7, 200)
    assert "secret" not in repr(answer("the secret of the agent", 1.5, 7, "secret_tool"))


@pytest.mark.parametrize("mark", ["\u0301\u0323", "\u0f73", "\u0344\u0323"], ids=["marks", "a mark of two", "pairs"])
def test_a_text_of_marks_alone_is_folded_without_sorting_them_all(mark):
    """Unicode sorts the marks on one character, in a time that grows with the square of their number."""
    found = folded("e" + mark * 20_000)
    runs = "".join("m" if unicodedata.combining(each) else " " for each in unicodedata.normalize("NFKD", found)).split()
    assert max(map(len, runs)) <= 2 * LONGEST_RUN + 4, "two at the most, where pieces meet"
    assert found.count(JOINER) > 500


@pytest.mark.parametrize("offset", range(4))
def test_a_long_text_is_folded_like_a_short_one(offset):
    """It is folded in pieces, and no character is cut apart."""
    text = "x" * offset + "CAFE\u0301 Straße ｶﾞ ﬁ " * 2000
    assert folded(text) == "x" * offset + "café strasse ガ fi " * 2000


def test_a_long_text_without_any_place_to_cut_is_folded_all_the_same():
    assert folded("ﷺ" * 5000) == folded("ﷺ") * 5000


def test_a_few_marks_are_left_alone():
    assert JOINER not in folded("e\u0301\u0323" * 1000)
    assert folded("ç" * 1000) == "ç" * 1000
