import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

import pytest

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.models import EndpointCreate, EndpointUpdate
from agentrun_operator.controller.concurrency.priority import Priority, Tenants, looking, tenants, urgency
from agentrun_operator.controller.keys import ObjectKey
from agentrun_operator.controller.remote.polling.next_poll import VERSIONS_EVERY
from agentrun_operator.controller.remote.polling.poll_share import CALL_PAUSE, WRITES_PER_CALL, PollShare
from agentrun_operator.controller.remote.polling.poller import Poller
from agentrun_operator.controller.remote.polling.schedule import PATIENCE, PollSchedule
from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache
from agentrun_operator.emulator import Transitions
from support.controller import key
from support.controller_agentrun import GET, GET_RUNTIME, LIST, LIST_VERSIONS, AgentRun
from support.controller_time import clock

pytestmark = pytest.mark.usefixtures("no_leaks")

PACE = PollSchedule(interval=60.0, fast=1.0, rate=20.0)
UNLIMITED = replace(PACE, rate=2000.0)
STALE_AFTER = 300.0
SHARE_RATE = 5.0
CHAT, OTHER = key("chat"), key("other")


class World:
    """A runtime that is polled."""

    def __init__(self, service: AgentRun, runtime_id: str) -> None:
        self.service = service
        self.runtime_id = runtime_id
        self.told: list[tuple[float, set[ObjectKey]]] = []
        self.stale: list[float] = []
        self.before_calls = 0
        self.defect: Exception | None = None
        self.cache = RuntimeCache(
            runtime_id,
            service.client,
            enqueue=self.enqueue,
            clock=clock,
            on_write=self.wrote,
        )
        self.cache.subscribers.add(CHAT, "chat", latest=False)
        self.cache.subscribers.add(OTHER, "other", latest=False)
        self.share = PollShare(SHARE_RATE, PACE.interval, PACE.fast, clock)
        self.begin(PACE)

    def begin(self, schedule: PollSchedule) -> None:
        """Starts polling."""
        self.poller = Poller(
            self.cache,
            schedule,
            share=lambda: self.share,
            before=self.before,
            jitter=lambda: 0.5,
            clock=clock,
            stale_after=STALE_AFTER,
            stale=lambda: self.stale.append(clock()),
        )
        self.task = asyncio.create_task(self.poller.run())

    async def end(self) -> None:
        """Stops polling."""
        self.task.cancel()
        await asyncio.wait({self.task})

    def wrote(self) -> None:
        self.share.steps.wrote()

    def enqueue(self, keys: set[ObjectKey]) -> None:
        self.told.append((clock(), keys))

    async def before(self) -> None:
        self.before_calls += 1
        if self.defect:
            raise self.defect

    async def create(self, name: str) -> str:
        """Creates an endpoint as a pass does; its id."""
        body = EndpointCreate(agent_runtime_endpoint_name=name)
        made = await self.service.client.run(operations.create_endpoint(self.runtime_id, body))
        self.cache.wrote(made)
        self.poller.poll_soon()
        return made.agent_runtime_endpoint_id or ""

    async def settled(self, *names: str) -> list[str]:
        """Endpoints that are there and known, with nothing under way."""
        ids = await self.service.endpoints(self.runtime_id, *names)
        await self.cache.list(newer_than=clock())
        self.told.clear()
        self.service.calls.clear()
        return ids

    def gaps(self, *actions: str) -> list[float]:
        """Seconds between the calls of these."""
        return [round(b - a, 1) for a, b in itertools.pairwise(self.service.times(*actions))]


@pytest.fixture
async def world(no_leaks: None) -> AsyncIterator[World]:
    async with AgentRun(Transitions(create=5.0, update=5.0, delete=5.0)) as service:
        world = World(service, await service.runtime("bot", versions=1))
        yield world
        await world.end()


@pytest.fixture
async def unlimited(world: World) -> World:
    """One whose account may be called as often as one likes."""
    await world.end()
    world.begin(UNLIMITED)
    return world


