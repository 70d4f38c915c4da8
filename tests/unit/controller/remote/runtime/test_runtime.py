import asyncio
from collections.abc import AsyncIterator, Awaitable

import pytest

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.api.paging import Traversal
from agentrun_operator.agentrun.http.driver import ATTEMPT_DEADLINE
from agentrun_operator.agentrun.models import EndpointCreate
from agentrun_operator.controller.concurrency.priority import Priority, urgency
from agentrun_operator.controller.keys import ObjectKey
from agentrun_operator.controller.remote.runtime.endpoint_cache import NEVER
from agentrun_operator.controller.remote.runtime.runtime import AT_ONCE, PATIENCE, RuntimeCache
from agentrun_operator.controller.remote.runtime.runtime_info import MISSING_FOR, READY_FOR, UNREADY_FOR
from agentrun_operator.observation.problems import ProblemError
from agentrun_operator.resources.reasons import Reason
from support.controller import key
from support.controller_agentrun import GET, GET_RUNTIME, LIST, LIST_VERSIONS, AgentRun
from support.controller_time import clock

pytestmark = pytest.mark.usefixtures("no_leaks")

CHAT, OTHER = key("chat"), key("other")


class World:
    """A runtime, its cache, and whom the cache told."""

    def __init__(self, service: AgentRun, runtime_id: str) -> None:
        self.service = service
        self.runtime_id = runtime_id
        self.told: list[set[ObjectKey]] = []
        self.cache = RuntimeCache(runtime_id, service.client, enqueue=self.told.append, clock=clock)
        self.cache.subscribers.add(CHAT, "chat", latest=False)
        self.cache.subscribers.add(OTHER, "other", latest=False)

    async def listed(self) -> list[set[ObjectKey]]:
        """Lists anew; whom that told."""
        self.told.clear()
        await self.cache.list(newer_than=clock())
        return list(self.told)


@pytest.fixture
async def world(no_leaks: None) -> AsyncIterator[World]:
    async with AgentRun() as service:
        yield World(service, await service.runtime("bot", versions=3))


async def unseen(asking: object) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        await asking  # type: ignore[misc]
    return caught.value


@pytest.mark.parametrize("action", [LIST, GET, GET_RUNTIME, LIST_VERSIONS])
async def test_an_answer_that_does_not_come_is_waited_for_until_what_is_known_is_stale(world: World, action: str):
    cache = RuntimeCache(
        world.runtime_id, world.service.client, enqueue=world.told.append, clock=clock, stale_after=30.0
    )

    def asked() -> Awaitable[object]:
        match action:
            case "ListAgentRuntimeEndpoints":
                return cache.list(newer_than=clock())
            case "GetAgentRuntimeEndpoint":
                return cache.get("e")
            case "GetAgentRuntime":
                return cache.info.seen(newer_than=clock())
        return cache.info.newest_version(newer_than=clock())

    await world.service.fault(action, hang=1e6)
    began = clock()
    error = await unseen(asked())
    assert clock() - began == pytest.approx(30.0, abs=0.1)
    assert error.problem.reason is Reason.REMOTE_UNAVAILABLE
    assert error.problem.blind_for >= 30.0
    await unseen(asked())
    assert clock() - began <= 30.0 + PATIENCE + 0.1  # whoever comes later says so soon
    await asyncio.sleep(ATTEMPT_DEADLINE)  # what is waited for no longer ends by itself


