"""What the client makes of a service in trouble, over a real socket; and that it creates nothing twice."""

import asyncio
from dataclasses import dataclass

import pytest

from agentrun_operator.agentrun import (
    NO_RETRY,
    AsyncClient,
    Attempt,
    Client,
    Config,
    CredentialsRejectedError,
    EndpointCreate,
    EndpointUpdate,
    HTTPError,
    NoAnswerError,
    RequestRejectedError,
    ServiceUnavailableError,
    ThrottledError,
    operations,
)
from agentrun_operator.agentrun.api.protocol import Process
from agentrun_operator.agentrun.http.retry import DEFAULT_RETRY, RetryPolicy
from support.agentrun import VirtualTime, a_config
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, Emulator

CHAT = EndpointCreate(agent_runtime_endpoint_name="chat")


class Caller:
    """A client of either kind that does not wait for real."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.time = VirtualTime()

    def run(self, operation: Process[object], config: Config, retry: RetryPolicy = DEFAULT_RETRY) -> object:
        if self.kind == "sync":
            with Client(config, retry=retry, sleep=self.time.sleep) as client:
                return client.run(operation)

        async def main() -> object:
            async with AsyncClient(config, retry=retry, sleep=self.time.sleep_async) as client:
                return await client.run(operation)

        return asyncio.run(main())


@dataclass(frozen=True)
class Trouble:
    """A service in trouble, and a client that is impatient only with what hangs: a busy machine may pause too."""

    emulator: Emulator
    url: str

    def config(self, fault: dict[str, object]) -> Config:
        key = {"access_key_id": ACCESS_KEY_ID, "access_key_secret": ACCESS_KEY_SECRET}
        return a_config(**key, control_endpoint=self.url, read_timeout=1.0 if "hang" in fault else 10.0)

    def runtime_id(self, fault: dict[str, object]) -> str:
        """A runtime of a service that has this fault."""
        self.emulator.fault("*", **fault)
        return self.emulator.add_runtime()


@pytest.fixture
def trouble(emulator, server) -> Trouble:
    return Trouble(emulator, server.url)


@pytest.fixture(params=["sync", "async"])
def caller(request) -> Caller:
    return Caller(request.param)


@pytest.mark.parametrize(
    ("fault", "error", "status"),
    [
        ({"status": 400}, RequestRejectedError, 400),
        ({"status": 403}, CredentialsRejectedError, 403),
        ({"status": 429}, ThrottledError, 429),
        ({"status": 500}, ServiceUnavailableError, 500),
        ({"status": 503}, ServiceUnavailableError, 503),
        ({"answer": "html"}, ServiceUnavailableError, 502),
        ({"answer": "html", "status": 404}, ServiceUnavailableError, 404),
        ({"answer": "html", "status": 200}, ServiceUnavailableError, 200),
        ({"answer": "empty"}, ServiceUnavailableError, 502),
        ({"answer": "empty", "status": 200}, ServiceUnavailableError, 200),
        ({"answer": "empty", "status": 204}, ServiceUnavailableError, 204),
        ({"answer": "malformed"}, ServiceUnavailableError, 200),
        ({"status": 200, "body": {"code": "ERR_BAD_REQUEST", "message": "no"}}, RequestRejectedError, 200),
        ({"drop": "before"}, NoAnswerError, None),
        ({"drop": "after"}, NoAnswerError, None),
        ({"drop": "midway"}, NoAnswerError, None),
        ({"hang": 30}, NoAnswerError, None),
    ],
    ids=str,
)
def test_every_trouble_is_an_error_that_tells_it(caller, trouble, fault, error, status):
    with pytest.raises(HTTPError) as caught:
        caller.run(operations.list_endpoints(trouble.runtime_id(fault)), trouble.config(fault), NO_RETRY)
    assert (type(caught.value), caught.value.status_code) == (error, status)


@pytest.mark.parametrize(
    "fault", [{"drop": "before"}, {"drop": "after"}, {"drop": "midway"}, {"status": 503}, {"status": 429}], ids=str
)
def test_a_read_gets_through_trouble_that_passes(caller, emulator, runtime_id, config, fault):
    emulator.add_endpoint(runtime_id, "chat")
    emulator.fault("ListAgentRuntimeEndpoints", **fault, times=3)
    assert len(caller.run(operations.list_endpoints(runtime_id), config)) == 1
    assert len(caller.time.slept) == 3


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_list_is_whole_or_an_error(caller, emulator, runtime_id, config, page):
    emulator.add_endpoints(runtime_id, [f"e{number}" for number in range(250)])
    emulator.fault("ListAgentRuntimeEndpoints", status=500, skip=page - 1)
    with pytest.raises(ServiceUnavailableError):
        caller.run(operations.list_endpoints(runtime_id), config)


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": "before"},
        {"drop": "after"},
        {"drop": "midway"},
        {"hang": 30},
        {"hang": 30, "afterEffect": True},
        {"status": 503, "afterEffect": True},
        {"status": 429},
        {"answer": "html", "afterEffect": True},
    ],
    ids=str,
)
def test_a_create_in_trouble_is_never_sent_twice(caller, emulator, trouble, fault):
    with pytest.raises(HTTPError):
        caller.run(operations.create_endpoint(trouble.runtime_id(fault), CHAT), trouble.config(fault))
    assert emulator.counts()["CreateAgentRuntimeEndpoint"] == 1
    assert len(emulator.endpoints()) <= 1


def test_a_create_waits_for_a_service_that_is_not_there(caller, emulator, server, runtime_id, config):
    server.stop()

    def come_back(seconds: float) -> None:
        caller.time.slept.append(seconds)
        if len(caller.time.slept) == 2:
            server.start()

    caller.time.sleep = come_back
    endpoint = caller.run(operations.create_endpoint(runtime_id, CHAT), config)
    assert endpoint.agent_runtime_endpoint_name == "chat"
    assert emulator.counts()["CreateAgentRuntimeEndpoint"] == 1


def test_a_delete_whose_answer_is_lost_is_made_again(caller, emulator, runtime_id, config):
    endpoint_id = emulator.add_endpoint(runtime_id, "chat")
    emulator.behave(transitions={"delete": 60})
    emulator.fault("DeleteAgentRuntimeEndpoint", drop="after", times=1)
    deleted = caller.run(operations.delete_endpoint(runtime_id, endpoint_id), config)
    assert deleted.status == "DELETING"


def test_an_update_whose_answer_is_lost_is_made_again(caller, emulator, runtime_id, config):
    endpoint_id = emulator.add_endpoint(runtime_id, "chat")
    emulator.fault("UpdateAgentRuntimeEndpoint", drop="after", times=1)
    caller.run(operations.update_endpoint(runtime_id, endpoint_id, EndpointUpdate(description="new")), config)
    assert emulator.endpoint("chat")["description"] == "new"


def test_the_service_says_in_milliseconds_when_to_come_back(caller, emulator, runtime_id, config):
    emulator.fault("GetAgentRuntime", status=429, headers={"x-acs-retry-after": "2500"}, times=1)
    caller.run(operations.get_runtime(runtime_id), config)
    assert 2.5 <= caller.time.slept[0] <= 3.0


def test_runtimes_and_versions_are_read(caller, emulator, config):
    runtime_id = emulator.add_runtime("support-bot", versions=3)
    emulator.add_runtime("support-bot-2")
    (runtime,) = caller.run(operations.list_runtimes("support-bot"), config)
    assert (runtime.agent_runtime_id, runtime.status) == (runtime_id, "READY")
    versions = caller.run(operations.list_versions(runtime_id), config)
    assert sorted(version.agent_runtime_version for version in versions) == ["1", "2", "3"]


async def test_connections_are_shared_and_closed(server, runtime_id):
    attempts: list[Attempt] = []
    patient = Config(
        access_key_id=ACCESS_KEY_ID,
        access_key_secret=ACCESS_KEY_SECRET,
        control_endpoint=server.url,
        timeout=60,
        read_timeout=60,
    )
    async with AsyncClient(patient, after_attempt=attempts.append) as client:
        calls = (client.run(operations.get_runtime(runtime_id)) for _ in range(200))
        runtimes = await asyncio.gather(*calls)
    assert {runtime.agent_runtime_id for runtime in runtimes} == {runtime_id}
    assert len(attempts) == 200


def test_an_idle_client_survives_a_restart_of_the_service(server, runtime_id, config):
    with Client(config) as client:
        client.run(operations.get_runtime(runtime_id))
        server.stop()
        server.start()
        assert client.run(operations.get_runtime(runtime_id)).agent_runtime_id == runtime_id
