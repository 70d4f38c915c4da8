"""Both clients over a wire of scripted answers: they do what the steps say, and nothing twice."""

import asyncio
import json
import logging
import ssl
import traceback
from datetime import UTC, datetime

import httpx
import pytest

from agentrun_operator.agentrun.api.errors import (
    CredentialsNotFoundError,
    HTTPError,
    NoAnswerError,
    ServiceUnavailableError,
    ThrottledError,
)
from agentrun_operator.agentrun.api.operations import create_endpoint, get_runtime, list_endpoints
from agentrun_operator.agentrun.api.protocol import Process, Request
from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.auth.credentials import Credentials
from agentrun_operator.agentrun.http.client import AsyncClient, Client, default_ssl_context
from agentrun_operator.agentrun.http.driver import user_agent
from agentrun_operator.agentrun.http.retry import DEFAULT_RETRY, NO_RETRY, RetryPolicy
from agentrun_operator.agentrun.http.transport import Attempt
from agentrun_operator.agentrun.models import AgentRuntimeEndpointCreateInput
from support.agentrun import Script, VirtualTime, a_config, envelope, failure

MOMENT = datetime(2026, 11, 22, 9, 18, 55, tzinfo=UTC)
BUSY = failure("Throttling.User", "slow down")


def fine(data: object = None) -> httpx.Response:
    return httpx.Response(200, content=envelope(data or {"agentRuntimeId": "r"}))


class Caller:
    """A client of either kind, with virtual time, that keeps what it was told."""

    def __init__(self, kind: str, script: Script, config: Config | None = None) -> None:
        self.kind = kind
        self.script = script
        self.config = config or a_config()
        self.time = VirtualTime()
        self.attempts: list[Attempt] = []
        self.gate: list[str] = []
        self.closed: Exception | None = None

    def run(self, operation: Process[object], retry: RetryPolicy = DEFAULT_RETRY) -> object:
        nonces = iter(f"nonce-{number}" for number in range(1, 100))
        seconds = iter(range(60))

        def clock() -> datetime:
            return MOMENT.replace(second=next(seconds))

        if self.kind == "sync":
            with Client(
                self.config,
                retry=retry,
                before_attempt=self.pass_gate,
                after_attempt=self.attempts.append,
                clock=clock,
                nonce=lambda: next(nonces),
                monotonic=self.time.clock,
                sleep=self.time.sleep,
                chance=lambda: 1.0,
                transport=self.script.transport,
            ) as client:
                return client.run(operation)

        async def main() -> object:
            async with AsyncClient(
                self.config,
                retry=retry,
                before_attempt=self.pass_gate_async,
                after_attempt=self.attempts.append,
                clock=clock,
                nonce=lambda: next(nonces),
                monotonic=self.time.clock,
                sleep=self.time.sleep_async,
                chance=lambda: 1.0,
                transport=self.script.transport,
            ) as client:
                return await client.run(operation)

        return asyncio.run(main())

    def pass_gate(self, request: Request) -> None:
        if self.closed:
            raise self.closed
        self.gate.append(request.action)

    async def pass_gate_async(self, request: Request) -> None:
        self.pass_gate(request)


@pytest.fixture(params=["sync", "async"])
def caller(request):
    return lambda script, config=None: Caller(request.param, script, config)


def test_a_request_goes_over_the_wire_as_it_should(caller):
    script = Script([fine()])
    caller(script, a_config(control_endpoint="https://gateway.test/agentrun", headers={"x-team": "a"})).run(
        create_endpoint("r/1", AgentRuntimeEndpointCreateInput(agent_runtime_endpoint_name="chat"))
    )
    (request,) = script.requests
    assert (request.method, str(request.url)) == (
        "POST",
        "https://gateway.test/agentrun/2025-09-10/agents/runtimes/r%2F1/endpoints",
    )
    assert json.loads(request.content) == {"agentRuntimeEndpointName": "chat"}
    expected = {
        "host": "gateway.test",
        "x-acs-action": "CreateAgentRuntimeEndpoint",
        "x-acs-version": "2025-09-10",
        "x-acs-date": "2026-11-22T09:18:00Z",
        "x-acs-signature-nonce": "nonce-1",
        "x-team": "a",
        "user-agent": user_agent(),
        "accept": "application/json",
        "content-type": "application/json; charset=utf-8",
    }
    assert expected.items() <= dict(request.headers).items()
    assert request.headers["authorization"].startswith("ACS3-HMAC-SHA256 Credential=made-up-id,")