async def test_at_rest_a_runtime_is_listed_once_an_interval_and_nothing_else_is_asked(world: World):
    await asyncio.sleep(6 * 60 + 1)
    assert world.service.actions == [LIST] * 6
    assert world.gaps(LIST) == [60.0] * 5
    assert world.before_calls == 6
    assert world.told == []


async def test_a_change_made_outside_is_told_at_the_next_look_and_once(world: World):
    chat, _ = await world.settled("chat", "other")
    await world.service.change(chat, description="by hand")
    await asyncio.sleep(200)
    assert [keys for _, keys in world.told] == [{CHAT}]


async def test_a_change_under_way_is_looked_at_fast_until_it_has_ended(world: World):
    await world.create("chat")
    started = clock()
    await asyncio.sleep(20)
    (first_look, _), (at, keys) = world.told
    assert keys == {CHAT}
    assert first_look - started <= PACE.fast + 0.2  # that it is seen at all is news too
    assert 5.0 <= at - started <= 5.0 + PACE.fast + 0.2
    assert len(world.service.times(LIST)) <= 6
    assert not [*world.cache.moving()]


async def test_a_change_that_takes_long_is_looked_at_less_and_less_often(world: World):
    await world.service.fault("CreateAgentRuntimeEndpoint", takes=3000.0)
    await world.create("chat")
    await asyncio.sleep(2990)
    gaps = world.gaps(LIST)
    assert gaps[:20] == [1.0] * 20
    assert gaps == sorted(gaps)
    assert gaps[-1] == PACE.interval
    assert len(gaps) < 200


async def test_however_long_it_took_a_change_shows_after_a_small_share_of_that(world: World):
    await world.service.fault("CreateAgentRuntimeEndpoint", takes=600.0)
    await world.create("chat")
    started = clock()
    await asyncio.sleep(700)
    at, _ = world.told[-1]
    assert at - started - 600 <= 600 * PATIENCE + 1


async def test_a_change_that_begins_in_the_middle_of_a_rest_is_looked_at_soon(world: World):
    await world.settled("other")
    await asyncio.sleep(30)
    started = clock()
    await world.create("chat")
    await asyncio.sleep(3)
    assert world.service.times(LIST)[0] - started <= PACE.fast + 0.1


async def test_a_hurry_when_nothing_is_under_way_asks_for_nothing(world: World):
    await world.settled("chat")
    for _ in range(20):
        await asyncio.sleep(1)
        world.poller.poll_soon()
    assert world.service.actions == []


async def test_few_changes_in_a_big_runtime_are_followed_one_by_one(world: World):
    names = [f"e{number}" for number in range(250)]
    chat, *_ = await world.settled("chat", *names)
    await world.service.change(chat, status="UPDATING")
    await world.cache.list(newer_than=clock())
    world.service.calls.clear()
    world.poller.poll_soon()
    await asyncio.sleep(10)
    assert set(world.service.actions) == {GET}
    assert world.gaps(GET) == pytest.approx([1.0] * 8, abs=0.1)


async def test_many_changes_in_a_big_runtime_are_followed_by_its_list(world: World):
    names = [f"e{number}" for number in range(250)]
    ids = await world.settled("chat", "other", *names)
    for number, name in enumerate(names[:3]):
        world.cache.subscribers.add(key(name), name, latest=False)
        await world.service.change(ids[2 + number], status="UPDATING")
    await world.cache.list(newer_than=clock())
    world.service.calls.clear()
    world.poller.poll_soon()
    await asyncio.sleep(10)
    assert set(world.service.actions) == {LIST}


async def crowd(world: World, count: int, moving: int) -> list[str]:
    """A big runtime where the changes of so many endpoints are under way; the ids of these."""
    names = [f"e{number}" for number in range(count)]
    ids = await world.settled(*names)
    for name, endpoint_id in list(zip(names, ids, strict=True))[:moving]:
        world.cache.subscribers.add(key(name), name, latest=False)
        await world.service.change(endpoint_id, status="UPDATING")
    await world.cache.list(newer_than=clock())
    world.service.calls.clear()
    world.told.clear()
    return ids[:moving]


