"""A chat without the `openai` package: piece by piece, and bounded whatever the agent does."""

import itertools
import json
from collections.abc import Iterator

import pytest

from agentrun_operator.agentrun import Config
from agentrun_operator.agentrun.auth.chain import credentials_for
from agentrun_operator.agentrun.endpoint.chat.completion import Chunk
from agentrun_operator.agentrun.endpoint.chat.openai import Chat
from agentrun_operator.agentrun.endpoint.chat.streaming import ChatError, Question, chunks
from agentrun_operator.agentrun.models.chat import Failure
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, ACCOUNT_ID, REGION, TOKEN, Emulator, running_emulator
from support.evil_server import Evil, chunk, head, running_evil, whole

EVENTS = "Content-Type: text/event-stream"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator() as (_, emulator):
        emulator.add_endpoint(emulator.add_runtime("support-bot", versions=1), "chat", targetVersion="1")
        yield emulator


def a_chat(url: str, token: str | None) -> Chat:
    key, secret = (None, None) if token else (ACCESS_KEY_ID, ACCESS_KEY_SECRET)
    config = Config(
        key, secret, token=token, account_id=ACCOUNT_ID, region_id=REGION, data_endpoint=url, environment={}
    )
    return Chat(config, "support-bot", "chat", None if config.token else credentials_for(config).get())


def asked(
    url: str, *, stream: bool = True, session: str = "", timeout: float = 20.0, token: str | None = None
) -> list[Chunk]:
    return list(chunks(a_chat(url, token), Question("Where is it?", stream, session, timeout)))


def said(found: list[Chunk]) -> str:
    return "".join(each.text for each in found)


def test_an_answer_comes_in_pieces_and_tells_its_tokens(emulator):
    found = asked(emulator.url)

    assert said(found) == "support-bot/chat (version 1) heard: Where is it?"
    assert len([each for each in found if each.text]) == 7
    assert found[-1].usage == {"prompt_tokens": 3, "completion_tokens": 7, "total_tokens": 10}


def test_an_answer_that_is_not_streamed_comes_in_one_piece(emulator):
    (found,) = asked(emulator.url, stream=False)

    assert found.text == "support-bot/chat (version 1) heard: Where is it?"
    assert found.usage == {"prompt_tokens": 3, "completion_tokens": 7, "total_tokens": 10}


def test_a_session_is_sent_and_none_is_by_itself(emulator):
    asked(emulator.url, session="conversation-1")
    asked(emulator.url)

    assert [call.session_id for call in emulator.calls("InvokeOpenAI")] == ["conversation-1", None]


def test_a_token_asks_in_place_of_the_key(emulator):
    asked(emulator.url, token=TOKEN)

    assert [call.status for call in emulator.calls("InvokeOpenAI")] == [200]


def test_a_refusal_says_the_words_of_the_agent_and_is_sent_once(emulator):
    emulator.fault("InvokeOpenAI", status=503)

    with pytest.raises(ChatError, match="status 503: injected") as refused:
        asked(emulator.url)
    assert (refused.value.failure, refused.value.status) == (Failure.REFUSED, 503)
    assert len(emulator.calls("InvokeOpenAI")) == 1


def test_where_nobody_listens_the_host_is_named_and_no_secret():
    with pytest.raises(ChatError, match=r"no connection to 127\.0\.0\.1:1") as failed:
        asked("http://127.0.0.1:1")
    assert failed.value.failure is Failure.NO_CONNECTION
    assert ACCESS_KEY_SECRET not in str(failed.value)


def event(document: object) -> bytes:
    return b"data: %b\n\n" % json.dumps(document).encode()


def delta(text: str) -> bytes:
    return event({"choices": [{"delta": {"content": text}}]})


def streamed(*parts: bytes) -> Evil:
    body = b"".join(parts)
    return Evil([head(200, EVENTS, f"Content-Length: {len(body)}") + body])


def without_end(part: bytes, pause: float = 0.0) -> Evil:
    first = head(200, "Transfer-Encoding: chunked", EVENTS)
    return Evil(itertools.chain([first], itertools.repeat(chunk(part))), pause)


HOSTILE = {
    "words without end": (lambda: without_end(delta("a" * 60_000)), Failure.TOO_LARGE),
    "a line without end": (lambda: without_end(b"a" * 60_000), Failure.TOO_LARGE),
    "nothing without end": (lambda: without_end(b": keep-alive\n\n", 0.05), Failure.TIMED_OUT),
    "a web page": (lambda: whole(200, b"<html>"), Failure.MALFORMED),
    "an event that is none": (lambda: streamed(b"data: <html>\n\n"), Failure.MALFORMED),
    "an error on the way": (lambda: streamed(delta("so"), event({"error": {"message": "no more"}})), Failure.REFUSED),
    "a redirect": (lambda: whole(302, b"", "Location: http://127.0.0.1:1/"), Failure.REFUSED),
    "a refusal without end": (lambda: whole(500, b"x" * 1_000_000), Failure.REFUSED),
    "an end before its time": (
        lambda: Evil([head(200, EVENTS, "Content-Length: 1000") + delta("so")]),
        Failure.NO_CONNECTION,
    ),
}


@pytest.mark.parametrize(("answer", "failure"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_agent_gets_no_more_than_it_may_have(answer, failure):
    with running_evil(lambda _: answer()) as evil, pytest.raises(ChatError) as failed:
        asked(evil.url, timeout=3.0 if failure is Failure.TIMED_OUT else 30.0)
    assert failed.value.failure is failure
    assert len(str(failed.value)) < 2000
    assert len(evil.asked) == 1


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        pytest.param([delta("a"), b"data: [DONE]\n\n", delta("b")], "a", id="nothing behind the end"),
        pytest.param([b": comment\n", b"event: x\r\n", delta("a").replace(b"\n", b"\r\n")], "a", id="lines of the web"),
        pytest.param([event({"choices": []}), event({"choices": [{"delta": {"content": None}}]})], "", id="empty"),
        pytest.param([delta("ü\ud83d\ude00")], "ü😀", id="characters"),
        pytest.param([delta("a").rstrip()], "a", id="no end of the line"),
        pytest.param([event({"choices": [{"delta": 5}], "usage": {"x": -1, "y": "z"}})], "", id="odd"),
    ],
)
def test_what_is_odd_and_harmless_is_read(parts, text):
    with running_evil(lambda _: streamed(*parts)) as evil:
        found = asked(evil.url)

    assert said(found) == text
    assert [each.usage for each in found if each.usage] == []


def test_what_was_said_is_in_no_repr(emulator):
    assert {repr(each) for each in asked(emulator.url)} == {"Chunk(…)"}