def test_timeouts_are_those_of_the_config(caller):
    script = Script([fine()])
    caller(script, a_config(timeout=3, read_timeout=7)).run(get_runtime("r"))
    timeouts = script.requests[0].extensions["timeout"]
    assert timeouts == {"connect": 3.0, "read": 7.0, "write": 7.0, "pool": 7.0}


def test_own_headers_do_not_replace_what_the_api_needs(caller):
    script = Script([fine()])
    caller(script, a_config(headers={"X-Acs-Action": "DeleteEverything", "Authorization": "x"})).run(get_runtime("r"))
    assert script.requests[0].headers["x-acs-action"] == "GetAgentRuntime"
    assert script.requests[0].headers["authorization"].startswith("ACS3-HMAC-SHA256 ")


def test_a_lost_read_is_made_again_and_signed_anew(caller):
    script = Script([httpx.ReadTimeout("slow"), httpx.Response(503), fine()])
    made = caller(script)
    assert made.run(get_runtime("r")).agent_runtime_id == "r"
    headers = [request.headers for request in script.requests]
    assert [each["x-acs-signature-nonce"] for each in headers] == ["nonce-1", "nonce-2", "nonce-3"]
    assert [each["x-acs-date"][-3:] for each in headers] == ["00Z", "01Z", "02Z"]
    assert len({each["authorization"] for each in headers}) == 3
    assert made.time.slept == [0.5, 1.0]


@pytest.mark.parametrize("lost", [httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError])
def test_a_create_that_may_have_arrived_is_never_made_again(caller, lost):
    script = Script([lost("lost")])
    with pytest.raises(NoAnswerError) as caught:
        caller(script).run(create_endpoint("r", AgentRuntimeEndpointCreateInput()))
    assert caught.value.may_have_arrived
    assert len(script.requests) == 1


def test_a_create_that_never_left_is_made_again(caller):
    script = Script([httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), fine()])
    caller(script).run(create_endpoint("r", AgentRuntimeEndpointCreateInput()))
    assert len(script.requests) == 3


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_create_that_was_answered_is_never_made_again(caller, status):
    script = Script([httpx.Response(status, content=BUSY)])
    with pytest.raises(HTTPError):
        caller(script).run(create_endpoint("r", AgentRuntimeEndpointCreateInput()))
    assert len(script.requests) == 1


def test_the_service_says_when_to_come_back(caller):
    script = Script([httpx.Response(429, content=BUSY, headers={"X-Acs-Retry-After": "1500"}), fine()])
    made = caller(script)
    made.run(get_runtime("r"))
    assert made.time.slept == [2.0]


def test_no_retry_repeats_nothing(caller):
    script = Script([httpx.ConnectError("refused")])
    with pytest.raises(NoAnswerError):
        caller(script).run(get_runtime("r"), NO_RETRY)
    assert len(script.requests) == 1


def test_each_attempt_passes_the_gate_and_is_told(caller):
    made = caller(Script([httpx.Response(429, content=BUSY), httpx.ReadTimeout("slow"), fine()]))
    made.run(get_runtime("r"))
    assert made.gate == ["GetAgentRuntime"] * 3
    assert made.attempts == [
        Attempt("GetAgentRuntime", "Throttling.User", 429, 0.0, throttled=True),
        Attempt("GetAgentRuntime", "NoAnswerError", None, 0.0, throttled=False),
        Attempt("GetAgentRuntime", "SUCCESS", 200, 0.0, throttled=False),
    ]