async def oldest_within(world: World, seconds: int) -> float:
    """How old what is known becomes, at most, in the next seconds."""
    oldest = 0.0
    for _ in range(seconds):
        await asyncio.sleep(1)
        oldest = max(oldest, world.cache.blind_for)
    return oldest


async def test_the_pages_of_a_big_runtime_are_read_evenly_and_each_tells_at_once(world: World):
    for endpoint_id in await crowd(world, 1000, moving=200):
        await world.service.change(endpoint_id, status="READY")
    started = clock()
    world.poller.poll_soon()
    await asyncio.sleep(5)
    assert world.gaps(LIST)[:8] == pytest.approx([CALL_PAUSE] * 8, abs=0.1)
    told = [at for at, _ in world.told]
    assert len(set().union(*(keys for _, keys in world.told))) == 200
    assert 8 <= len(told) <= 10
    assert told[-1] - started <= 11 * CALL_PAUSE + 0.5


async def test_pages_are_read_sooner_while_many_changes_are_sent(unlimited: World):
    await crowd(unlimited, 1000, moving=20)
    for number in range(200):
        await unlimited.create(f"new{number}")
    created = unlimited.service.times("CreateAgentRuntimeEndpoint")
    listed = [at for at in unlimited.service.times(LIST) if created[0] < at <= created[-1]]
    assert len(created) / WRITES_PER_CALL / 2 < len(listed) <= len(created) / WRITES_PER_CALL


async def test_pages_that_were_read_one_by_one_are_a_look_at_everything(world: World):
    await crowd(world, 300, moving=30)
    await asyncio.sleep(130)
    assert world.cache.blind_for < 10
    assert world.before_calls == 2
    assert len(world.service.times(LIST)) == pytest.approx(130, rel=0.6)


async def test_what_no_page_shows_any_more_is_told(world: World):
    ids = await crowd(world, 300, moving=30)
    world.poller.poll_soon()
    await world.service.remove(ids[0])
    await asyncio.sleep(10)
    assert [keys for _, keys in world.told] == [{key("e0")}]
    assert world.cache.endpoints.find(ids[0], "e0") is None


async def test_a_page_that_fails_is_no_page_without_endpoints(world: World):
    ids = await crowd(world, 300, moving=30)
    world.poller.poll_soon()
    await world.service.fault(LIST, status=500, times=3)
    await asyncio.sleep(60)
    assert world.told == []
    await world.service.remove(ids[0])
    await asyncio.sleep(20)
    assert [keys for _, keys in world.told] == [{key("e0")}]


async def test_a_page_that_always_fails_is_asked_for_less_and_less_often_and_warned_of_once(
    world: World, caplog: pytest.LogCaptureFixture
):
    await crowd(world, 1000, moving=200)
    await world.service.fault(LIST, status=500, skip=4)
    world.poller.poll_soon()
    with caplog.at_level(logging.WARNING):
        await asyncio.sleep(50)
    assert len(world.service.times(LIST)) <= 10
    assert sum(record.name.endswith("poller") for record in caplog.records) == 1


async def test_a_page_that_failed_is_asked_for_again_and_not_all_those_before_it(world: World):
    await crowd(world, 900, moving=200)
    await world.service.fault(LIST, status=500, skip=7, times=1)
    before, calls = world.cache.seen_at, 0
    world.poller.poll_soon()
    while world.cache.seen_at == before:
        await asyncio.sleep(0.05)
        calls = len(world.service.times(LIST))
    assert calls == 9 + 1


async def test_pages_that_leave_gaps_are_no_look_at_everything(world: World):
    await crowd(world, 300, moving=100)
    await world.service.behave(listDrift=-20)
    seen = world.cache.seen_at
    world.poller.poll_soon()
    await asyncio.sleep(20)
    assert len(world.service.times(LIST)) > 20
    assert world.cache.seen_at == seen
    assert world.told == []


