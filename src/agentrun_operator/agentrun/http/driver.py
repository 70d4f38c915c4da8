"""What the sync and the async client have in common: how an operation goes on, what an attempt means and whom to tell.

No I/O: each client sends in its own way.
"""

from __future__ import annotations

import ssl
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, TypeVar

import httpx

from agentrun_operator.agentrun.auth.redaction import Redactor
from agentrun_operator.agentrun.http.translation import no_answer, read_answer
from agentrun_operator.agentrun.http.transport import Attempt, Outcome, Steps, attempt_of, headers_of, steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.agentrun.api.protocol import Process, Request
    from agentrun_operator.agentrun.auth.config import Config
    from agentrun_operator.agentrun.http.body import Body
    from agentrun_operator.agentrun.http.retry import RetryPolicy

T = TypeVar("T")

IDLE_CONNECTIONS = 16
"""Connections that are kept for the next calls: looking through them costs each call some time."""

IDLE_FOR = 10.0
"""Seconds: idle connections go before the cloud's load balancers drop them (by default after 15 s). A request that
meets a closing connection has no answer."""

ATTEMPT_DEADLINE = 60.0
"""Seconds for an attempt in all, from asking for the credentials to the answer's last byte. The timeouts of a Config
begin anew with each byte that comes, so that they alone let an answer drip for ever."""

CONNECTION_FAILURES = (httpx.RequestError, ssl.SSLError)  # the HTTP library lets some errors of TLS through as they are


class NoCookies(CookieJar):
    """The API sets none, and whoever does has them neither kept nor sent."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Nothing of them is read."""


def stay(response: httpx.Response) -> None:
    """No redirect is followed, so none is read: the HTTP library would, and stumble over odd addresses."""
    response.headers.pop("location", None)


async def stay_async(response: httpx.Response) -> None:
    """As `stay`."""
    stay(response)


class Driver:
    """What both clients have: where to send, how to go on, whom to tell."""

    def __init__(
        self,
        config: Config,
        retry: RetryPolicy,
        after_attempt: Callable[[Attempt], None] | None,
        monotonic: Callable[[], float],
        chance: Callable[[], float],
        *,
        others: Redactor | None,
    ) -> None:
        self._secrets = (Redactor(clock=monotonic), *((others,) if others else ()))
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

    def _read(self, request: Request, response: httpx.Response, body: Body) -> Outcome:
        return read_answer(request.action, response.status_code, response.headers, body.content, self._secrets)

    def _failed(self, request: Request, error: httpx.RequestError | ssl.SSLError) -> Outcome:
        return no_answer(request.action, error, self._secrets)

    def _tell(self, request: Request, outcome: Outcome, started: float) -> Outcome:
        if self._after_attempt is not None:
            self._after_attempt(attempt_of(request, outcome, self._monotonic() - started))
        return outcome


def limits_of(connections: int | None) -> httpx.Limits:
    """How many connections there are, and for how long."""
    return httpx.Limits(
        max_connections=connections, max_keepalive_connections=IDLE_CONNECTIONS, keepalive_expiry=IDLE_FOR
    )


def timeout_of(config: Config) -> httpx.Timeout:
    """How long each wait for the network may be."""
    return httpx.Timeout(config.read_timeout, connect=config.timeout)