def test_a_closed_gate_ends_the_call_before_anything_is_sent(caller):
    made = caller(script := Script([fine()]))
    made.closed = PermissionError("no longer the leader")
    with pytest.raises(PermissionError, match="no longer the leader"):
        made.run(get_runtime("r"))
    assert (script.requests, made.attempts) == ([], [])


def test_without_credentials_nothing_is_sent(caller):
    class Nobody:
        def get(self) -> Credentials:
            raise CredentialsNotFoundError("none")

        async def get_async(self) -> Credentials:
            return self.get()

    script = Script([fine()])
    with (
        pytest.raises(CredentialsNotFoundError),
        Client(a_config(), credentials=Nobody(), transport=script.transport) as client,
    ):
        client.run(get_runtime("r"))
    assert script.requests == []


def test_an_error_of_tls_is_a_lost_answer(caller):
    script = Script([ssl.SSLError("bad record mac"), fine()])
    assert caller(script).run(get_runtime("r"))


def test_a_page_that_stays_broken_fails_the_list(caller):
    first = fine({"items": [{"agentRuntimeEndpointId": "e1"}], "total": 2})
    script = Script([first, *(httpx.Response(503) for _ in range(DEFAULT_RETRY.attempts))])
    with pytest.raises(ServiceUnavailableError):
        caller(script).run(list_endpoints("r", 1))


def test_the_last_error_is_what_is_raised(caller):
    script = Script([httpx.ConnectError("refused"), *(httpx.Response(429) for _ in range(DEFAULT_RETRY.attempts))])
    with pytest.raises(ThrottledError):
        caller(script).run(get_runtime("r"))


def test_an_error_and_the_log_show_no_secret(caller, caplog):
    caplog.set_level(logging.DEBUG)
    script = Script([httpx.Response(403, content=failure("SignatureDoesNotMatch", "wrong"))])
    config = a_config(access_key_secret="s3cret-made-up", security_token="t0ken-made-up")
    with pytest.raises(HTTPError) as caught:
        caller(script, config).run(get_runtime("r"))
    shown = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert "s3cret-made-up" not in shown
    assert "t0ken-made-up" not in shown
    assert script.requests[0].headers["authorization"] not in shown


def test_an_error_does_not_drag_its_cause_along(caller):
    quoting = httpx.LocalProtocolError(f"Illegal header value b'{'x' * 7}'")  # no line of this test has it
    with pytest.raises(NoAnswerError) as caught:
        caller(Script([quoting])).run(get_runtime("r"), NO_RETRY)
    assert "xxxxxxx" not in "".join(traceback.format_exception(caught.value))


async def test_calls_share_a_client():
    async def handle(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return fine({"agentRuntimeId": request.url.path.rsplit("/", 1)[1]})

    async with AsyncClient(a_config(), transport=httpx.MockTransport(handle)) as client:
        runtimes = await asyncio.gather(*(client.run(get_runtime(f"r{number}")) for number in range(50)))
    assert [runtime.agent_runtime_id for runtime in runtimes] == [f"r{number}" for number in range(50)]


async def test_a_cancelled_call_is_cancelled():
    sent = asyncio.Event()

    async def handle(_request: httpx.Request) -> httpx.Response:
        sent.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with AsyncClient(a_config(), transport=httpx.MockTransport(handle)) as client:
        call = asyncio.ensure_future(client.run(get_runtime("r")))
        await sent.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


async def test_the_sync_client_works_inside_a_running_loop():
    with Client(a_config(), transport=Script([fine()]).transport) as client:
        assert client.run(get_runtime("r")).agent_runtime_id == "r"


def test_the_certificates_are_loaded_once():
    assert default_ssl_context() is default_ssl_context()


def test_a_client_without_a_config_asks_the_environment(monkeypatch):
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_ID", "environment-id")
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_SECRET", "made-up-secret")
    monkeypatch.setenv("AGENTRUN_REGION", "cn-beijing")
    script = Script([fine()])
    with Client(transport=script.transport) as client:
        client.run(get_runtime("r"))
    assert script.requests[0].url.host == "agentrun.cn-beijing.aliyuncs.com"
    assert "Credential=environment-id," in script.requests[0].headers["authorization"]