async def test_a_runtime_that_is_emptied_between_two_pages_is_no_failure(
    world: World, caplog: pytest.LogCaptureFixture
):
    ids = await crowd(world, 250, moving=200)
    world.poller.poll_soon()
    await asyncio.sleep(1.5 * PACE.fast / 3)
    assert len(world.service.times(LIST)) == 1
    everything = filter(None, (world.cache.endpoints.find("", f"e{number}") for number in range(250)))
    with caplog.at_level(logging.WARNING):
        for endpoint in everything:
            await world.service.remove(endpoint.agent_runtime_endpoint_id or "")
        await asyncio.sleep(5)
    assert caplog.records == []
    assert set().union(*(keys for _, keys in world.told)) == {key(f"e{number}") for number in range(len(ids))}


async def test_the_regular_look_is_due_when_the_last_one_is_an_interval_old_though_much_was_followed_since(
    world: World,
):
    ids = await crowd(world, 1000, moving=30)
    world.cache.subscribers.add(OTHER, "e500", latest=False)
    other = world.cache.endpoints.find("", "e500")
    world.poller.poll_soon()
    await asyncio.sleep(20)
    for endpoint_id in ids[1:]:
        await world.service.change(endpoint_id, status="READY")
    await asyncio.sleep(30)
    world.told.clear()
    await world.service.change(other.agent_runtime_endpoint_id or "" if other else "", description="by hand")
    changed = clock()
    oldest = 0.0
    while {OTHER} not in [keys for _, keys in world.told]:
        await asyncio.sleep(1)
        oldest = max(oldest, world.cache.blind_for)
    assert clock() - changed <= PACE.interval
    assert oldest <= PACE.interval * 1.1


async def test_a_list_that_always_fails_is_tried_seldom_and_does_not_end_the_following_of_single_endpoints(
    world: World,
):
    (chat,) = await crowd(world, 1000, moving=1)
    await world.service.fault(LIST, status=500)
    world.poller.poll_soon()
    await asyncio.sleep(600)
    assert 8 <= len(world.service.times(LIST)) <= 20
    await world.service.change(chat, status="READY")
    await asyncio.sleep(610 * PATIENCE + 1)
    assert [keys for _, keys in world.told] == [{key("e0")}]


async def test_pages_that_fail_now_and_then_void_no_others_and_a_big_runtime_at_rest_does_not_go_stale(world: World):
    await crowd(world, 3000, moving=0)
    await world.service.fault(LIST, status=500, fraction=0.2)
    assert await oldest_within(world, 1200) <= 3 * PACE.interval
    assert len(world.service.times(LIST)) <= 1200 / PACE.interval * 30 * 3


async def test_a_long_outage_leaves_the_following_of_single_endpoints_no_slower_though_the_list_goes_on_failing(
    world: World,
):
    (chat,) = await crowd(world, 1000, moving=1)
    await world.service.fault("*", status=500)
    await asyncio.sleep(1800)
    await world.service.heal()
    await world.service.fault(LIST, status=500)
    await world.service.change(chat, status="READY")
    await asyncio.sleep(PACE.interval + 1)
    assert [keys for _, keys in world.told] == [{key("e0")}]


@pytest.mark.parametrize("moving", [0, 3, 60])
async def test_however_many_endpoints_are_followed_a_failed_list_is_made_up_for(world: World, moving: int):
    await crowd(world, 5000, moving=moving)
    world.cache.subscribers.add(CHAT, "chat", latest=True)
    await world.service.fault(LIST, status=500, fraction=0.05)
    world.poller.poll_soon()
    assert await oldest_within(world, 900) <= 2 * PACE.interval
    assert len(world.service.times(LIST_VERSIONS)) >= 1


async def test_a_list_whose_pages_fail_now_and_then_is_warned_of_once_until_it_is_whole(
    world: World, caplog: pytest.LogCaptureFixture
):
    await crowd(world, 3000, moving=0)
    await world.service.fault(LIST, status=500, fraction=0.3)
    with caplog.at_level(logging.WARNING):
        await asyncio.sleep(60 * 10)
    assert 1 <= sum(record.name.endswith("poller") for record in caplog.records) <= 10


