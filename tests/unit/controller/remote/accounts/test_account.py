import asyncio
from collections.abc import AsyncIterator

import pytest

from agentrun_operator.agentrun.api.errors import CredentialsNotFoundError
from agentrun_operator.agentrun.auth.credentials import Credentials
from agentrun_operator.agentrun.auth.secret import Secret
from agentrun_operator.controller.concurrency.priority import Priority, urgency
from agentrun_operator.controller.keys import AccountKey
from agentrun_operator.controller.remote.accounts.account import (
    NAME_BAD_FOR,
    NAME_GOOD_FOR,
    Account,
    PolledRuntime,
    SecretCredentials,
)
from agentrun_operator.controller.remote.polling.poller import Poller
from agentrun_operator.controller.remote.polling.schedule import PollSchedule
from agentrun_operator.controller.remote.problems import ProblemError
from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache
from agentrun_operator.reconcile.observed import Problem
from agentrun_operator.resources.reasons import Reason
from support.controller import key
from support.controller_agentrun import LIST, LIST_RUNTIMES, AgentRun
from support.controller_time import clock, settle

pytestmark = pytest.mark.usefixtures("no_leaks")

CHAT, OTHER = key("chat"), key("other")


@pytest.fixture
async def service(no_leaks: None) -> AsyncIterator[AgentRun]:
    async with AgentRun() as service:
        yield service


@pytest.fixture
async def account(service: AgentRun) -> AsyncIterator[Account]:
    async def nothing() -> None:
        pass

    def follow(account: Account, runtime_id: str) -> PolledRuntime:
        cache = RuntimeCache(runtime_id, account.client, enqueue=lambda _: None, clock=clock)
        poller = Poller(
            cache,
            PollSchedule(60.0, 1.0, 20.0),
            before=nothing,
            jitter=lambda: 0.5,
            clock=clock,
            stale_after=300.0,
            stale=lambda: None,
        )
        return PolledRuntime(cache, poller, asyncio.create_task(poller.run()))

    account = Account(AccountKey("", "", "cn-hangzhou"), service.client, None, follow, clock)
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


async def test_releasing_who_never_used_anything_is_no_error(account: Account):
    account.release(CHAT)


async def test_a_hurry_for_a_runtime_that_is_not_followed_is_nothing(account: Account):
    account.poll_soon("unknown")


# Names


async def test_a_name_leads_to_the_one_runtime_that_has_it(account: Account, service: AgentRun):
    await service.runtime("support-bot-2")
    runtime_id = await service.runtime("support-bot")
    assert await account.runtime_id("support-bot") == runtime_id


async def test_all_who_ask_for_a_name_share_one_call_and_its_answer_for_a_moment(account: Account, service: AgentRun):
    runtime_id = await service.runtime("bot")
    assert await asyncio.gather(*(account.runtime_id("bot") for _ in range(100))) == [runtime_id] * 100
    await asyncio.sleep(NAME_GOOD_FOR - 0.1)
    await account.runtime_id("bot")
    assert service.actions == [LIST_RUNTIMES]
    await asyncio.sleep(0.2)
    await account.runtime_id("bot")
    assert service.actions == [LIST_RUNTIMES] * 2


async def test_a_name_that_nobody_has_is_definite_and_shared_too(account: Account, service: AgentRun):
    for _ in range(5):
        with pytest.raises(ProblemError, match="no AgentRuntime named 'bot'") as caught:
            await account.runtime_id("bot")
        assert caught.value.problem.reason is Reason.RUNTIME_NOT_FOUND
        assert caught.value.problem.definite
    assert service.actions == [LIST_RUNTIMES]


async def test_a_name_that_nobody_has_is_asked_for_again_soon(account: Account, service: AgentRun):
    with pytest.raises(ProblemError):
        await account.runtime_id("bot")
    runtime_id = await service.runtime("bot")
    await asyncio.sleep(NAME_BAD_FOR + 0.1)
    assert await account.runtime_id("bot") == runtime_id


async def test_a_name_that_several_have_is_ambiguous_and_names_them(account: Account, service: AgentRun):
    ids = [await service.runtime("bot", workspaceId=workspace) for workspace in ("ws-1", "ws-2")]
    with pytest.raises(ProblemError) as caught:
        await account.runtime_id("bot")
    problem = caught.value.problem
    assert problem.reason is Reason.RUNTIME_AMBIGUOUS
    assert problem.definite
    assert all(each in problem.message for each in ids)
    assert "agentRuntimeRef.id" in problem.message


