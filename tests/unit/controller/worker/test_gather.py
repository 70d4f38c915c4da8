"""How much a look asks for to confirm that an endpoint is gone, and what becomes of a look that failed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from agentrun_operator.controller.informer.store.ownership_index import OwnershipIndex
from agentrun_operator.controller.informer.store.store import Store
from agentrun_operator.controller.keys import AccountKey, ObjectKey
from agentrun_operator.controller.remote.accounts.account import Account, PolledRuntime
from agentrun_operator.controller.remote.accounts.pool import AccountPool
from agentrun_operator.controller.remote.polling.poll_share import PollShare
from agentrun_operator.controller.remote.polling.poller import Poller
from agentrun_operator.controller.remote.polling.schedule import PollSchedule
from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache
from agentrun_operator.controller.worker.gather import Gatherer
from agentrun_operator.controller.worker.object_memory import LIST_LAG, ObjectMemory
from agentrun_operator.controller.worker.run import Observation, Subject
from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.resources.names import FINALIZER
from support.controller import body, claim, key
from support.controller_agentrun import GET, GET_RUNTIME, LIST, LIST_VERSIONS, AgentRun
from support.controller_time import clock
from support.objects import a_condition

pytestmark = pytest.mark.usefixtures("no_leaks")

CHAT = key("chat")
REGION = "cn-hangzhou"
INTERVAL = 60.0
GONE_LONG_AGO = "00000000-0000-4000-8000-000000000000"
DELETED: dict[str, Any] = {"deleted": "2026-11-22T10:00:00Z"}


class OneAccount(AccountPool):
    """Everybody's."""

    def __init__(self, account: Account) -> None:
        self.account = account

    async def account_for(self, *_: object) -> Account:
        return self.account


class World:
    """An object that has an endpoint in a runtime which is polled."""

    def __init__(self, service: AgentRun, runtime_id: str, endpoint_id: str) -> None:
        self.service = service
        self.runtime_id = runtime_id
        self.endpoint_id = endpoint_id
        self.memory = ObjectMemory("uid-of-chat")
        self.told: list[tuple[float, set[ObjectKey]]] = []
        self.account = Account(AccountKey("", "", REGION), service.client, None, self.follow, clock=clock)
        self.share = PollShare(5.0, INTERVAL, 2.0, clock)
        self.gatherer = Gatherer(OneAccount(self.account), OwnershipIndex(Store(), REGION), 1.5 * INTERVAL, clock)

    def follow(self, _account: Account, runtime_id: str) -> PolledRuntime:
        cache = RuntimeCache(runtime_id, self.service.client, enqueue=self.enqueue, clock=clock)
        poller = Poller(
            cache,
            PollSchedule(INTERVAL, 2.0, 20.0),
            share=lambda: self.share,
            before=self.nothing,
            jitter=lambda: 0.5,
            clock=clock,
            stale_after=300.0,
            stale=lambda: None,
        )
        return PolledRuntime(cache, poller, asyncio.create_task(poller.run()))

    async def nothing(self) -> None:
        pass

    def enqueue(self, keys: set[ObjectKey]) -> None:
        self.told.append((clock(), keys))

    async def delete(self, endpoint_id: str = "") -> None:
        """AgentRun accepts the deletion, and it is done at once."""
        attempts = self.memory.attempts.deleted(datetime.now(UTC))
        self.memory = self.memory._replace(attempts=attempts)
        await self.service.remove(endpoint_id or self.endpoint_id)

    async def look(
        self, *, fresh: bool = True, recorded: bool = True, status_fields: dict[str, Any] | None = None, **fields: Any
    ) -> Observation:
        """One look; clears what was asked before."""
        status: dict[str, Any] = {"agentRuntimeId": self.runtime_id, "claim": claim(runtime_id=self.runtime_id)}
        if recorded:
            status |= {"endpointId": self.endpoint_id, "conditions": [a_condition("Synced", "True InSync")]}
        found = body(
            status=status | (status_fields or {}),
            finalizers=(FINALIZER,),
            agentRuntimeRef={"id": self.runtime_id},
            **fields,
        )
        self.service.calls.clear()
        wanted = desired_of(found)
        memory = self.memory.begin(wanted, clock())
        observation = await self.gatherer.gather(Subject(CHAT, found, wanted, memory), fresh=fresh)
        self.memory = memory.saw(observation.observed.endpoint, wanted)
        return observation


@pytest.fixture
async def world(no_leaks: None) -> AsyncIterator[World]:
    async with AgentRun() as service:
        runtime_id = await service.runtime("bot", versions=1)
        (endpoint_id,) = await service.endpoints(runtime_id, "chat")
        world = World(service, runtime_id, endpoint_id)
        yield world
        tasks = [polled.task for polled in world.account.polled.values()]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def test_an_endpoint_that_is_there_is_asked_for_by_its_id_alone(world: World):
    observation = await world.look(**DELETED)
    assert observation.observed.endpoint is not None
    assert LIST not in world.service.actions