@pytest.mark.parametrize("size", [300, 1000])
async def test_endpoints_that_are_stuck_for_a_day_leave_the_regular_look_in_time(world: World, size: int):
    await crowd(world, size, moving=size // 10)
    world.cache.moved_at -= 10_000.0
    assert await oldest_within(world, 1200) <= 1.15 * PACE.interval


async def test_a_list_that_a_pass_asked_for_puts_the_regular_look_off_by_no_more_than_an_interval(world: World):
    await world.settled("chat")
    await asyncio.sleep(PACE.interval + 10)
    await world.cache.list(newer_than=clock())
    asked = len(world.service.times(LIST))
    await asyncio.sleep(1.1 * PACE.interval)
    assert len(world.service.times(LIST)) == asked + 1


async def test_an_error_of_the_service_is_no_return_of_a_runtime_that_is_gone(world: World):
    await world.settled("chat")
    await world.service.fault(LIST, status=404, code="ERR_NOT_FOUND", message="the agent runtime does not exist")
    await world.service.fault(GET_RUNTIME, status=404, code="ERR_NOT_FOUND", message="the agent runtime does not exist")
    await asyncio.sleep(61)
    await world.service.heal()
    await world.service.fault(LIST, status=500)
    await asyncio.sleep(120)
    assert len(world.stale) == 1


async def test_the_regular_look_waits_for_a_reading_that_is_under_way(world: World):
    await crowd(world, 3000, moving=200)
    await world.service.behave(latency=3.0)
    began = clock()
    world.poller.poll_soon()
    await asyncio.sleep(1.5 * PACE.interval)
    assert 20 < len(world.service.times(LIST)) < 30
    await asyncio.sleep(10.0)
    assert world.cache.seen_at == pytest.approx(began + PACE.fast, abs=1.0)
    await world.service.behave(latency=0.0)
    await asyncio.sleep(5.0)


async def test_a_reading_that_is_stuck_does_not_put_off_the_regular_look(world: World):
    await crowd(world, 1000, moving=200)
    await world.service.fault(LIST, status=500, skip=4)
    world.poller.poll_soon()
    await asyncio.sleep(2.5 * PACE.interval)
    assert world.before_calls >= 2


async def test_what_is_followed_is_looked_at_sooner_once_no_changes_are_sent_any_more(unlimited: World):
    await crowd(unlimited, 5000, moving=40)
    unlimited.cache.wrote(None)
    unlimited.poller.poll_soon()
    await asyncio.sleep(2 * PACE.fast + 0.2)
    assert len(unlimited.service.times(GET)) >= 40


async def test_following_one_by_one_does_not_put_off_the_regular_look_at_everything(world: World):
    names = [f"e{number}" for number in range(150)]
    chat, other, *_ = await world.settled("chat", "other", *names)
    await world.service.change(chat, status="UPDATING")
    await world.cache.list(newer_than=clock())
    world.poller.poll_soon()
    await asyncio.sleep(1)
    await world.service.change(other, description="by hand")
    world.told.clear()
    await asyncio.sleep(61)
    assert {OTHER} in [keys for _, keys in world.told]


async def test_an_endpoint_that_cannot_be_read_does_not_hide_the_others(world: World):
    names = [f"e{number}" for number in range(250)]
    chat, other, *_ = await world.settled("chat", "other", *names)
    for endpoint_id in (chat, other):
        await world.service.change(endpoint_id, status="UPDATING")
    await world.cache.list(newer_than=clock())
    for broken in (chat, other):
        await world.service.fault(GET, endpointId=broken, status=500)
        fine = other if broken == chat else chat
        world.poller.poll_soon()
        await asyncio.sleep(5)
        world.told.clear()
        await world.service.change(fine, description=f"while {broken} is broken")
        started = clock()
        await asyncio.sleep(3)
        assert [keys for _, keys in world.told] == [{OTHER if fine == other else CHAT}]
        assert world.told[0][0] - started <= PACE.fast + 0.2
        await world.service.heal()


def backed_off(gaps: Iterable[float]) -> bool:
    return list(gaps)[:6] == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0]


