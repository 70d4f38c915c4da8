"""Putting a question to an endpoint: signed, told apart from a person's, and whatever the agent does, with an end."""

import asyncio
import gzip
import json
import logging
import resource
import time
from collections.abc import Callable
from itertools import repeat
from typing import Any

import pytest

from agentrun_operator.agentrun import Config, ConfigError
from agentrun_operator.agentrun.auth.credentials import StaticCredentials
from agentrun_operator.agentrun.endpoint.chat.probing import ANSWER_LIMIT, Prober, Question
from agentrun_operator.agentrun.models.chat import ChatReply, Failure
from support.agentrun import a_config
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, ACCOUNT_ID
from support.evil_server import Asked, Evil, chunk, dripping, dripping_head, endless, head, running_evil, whole
from support.patience import stretched

QUESTION = Question([("system", "Be brief."), ("user", "How long can I return an item?")], 64, stretched(5.0))
MARK = "Zk3vQ9"
"""What no byte of which may be seen anywhere."""


def config(url: str) -> Config:
    return a_config(account_id=ACCOUNT_ID, data_endpoint=url, control_endpoint=url)


def keys(secret: str = ACCESS_KEY_SECRET) -> StaticCredentials:
    return StaticCredentials.of(ACCESS_KEY_ID, secret)


def asked(url: str, question: Question = QUESTION, times: int = 1, credentials: Any = None) -> list[ChatReply]:
    async def main() -> list[ChatReply]:
        async with Prober(config(url), credentials or keys()) as prober:
            return [await prober.ask("support-bot", "chat", question) for _ in range(times)]

    return asyncio.run(main())


def answered(answer: Callable[[Asked], Evil], timeout: float = 5.0) -> ChatReply:
    with running_evil(answer) as evil:
        (reply,) = asked(evil.url, QUESTION._replace(timeout=stretched(timeout)))
        assert len(evil.asked) == 1, "it was asked again"
        return reply


def completion(content: str = "30 days", **more: Any) -> bytes:
    return json.dumps({"choices": [{"message": {"content": content, **more}}]}).encode()


