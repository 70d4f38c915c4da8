"""What the sync and the async client have in common: how an operation goes on, what an attempt means and whom to tell.

No I/O: each client sends in its own way.
"""

from __future__ import annotations

import platform
import ssl
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, TypeVar

import httpx

from agentrun_operator.agentrun.auth.redaction import Redactor
from agentrun_operator.agentrun.http.answer.body import ACCEPTED
from agentrun_operator.agentrun.http.answer.translation import no_answer, read_answer
from agentrun_operator.agentrun.http.connections.connections import proxy_to
from agentrun_operator.agentrun.http.transport import Attempt, Outcome, Steps, attempt_of, headers_of, steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.agentrun.api.protocol import Process, Request
    from agentrun_operator.agentrun.auth.config import Config
    from agentrun_operator.agentrun.http.answer.body import Body
    from agentrun_operator.agentrun.http.retry import RetryPolicy

T = TypeVar("T")

ATTEMPT_DEADLINE = 60.0
"""Seconds for an attempt in all, from asking for the credentials to the answer's last byte. The timeouts of a Config
begin anew with each byte that comes, so that they alone let an answer drip for ever."""

CONNECTION_FAILURES = (httpx.RequestError, ssl.SSLError)  # the HTTP library lets some errors of TLS through as they are


@cache
def user_agent() -> str:
    """How the client introduces itself."""
    return f"agentrun-operator/{version('agentrun-operator')} Python/{platform.python_version()}"


class Driver:
    """What both clients have: where to send, how to go on, whom to tell.

    Requests go straight to the HTTP library's transport for the address, which has the connections, TLS and the
    proxies of the environment. Nothing else of the library's clients is wanted: redirects and cookies, which they would
    look for in each answer, are not followed or kept.
    """

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
        self._proxy = proxy_to(config.control_endpoint)
        self._address = httpx.URL(config.control_endpoint)
        self._headers = _headers(config)
        self._timeout = httpx.Timeout(config.read_timeout, connect=config.timeout).as_dict()
        self._retry = retry
        self._after_attempt = after_attempt
        self._monotonic = monotonic
        self._chance = chance

    def _steps(self, process: Process[T]) -> Steps[T]:
        return steps(process, self._retry, self._monotonic, self._chance)

    def _build(self, request: Request, http: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        if http.is_closed:
            raise RuntimeError("the client is closed")
        return httpx.Request(
            request.method,
            self._config.control_endpoint + request.target,
            headers=self._headers | headers_of(request),
            content=request.body,
            extensions={"timeout": self._timeout},
        )

    def _read(self, request: Request, response: httpx.Response, body: Body) -> Outcome:
        return read_answer(request.action, response.status_code, response.headers, body.content, self._secrets)

    def _failed(self, request: Request, error: httpx.RequestError | ssl.SSLError) -> Outcome:
        return no_answer(request.action, error, self._secrets, through=str(self._proxy or ""))

    def _tell(self, request: Request, outcome: Outcome, started: float) -> Outcome:
        if self._after_attempt is not None:
            self._after_attempt(attempt_of(request, outcome, self._monotonic() - started))
        return outcome


def _headers(config: Config) -> dict[str, str]:
    own = {name.lower(): value for name, value in config.headers.items()}
    return {"user-agent": user_agent(), **own, "accept-encoding": ACCEPTED, "connection": "keep-alive"}