async def test_looks_that_fail_come_less_and_less_often_and_at_the_usual_pace_again_after_a_good_one(world: World):
    await world.service.fault(LIST, status=500)
    await asyncio.sleep(600)
    assert backed_off(round(gap) for gap in world.gaps(LIST))
    await world.service.heal()
    await asyncio.sleep(61)
    await world.create("chat")
    started = clock()
    await asyncio.sleep(10)
    assert 5.0 <= world.told[-1][0] - started <= 5.0 + PACE.fast + 0.2


async def test_a_failing_runtime_is_not_hammered_by_hurries(world: World):
    await world.service.fault(LIST, status=500)
    await world.create("chat")
    for _ in range(120):
        await asyncio.sleep(1)
        world.poller.poll_soon()
    assert len(world.service.times(LIST)) <= 12  # the regular looks, and those at what is under way


async def test_a_failure_is_warned_of_once(world: World, caplog: pytest.LogCaptureFixture):
    await world.service.fault(LIST, status=500)
    with caplog.at_level(logging.DEBUG):
        await asyncio.sleep(600)
    levels = [record.levelname for record in caplog.records if record.name.endswith("poller")]
    assert levels[0] == "WARNING"
    assert set(levels[1:]) == {"DEBUG"}


async def test_what_is_known_goes_stale_once_and_recovers_once(world: World):
    await world.settled("chat")
    seen = clock()
    await world.service.fault(LIST, status=500)
    await asyncio.sleep(STALE_AFTER - 1)
    assert world.stale == []
    await asyncio.sleep(600)
    assert len(world.stale) == 1
    assert STALE_AFTER <= world.stale[0] - seen <= STALE_AFTER + PACE.interval + 1
    await world.service.heal()
    await asyncio.sleep(300)
    assert len(world.stale) == 2


async def test_what_is_known_goes_stale_in_time_while_a_look_never_ends(world: World):
    await world.settled("chat")
    seen = clock()
    await world.service.fault(LIST, hang=1e6)
    await asyncio.sleep(STALE_AFTER + 200)
    assert len(world.stale) == 1
    assert STALE_AFTER - 1 <= world.stale[0] - seen <= STALE_AFTER + 5


async def test_a_runtime_that_is_gone_is_told_at_the_next_look_once_and_so_is_its_return(world: World):
    await world.settled("chat")
    gone = {"status": 404, "code": "ERR_NOT_FOUND", "message": "the agent runtime does not exist"}
    await world.service.fault(LIST, **gone)
    await world.service.fault(GET_RUNTIME, **gone)
    await asyncio.sleep(61)
    assert len(world.stale) == 1
    await asyncio.sleep(200)
    assert len(world.stale) == 1
    await world.service.heal()
    await asyncio.sleep(61)
    assert len(world.stale) == 2
    assert world.cache.endpoints.find("", "chat") is not None


async def test_a_big_runtime_that_is_gone_stays_so_whatever_passes_see_of_its_endpoints(world: World):
    ids = await crowd(world, 1000, moving=15)
    await world.service.remove_runtime(world.runtime_id)
    world.poller.poll_soon()
    await asyncio.sleep(5)
    assert len(world.stale) == 1
    for endpoint_id in ids[:10]:
        assert await world.cache.get(endpoint_id) is None
    await asyncio.sleep(300)
    assert len(world.stale) == 1
    assert len(world.service.times(LIST)) <= 15


async def test_the_versions_are_looked_at_only_for_those_who_follow_latest(world: World):
    seldom = PACE.interval * VERSIONS_EVERY
    await asyncio.sleep(2 * seldom)
    assert LIST_VERSIONS not in world.service.actions
    world.cache.subscribers.add(CHAT, "chat", latest=True)
    await asyncio.sleep(2 * seldom + 1)
    assert world.gaps(LIST_VERSIONS) == pytest.approx([seldom] * 2, abs=2.0)
    world.told.clear()
    await world.service.publish(world.runtime_id)
    await asyncio.sleep(seldom + 2)
    assert [keys for _, keys in world.told] == [{CHAT}]


