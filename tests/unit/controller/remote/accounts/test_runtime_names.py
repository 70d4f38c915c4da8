import asyncio

import pytest

from agentrun_operator.controller.concurrency.priority import Priority, urgency
from agentrun_operator.controller.remote.accounts.runtime_names import NAME_BAD_FOR, NAME_GOOD_FOR, RuntimeNames
from agentrun_operator.controller.remote.runtime.runtime_list import RuntimeList
from agentrun_operator.observation.problems import ProblemError
from agentrun_operator.resources.reasons import Reason
from support.controller_agentrun import LIST_RUNTIMES, AgentRun
from support.controller_time import clock

pytestmark = pytest.mark.usefixtures("no_leaks")


@pytest.fixture
async def names(service: AgentRun) -> RuntimeNames:
    return RuntimeNames(service.client, RuntimeList(service.client, clock), clock)


async def test_a_name_leads_to_the_one_runtime_that_has_it(names: RuntimeNames, service: AgentRun):
    await service.runtime("support-bot-2")
    runtime_id = await service.runtime("support-bot")
    assert await names.runtime_id("support-bot") == runtime_id


async def test_all_who_ask_for_a_name_share_one_call_and_its_answer_for_a_moment(
    names: RuntimeNames, service: AgentRun
):
    runtime_id = await service.runtime("bot")
    assert await asyncio.gather(*(names.runtime_id("bot") for _ in range(100))) == [runtime_id] * 100
    await asyncio.sleep(NAME_GOOD_FOR - 0.1)
    await names.runtime_id("bot")
    assert service.actions == [LIST_RUNTIMES]
    await asyncio.sleep(0.2)
    await names.runtime_id("bot")
    assert service.actions == [LIST_RUNTIMES] * 2


async def test_a_name_that_nobody_has_is_definite_and_shared_too(names: RuntimeNames, service: AgentRun):
    for _ in range(5):
        with pytest.raises(ProblemError, match="no AgentRuntime named 'bot'") as caught:
            await names.runtime_id("bot")
        assert caught.value.problem.reason is Reason.RUNTIME_NOT_FOUND
        assert caught.value.problem.definite
    assert service.actions == [LIST_RUNTIMES]


async def test_a_name_that_nobody_has_is_asked_for_again_soon(names: RuntimeNames, service: AgentRun):
    with pytest.raises(ProblemError):
        await names.runtime_id("bot")
    runtime_id = await service.runtime("bot")
    await asyncio.sleep(NAME_BAD_FOR + 0.1)
    assert await names.runtime_id("bot") == runtime_id


async def test_a_name_that_several_have_is_ambiguous_and_names_them(names: RuntimeNames, service: AgentRun):
    ids = [await service.runtime("bot", workspaceId=workspace) for workspace in ("ws-1", "ws-2")]
    with pytest.raises(ProblemError) as caught:
        await names.runtime_id("bot")
    problem = caught.value.problem
    assert problem.reason is Reason.RUNTIME_AMBIGUOUS
    assert problem.definite
    assert all(each in problem.message for each in ids)
    assert "agentRuntimeRef.id" in problem.message


async def test_a_name_that_cannot_be_looked_up_is_not_missing_and_asked_for_again(
    names: RuntimeNames, service: AgentRun
):
    runtime_id = await service.runtime("bot")
    await service.fault(LIST_RUNTIMES, status=500, times=1)
    results = await asyncio.gather(*(names.runtime_id("bot") for _ in range(5)), return_exceptions=True)
    assert [result.problem.reason for result in results if isinstance(result, ProblemError)] == [
        Reason.REMOTE_UNAVAILABLE
    ] * 5
    assert await names.runtime_id("bot") == runtime_id


async def test_names_are_not_remembered_for_ever(names: RuntimeNames, service: AgentRun):
    await service.runtime("bot")
    for number in range(50):
        with pytest.raises(ProblemError):
            await names.runtime_id(f"nobody-{number}")
        await asyncio.sleep(1)
    await asyncio.sleep(10)
    await names.runtime_id("bot")
    assert len(names._ids) == 1
    assert names._searches == {}


async def test_a_name_is_looked_up_as_urgently_as_the_most_urgent_asks(names: RuntimeNames, service: AgentRun):
    async def ask(priority: Priority) -> None:
        urgency.set(priority)
        await names.runtime_id("bot")

    await service.runtime("bot")
    await asyncio.gather(*(asyncio.create_task(ask(priority)) for priority in (Priority.RESYNC, Priority.EDIT)))
    assert [call.urgency for call in service.calls] == [Priority.EDIT]