async def test_a_runtime_is_the_one_that_agentrun_answers_however_an_object_writes_its_id(world: World):
    runtime_id = world.runtime_id
    world.account.use(key("other"), runtime_id, "other", latest=False)
    world.runtime_id = runtime_id.upper()
    first, second = await world.look(fresh=False), await world.look(fresh=False)
    assert first.observed.runtime is not None
    assert first.observed.runtime.id == runtime_id
    assert second.cache is first.cache
    assert set(world.account.polled) == {runtime_id}
    assert world.service.actions == []


async def test_that_a_deleted_endpoint_is_gone_is_asked_for_by_its_id_and_by_its_name(world: World):
    await world.look(**DELETED)
    await world.service.remove(world.endpoint_id)
    observation = await world.look(**DELETED)
    assert (observation.observed.endpoint, observation.observed.confirmed) == (None, True)
    assert world.service.actions == [GET, LIST]


async def test_the_pollers_list_serves_for_the_name_once_it_shows_whatever_was_made(world: World):
    await world.look(**DELETED)
    await world.delete()
    await asyncio.sleep(1.2 * INTERVAL)
    observation = await world.look(**DELETED)
    assert (observation.observed.endpoint, observation.observed.confirmed) == (None, True)
    assert world.service.actions == [GET]


async def test_the_pollers_list_does_not_serve_where_something_was_made_lately(world: World):
    await world.look(**DELETED)
    await world.delete()
    await asyncio.sleep(1.2 * INTERVAL)
    world.memory = world.memory._replace(changed_at=clock() - LIST_LAG / 2)
    await world.look(**DELETED)
    assert world.service.actions == [GET, LIST]


async def test_the_pollers_list_does_not_serve_where_another_endpoint_was_made_than_the_recorded_one(world: World):
    await world.look(**DELETED)
    world.memory = world.memory._replace(unrecorded=True)
    await world.delete()
    await asyncio.sleep(1.2 * INTERVAL)
    await world.look(**DELETED)
    assert world.service.actions == [GET, LIST]


async def test_the_pollers_list_does_not_serve_where_another_endpoint_was_seen_than_the_recorded_one(world: World):
    seen, world.endpoint_id = world.endpoint_id, GONE_LONG_AGO
    observation = await world.look(**DELETED)
    assert observation.observed.endpoint is not None
    await world.delete(seen)
    await asyncio.sleep(1.2 * INTERVAL)
    await world.look(**DELETED)
    assert world.service.actions == [GET, LIST]


async def test_the_pollers_list_does_not_prove_that_an_endpoint_is_gone_which_nobody_asked_to_delete(world: World):
    await world.look(**DELETED)
    await asyncio.sleep(1.2 * INTERVAL)
    await world.service.fault(GET, status=404, code="ERR_NOT_FOUND", message="the endpoint does not exist", times=1)
    observation = await world.look(**DELETED)
    assert world.service.actions == [GET, LIST, GET]
    assert observation.observed.endpoint is not None


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"recorded": False} | DELETED, id="no id is known"),
        pytest.param({}, id="a living object would create it anew"),
    ],
)
async def test_the_name_is_asked_for_in_a_list_of_now_where_the_pollers_does_not_serve(
    world: World, how: dict[str, Any]
):
    await world.look(**how)
    world.memory = world.memory._replace(created_at=None, unrecorded=False)
    await world.delete()
    await asyncio.sleep(1.2 * INTERVAL)
    await world.look(**how)
    assert LIST in world.service.actions


async def test_an_object_whose_list_failed_is_told_as_soon_as_everything_was_read(world: World):
    await world.look(**DELETED)
    await world.service.remove(world.endpoint_id)
    await world.service.fault(LIST, status=500)
    observation = await world.look(**DELETED)
    assert observation.observed.problem is not None
    await asyncio.sleep(5 * INTERVAL)
    world.told.clear()
    await world.service.heal()
    healed = clock()
    await asyncio.sleep(1.2 * INTERVAL)
    ((at, keys),) = world.told
    assert keys == {CHAT}
    assert at - healed <= 1.1 * INTERVAL


async def test_an_object_whose_look_at_the_endpoint_itself_failed_waits_for_its_own_pause(world: World):
    """Two of them told each other of their lists, without end."""
    await world.look(**DELETED)
    await world.service.fault(GET, status=500)
    observation = await world.look(**DELETED)
    assert observation.observed.problem is not None
    world.told.clear()
    await asyncio.sleep(2.2 * INTERVAL)
    assert world.told == []


