"""Puts one question to an endpoint on the data plane, and reads no more of the answer than may be read of it.

The agent may be anybody's, and hostile: whatever it sends, it takes no more than the time and the bytes that it was
given. Nothing is sent again, and no redirect is followed. What it said goes into a ChatReply, and into no error or log.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import TYPE_CHECKING, NamedTuple, Self

import httpx

from agentrun_operator.agentrun.auth.data_signing import DataPlaneAuth
from agentrun_operator.agentrun.auth.signing import utc_now
from agentrun_operator.agentrun.endpoint.chat.completion import read_completion
from agentrun_operator.agentrun.endpoint.chat.openai import Chat, data_plane
from agentrun_operator.agentrun.http.answer.body import ACCEPTED, BodyError
from agentrun_operator.agentrun.http.answer.reading import read_async
from agentrun_operator.agentrun.http.answer.translation import SUCCESSFUL
from agentrun_operator.agentrun.http.client import default_ssl_context
from agentrun_operator.agentrun.http.connections.connections import known_to_httpx, limits_of, proxy_to
from agentrun_operator.agentrun.http.driver import CONNECTION_FAILURES, user_agent
from agentrun_operator.agentrun.models.chat import ChatReply, Failure

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from agentrun_operator.agentrun.auth.config import Config
    from agentrun_operator.agentrun.auth.credentials import Credentials, CredentialsProvider

USER = "agentrun-operator-probe"
"""Who asks, in the request's `user`: an agent can tell a probe from a person."""

SESSION = "x-agentrun-session-id"
ANSWER_LIMIT = 256 * 1024
"""Bytes of an answer, decoded."""

LONG = 16 * 1024
"""Bytes from which on an answer is taken apart beside the event loop: others go on meanwhile."""

NO_TIMEOUT = httpx.Timeout(None).as_dict()
"""The library's own would begin anew with each byte; the whole call has one of its own."""


class Question(NamedTuple):
    """What is asked.

    Args:
        messages: the conversation so far, by role and content.
        max_tokens: the most tokens that the answer is asked to have.
        timeout: seconds for the whole answer.
    """

    messages: Sequence[tuple[str, str]]
    max_tokens: int
    timeout: float


class Prober:
    """Asks the endpoints of one account and region. `async with` closes its connections.

    Args:
        config: where AgentRun is.
        credentials: who asks.
        connections: how many there are at most.
        ssl_context: how to verify the service, by default against the usual certificate authorities.
        clock: the time of day, in UTC, for signatures.
        monotonic: seconds, for durations.
        session_id: makes a conversation's id.
        transport: the wire itself, instead of the network's; for tests.

    Raises:
        ConfigError: the address of the data plane is unknown, or a proxy to it cannot be used.
    """

    def __init__(
        self,
        config: Config,
        credentials: CredentialsProvider,
        *,
        connections: int = 1,
        ssl_context: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        session_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._config = config
        self._credentials = credentials
        self._monotonic = monotonic
        self._session_id = session_id
        self._clock = clock
        address = data_plane(config, signed=True)
        self._wire = transport or httpx.AsyncHTTPTransport(
            verify=ssl_context or default_ssl_context(),
            limits=limits_of(connections),
            proxy=known_to_httpx(proxy_to(address)),
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._wire.aclose()

    async def ask(self, runtime_name: str, endpoint_name: str, question: Question) -> ChatReply:
        """The answer to a question, or why there is none.

        Args:
            runtime_name: the runtime's name.
            endpoint_name: the endpoint's name.
            question: what is asked.

        Raises:
            CredentialsNotFoundError: there is nothing to sign with.
        """
        credentials = await self._credentials.get_async()
        request = self._request(Chat(self._config, runtime_name, endpoint_name, credentials), credentials, question)
        began = self._monotonic()
        try:
            async with asyncio.timeout(question.timeout):
                reply = await self._reply(request)
        except (TimeoutError, httpx.TimeoutException):
            reply = ChatReply(0.0, Failure.TIMED_OUT)
        except CONNECTION_FAILURES:
            reply = ChatReply(0.0, Failure.NO_CONNECTION)
        return _timed(reply, self._monotonic() - began)

    def _request(self, chat: Chat, credentials: Credentials, question: Question) -> httpx.Request:
        body = {
            "model": chat.runtime_name,
            "messages": [{"role": role, "content": content} for role, content in question.messages],
            "user": USER,
            "max_tokens": question.max_tokens,
            "stream": False,
        }
        headers = {
            **{name.lower(): value for name, value in self._config.headers.items()},
            "accept": "application/json",
            "accept-encoding": ACCEPTED,
            "content-type": "application/json",
            "user-agent": user_agent(),
            SESSION: self._session_id(),
        }
        content = json.dumps(body).encode()
        url = f"{chat.base_url}/chat/completions"
        request = httpx.Request("POST", url, headers=headers, content=content, extensions={"timeout": NO_TIMEOUT})
        return DataPlaneAuth(credentials, self._config.region_id, self._clock)(request)

    async def _reply(self, request: httpx.Request) -> ChatReply:
        response = await self._wire.handle_async_request(request)
        if response.status_code not in SUCCESSFUL:
            await response.aclose()
            return ChatReply(0.0, Failure.REFUSED, response.status_code)
        try:
            body = await read_async(response, asyncio.Semaphore(1), ANSWER_LIMIT)
        except BodyError as error:
            failure = Failure.TOO_LARGE if error.code == "AnswerTooLarge" else Failure.MALFORMED
            return ChatReply(0.0, failure, response.status_code)
        long = len(body.content) >= LONG
        said = await asyncio.to_thread(read_completion, body.content) if long else read_completion(body.content)
        if said is None:
            return ChatReply(0.0, Failure.MALFORMED, response.status_code)
        return ChatReply(0.0, None, response.status_code, said.text, said.tools, said.tokens)


def _timed(reply: ChatReply, seconds: float) -> ChatReply:
    return ChatReply(seconds, reply.failure, reply.status, reply.text, reply.tools, reply.tokens)
