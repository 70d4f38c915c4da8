"""What goes wrong on purpose, as it arrives at a client."""

import asyncio
import time
from typing import Any

import httpx
import pytest
from alibabacloud_agentrun20250910 import models
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException, ThrottlingException
from darabonba.exceptions import UnretryableException

from agentrun_operator.emulator import EmulatorServer
from support.cluster import eventually
from support.emulator import Emulator
from support.emulator_official import Official
from support.emulator_signing import signed_headers

CREATE = "CreateAgentRuntimeEndpoint"


class RawClient:
    """Creates endpoints by plain HTTP: every byte of the answer, or none, is seen."""

    def __init__(self, http: httpx.Client, port: int, runtime_id: str) -> None:
        self._http = http
        self._host = f"127.0.0.1:{port}"
        self._path = f"/2025-09-10/agents/runtimes/{runtime_id}/endpoints"

    def create(self, name: str = "chat", **how: Any) -> httpx.Response:
        body = f'{{"agentRuntimeEndpointName":"{name}"}}'.encode()
        headers = signed_headers("POST", self._path, now=time.time(), host=self._host, body=body)
        return self._http.post(self._path, content=body, headers=headers, **how)


@pytest.fixture
def raw(http: httpx.Client, server: EmulatorServer, runtime_id: str) -> RawClient:
    return RawClient(http, server.port, runtime_id)


async def create(official: Official, runtime_id: str, name: str = "chat") -> Any:
    body = models.CreateAgentRuntimeEndpointInput(agent_runtime_endpoint_name=name)
    request = models.CreateAgentRuntimeEndpointRequest(body=body)
    return await official.call("create_agent_runtime_endpoint", runtime_id, request)


@pytest.mark.parametrize(
    ("fault", "stumble"),
    [
        pytest.param({"status": 500}, (AlibabaCloudException, "ERR_INTERNAL_SERVER_ERROR"), id="an error"),
        pytest.param(
            {"status": 403, "code": "NoPermission", "message": "not you"},
            (AlibabaCloudException, "not you"),
            id="an error's text",
        ),
        pytest.param(
            {"status": 400, "body": {"Code": "Capital", "Message": "letters", "RequestId": "R"}},
            (AlibabaCloudException, "Capital"),
            id="an error's body",
        ),
        pytest.param(
            {"status": 429, "headers": {"x-acs-retry-after": "300"}},
            (ThrottlingException, "Throttling.User"),
            id="throttling",
        ),
        pytest.param({"answer": "html"}, (UnretryableException, "502 Bad Gateway"), id="a gateway's page"),
        pytest.param({"answer": "empty"}, (UnretryableException, "Failed to parse"), id="nothing"),
        pytest.param({"answer": "malformed"}, (UnretryableException, "Failed to parse"), id="half an answer"),
        pytest.param({"drop": "before"}, (UnretryableException, "[Dd]isconnected"), id="no answer"),
        pytest.param({"drop": "midway"}, (UnretryableException, "IncompleteRead|not completed"), id="a cut answer"),
        pytest.param({"hang": 0.05}, (UnretryableException, "[Dd]isconnected"), id="no answer for a while"),
    ],
)
async def test_the_official_client_stumbles_and_gets_up(
    official: Official,
    emulator: Emulator,
    runtime_id: str,
    fault: dict[str, Any],
    stumble: tuple[type[Exception], str],
):
    raised, complaint = stumble
    emulator.fault(CREATE, times=1, **fault)
    with pytest.raises(raised, match=complaint):
        await create(official, runtime_id, "first")
    assert (await create(official, runtime_id, "second")).status == "READY"


@pytest.mark.parametrize(
    ("fault", "created"),
    [
        pytest.param({"drop": "before"}, 0, id="dropped before the effect"),
        pytest.param({"drop": "after"}, 1, id="dropped after the effect"),
        pytest.param({"hang": 0.05}, 0, id="hung before the effect"),
        pytest.param({"hang": 0.05, "afterEffect": True}, 1, id="hung after the effect"),
    ],
)
def test_a_dropped_connection_is_closed_without_a_byte(
    raw: RawClient, emulator: Emulator, fault: dict[str, Any], created: int
):
    emulator.fault(CREATE, **fault)
    with pytest.raises(httpx.RemoteProtocolError, match="Server disconnected without sending a response"):
        raw.create()
    assert len(emulator.endpoints()) == created
    (call,) = emulator.calls(CREATE)
    assert (call.status, call.effect) == (None, created == 1)


