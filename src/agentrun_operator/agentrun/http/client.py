"""The clients: they do the steps of an operation over one pool of connections, sync or async.

Whatever is not I/O lives elsewhere: what to send in `operations`, when to send it again in `transport`, what an answer
means in `translation`.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from functools import cache
from traceback import clear_frames
from typing import TYPE_CHECKING, Self, TypeVar

import httpx

from agentrun_operator.agentrun.api.errors import HTTPError
from agentrun_operator.agentrun.api.protocol import Pause, Process, Request
from agentrun_operator.agentrun.auth.chain import credentials_for
from agentrun_operator.agentrun.auth.config import Config, checked
from agentrun_operator.agentrun.auth.signing import ControlPlaneAuth, random_nonce, utc_now
from agentrun_operator.agentrun.http.answer.body import LARGE_AT_ONCE, BodyError
from agentrun_operator.agentrun.http.answer.reading import read, read_async
from agentrun_operator.agentrun.http.answer.translation import late_answer, unread_answer
from agentrun_operator.agentrun.http.connections.authorities import context_of
from agentrun_operator.agentrun.http.connections.connections import known_to_httpx, limits_of, unbound
from agentrun_operator.agentrun.http.deadline import Deadline, hold
from agentrun_operator.agentrun.http.driver import ATTEMPT_DEADLINE, CONNECTION_FAILURES, Driver
from agentrun_operator.agentrun.http.read_ahead import ReadAhead
from agentrun_operator.agentrun.http.retry import DEFAULT_RETRY, RetryPolicy

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from types import TracebackType

    from agentrun_operator.agentrun.auth.credentials import CredentialsProvider
    from agentrun_operator.agentrun.auth.redaction import Redactor
    from agentrun_operator.agentrun.http.transport import Attempt, Outcome

T = TypeVar("T")

CONNECTIONS = 64
"""Connections to the service, unless the caller says how many."""


@cache
def default_ssl_context() -> ssl.SSLContext:
    """The process's one default context: loading the certificates takes longer than a call.

    Raises:
        ConfigError: the certificate authorities that the environment names cannot be read.
    """
    return context_of(os.environ)


class AsyncClient(Driver):
    """A client of the control plane for one account and region, with one pool of connections.

    Args:
        config: where AgentRun is and who calls; by default the environment says.
        credentials: who calls, instead of what `config` says.
        retry: what is repeated; NO_RETRY for a caller that repeats by itself.
        ssl_context: how to verify the service, by default against the usual certificate authorities.
        connections: how many there are at most, and so how many calls at the same time; None: as many as are called.
        before_attempt: awaited before each attempt, the place for a rate limiter; what it raises ends the call.
        after_attempt: told of each attempt, the place for metrics; it must not raise.
        clock: the time of day, in UTC, for signatures.
        nonce: makes words that no other request has, for signatures.
        monotonic: seconds, for durations.
        sleep: waits for a number of seconds.
        chance: random numbers between 0 and 1, for the waits between attempts.
        others_secrets: what other clients call with, if no answer may repeat that either.
        large_answers: how many clients together may read a large answer at the same time.
        transport: the wire itself, instead of the network's; for tests.

    Example:
        async with AsyncClient() as client:
            endpoints = await client.run(operations.list_endpoints(runtime_id))
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        credentials: CredentialsProvider | None = None,
        retry: RetryPolicy = DEFAULT_RETRY,
        ssl_context: ssl.SSLContext | None = None,
        connections: int | None = CONNECTIONS,
        before_attempt: Callable[[Request], Awaitable[None]] | None = None,
        after_attempt: Callable[[Attempt], None] | None = None,
        clock: Callable[[], datetime] = utc_now,
        nonce: Callable[[], str] = random_nonce,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        others_secrets: Redactor | None = None,
        large_answers: asyncio.Semaphore | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        config = checked(config) or Config()
        super().__init__(config, retry, after_attempt, monotonic, chance, others=others_secrets)
        self._before_attempt = before_attempt
        self._sleep = sleep
        self._large = large_answers or asyncio.Semaphore(LARGE_AT_ONCE)
        self._auth = ControlPlaneAuth(credentials or credentials_for(config), clock, nonce, self._secrets)
        verify = ssl_context or default_ssl_context()
        self._http = httpx.AsyncClient(
            limits=limits_of(connections),
            verify=verify,
            transport=transport,
            proxy=known_to_httpx(self._proxy) if transport is None else None,
            trust_env=False,
        )
        if connections is None:
            unbound(self._http, verify)
        self._wire = self._http._transport_for_url(self._address)  # noqa: SLF001 - see Driver

    async def run(self, operation: Process[T]) -> T:
        """Carry out an operation.

        Args:
            operation: from `operations` or `waiting`; it is used up by this.

        Returns:
            the operation's result.

        Raises:
            HTTPError: a call failed, after the repetitions that the retry policy allows.
            CredentialsNotFoundError: there is nothing to sign with.
            ValueError: the operation's arguments make no request.
        """
        try:
            return await self._run(operation)
        except HTTPError as error:
            clear_frames(error.__traceback__)  # they hold whole answers, for as long as somebody keeps the error
            raise

    async def _run(self, operation: Process[T]) -> T:
        pending, requests = self._steps(operation), ReadAhead(self._attempt)
        outcome: Outcome | None = None
        try:
            while True:
                step = next(pending) if outcome is None else pending.send(outcome)
                outcome = await (self._sleep_for(step) if isinstance(step, Pause) else requests.outcome(step))
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            await requests.aclose()

    async def aclose(self) -> None:
        """Close the connections; the client is of no use afterwards."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _sleep_for(self, pause: Pause) -> None:
        await self._sleep(pause.seconds)

    async def _attempt(self, request: Request) -> Outcome:
        if self._before_attempt is not None:
            await self._before_attempt(request)
        started = self._monotonic()
        try:
            async with asyncio.timeout(ATTEMPT_DEADLINE):
                outcome = await self._send(request)
        except TimeoutError:
            outcome = late_answer(request.action, ATTEMPT_DEADLINE)
        except CONNECTION_FAILURES as error:
            outcome = self._failed(request, error)
        return self._tell(request, outcome, started)

    async def _send(self, request: Request) -> Outcome:
        built = self._build(request, self._http)
        await self._auth.sign_async(built)
        response = await self._wire.handle_async_request(built)
        try:
            body = await read_async(response, self._large)
        except BodyError as error:
            return unread_answer(request.action, response.status_code, error)
        return self._read(request, response, body)


class Client(Driver):
    """The sync client of the control plane; works with and without a running event loop in the thread.

    Takes what AsyncClient takes but `large_answers`; `before_attempt` and `sleep` are plain functions.

    Example:
        with Client() as client:
            endpoints = client.run(operations.list_endpoints(runtime_id))
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        credentials: CredentialsProvider | None = None,
        retry: RetryPolicy = DEFAULT_RETRY,
        ssl_context: ssl.SSLContext | None = None,
        connections: int | None = CONNECTIONS,
        before_attempt: Callable[[Request], None] | None = None,
        after_attempt: Callable[[Attempt], None] | None = None,
        clock: Callable[[], datetime] = utc_now,
        nonce: Callable[[], str] = random_nonce,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        others_secrets: Redactor | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        config = checked(config) or Config()
        super().__init__(config, retry, after_attempt, monotonic, chance, others=others_secrets)
        self._before_attempt = before_attempt
        self._sleep = sleep
        self._deadline = Deadline()
        self._auth = ControlPlaneAuth(credentials or credentials_for(config), clock, nonce, self._secrets)
        self._http = httpx.Client(
            limits=limits_of(connections),
            verify=ssl_context or default_ssl_context(),
            transport=transport,
            proxy=known_to_httpx(self._proxy) if transport is None else None,
            trust_env=False,
        )
        self._wire = self._http._transport_for_url(self._address)  # noqa: SLF001 - see Driver
        hold(self._wire, self._deadline)

    def run(self, operation: Process[T]) -> T:
        """Carry out an operation; see AsyncClient.run."""
        try:
            return self._run(operation)
        except HTTPError as error:
            clear_frames(error.__traceback__)
            raise

    def _run(self, operation: Process[T]) -> T:
        pending = self._steps(operation)
        outcome: Outcome | None = None
        while True:
            try:
                step = next(pending) if outcome is None else pending.send(outcome)
            except StopIteration as end:
                result: T = end.value
                return result
            outcome = self._sleep(step.seconds) if isinstance(step, Pause) else self._attempt(step)

    def close(self) -> None:
        """Close the connections; the client is of no use afterwards."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self.close()

    def _attempt(self, request: Request) -> Outcome:
        if self._before_attempt is not None:
            self._before_attempt(request)
        started = self._monotonic()
        self._deadline.until = time.monotonic() + ATTEMPT_DEADLINE
        try:
            outcome = self._send(request)
        except CONNECTION_FAILURES as error:
            late = late_answer(request.action, ATTEMPT_DEADLINE) if self._deadline.over else None
            outcome = late or self._failed(request, error)
        return self._tell(request, outcome, started)

    def _send(self, request: Request) -> Outcome:
        built = self._build(request, self._http)
        self._auth.sign(built)
        response = self._wire.handle_request(built)
        try:
            body = read(response)
        except BodyError as error:
            return unread_answer(request.action, response.status_code, error)
        return self._read(request, response, body)