async def test_pages_without_end_are_no_knowledge(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("agentrun_operator.controller.remote.runtime.runtime.MAX_ITEMS", 10)
    await world.service.endpoints(world.runtime_id, *(f"e{number}" for number in range(15)))
    await world.listed()
    assert len(world.cache.endpoints) == 15
    await world.service.remove_runtime(world.runtime_id)
    await unseen(world.cache.next_page(Traversal(5)))
    assert len(world.cache.endpoints) == 0
    assert world.cache.endpoints.listed_at == NEVER


async def test_a_long_list_is_taken_in_by_parts_and_others_get_their_turn_in_between(world: World):
    names = [f"e{number}" for number in range(10 * AT_ONCE)]
    await world.service.endpoints(world.runtime_id, *names)
    known: list[int] = []

    def told(_: set[ObjectKey]) -> None:
        asyncio.get_running_loop().call_soon(lambda: known.append(len(cache.endpoints)))

    cache = RuntimeCache(world.runtime_id, world.service.client, enqueue=told, clock=clock)
    for name in names:
        cache.subscribers.add(key(name), name, latest=False)
    await cache.list(newer_than=clock())
    assert known == [AT_ONCE * part for part in range(1, 11)]


async def test_pages_without_end_void_no_list_that_is_taken_in_meanwhile(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("agentrun_operator.controller.remote.runtime.runtime.MAX_ITEMS", AT_ONCE // 2)
    await world.service.endpoints(world.runtime_id, "chat", *(f"e{number}" for number in range(3 * AT_ONCE)))
    pages: list[asyncio.Task[None]] = []

    def told(_: set[ObjectKey]) -> None:
        pages.append(asyncio.ensure_future(cache.next_page(Traversal(5))))

    cache = RuntimeCache(world.runtime_id, world.service.client, enqueue=told, clock=clock)
    cache.subscribers.add(CHAT, "chat", latest=False)
    await cache.list(newer_than=clock())
    assert len(cache.endpoints) == 3 * AT_ONCE + 1
    await asyncio.gather(*pages)
    assert len(pages) == 1


async def test_nothing_is_asked_before_somebody_wants_to_know(world: World):
    assert world.service.calls == []
    assert set(world.cache.subscribers) == {CHAT, OTHER}


async def test_a_list_tells_those_whose_endpoint_appeared_changed_or_vanished_and_each_once(world: World):
    chat, other = await world.service.endpoints(world.runtime_id, "chat", "other")
    assert await world.listed() == [{CHAT, OTHER}]
    assert await world.listed() == []
    await world.service.change(chat, description="by hand")
    assert await world.listed() == [{CHAT}]
    assert await world.listed() == []
    await world.service.remove(other)
    assert await world.listed() == [{OTHER}]
    assert await world.listed() == []


async def test_endpoints_that_nobody_here_manages_tell_nobody(world: World):
    await world.service.endpoints(world.runtime_id, "strangers")
    assert await world.listed() == []
    assert world.cache.endpoints.find("", "strangers") is not None


async def test_all_objects_of_an_endpoint_are_told(world: World):
    observer = key("observer", "team-b")
    world.cache.subscribers.add(observer, "chat", latest=False)
    await world.service.endpoints(world.runtime_id, "chat")
    assert await world.listed() == [{CHAT, observer}]


async def test_an_object_that_is_forgotten_is_told_nothing(world: World):
    world.cache.subscribers.remove(CHAT)
    world.cache.subscribers.remove(CHAT)
    await world.service.endpoints(world.runtime_id, "chat", "other")
    assert await world.listed() == [{OTHER}]
    assert set(world.cache.subscribers) == {OTHER}


async def test_an_object_that_depends_on_another_endpoint_now_is_told_of_that_alone(world: World):
    world.cache.subscribers.add(CHAT, "renamed", latest=False)
    await world.service.endpoints(world.runtime_id, "chat")
    assert await world.listed() == []
    await world.service.endpoints(world.runtime_id, "renamed")
    assert await world.listed() == [{CHAT}]


async def test_concurrent_questions_share_one_list(world: World):
    await asyncio.gather(*(world.cache.list(newer_than=clock() - 1) for _ in range(50)))
    assert world.service.actions == [LIST]


async def test_a_list_that_is_new_enough_is_not_made_again(world: World):
    await world.cache.list(newer_than=NEVER)
    began = clock()
    await asyncio.sleep(5)
    await world.cache.list(newer_than=began - 1)
    assert world.service.actions == [LIST]
    await world.cache.list(newer_than=began)
    assert world.service.actions == [LIST, LIST]


async def test_a_list_of_many_pages_is_one_list(world: World):
    await world.service.endpoints(world.runtime_id, *(f"e{number}" for number in range(250)))
    await world.listed()
    assert len(world.cache.endpoints) == 250
    assert world.service.actions == [LIST] * 3


FAILURES = [
    pytest.param({"status": 500}, Reason.REMOTE_UNAVAILABLE, id="a server error"),
    pytest.param({"answer": "html"}, Reason.REMOTE_UNAVAILABLE, id="a web page"),
    pytest.param({"answer": "malformed"}, Reason.REMOTE_UNAVAILABLE, id="half an answer"),
    pytest.param({"status": 429, "code": "Throttling.User"}, Reason.THROTTLED, id="throttled"),
    pytest.param({"status": 403, "code": "Forbidden"}, Reason.CREDENTIALS_REJECTED, id="refused"),
    pytest.param(
        {"status": 404, "code": "InvalidAction.NotFound", "message": "the specified API is not found"},
        Reason.REJECTED,
        id="a 404 that is about no runtime",
    ),
    pytest.param({"body": {"code": "SUCCESS"}, "status": 200}, Reason.REMOTE_UNAVAILABLE, id="a success without data"),
]


@pytest.mark.parametrize(("what", "reason"), FAILURES)
async def test_a_list_that_fails_changes_nothing_and_says_why(world: World, what: dict[str, object], reason: Reason):
    await world.service.endpoints(world.runtime_id, "chat")
    await world.listed()
    await world.service.fault(LIST, **what)
    world.told.clear()
    error = await unseen(world.cache.list(newer_than=clock()))
    assert error.problem.reason is reason
    assert not error.problem.definite
    assert world.cache.endpoints.find("", "chat") is not None
    assert world.told == []


async def test_a_list_of_which_a_page_fails_changes_nothing(world: World):
    names = [f"e{number}" for number in range(150)]
    ids = await world.service.endpoints(world.runtime_id, *names)
    await world.listed()
    for endpoint_id in ids[:50]:
        await world.service.remove(endpoint_id)
    await world.service.behave(pageLimit=40)
    await world.service.fault(LIST, status=500, skip=1)
    await unseen(world.cache.list(newer_than=clock()))
    assert len(world.cache.endpoints) == 150


async def test_how_long_nothing_was_seen_counts_from_the_last_good_list(world: World):
    await asyncio.sleep(7)
    assert world.cache.blind_for == pytest.approx(7.0)
    await world.listed()
    await asyncio.sleep(3)
    await world.service.fault(LIST, status=500)
    error = await unseen(world.cache.list(newer_than=clock()))
    assert error.problem.blind_for == pytest.approx(3.0, abs=0.1)


async def test_one_endpoint_is_asked_for_by_its_id(world: World):
    (chat,) = await world.service.endpoints(world.runtime_id, "chat")
    found = await world.cache.get(chat)
    assert found is not None
    assert found.agent_runtime_endpoint_name == "chat"
    assert world.told == [{CHAT}]
    assert world.service.actions == [GET]


async def test_an_endpoint_that_is_gone_is_none_and_its_objects_are_told_once(world: World):
    (chat,) = await world.service.endpoints(world.runtime_id, "chat")
    await world.listed()
    await world.service.remove(chat)
    world.told.clear()
    assert await world.cache.get(chat) is None
    assert await world.cache.get(chat) is None
    assert world.told == [{CHAT}]
    assert world.cache.endpoints.find(chat, "chat") is None


async def test_an_endpoint_whose_runtime_is_gone_is_gone(world: World):
    (chat,) = await world.service.endpoints(world.runtime_id, "chat")
    await world.service.remove_runtime(world.runtime_id)
    assert await world.cache.get(chat) is None


@pytest.mark.parametrize(("what", "reason"), FAILURES)
async def test_a_failed_look_at_one_endpoint_is_no_absence(world: World, what: dict[str, object], reason: Reason):
    (chat,) = await world.service.endpoints(world.runtime_id, "chat")
    await world.listed()
    await world.service.fault(GET, **what)
    assert (await unseen(world.cache.get(chat))).problem.reason is reason
    assert world.cache.endpoints.find(chat, "") is not None


async def test_a_slow_old_list_does_not_hide_what_was_written_meanwhile(world: World):
    await world.service.fault(LIST, delay=2.0, times=1)
    listing = asyncio.create_task(world.cache.list(newer_than=clock()))
    await asyncio.sleep(1)
    body = EndpointCreate(agent_runtime_endpoint_name="chat")
    await world.service.behave(listLag=60.0)
    world.cache.wrote(await world.service.client.run(operations.create_endpoint(world.runtime_id, body)))
    await listing
    assert [*world.cache.moving()] != []
    assert world.told == []


async def test_a_write_is_known_at_once_and_tells_only_others_of_the_same_endpoint(world: World):
    body = EndpointCreate(agent_runtime_endpoint_name="chat")
    made = await world.service.client.run(operations.create_endpoint(world.runtime_id, body))
    world.cache.wrote(made)
    assert world.cache.endpoints.find("", "chat") is not None
    assert world.told == []
    observer = key("observer", "team-b")
    world.cache.subscribers.add(observer, "chat", latest=False)
    world.cache.wrote(made.model_copy(update={"status": "READY"}))
    assert world.told == [{CHAT, observer}]


async def test_a_write_that_told_nothing_changes_nothing_but_the_time_of_the_last_move(world: World):
    await asyncio.sleep(5)
    world.cache.wrote(None)
    assert world.cache.moved_at == clock()
    assert len(world.cache.endpoints) == 0


async def test_only_changes_of_endpoints_that_somebody_manages_count_as_moves(world: World):
    started = clock()
    await asyncio.sleep(5)
    await world.service.endpoints(world.runtime_id, "strangers")
    await world.listed()
    assert world.cache.moved_at == started
    await world.service.endpoints(world.runtime_id, "chat")
    await world.listed()
    assert world.cache.moved_at == clock()


async def test_moving_are_the_endpoints_of_our_objects_in_a_state_that_ends_by_itself(world: World):
    chat, other, strangers = await world.service.endpoints(world.runtime_id, "chat", "other", "strangers")
    for endpoint_id in (chat, strangers):
        await world.service.change(endpoint_id, status="UPDATING")
    await world.listed()
    assert list(world.cache.moving()) == [chat]
    assert other not in world.cache.moving()


async def test_a_runtime_that_is_ready_is_asked_for_once_in_minutes(world: World):
    seen = await asyncio.gather(*(world.cache.info.seen() for _ in range(30)))
    assert {(each.id, each.name, each.ready, each.state) for each in seen} == {(world.runtime_id, "bot", True, "READY")}
    await asyncio.sleep(READY_FOR - 1)
    await world.cache.info.seen()
    assert world.service.actions == [GET_RUNTIME]
    await asyncio.sleep(2)
    await world.cache.info.seen()
    assert world.service.actions == [GET_RUNTIME] * 2


async def test_a_runtime_that_is_not_ready_is_asked_for_again_after_a_moment(world: World):
    await world.service.set_runtime_status(world.runtime_id, "CREATING")
    seen = await world.cache.info.seen()
    assert (seen.ready, seen.state) == (False, "CREATING")
    await world.cache.info.seen()
    assert world.service.actions == [GET_RUNTIME]
    await world.service.set_runtime_status(world.runtime_id, "READY")
    await asyncio.sleep(UNREADY_FOR + 0.1)
    assert (await world.cache.info.seen()).ready


async def test_what_was_known_of_a_runtime_is_void_once_agentrun_contradicts_it(world: World):
    await world.cache.info.seen()
    world.cache.info.distrust()
    await world.cache.info.seen()
    assert world.service.actions == [GET_RUNTIME] * 2


async def test_a_missing_runtime_is_definite_and_not_asked_for_by_everybody(world: World):
    await world.service.remove_runtime(world.runtime_id)
    for _ in range(20):
        error = await unseen(world.cache.info.seen())
        assert error.problem.reason is Reason.RUNTIME_NOT_FOUND
        assert error.problem.definite
        assert world.runtime_id in error.problem.message
    assert world.service.actions == [GET_RUNTIME]
    await asyncio.sleep(MISSING_FOR + 0.1)
    await unseen(world.cache.info.seen())
    assert world.service.actions == [GET_RUNTIME] * 2


async def test_a_runtime_is_missing_from_when_agentrun_says_so_until_something_is_seen_of_it(world: World):
    assert not world.cache.missing
    world.service.actions.clear()
    gone = {"status": 404, "code": "ERR_NOT_FOUND", "message": "the agent runtime does not exist"}
    await world.service.fault(GET_RUNTIME, **gone)
    await unseen(world.cache.info.seen())
    assert world.cache.missing
    await world.service.heal()
    await asyncio.sleep(1)
    await world.listed()
    assert not world.cache.missing


async def test_a_list_of_a_missing_runtime_says_that_it_is_missing_to_all_who_asked(world: World):
    await world.service.remove_runtime(world.runtime_id)
    moment = clock() - 1
    results = await asyncio.gather(*(world.cache.list(newer_than=moment) for _ in range(40)), return_exceptions=True)
    assert {result.problem.reason for result in results if isinstance(result, ProblemError)} == {
        Reason.RUNTIME_NOT_FOUND
    }
    assert len(results) == 40
    assert world.service.actions.count(LIST) == 1
    assert world.service.actions.count(GET_RUNTIME) <= 2


async def test_a_list_that_says_the_runtime_is_gone_is_doubted_while_the_runtime_says_it_is_there(world: World):
    await world.service.endpoints(world.runtime_id, "chat")
    await world.listed()
    gone = {"status": 404, "code": "ERR_NOT_FOUND", "message": "the agent runtime does not exist"}
    await world.service.fault(LIST, **gone)
    error = await unseen(world.cache.list(newer_than=clock()))
    assert error.problem.reason is Reason.REMOTE_UNAVAILABLE
    assert not error.problem.definite
    assert world.cache.endpoints.find("", "chat") is not None


async def test_a_runtime_that_cannot_be_read_is_not_missing(world: World):
    await world.service.fault(GET_RUNTIME, status=500)
    error = await unseen(world.cache.info.seen())
    assert error.problem.reason is Reason.REMOTE_UNAVAILABLE
    await world.service.heal()
    assert (await world.cache.info.seen()).ready


async def test_the_newest_version_is_the_highest_number(world: World):
    for _ in range(8):
        await world.service.publish(world.runtime_id)
    assert await world.cache.info.newest_version() == "11"
    assert (await world.cache.info.seen()).newest_version == "11"


async def test_a_runtime_without_versions_has_no_newest(world: World):
    empty = await world.service.runtime("empty", versions=0)
    cache = RuntimeCache(empty, world.service.client, enqueue=world.told.append, clock=clock)
    assert await cache.info.newest_version() is None


async def test_the_versions_are_listed_once_until_somebody_wants_to_know_anew(world: World):
    await world.cache.info.newest_version()
    await asyncio.sleep(100)
    await world.cache.info.newest_version()
    assert world.service.actions == [LIST_VERSIONS]
    await world.cache.info.newest_version(newer_than=clock())
    assert world.service.actions == [LIST_VERSIONS] * 2


async def test_a_new_version_tells_those_who_follow_latest_and_nobody_else(world: World):
    world.cache.subscribers.add(CHAT, "chat", latest=True)
    assert world.cache.subscribers.on_latest
    await world.cache.info.newest_version()
    assert world.told == []
    await world.service.publish(world.runtime_id)
    await world.cache.info.newest_version(newer_than=clock())
    await world.cache.info.newest_version(newer_than=clock())
    assert world.told == [{CHAT}]
    world.cache.subscribers.add(CHAT, "chat", latest=False)
    assert not world.cache.subscribers.on_latest


@pytest.mark.parametrize(("what", "reason"), FAILURES)
async def test_versions_that_cannot_be_listed_say_why(world: World, what: dict[str, object], reason: Reason):
    await world.service.fault(LIST_VERSIONS, **what)
    assert (await unseen(world.cache.info.newest_version())).problem.reason is reason


async def test_what_is_read_for_everybody_is_as_urgent_as_the_most_urgent_asks_whoever_asked_first(world: World):
    async def ask(priority: Priority) -> None:
        urgency.set(priority)
        await asyncio.gather(
            world.cache.list(newer_than=NEVER), world.cache.info.seen(), world.cache.info.newest_version()
        )

    await asyncio.gather(*(asyncio.create_task(ask(priority)) for priority in (Priority.RESYNC, Priority.EDIT)))
    assert [call.urgency for call in world.service.calls] == [Priority.EDIT] * 3


async def test_what_is_read_for_one_object_is_as_urgent_as_its_pass(world: World):
    (chat,) = await world.service.endpoints(world.runtime_id, "chat")
    for priority in (Priority.RESYNC, Priority.EDIT):
        urgency.set(priority)
        await world.cache.get(chat)
    assert [call.urgency for call in world.service.calls] == [Priority.RESYNC, Priority.EDIT]


async def test_an_object_that_could_not_see_is_told_once_when_everything_was_read(world: World):
    await world.listed()
    world.cache.subscribers.missed(CHAT)
    assert await world.listed() == [{CHAT}]
    assert await world.listed() == []


async def test_an_object_that_looks_itself_meanwhile_is_not_told(world: World):
    await world.listed()
    world.cache.subscribers.missed(CHAT)
    world.cache.subscribers.add(CHAT, "chat", latest=False)
    assert await world.listed() == []


async def test_an_object_that_is_gone_or_elsewhere_is_not_told(world: World):
    await world.listed()
    world.cache.subscribers.missed(CHAT)
    world.cache.subscribers.remove(CHAT)
    world.cache.subscribers.missed(CHAT)
    assert await world.listed() == []
