import asyncio
from collections.abc import AsyncIterator

import pytest

from agentrun_operator.controller.keys import AccountKey
from agentrun_operator.controller.remote.accounts.account import SPELLINGS, Account, PolledRuntime
from agentrun_operator.controller.remote.polling.poll_share import PollShare
from agentrun_operator.controller.remote.polling.poller import Poller
from agentrun_operator.controller.remote.polling.schedule import PollSchedule
from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache
from support.controller import key
from support.controller_agentrun import LIST, AgentRun
from support.controller_time import clock, settle

pytestmark = pytest.mark.usefixtures("no_leaks")

CHAT, OTHER = key("chat"), key("other")


@pytest.fixture
async def account(service: AgentRun) -> AsyncIterator[Account]:
    async def nothing() -> None:
        pass

    share = PollShare(5.0, 60.0, 1.0, clock)

    def follow(account: Account, runtime_id: str) -> PolledRuntime:
        cache = RuntimeCache(runtime_id, account.client, enqueue=lambda _: None, clock=clock)
        poller = Poller(
            cache,
            PollSchedule(60.0, 1.0, 20.0),
            share=lambda: share,
            before=nothing,
            jitter=lambda: 0.5,
            clock=clock,
            stale_after=300.0,
            stale=lambda: None,
        )
        return PolledRuntime(cache, poller, asyncio.create_task(poller.run()))

    account = Account(AccountKey("", "", "cn-hangzhou"), service.client, None, follow, clock=clock)
    yield account
    for user in (CHAT, OTHER):
        account.release(user)
    await settle()


# Runtimes


async def test_a_runtime_is_followed_from_its_first_use_and_by_one_task(account: Account, service: AgentRun):
    runtime_id = await service.runtime()
    assert account.polled == {}
    cache = account.use(CHAT, runtime_id, "chat", latest=False)
    assert account.use(OTHER, runtime_id, "other", latest=False) is cache
    assert set(cache.subscribers) == {CHAT, OTHER}
    await asyncio.sleep(61)
    assert service.actions == [LIST]


async def test_a_runtime_that_nobody_depends_on_is_followed_no_more(account: Account, service: AgentRun):
    runtime_id = await service.runtime()
    for user in (CHAT, OTHER):
        account.use(user, runtime_id, user.name, latest=False)
    task = account.polled[runtime_id].task
    account.release(CHAT)
    await asyncio.sleep(61)
    assert service.actions == [LIST]
    account.release(OTHER)
    await settle()
    assert task.cancelled()
    assert account.polled == {}
    await asyncio.sleep(600)
    assert service.actions == [LIST]


async def test_an_object_that_is_led_to_another_runtime_leaves_the_first(account: Account, service: AgentRun):
    first, second = await service.runtime("bot"), await service.runtime("new-bot")
    account.use(CHAT, first, "chat", latest=False)
    account.use(CHAT, second, "chat", latest=False)
    assert list(account.polled) == [second]


async def test_a_runtime_may_be_followed_again(account: Account, service: AgentRun):
    runtime_id = await service.runtime()
    account.use(CHAT, runtime_id, "chat", latest=False)
    account.release(CHAT)
    cache = account.use(CHAT, runtime_id, "chat", latest=False)
    assert set(cache.subscribers) == {CHAT}
    await asyncio.sleep(61)
    assert service.actions == [LIST]


async def test_an_id_that_agentrun_answers_in_another_spelling_is_remembered(account: Account):
    account.learn("RUNTIME-1", "runtime-1")
    assert account.answered("RUNTIME-1") == account.answered("runtime-1") == "runtime-1"
    assert account.answered("runtime-2") == "runtime-2"


async def test_no_more_spellings_are_remembered_than_there_is_room_for(account: Account):
    for number in range(SPELLINGS + 50):
        account.learn(f"RUNTIME-{number}", f"runtime-{number}")
    assert account.answered(f"RUNTIME-{SPELLINGS + 49}") == f"runtime-{SPELLINGS + 49}"
    assert account.answered("RUNTIME-0") == "RUNTIME-0"


async def test_releasing_who_never_used_anything_is_no_error(account: Account):
    account.release(CHAT)


async def test_a_hurry_for_a_runtime_that_is_not_followed_is_nothing(account: Account):
    account.poll_soon("unknown")