def test_an_answer_that_is_cut_had_its_effect(raw: RawClient, emulator: Emulator):
    emulator.fault(CREATE, drop="midway")
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection without sending complete message body"):
        raw.create()
    assert emulator.endpoint("chat") is not None


def test_a_hanging_call_outlasts_a_clients_patience(raw: RawClient, emulator: Emulator):
    emulator.fault(CREATE, hang=60, times=1)
    with pytest.raises(httpx.ReadTimeout):
        raw.create(timeout=0.1)
    eventually(lambda: emulator.counts() == {CREATE: 1})  # the client may lose patience before the call is taken in
    assert emulator.endpoints() == []
    assert raw.create().status_code == 201


def test_a_hanging_call_disturbs_nobody_else(raw: RawClient, emulator: Emulator):
    emulator.fault(CREATE, endpointName="bad", hang=60)
    with pytest.raises(httpx.ReadTimeout):
        raw.create("bad", timeout=0.1)
    assert raw.create("good").status_code == 201


def test_latency_comes_before_everything(raw: RawClient, emulator: Emulator):
    emulator.behave(latency=0.2)
    began = time.monotonic()
    assert raw.create().status_code == 201
    assert time.monotonic() - began >= 0.2


def test_a_delay_is_a_latency_of_some(raw: RawClient, emulator: Emulator):
    emulator.fault(CREATE, delay=0.2, times=1)
    began = time.monotonic()
    assert raw.create().status_code == 201
    assert time.monotonic() - began >= 0.2


JSON = "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("fault", "arrived"),
    [
        ({"answer": "html"}, (502, "text/html", "<h1>502 Bad Gateway</h1>")),
        ({"answer": "html", "status": 200}, (200, "text/html", "<h1>502 Bad Gateway</h1>")),
        ({"answer": "empty", "status": 200}, (200, JSON, "")),
        ({"answer": "empty", "status": 204}, (204, JSON, "")),
        ({"answer": "malformed"}, (200, JSON, '{"code":"SUCCESS",')),
        ({"status": 503, "body": "busy"}, (503, "text/plain; charset=utf-8", "busy")),
        ({"status": 200, "body": {"code": "ERR_BAD_REQUEST"}}, (200, JSON, '{"code":"ERR_BAD_REQUEST"}')),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
def test_a_strange_answer_arrives_as_it_was_ordered(
    raw: RawClient, emulator: Emulator, fault: dict[str, Any], arrived: tuple[int, str, str]
):
    emulator.fault(CREATE, **fault)
    response = raw.create()
    assert (response.status_code, response.headers["content-type"]) == arrived[:2]
    assert arrived[2] in response.text
    assert emulator.endpoints() == []


@pytest.mark.parametrize("word", ["CREATE_FAILED", "PENDING_REVIEW", ""])
async def test_a_change_ends_in_any_word(official: Official, emulator: Emulator, runtime_id: str, word: str):
    emulator.fault(CREATE, endsIn="CREATE_FAILED", statusReason="no quota", times=1)
    endpoint = await create(official, runtime_id)
    assert (endpoint.status, endpoint.status_reason) == ("CREATE_FAILED", "no quota")
    emulator.patch_endpoint(endpoint.agent_runtime_endpoint_id, status=word)
    found = await official.call("get_agent_runtime_endpoint", runtime_id, endpoint.agent_runtime_endpoint_id)
    assert found.status == word


async def test_half_of_many_calls_fail_by_the_seed(official: Official, emulator: Emulator, runtime_id: str):
    emulator.behave(seed=1)
    emulator.fault(CREATE, fraction=0.5, drop="after")
    tried = [create(official, runtime_id, f"e{number}") for number in range(40)]
    outcomes = await asyncio.gather(*tried, return_exceptions=True)
    failed = sum(isinstance(outcome, UnretryableException) for outcome in outcomes)
    assert 10 <= failed <= 30
    assert len(emulator.endpoints()) == 40