async def test_versions_that_cannot_be_listed_slow_nobody_down(world: World):
    world.cache.subscribers.add(OTHER, "other", latest=True)
    await world.service.fault(LIST_VERSIONS, status=403, code="NoPermission")
    await asyncio.sleep(200)
    assert world.gaps(LIST) == [60.0] * 2
    assert world.stale == []
    await world.create("chat")
    started = clock()
    await asyncio.sleep(10)
    assert 5.0 <= world.told[-1][0] - started <= 5.0 + PACE.fast + 0.2


async def test_a_defect_does_not_leave_the_runtime_without_looks_for_ever(
    world: World, caplog: pytest.LogCaptureFixture
):
    world.defect = ZeroDivisionError("a defect")
    await asyncio.sleep(200)
    assert not world.task.done()
    assert "a defect" in caplog.text
    world.defect = None
    await asyncio.sleep(61)
    assert world.service.actions == [LIST]


async def test_looks_and_new_objects_take_turns_whatever_the_pass_was_that_began_to_follow_the_runtime(no_leaks: None):
    async with AgentRun() as service:
        urgency.set(Priority.RESYNC)
        world = World(service, await service.runtime("bot"))
        names = [f"e{number}" for number in range(150)]
        chat, *_ = await world.settled("chat", *names)
        await world.service.change(chat, status="UPDATING")
        await world.cache.list(newer_than=clock())
        service.calls.clear()
        world.poller.poll_soon()
        await asyncio.sleep(120)
        urgencies = {(call.action, call.urgency) for call in service.calls}
        assert urgencies == {(GET, Priority.NEW), (LIST, Priority.NEW)}
        world.task.cancel()
        await asyncio.wait({world.task})


async def test_a_look_is_known_as_one_and_made_for_every_namespace_that_subscribes(world: World):
    await world.settled("chat")
    for namespace in ("team-b", "team-c"):
        world.cache.subscribers.add(ObjectKey(namespace, "other"), "other", latest=False)
    world.service.calls.clear()
    await asyncio.sleep(130)
    assert {(call.looks, frozenset(call.tenants)) for call in world.service.calls} == {
        (True, frozenset({"team-a", "team-b", "team-c"}))
    }


@pytest.mark.parametrize("size", [50, 300])
async def test_pages_and_new_objects_take_turns(world: World, size: int):
    await crowd(world, size, moving=40)
    world.poller.poll_soon()
    await asyncio.sleep(10)
    assert {call.urgency for call in world.service.calls} == {Priority.NEW}


async def test_a_users_edit_is_looked_at_before_all_that_a_bulk_has_under_way(world: World):
    async def bulk(seconds: float) -> None:
        for _ in range(round(seconds / 0.05)):
            world.wrote()
            await asyncio.sleep(0.05)

    world.wrote()
    urgency.set(Priority.NEW)
    looking.set(True)
    tenants.set(Tenants("team-a"))
    waiting = [world.share.steps.join() for _ in range(1000)]
    await world.create("chat")
    await bulk(3.0)
    assert world.service.times(LIST) == []  # it waits among the others
    urgency.set(Priority.EDIT)
    world.poller.poll_soon()
    edited = clock()
    await bulk(3.0)
    looked, *_ = world.service.times(LIST)
    assert looked - edited <= 2 * CALL_PAUSE
    assert not all(waiter.given.done() for waiter in waiting)
    assert {call.urgency for call in world.service.calls if call.action == LIST} == {Priority.EDIT}


