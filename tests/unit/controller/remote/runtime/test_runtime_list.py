import asyncio

import pytest

from agentrun_operator.agentrun.api.operations import PAGE_SIZE
from agentrun_operator.controller.remote.runtime.endpoint_cache import NEVER
from agentrun_operator.controller.remote.runtime.runtime_list import (
    AGAIN_AFTER,
    FEW,
    GOOD_FOR,
    LONGEST,
    PATIENCE,
    Listed,
    RuntimeList,
)
from support.controller_agentrun import LIST_RUNTIMES, AgentRun
from support.controller_time import clock

pytestmark = pytest.mark.usefixtures("no_leaks")

MANY = 3 * PAGE_SIZE + 10


@pytest.fixture
async def runtimes(service: AgentRun) -> RuntimeList:
    return RuntimeList(service.client, clock)


async def many(service: AgentRun, count: int = MANY) -> list[str]:
    ids = [await service.runtime(f"bot-{number}") for number in range(count)]
    service.calls.clear()
    return ids


async def asked_for(runtimes: RuntimeList, asking: list[str], moment: float = NEVER) -> list[Listed]:
    """What all get who ask at the same time."""
    return await asyncio.gather(*(runtimes.newer_than(moment, each) for each in asking))


async def test_few_who_ask_are_told_to_ask_for_their_own(service: AgentRun, runtimes: RuntimeList):
    ids = await many(service, 10)
    assert await asked_for(runtimes, ids[:FEW]) == [Listed()] * FEW
    assert service.actions == []


async def test_many_who_ask_share_one_list_and_its_pages(service: AgentRun, runtimes: RuntimeList):
    ids = await many(service)
    answers = await asked_for(runtimes, ids)
    assert sum(each.runtimes.keys() == set(ids) for each in answers) >= MANY - FEW
    assert service.actions == [LIST_RUNTIMES] * 4
    shown = answers[-1].runtimes[ids[0]]
    assert (shown.id, shown.name, shown.ready) == (ids[0], "bot-0", True)
    assert answers[-1].named("bot-7") == (ids[7],)


async def test_a_list_serves_for_a_while_whoever_wants_nothing_newer(service: AgentRun, runtimes: RuntimeList):
    ids = await many(service, 10)
    await asked_for(runtimes, ids)
    service.calls.clear()
    assert (await runtimes.newer_than(clock() - GOOD_FOR / 2, ids[0])).runtimes
    await asyncio.sleep(GOOD_FOR + 1)
    assert (await runtimes.newer_than(NEVER, ids[0])) == Listed()
    assert service.actions == []


async def test_a_list_that_is_longer_than_those_who_ask_is_left_at_its_first_page(
    service: AgentRun, runtimes: RuntimeList
):
    ids = await many(service, 12 * PAGE_SIZE)
    few = ids[-FEW - 2 :]
    for _ in range(2):
        shown = (await asked_for(runtimes, few))[-1]
        assert (len(shown.runtimes), shown.whole) == (PAGE_SIZE, False)
        assert service.actions == [LIST_RUNTIMES]
    assert max(len(each.runtimes) for each in await asked_for(runtimes, ids[-50:])) == len(ids)


async def test_what_one_bad_page_hides_is_asked_for_alone_and_all_others_are_shown(
    service: AgentRun, runtimes: RuntimeList
):
    ids = await many(service)
    await service.fault(LIST_RUNTIMES, status=500, skip=1, times=1)
    shown = (await asked_for(runtimes, ids))[-1]
    assert len(shown.runtimes) == MANY - PAGE_SIZE
    assert not shown.whole
    assert shown.named("bot-0") == ()  # another of the name may be on the page that failed


@pytest.mark.parametrize("page", [0, 3], ids=["the first", "the last"])
async def test_a_page_that_cannot_be_passed_over_is_asked_for_again(
    service: AgentRun, runtimes: RuntimeList, page: int
):
    ids = await many(service)
    await service.fault(LIST_RUNTIMES, status=500, skip=page, times=1)
    assert len((await asked_for(runtimes, ids))[-1].runtimes) == MANY


async def test_a_list_that_fails_shows_nothing_and_is_not_made_again_at_once(service: AgentRun, runtimes: RuntimeList):
    ids = await many(service, 10)
    await service.fault(LIST_RUNTIMES, status=500)
    assert {len(each.runtimes) for each in await asked_for(runtimes, ids)} == {0}
    failed = len(service.actions)
    await service.heal()
    await asked_for(runtimes, ids)
    assert len(service.actions) == failed
    await asyncio.sleep(AGAIN_AFTER + 1)
    assert (await asked_for(runtimes, ids))[-1].whole


async def test_a_list_that_hangs_is_waited_for_no_longer_than_a_moment(service: AgentRun, runtimes: RuntimeList):
    ids = await many(service, 10)
    await service.fault(LIST_RUNTIMES, hang=50.0)
    began = clock()
    assert await asked_for(runtimes, ids) == [Listed()] * 10
    assert clock() - began == pytest.approx(PATIENCE)
    assert await asked_for(runtimes, ids) == [Listed()] * 10
    assert clock() - began == pytest.approx(PATIENCE)
    await asyncio.sleep(100)


async def test_a_runtime_that_the_list_lacks_is_not_said_to_be_missing(service: AgentRun, runtimes: RuntimeList):
    ids = await many(service, 10)
    shown = (await asked_for(runtimes, [*ids, "new"]))[-1]
    assert shown.runtimes.get("new") is None
    assert shown.named("new") == ()


async def test_a_runtime_of_which_the_list_tells_too_little_or_too_much_is_asked_for_alone(
    service: AgentRun, runtimes: RuntimeList
):
    ids = await many(service, 10)
    long = await service.runtime("b" * (LONGEST + 1))
    shown = (await asked_for(runtimes, ids))[-1]
    assert long not in shown.runtimes
    assert not shown.whole


async def test_what_former_credentials_were_shown_is_void_though_it_comes_later(
    service: AgentRun, runtimes: RuntimeList
):
    ids = await many(service, 10)
    asking = asyncio.create_task(asked_for(runtimes, ids))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    runtimes.forget()
    assert {len(each.runtimes) for each in await asking} == {0}
    await runtimes.newer_than(NEVER, ids[0])
    assert service.actions == [LIST_RUNTIMES] * 2