async def test_what_latest_stands_for_is_taken_from_the_object_until_agentrun_was_asked(world: World):
    said = await world.look(fresh=False, status_fields={"resolvedVersion": "7"}, targetVersion="LATEST")
    assert said.observed.runtime is not None
    assert said.observed.runtime.newest_version == "7"
    assert LIST_VERSIONS not in world.service.actions
    asked = await world.look(status_fields={"resolvedVersion": "7"}, targetVersion="LATEST")
    assert asked.observed.runtime is not None
    assert asked.observed.runtime.newest_version == "1"
    later = await world.look(fresh=False, status_fields={"resolvedVersion": "7"}, targetVersion="LATEST")
    assert later.observed.runtime is not None
    assert later.observed.runtime.newest_version == "1"


async def test_what_latest_stands_for_is_asked_for_where_no_object_says_it(world: World):
    first = await world.look(fresh=False, targetVersion="LATEST")
    assert first.observed.runtime is not None
    assert first.observed.runtime.newest_version == "1"


VERSION_LISTS = {
    "an item LATEST": ({"items": [{"agentRuntimeVersion": "LATEST"}, {"agentRuntimeVersion": "2"}], "total": 2}, "2"),
    "LATEST alone": ({"items": [{"agentRuntimeVersion": "LATEST"}], "total": 1}, None),
    "nothing": ({"items": [], "total": 0}, None),
    "an odd item": ({"items": [{"agentRuntimeVersion": {}}, None, {"agentRuntimeVersion": "3"}], "total": 3}, "3"),
    "no data": (None, None),
    "odd data": ("none", None),
}


@pytest.mark.parametrize(("data", "newest"), VERSION_LISTS.values(), ids=VERSION_LISTS)
@pytest.mark.parametrize("fresh", [False, True])
async def test_whatever_the_list_of_versions_holds_an_endpoint_that_says_latest_is_seen(
    world: World, data: Any, newest: str | None, *, fresh: bool
):
    await world.service.fault(LIST_VERSIONS, status=200, body={"code": "SUCCESS", "requestId": "q", "data": data})
    observed = (await world.look(fresh=fresh, targetVersion="LATEST")).observed
    assert observed.runtime is not None
    assert observed.endpoint is not None
    assert (observed.runtime.newest_version, observed.endpoint.comparable.target_version) == (newest, "LATEST")


@pytest.mark.parametrize("version", ["1", "LATEST"])
async def test_without_the_list_of_versions_nobody_knows_whether_a_number_is_the_newest(world: World, version: str):
    await world.service.change(world.endpoint_id, targetVersion=version)
    await world.service.fault(LIST_VERSIONS, status=500)
    observed = (await world.look(targetVersion="LATEST", status_fields={"resolvedVersion": "1"})).observed
    assert (observed.problem is None) == (version == "LATEST")
    assert observed.runtime is None or observed.runtime.newest_version == "1"


async def test_an_endpoint_that_showed_the_word_latest_is_known_by_it(world: World):
    await world.look(targetVersion="LATEST")
    await world.service.change(world.endpoint_id, targetVersion="1")
    assert (await world.look(targetVersion="LATEST")).observed.latest_seen


async def test_what_a_canary_of_latest_stands_for_is_asked_for(world: World):
    canaries = {"versionWeights": [{"version": "LATEST", "weight": 10}]}
    found = await world.look(fresh=False, targetVersion="2", routing=canaries)
    assert found.observed.runtime is not None
    assert found.observed.runtime.newest_version == "1"


async def lists(world: World, *items: Any) -> None:
    """AgentRun lists this."""
    page = {"code": "SUCCESS", "requestId": "request-of-the-list", "data": {"items": items, "total": len(items)}}
    await world.service.fault(LIST, status=200, body=page)


ODD = [{"status": "READY"}, {"agentRuntimeEndpointId": "e", "agentRuntimeEndpointName": {"a": 1}}, None, "chat"]


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("odd", ODD, ids=repr)
async def test_an_endpoint_that_may_be_the_one_that_was_made_is_not_absent(world: World, odd: Any, *, fresh: bool):
    await lists(world, odd)
    observation = await world.look(fresh=fresh, recorded=False)
    problem = observation.observed.problem
    assert problem is not None
    assert "which may be chat" in problem.message


async def test_an_endpoint_without_a_name_is_nothing_to_an_object_that_made_none(world: World):
    await world.service.remove(world.endpoint_id)
    await lists(world, {"status": "READY"})
    observation = await world.look(recorded=False, status_fields={"claim": None})
    assert (observation.observed.endpoint, observation.observed.confirmed) == (None, True)


