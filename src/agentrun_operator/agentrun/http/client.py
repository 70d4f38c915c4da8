"""The clients: they do the steps of an operation over one pool of connections, sync or async.

Whatever is not I/O lives elsewhere: what to send in `operations`, when to send it again in `transport`, what an answer
means in `translation`.
"""

from __future__ import annotations

import asyncio
import platform
import random
import ssl
import time
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Self, TypeVar

import httpx

from agentrun_operator.agentrun.api.protocol import Pause, Process, Request
from agentrun_operator.agentrun.auth.chain import credentials_for
from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.auth.signing import ControlPlaneAuth, random_nonce, utc_now
from agentrun_operator.agentrun.http.read_ahead import ReadAhead
from agentrun_operator.agentrun.http.retry import DEFAULT_RETRY, RetryPolicy
from agentrun_operator.agentrun.http.translation import no_answer, read_answer
from agentrun_operator.agentrun.http.transport import Attempt, Outcome, Steps, attempt_of, headers_of, steps

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from types import TracebackType

    from agentrun_operator.agentrun.auth.credentials import CredentialsProvider

T = TypeVar("T")

CONNECTIONS = 64
"""Connections to the service, unless the caller says how many."""

IDLE_CONNECTIONS = 32
"""Connections that are kept for the next calls: looking through them costs each call some time."""

IDLE_FOR = 10.0
"""Seconds: idle connections go before the cloud's load balancers drop them (by default after 15 s). A request that
meets a closing connection has no answer."""

CONNECTION_FAILURES = (httpx.RequestError, ssl.SSLError)  # the HTTP library lets some errors of TLS through as they are


@cache
def default_ssl_context() -> ssl.SSLContext:
    """The process's one default context: loading the certificates takes longer than a call."""
    return httpx.create_ssl_context()


@cache
def user_agent() -> str:
    """How the client introduces itself."""
    return f"agentrun-operator/{version('agentrun-operator')} Python/{platform.python_version()}"


class _Driver:
    """What both clients have: where to send, how to go on, whom to tell."""

    def __init__(
        self,
        config: Config,
        retry: RetryPolicy,
        after_attempt: Callable[[Attempt], None] | None,
        monotonic: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        self._config = config
        self._retry = retry
        self._after_attempt = after_attempt
        self._monotonic = monotonic
        self._chance = chance

    def _steps(self, process: Process[T]) -> Steps[T]:
        return steps(process, self._retry, self._monotonic, self._chance)

    def _build(self, http: httpx.Client | httpx.AsyncClient, request: Request) -> httpx.Request:
        url = self._config.control_endpoint + request.target
        return http.build_request(request.method, url, headers=headers_of(request), content=request.body)

    def _read(self, request: Request, response: httpx.Response) -> Outcome:
        return read_answer(request.action, response.status_code, response.headers, response.content)

    def _tell(self, request: Request, outcome: Outcome, started: float) -> Outcome:
        if self._after_attempt is not None:
            self._after_attempt(attempt_of(request, outcome, self._monotonic() - started))
        return outcome


def _limits(connections: int | None) -> httpx.Limits:
    return httpx.Limits(
        max_connections=connections, max_keepalive_connections=IDLE_CONNECTIONS, keepalive_expiry=IDLE_FOR
    )


def _headers(config: Config) -> dict[str, str]:
    return {"user-agent": user_agent(), **config.headers}


def _timeout(config: Config) -> httpx.Timeout:
    return httpx.Timeout(config.read_timeout, connect=config.timeout)


class AsyncClient(_Driver):
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
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        config = config or Config()
        super().__init__(config, retry, after_attempt, monotonic, chance)
        self._before_attempt = before_attempt
        self._sleep = sleep
        self._http = httpx.AsyncClient(
            auth=ControlPlaneAuth(credentials or credentials_for(config), clock, nonce),
            headers=_headers(config),
            timeout=_timeout(config),
            limits=_limits(connections),
            verify=ssl_context or default_ssl_context(),
            transport=transport,
        )

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
            outcome = self._read(request, await self._http.send(self._build(self._http, request)))
        except CONNECTION_FAILURES as error:
            outcome = no_answer(request.action, error)
        return self._tell(request, outcome, started)


class Client(_Driver):
    """The sync client of the control plane; works with and without a running event loop in the thread.

    Takes what AsyncClient takes, except that `before_attempt` and `sleep` are plain functions.

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
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        config = config or Config()
        super().__init__(config, retry, after_attempt, monotonic, chance)
        self._before_attempt = before_attempt
        self._sleep = sleep
        self._http = httpx.Client(
            auth=ControlPlaneAuth(credentials or credentials_for(config), clock, nonce),
            headers=_headers(config),
            timeout=_timeout(config),
            limits=_limits(connections),
            verify=ssl_context or default_ssl_context(),
            transport=transport,
        )

    def run(self, operation: Process[T]) -> T:
        """Carry out an operation; see AsyncClient.run."""
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
        try:
            outcome = self._read(request, self._http.send(self._build(self._http, request)))
        except CONNECTION_FAILURES as error:
            outcome = no_answer(request.action, error)
        return self._tell(request, outcome, started)
