"""Puts one question to an endpoint and hands out the answer while it is made; does without the `openai` package.

The agent may be anybody's, and hostile: whatever it sends, it takes no more than the time and the bytes that it was
given. Nothing is sent again, and no redirect is followed: an agent may have acted.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, NamedTuple, cast

import httpx

from agentrun_operator.agentrun.auth.data_signing import DataPlaneAuth
from agentrun_operator.agentrun.auth.signing import utc_now
from agentrun_operator.agentrun.endpoint.chat.completion import Chunk, read_chunk, read_refusal
from agentrun_operator.agentrun.http.answer.body import Body, BodyError
from agentrun_operator.agentrun.http.answer.translation import SUCCESSFUL
from agentrun_operator.agentrun.http.client import default_ssl_context
from agentrun_operator.agentrun.http.connections.connections import known_to_httpx, proxy_to
from agentrun_operator.agentrun.http.deadline import Deadline, hold
from agentrun_operator.agentrun.http.driver import CONNECTION_FAILURES, user_agent
from agentrun_operator.agentrun.models.chat import Failure
from agentrun_operator.cut import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.agentrun.endpoint.chat.openai import Chat

SESSION = "x-agentrun-session-id"
ANSWER_LIMIT = 16 * 1024 * 1024
"""Bytes of an answer, decoded."""

REFUSAL_LIMIT = 64 * 1024
"""Bytes of the body of an error."""

EVENTS = "text/event-stream"
DONE = b"[DONE]"


class ChatError(Exception):
    """There is no answer, or no more of it.

    Attributes:
        failure: why.
        status: the HTTP status; None without one.
    """

    def __init__(self, failure: Failure, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.failure = failure
        self.status = status


class Question(NamedTuple):
    """What is asked.

    Args:
        text: of the user.
        stream: whether the answer is to come while it is made.
        session: the conversation's id; empty: none.
        timeout: seconds for the whole answer.
    """

    text: str
    stream: bool
    session: str
    timeout: float


def chunks(chat: Chat, question: Question) -> Iterator[Chunk]:
    """The answer, piece by piece; in one piece where it is not streamed.

    Args:
        chat: where the question goes, and who asks.
        question: what is asked.

    Raises:
        ChatError: the endpoint is not reached, refuses, or answers something else.
        ConfigError: neither an address nor an account is known, or a proxy cannot be used.
    """
    deadline = Deadline()
    deadline.until = time.monotonic() + question.timeout
    proxy = known_to_httpx(proxy_to(chat.base_url))
    with httpx.HTTPTransport(verify=default_ssl_context(), proxy=proxy, trust_env=False) as wire:
        hold(wire, deadline)
        try:
            yield from _answer(wire.handle_request(_request(chat, question)))
        except (*CONNECTION_FAILURES, TimeoutError) as error:
            if deadline.over:
                raise ChatError(Failure.TIMED_OUT, f"no whole answer within {question.timeout:g} s") from None
            raise ChatError(Failure.NO_CONNECTION, _connection(chat, error)) from None
        except BodyError as error:
            failure = Failure.TOO_LARGE if error.code == "AnswerTooLarge" else Failure.MALFORMED
            raise ChatError(failure, error.what) from None


def _connection(chat: Chat, error: Exception) -> str:
    host = httpx.URL(chat.base_url).netloc.decode()
    return f"no connection to {host}, or it ended too early: {type(error).__name__}: {cut(str(error))}"


def _request(chat: Chat, question: Question) -> httpx.Request:
    body: dict[str, object] = {
        "model": chat.runtime_name,
        "messages": [{"role": "user", "content": question.text}],
        "stream": question.stream,
    }
    if question.stream:
        body["stream_options"] = {"include_usage": True}
    token = chat.config.token if chat.credentials is None else None
    headers = {
        **{name.lower(): value for name, value in chat.config.headers.items()},
        "accept": EVENTS if question.stream else "application/json",
        "accept-encoding": "identity",  # what is packed comes late
        "content-type": "application/json",
        "user-agent": user_agent(),
        **({SESSION: question.session} if question.session else {}),
        **({"agentrun-access-token": token.reveal(), "authorization": f"Bearer {token.reveal()}"} if token else {}),
    }
    timeout = httpx.Timeout(question.timeout, connect=chat.config.timeout).as_dict()
    url = f"{chat.base_url}/chat/completions"
    request = httpx.Request(
        "POST", url, headers=headers, content=json.dumps(body).encode(), extensions={"timeout": timeout}
    )
    credentials = chat.credentials
    return request if credentials is None else DataPlaneAuth(credentials, chat.config.region_id, utc_now)(request)


def _answer(response: httpx.Response) -> Iterator[Chunk]:
    try:
        if response.status_code not in SUCCESSFUL:
            raise _refused(response)
        if EVENTS in response.headers.get("content-type", ""):
            yield from _events(response)
        else:
            yield _known(read_chunk(_whole(response, ANSWER_LIMIT)), response)
    finally:
        response.close()


def _events(response: httpx.Response) -> Iterator[Chunk]:
    """The pieces of server-sent events, up to the last one."""
    for line in _lines(response):
        if not line.startswith(b"data:"):
            continue
        data = line.removeprefix(b"data:").strip()
        if data == DONE:
            return
        yield _known(read_chunk(data), response)


def _lines(response: httpx.Response) -> Iterator[bytes]:
    body, begun = Body(response.headers, ANSWER_LIMIT), 0
    for piece in cast("httpx.SyncByteStream", response.stream):
        searched = max(begun, len(body.content))  # a line without end is not looked through again and again
        _feed(body, piece)
        while (end := body.content.find(b"\n", searched)) >= 0:
            yield bytes(body.content[begun:end]).rstrip(b"\r")
            begun = searched = end + 1
    yield bytes(body.content[begun:])


def _whole(response: httpx.Response, limit: int) -> bytearray:
    body = Body(response.headers, limit)
    for piece in cast("httpx.SyncByteStream", response.stream):
        _feed(body, piece)
    return body.content


def _feed(body: Body, piece: bytes) -> None:
    body.feed(piece)
    if body.large:
        body.grow()


def _known(chunk: Chunk | None, response: httpx.Response) -> Chunk:
    if chunk is None:
        raise ChatError(Failure.MALFORMED, "the answer is no chat completion", response.status_code)
    if chunk.refusal is not None:
        raise ChatError(Failure.REFUSED, cut(chunk.refusal) or "the agent gave up", response.status_code)
    return chunk


def _refused(response: httpx.Response) -> ChatError:
    try:
        said = read_refusal(_whole(response, REFUSAL_LIMIT))
    except BodyError:
        said = ""
    status = response.status_code
    return ChatError(Failure.REFUSED, f"status {status}{f': {cut(said)}' if said else ''}", status)