async def test_a_name_that_cannot_be_looked_up_is_not_missing_and_asked_for_again(account: Account, service: AgentRun):
    runtime_id = await service.runtime("bot")
    await service.fault(LIST_RUNTIMES, status=500, times=1)
    results = await asyncio.gather(*(account.runtime_id("bot") for _ in range(5)), return_exceptions=True)
    assert [result.problem.reason for result in results if isinstance(result, ProblemError)] == [
        Reason.REMOTE_UNAVAILABLE
    ] * 5
    assert await account.runtime_id("bot") == runtime_id


async def test_names_are_not_remembered_for_ever(account: Account, service: AgentRun):
    await service.runtime("bot")
    for number in range(50):
        with pytest.raises(ProblemError):
            await account.runtime_id(f"nobody-{number}")
        await asyncio.sleep(1)
    await asyncio.sleep(10)
    await account.runtime_id("bot")
    assert len(account._ids) == 1
    assert account._names == {}


async def test_a_name_is_looked_up_for_everybody_and_so_it_is_urgent(account: Account, service: AgentRun):
    await service.runtime("bot")
    urgency.set(Priority.RESYNC)
    await account.runtime_id("bot")
    assert [call.urgency for call in service.calls] == [Priority.CHANGE]


# Credentials from a Secret


class Reader:
    """A Secret, read in a tenth of a second."""

    def __init__(self) -> None:
        self.reads = 0
        self.found: Credentials | Problem = a_key("first")

    async def __call__(self) -> Credentials:
        self.reads += 1
        await asyncio.sleep(0.1)
        if isinstance(self.found, Problem):
            raise ProblemError(self.found)
        return self.found


def a_key(name: str) -> Credentials:
    return Credentials(name, Secret(f"{name}-secret"))


MISSING = Problem(Reason.CREDENTIALS_NOT_FOUND, "Secret a/b does not exist", definite=True)


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
async def secret(reader: Reader) -> SecretCredentials:
    return SecretCredentials(reader, clock)


async def test_a_secret_is_read_at_the_first_refresh_and_not_before(secret: SecretCredentials, reader: Reader):
    assert not secret.known
    with pytest.raises(CredentialsNotFoundError):
        secret.get()
    await secret.refresh(15.0)
    assert secret.known
    assert secret.get() == await secret.get_async() == a_key("first")
    assert reader.reads == 1


async def test_all_who_need_it_at_once_share_one_read(secret: SecretCredentials, reader: Reader):
    await asyncio.gather(*(secret.refresh(15.0) for _ in range(50)))
    assert reader.reads == 1


async def test_a_rotated_secret_is_seen_at_the_first_refresh_after_its_age(secret: SecretCredentials, reader: Reader):
    await secret.refresh(15.0)
    reader.found = a_key("second")
    await asyncio.sleep(14)
    await secret.refresh(15.0)
    assert secret.get() == a_key("first")
    await asyncio.sleep(2)
    await secret.refresh(15.0)
    assert secret.get() == a_key("second")


async def test_credentials_that_agentrun_refused_are_read_again_at_once(secret: SecretCredentials, reader: Reader):
    await secret.refresh(15.0)
    reader.found = a_key("second")
    secret.distrust()
    await secret.refresh(15.0)
    assert secret.get() == a_key("second")


async def test_the_last_good_credentials_stay_when_the_secret_is_gone(secret: SecretCredentials, reader: Reader):
    await secret.refresh(15.0)
    reader.found = MISSING
    await asyncio.sleep(20)
    await secret.refresh(15.0)
    assert secret.problem is not None
    assert secret.problem.message == MISSING.message
    assert secret.get() == a_key("first")


async def test_a_problem_is_over_when_the_secret_is_back(secret: SecretCredentials, reader: Reader):
    reader.found = MISSING
    await secret.refresh(15.0)
    assert secret.problem is not None
    reader.found = a_key("first")
    await asyncio.sleep(2)
    await secret.refresh(1.0)
    assert secret.problem is None
    assert secret.known


async def test_a_problem_tells_for_how_long_there_were_no_good_credentials(secret: SecretCredentials, reader: Reader):
    reader.found = Problem(Reason.CREDENTIALS_NOT_FOUND, "no answer")
    await asyncio.sleep(100)
    await secret.refresh(1.0)
    assert secret.problem is not None
    assert secret.problem.blind_for == pytest.approx(100)