async def test_a_users_edit_in_a_runtime_at_rest_shows_soon_though_a_bulk_is_under_way_elsewhere(world: World):
    await world.settled("other")
    (endpoint,) = [world.cache.endpoints.find("", "other")]
    assert endpoint is not None
    urgency.set(Priority.NEW)
    looking.set(True)
    tenants.set(Tenants("team-a"))
    world.wrote()
    waiting = [world.share.steps.join() for _ in range(1000)]
    urgency.set(Priority.EDIT)
    body = EndpointUpdate(description="edited")
    answer = await world.service.client.run(
        operations.update_endpoint(world.runtime_id, endpoint.agent_runtime_endpoint_id or "", body)
    )
    world.cache.wrote(answer)
    world.poller.poll_soon()
    edited = clock()
    for _ in range(200):
        world.wrote()
        await asyncio.sleep(0.05)
    assert not all(waiter.given.done() for waiter in waiting)
    assert world.told[-1][0] - edited <= 5.0 + PACE.fast + 4 * CALL_PAUSE


async def test_a_big_runtime_that_was_gone_and_is_back_rests_again(world: World):
    await world.settled("chat", *(f"e{number}" for number in range(250)))
    gone = {"status": 404, "code": "ERR_NOT_FOUND", "message": "the agent runtime does not exist"}
    for action in (LIST, GET_RUNTIME):
        await world.service.fault(action, **gone)
    await asyncio.sleep(200)
    await world.service.heal()
    await asyncio.sleep(200)
    assert len(world.stale) == 2
    world.service.calls.clear()
    await asyncio.sleep(10 * PACE.interval)
    assert len(world.service.calls) <= 11 * 3


def others_first(world: World, seconds: float) -> None:
    """Takes the turns of so many seconds for other runtimes."""
    world.share.rest.used(round(seconds))
    for number in range(1000):
        world.share.rest.note(number, 1)


async def test_what_waits_for_its_turn_does_not_go_stale_though_an_object_looks_meanwhile(world: World):
    await world.settled("chat")
    await asyncio.sleep(PACE.interval + 1)
    others_first(world, 4000)
    await asyncio.sleep(PACE.interval + 10)
    before = len(world.service.times(LIST))
    await world.cache.list(newer_than=clock())
    await asyncio.sleep(2 * STALE_AFTER)
    assert len(world.service.times(LIST)) == before + 1
    assert world.stale == []


async def test_what_had_its_turn_and_failed_goes_stale_in_time_though_it_waits_for_the_next(world: World):
    await world.settled("chat")
    await world.service.fault(LIST, status=500)
    await asyncio.sleep(PACE.interval + 1)
    failed = clock()
    others_first(world, 20_000)
    await asyncio.sleep(2 * STALE_AFTER)
    assert len(world.stale) == 1
    assert world.stale[0] - failed <= STALE_AFTER


async def under_way(world: World) -> None:
    """Chat's endpoint is being updated, the other's is at rest, and both are known."""
    chat, _ = await world.settled("chat", "other")
    await world.service.change(chat, status="UPDATING")
    await world.cache.list(newer_than=clock())
    world.told.clear()
    world.poller.poll_soon()


@pytest.mark.parametrize("refusal", [{"status": 403, "code": "NoPermission"}, {"status": 400, "code": "InvalidFilter"}])
async def test_who_waits_for_a_change_to_end_is_told_once_that_looks_are_refused(
    world: World, refusal: dict[str, object]
):
    await under_way(world)
    for _ in range(2):
        started = clock()
        await world.service.fault("*", **refusal)
        await asyncio.sleep(200)
        ((told, keys),) = world.told
        assert keys == {CHAT}
        assert told - started <= PACE.interval
        assert world.cache.refused_at == told
        await world.service.heal()
        await asyncio.sleep(100)
        world.told.clear()


async def test_a_service_that_fails_has_nobody_told_before_it_is_stale(world: World):
    await under_way(world)
    await world.service.fault("*", status=500)
    await asyncio.sleep(200)
    assert world.told == []


async def test_nobody_is_told_of_refused_looks_at_what_rests(world: World):
    await world.settled("chat", "other")
    await world.service.fault("*", status=403, code="NoPermission")
    await asyncio.sleep(200)
    assert world.told == []
