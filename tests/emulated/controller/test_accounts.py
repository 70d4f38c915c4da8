import asyncio
import base64
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.api.errors import CredentialsRejectedError, HTTPError, ThrottledError
from agentrun_operator.agentrun.models import EndpointCreate, EndpointUpdate
from agentrun_operator.controller.errors import NotLeadingError
from agentrun_operator.controller.remote.accounts.account import Account
from agentrun_operator.controller.remote.accounts.factory import AccountContext
from agentrun_operator.controller.remote.accounts.pool import AccountPool
from agentrun_operator.controller.settings import Settings
from agentrun_operator.controller.telemetry.metrics import Metrics
from support.controller import desired, key
from support.controller_server import MemoryServer
from support.emulator import Emulator, running_emulator
from support.patience import stretched

CHAT = key("chat")


class World:
    """Accounts that reach an emulated AgentRun."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.kube = MemoryServer()
        self.leads = True
        self.skipped = 0.0
        self.metrics = Metrics()
        context = AccountContext(
            Settings(),
            self.kube,
            self.metrics,
            may_write=lambda: self.leads,
            enqueue=lambda _: None,
            clock=lambda: self.skipped + time.monotonic(),
        )
        self.accounts = AccountPool(context)
        for number in (1, 2):
            emulator.add_account(f"key-{number}", f"secret-{number}", "1000000000000001")

    def put_secret(self, number: int, name: str = "aliyun") -> None:
        values = {"accessKeyId": f"key-{number}", "accessKeySecret": f"secret-{number}"}
        encoded = {each: base64.b64encode(value.encode()).decode() for each, value in values.items()}
        self.kube.put_secret("team-a", name, encoded)

    async def account(self, name: str = "aliyun") -> Account:
        return await self.accounts.account_for(key(name), desired(name, credentialsSecretRef={"name": name}))

    def sample(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator() as (_, emulator):
        yield emulator


@pytest.fixture
async def world(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("AGENTRUN_CONTROL_ENDPOINT", emulator.url)
    world = World(emulator)
    world.put_secret(1)
    yield world
    await world.accounts.aclose()


def writes(runtime_id: str, endpoint_id: str) -> list[Any]:
    return [
        operations.create_endpoint(runtime_id, EndpointCreate(agent_runtime_endpoint_name="new")),
        operations.update_endpoint(runtime_id, endpoint_id, EndpointUpdate(description="new")),
        operations.delete_endpoint(runtime_id, endpoint_id),
    ]


async def test_a_replica_that_does_not_lead_reads_and_never_writes(world: World, emulator: Emulator):
    runtime_id = emulator.add_runtime(account_id="1000000000000001")
    endpoint_id = emulator.add_endpoint(runtime_id, "chat")
    account = await world.account()
    world.leads = False
    assert len(await account.client.run(operations.list_endpoints(runtime_id))) == 1
    for write in writes(runtime_id, endpoint_id):
        with pytest.raises(NotLeadingError):
            await account.client.run(write)
    assert {call.method for call in emulator.calls()} == {"GET"}
    assert emulator.effects() == []


async def test_a_rotated_secret_signs_the_next_call(world: World, emulator: Emulator):
    runtime_id = emulator.add_runtime(account_id="1000000000000001")
    account = await world.account()
    await account.client.run(operations.get_runtime(runtime_id))
    world.put_secret(2)
    world.skipped += 60
    await world.account()
    await account.client.run(operations.get_runtime(runtime_id))
    assert [call.access_key_id for call in emulator.calls("GetAgentRuntime")] == ["key-1", "key-2"]


async def test_a_revoked_key_is_replaced_as_soon_as_the_secret_has_another(world: World, emulator: Emulator):
    runtime_id = emulator.add_runtime(account_id="1000000000000001")
    account = await world.account()
    emulator.revoke_account("key-1")
    world.put_secret(2)
    with pytest.raises(CredentialsRejectedError):
        await account.client.run(operations.get_runtime(runtime_id))
    assert account.secret is not None
    account.secret.distrust()
    await world.account()
    assert (await account.client.run(operations.get_runtime(runtime_id))).agent_runtime_id == runtime_id


async def test_throttling_lowers_the_limit_of_that_account_alone_and_is_not_repeated(world: World, emulator: Emulator):
    world.put_secret(2, "other")
    throttled, other = await world.account(), await world.account("other")
    for account in (throttled, other):
        await account.client.run(operations.list_runtimes())
    emulator.fault("GetAgentRuntime", status=429, code="Throttling.User", times=5)
    for _ in range(5):
        with pytest.raises(ThrottledError):
            await throttled.client.run(operations.get_runtime("no-matter"))
    rates = dict(world.accounts.rates())
    assert rates == {"cn-hangzhou team-a/aliyun": 5.0, "cn-hangzhou team-a/other": 20.0}
    assert emulator.counts() == {"ListAgentRuntimes": 2, "GetAgentRuntime": 5}
    assert other is not throttled


@pytest.mark.alone
async def test_a_service_that_is_overloaded_for_one_runtime_slows_that_runtime_alone(world: World, emulator: Emulator):
    busy, fine = (emulator.add_runtime(name, account_id="1000000000000001") for name in ("busy", "fine"))
    account = await world.account()
    await account.client.run(operations.get_runtime(fine))
    emulator.fault("*", runtimeId=busy, status=503)
    for _ in range(8):
        with pytest.raises(HTTPError):
            await account.client.run(operations.get_runtime(busy))
    emulator.heal()

    async def seconds(runtime_id: str) -> float:
        began = time.monotonic()
        for _ in range(8):
            await account.client.run(operations.get_runtime(runtime_id))
        return time.monotonic() - began

    assert dict(world.accounts.rates()) == {"cn-hangzhou team-a/aliyun": 20.0}
    assert await seconds(busy) > 1.0 > await seconds(fine)


async def test_a_key_id_with_a_wrong_secret_takes_nothing_from_the_limit_of_the_key(world: World, emulator: Emulator):
    runtime_id = emulator.add_runtime(account_id="1000000000000001")
    values = {"accessKeyId": "key-1", "accessKeySecret": "wrong"}
    encoded = {each: base64.b64encode(value.encode()).decode() for each, value in values.items()}
    world.kube.put_secret("team-a", "claimed", encoded)
    mine, claimed = await world.account(), await world.account("claimed")
    await mine.client.run(operations.get_runtime(runtime_id))
    for _ in range(8):
        with pytest.raises(CredentialsRejectedError):
            await claimed.client.run(operations.get_runtime(runtime_id))
    waiting = [asyncio.create_task(claimed.client.run(operations.get_runtime(runtime_id))) for _ in range(20)]
    async with asyncio.timeout(stretched(5)):
        for _ in range(20):
            await mine.client.run(operations.get_runtime(runtime_id))
    assert dict(world.accounts.rates()) == {"cn-hangzhou team-a/aliyun": 20.0, "cn-hangzhou team-a/claimed": 5.0}
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_what_a_key_may_not_do_is_no_doubt_of_the_key(world: World, emulator: Emulator):
    runtime_id = emulator.add_runtime(account_id="1000000000000001")
    account = await world.account()
    await account.client.run(operations.get_runtime(runtime_id))
    emulator.fault("*", status=403, code="NoPermission", times=5)
    for _ in range(5):
        with pytest.raises(CredentialsRejectedError):
            await account.client.run(operations.get_runtime(runtime_id))
    assert dict(world.accounts.rates()) == {"cn-hangzhou team-a/aliyun": 20.0}


async def test_every_call_is_counted_by_its_action_and_answer(world: World, emulator: Emulator):
    runtime_id = emulator.add_runtime(account_id="1000000000000001")
    account = await world.account()
    await account.client.run(operations.get_runtime(runtime_id))
    emulator.fault("GetAgentRuntime", status=500, times=1)
    with pytest.raises(HTTPError):
        await account.client.run(operations.get_runtime(runtime_id))
    calls = "agentrun_remote_calls_total"
    assert world.sample(calls, action="GetAgentRuntime", code="SUCCESS") == 1
    assert world.sample(calls, action="GetAgentRuntime", code="ERR_INTERNAL_SERVER_ERROR") == 1


async def test_an_account_that_hangs_stops_no_other(world: World, emulator: Emulator):
    runtime_id = emulator.add_runtime(account_id="1000000000000001")
    world.put_secret(2, "other")
    hung, fine = await world.account(), await world.account("other")
    emulator.fault("*", accessKeyId="key-1", hang=30)
    hanging = [asyncio.create_task(hung.client.run(operations.get_runtime(runtime_id))) for _ in range(30)]
    async with asyncio.timeout(stretched(5)):
        await fine.client.run(operations.get_runtime(runtime_id))
    assert not any(task.done() for task in hanging)
    for task in hanging:
        task.cancel()
    await asyncio.wait(hanging)


async def test_connections_are_closed_with_the_last_object(world: World, emulator: Emulator):
    runtime_id = emulator.add_runtime(account_id="1000000000000001")
    account = await world.account()
    await account.client.run(operations.get_runtime(runtime_id))
    closing = account.client
    world.accounts.release(key("aliyun"))
    await asyncio.gather(*world.accounts._closing)
    with pytest.raises(RuntimeError, match="closed"):
        await closing.run(operations.get_runtime(runtime_id))