def resident() -> int:
    """The most memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_an_endpoint_answers_with_its_version(server, emulator, runtime_id):
    emulator.add_endpoint(runtime_id, "chat", targetVersion="3")
    (reply,) = asked(server.url)
    assert reply.failure is None
    assert reply.status == 200
    assert "version 3" in reply.text
    assert reply.tokens
    assert reply.seconds > 0


def test_a_wrong_key_is_told_by_its_status(server, emulator, runtime_id):
    emulator.add_endpoint(runtime_id, "chat")
    (reply,) = asked(server.url, credentials=keys("wrong"))
    assert (reply.failure, reply.status) == (Failure.REFUSED, 403)


def test_what_is_asked_tells_that_it_is_a_probe_and_each_time_of_another_conversation():
    with running_evil(lambda _: whole(200, completion())) as evil:
        asked(evil.url, times=3)
    bodies = [json.loads(each.body) for each in evil.asked]
    assert bodies[0] == {
        "model": "support-bot",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "How long can I return an item?"},
        ],
        "user": "agentrun-operator-probe",
        "max_tokens": 64,
        "stream": False,
    }
    headers = [{name.lower(): value for name, value in each.headers.items()} for each in evil.asked]
    assert len({each["x-agentrun-session-id"] for each in headers}) == 3
    assert all("AGENTRUN4-HMAC-SHA256" in each["agentrun-authorization"] for each in headers)


def test_no_cookie_of_an_answer_goes_into_the_next_question():
    with running_evil(lambda _: whole(200, completion(), "Set-Cookie: session=sticky")) as evil:
        asked(evil.url, times=2)
    assert not any("cookie" in name.lower() for each in evil.asked for name in each.headers)


def test_nobody_can_be_asked_without_an_account():
    with pytest.raises(ConfigError):
        Prober(a_config(account_id=None, data_endpoint=None), keys())


BIG = completion("x" * ANSWER_LIMIT)
ANSWERS: dict[str, tuple[Callable[[Asked], Evil], Failure, int | None]] = {
    "500 MiB": (lambda _: endless(b"x" * 65536), Failure.TOO_LARGE, 200),
    "one byte too many": (lambda _: whole(200, b" " * (ANSWER_LIMIT + 1)), Failure.TOO_LARGE, 200),
    "too large a text": (lambda _: whole(200, BIG), Failure.TOO_LARGE, 200),
    "a bomb": (
        lambda _: whole(200, gzip.compress(b" " * 200_000_000, 9), "Content-Encoding: gzip"),
        Failure.TOO_LARGE,
        200,
    ),
    "endless events": (
        lambda _: Evil([head(200, "Transfer-Encoding: chunked"), *repeat(chunk(b"data: {}\n\n"), 100_000)]),
        Failure.TOO_LARGE,
        200,
    ),
    "an encoding that nobody asked for": (
        lambda _: whole(200, completion(), "Content-Encoding: br"),
        Failure.MALFORMED,
        200,
    ),
    "not compressed": (lambda _: whole(200, completion(), "Content-Encoding: gzip"), Failure.MALFORMED, 200),
    "a web page": (lambda _: whole(200, b"<html>" + MARK.encode()), Failure.MALFORMED, 200),
    "nothing": (lambda _: whole(200, b""), Failure.MALFORMED, 200),
    "an error": (lambda _: whole(500, MARK.encode()), Failure.REFUSED, 500),
    "an error without end": (
        lambda _: Evil([head(500, "Transfer-Encoding: chunked"), *repeat(chunk(b"x" * 65536), 10_000)]),
        Failure.REFUSED,
        500,
    ),
    "too many calls": (lambda _: whole(429, b""), Failure.REFUSED, 429),
    "a redirect": (lambda _: whole(307, b"", "Location: http://169.254.169.254/"), Failure.REFUSED, 307),
    "a redirect to itself": (lambda asked: whole(302, b"", f"Location: {asked.path}"), Failure.REFUSED, 302),
    "no HTTP": (lambda _: Evil([MARK.encode() * 1000]), Failure.NO_CONNECTION, None),
    "half an answer": (lambda _: Evil([head(200, "Content-Length: 1000") + b"{"]), Failure.NO_CONNECTION, None),
    "a header without end": (
        lambda _: Evil([b"HTTP/1.1 200 OK\r\nX-A: ", *repeat(b"a" * 65536, 10_000)]),
        Failure.NO_CONNECTION,
        None,
    ),
}


@pytest.mark.parametrize(("answer", "failure", "status"), ANSWERS.values(), ids=ANSWERS)
def test_what_is_no_answer_is_told_in_one_word(answer, failure, status, caplog):
    caplog.set_level(logging.DEBUG)
    reply = answered(answer)
    assert (reply.failure, reply.status) == (failure, status)
    assert reply.text == ""
    assert MARK not in caplog.text + repr(reply)


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: Evil([b""] * 1000, pause=60),
        lambda _: dripping(b"{", 0.05),
        lambda _: dripping_head(0.05),
        lambda _: Evil([b"HTTP/1.1 100 Continue\r\n\r\n"] * 1_000_000, pause=0.01),
    ],
    ids=["silence", "byte by byte", "headers byte by byte", "wait, wait"],
)
def test_an_agent_that_takes_for_ever_has_the_time_that_it_was_given(answer):
    began = time.monotonic()
    reply = answered(answer, timeout=0.5)
    assert reply.failure is Failure.TIMED_OUT
    assert time.monotonic() - began < stretched(5.0)
    assert reply.seconds >= 0.5


def test_many_hostile_answers_take_little_memory():
    def evil_twice(_: Asked) -> Evil:
        return whole(200, gzip.compress(b'{"choices":[' + b"[]," * 20_000_000, 9), "Content-Encoding: gzip")

    answered(evil_twice)
    before = resident()
    for answer in (evil_twice, lambda _: endless(b"[[[[" * 20_000), lambda _: whole(200, b"[" * ANSWER_LIMIT)):
        assert answered(answer).failure
    assert resident() - before < 64 * 2**20


def test_ten_thousand_tool_calls_are_read_as_far_as_they_fit():
    calls = [{"function": {"name": f"t{number}"}} for number in range(6_000)]
    reply = answered(lambda _: whole(200, completion(tool_calls=calls)))
    assert len(reply.tools) == 6_000
    calls = [{"function": {"name": f"tool_{number}"}} for number in range(10_000)]
    assert answered(lambda _: whole(200, completion(tool_calls=calls))).failure is Failure.TOO_LARGE


def test_what_an_agent_says_is_in_no_log_and_in_no_repr(caplog):
    caplog.set_level(logging.DEBUG)
    said = f"\x1b]0;{MARK}\x07\x1b[2J{MARK}"
    reply = answered(lambda _: whole(200, completion(said, tool_calls=[{"function": {"name": MARK}}])))
    assert reply.text == said
    assert reply.tools == {MARK}
    assert MARK not in caplog.text + repr(reply)
