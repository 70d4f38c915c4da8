"""What tests of the AgentRun client share: virtual time, scripted answers, a service made of a function."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from agentrun_operator.agentrun.api.protocol import Pause, Process, Request, Response
from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.http.retry import NO_RETRY
from agentrun_operator.agentrun.http.transport import steps

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from agentrun_operator.agentrun.api.errors import HTTPError

T = TypeVar("T")

RUNTIME_ID = "9f1c2b7e-1111-4222-8333-444455556666"
ENDPOINT_ID = "0a6f3d52-7777-4888-9999-aaaabbbbcccc"

AGENTRUN_VARIABLES = (
    "AGENTRUN_ACCESS_KEY_ID",
    "AGENTRUN_ACCESS_KEY_SECRET",
    "AGENTRUN_SECURITY_TOKEN",
    "AGENTRUN_ACCOUNT_ID",
    "AGENTRUN_REGION",
    "AGENTRUN_CONTROL_ENDPOINT",
    "AGENTRUN_DATA_ENDPOINT",
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
    "FC_ACCOUNT_ID",
    "FC_REGION",
    "DEVS_ENDPOINT",
    "BAILIAN_ENDPOINT",
    "AGENTRUN_KB_USE_VPC",
)


def forget_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the credentials and addresses of whoever runs the tests."""
    for name in AGENTRUN_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_DOTENV_DISABLED", "1")


@dataclass
class VirtualTime:
    """Seconds that pass only while somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


def ok(data: Any, action: str = "") -> Response:
    """A successful answer, as an operation is sent it."""
    return Response(action, 200, "request-1", data)


def drive(process: Process[T], answer: Callable[[Request], Response | HTTPError], time: VirtualTime | None = None) -> T:
    """Carry out a process against a service that is a function, without repetitions."""
    time = time or VirtualTime()
    pending = steps(process, NO_RETRY, time.clock, lambda: 0.5)
    outcome: Response | HTTPError | None = None
    while True:
        try:
            step = next(pending) if outcome is None else pending.send(outcome)
        except StopIteration as end:
            result: T = end.value
            return result
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            outcome = None
        else:
            outcome = answer(step)


def envelope(data: Any, code: str = "SUCCESS") -> bytes:
    """The body of an answer."""
    return json.dumps({"code": code, "requestId": "request-1", "data": data}).encode()


def failure(code: str, message: str) -> bytes:
    """The body of an error."""
    return json.dumps({"code": code, "message": message, "requestId": "request-1"}).encode()


def a_config(**settings: Any) -> Config:
    """A Config that is complete and leads nowhere."""
    given: dict[str, Any] = {
        "access_key_id": "made-up-id",
        "access_key_secret": "made-up-secret",
        "account_id": "1000000000000001",
        "control_endpoint": "http://agentrun.test",
    }
    return Config(**{**given, **settings})


@dataclass
class Script:
    """A wire that answers with what it was given, in order, and keeps the requests.

    An answer is a response, or an exception to raise.
    """

    answers: list[httpx.Response | Exception]
    requests: list[httpx.Request] = field(default_factory=list)

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.handle)