async def test_the_endpoint_that_an_id_is_known_of_is_gone_when_agentrun_says_so_whatever_else_has_no_name(
    world: World,
):
    world.memory = world.memory._replace(begun_at=0.0)
    await world.service.remove(world.endpoint_id)
    await lists(world, {"status": "READY"})
    observation = await world.look(**DELETED)
    assert (observation.observed.endpoint, observation.observed.confirmed) == (None, True)


async def test_an_endpoint_that_tells_no_id_in_a_list_is_asked_for_by_the_one_that_it_had(world: World):
    await lists(world, {"agentRuntimeEndpointName": "chat", "agentRuntimeEndpointId": ["e"], "status": "READY"})
    observation = await world.look(fresh=False)
    assert observation.observed.endpoint is not None
    assert observation.observed.endpoint.id == world.endpoint_id


@pytest.mark.parametrize("fresh", [False, True])
async def test_an_endpoint_that_never_told_an_id_is_told_of_with_the_request(world: World, *, fresh: bool):
    await lists(world, {"agentRuntimeEndpointName": "chat", "agentRuntimeEndpointId": ["e"]})
    problem = (await world.look(fresh=fresh, recorded=False)).observed.problem
    assert problem is not None
    assert "tells no id of the endpoint chat" in problem.message
    assert "agentRuntimeEndpointId: Input should be a valid string (request request-of-the-list)" in problem.message


async def test_an_odd_endpoint_is_seen_and_the_look_names_what_is_odd(world: World):
    await world.service.change(world.endpoint_id, description={"a": 1}, statusReason="\ud83d")
    for fresh in (False, True):
        seen = (await world.look(fresh=fresh)).observed.endpoint
        assert seen is not None
        assert (seen.id, seen.state, seen.comparable.unread) == (world.endpoint_id, "READY", frozenset({"description"}))
        assert "statusReason: it holds half a character" in str(seen.oddity)


async def test_a_list_serves_longer_while_its_runtime_waits_for_its_turn(world: World):
    await world.look(fresh=False)
    cache = world.account.use(CHAT, world.runtime_id, "chat", latest=False)
    world.account.polled[world.runtime_id].task.cancel()
    await asyncio.sleep(INTERVAL)
    cache.awaits_turn()
    await asyncio.sleep(10 * INTERVAL)
    await world.look(fresh=False)
    assert LIST not in world.service.actions
    cache.has_turn()
    await asyncio.sleep(INTERVAL)
    await world.look(fresh=False)
    assert LIST in world.service.actions


@pytest.mark.parametrize(("said", "told"), [("7", [{CHAT}]), ("1", [])])
async def test_an_object_that_says_another_newest_version_is_told_once_somebody_asked(
    world: World, said: str, told: list[set[ObjectKey]]
):
    await world.look(fresh=False, status_fields={"resolvedVersion": said}, targetVersion="LATEST")
    world.told.clear()
    cache = world.account.use(CHAT, world.runtime_id, "chat", latest=True)
    await cache.info.newest_version(newer_than=clock())
    assert [keys for _, keys in world.told] == told


async def test_what_is_answered_to_former_credentials_is_asked_for_again(world: World):
    await world.look(fresh=False)
    await world.service.behave(latency=2.0)
    info = world.account.polled[world.runtime_id].cache.info
    world.service.calls.clear()
    asking = asyncio.create_task(info.seen(newer_than=clock()))
    await asyncio.sleep(1)
    world.account.distrust()
    await asking
    await info.seen()
    assert world.service.actions == [GET_RUNTIME] * 2


async def test_a_runtime_that_is_doubted_over_and_over_is_answered_all_the_same(world: World):
    await world.look(fresh=False)
    await world.service.behave(latency=2.0)
    info = world.account.polled[world.runtime_id].cache.info
    asking = asyncio.create_task(info.seen(newer_than=clock()))
    for _ in range(20):
        await asyncio.sleep(0.5)
        info.distrust()
    assert asking.done()
    assert (await asking).id == world.runtime_id


@pytest.mark.parametrize(("state", "asked"), [("UPDATING", [LIST]), ("READY", [])])
async def test_what_moved_when_looks_began_to_be_refused_is_asked_for_anew(world: World, state: str, asked: list[str]):
    await world.service.change(world.endpoint_id, status=state)
    await world.look(fresh=False)
    world.account.polled[world.runtime_id].task.cancel()
    await world.service.fault(LIST, status=403, code="NoPermission")
    await asyncio.sleep(1)
    cache = world.account.use(CHAT, world.runtime_id, "chat", latest=False)
    cache.refused()
    for _ in range(2):
        refused = await world.look(fresh=False)
        assert world.service.actions == asked
        assert (refused.observed.problem is not None) == bool(asked)
    await world.service.heal()
    for again in (asked, []):
        seen = await world.look(fresh=False)
        assert world.service.actions == again
        assert seen.observed.endpoint is not None
