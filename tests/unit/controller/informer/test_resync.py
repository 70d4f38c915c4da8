import asyncio
import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from agentrun_operator.controller.concurrency.priority import Priority
from agentrun_operator.controller.concurrency.queue.workqueue import WorkQueue
from agentrun_operator.controller.informer.informer import Informer
from agentrun_operator.controller.informer.reach import ASK_AGAIN, Reach
from agentrun_operator.controller.informer.resync import CHECK, Resync
from agentrun_operator.controller.informer.store.ownership_index import OwnershipIndex
from agentrun_operator.controller.informer.store.store import Store
from agentrun_operator.controller.kube.client import METADATA_ONLY
from agentrun_operator.controller.kube.errors import KubeError
from support.controller import body, key
from support.controller_server import CALM, CLUSTER_WIDE, MemoryServer, Weather
from support.controller_time import clock

if TYPE_CHECKING:
    from agentrun_operator.controller.keys import ObjectKey

pytestmark = pytest.mark.usefixtures("no_leaks")

INTERVAL = 600.0


def path_of(name: str, namespace: str = "team-a") -> str:
    group, _, plural = CLUSTER_WIDE.rpartition("/")
    return f"{group}/namespaces/{namespace}/{plural}/{name}"


class World:
    """A resync, what it feeds, and the API server that it compares with."""

    def __init__(self, *namespaces: str) -> None:
        self.kube = MemoryServer()
        self.store = Store()
        self.queue: WorkQueue[ObjectKey] = WorkQueue(lambda _: ("team-a", "lane"), 100, jitter=lambda: 0.0, clock=clock)
        self.forgotten: list[ObjectKey] = []
        self.informer = Informer(
            self.store,
            OwnershipIndex(self.store, "cn-hangzhou"),
            self.queue,
            self.forgotten.append,
            overwritten=lambda _: None,
        )
        self.reach = Reach(self.kube, namespaces)
        self.resync = Resync(self.kube, self.store, self.informer, self.reach, INTERVAL)

    def add(self, *names: str, namespace: str = "team-a", **fields: object) -> None:
        for name in names:
            self.kube.put_resource(body(name, namespace=namespace, **fields))  # type: ignore[arg-type]

    def known(self) -> set[str]:
        return {str(each) for each in self.store}

    async def asked(self) -> dict[str, Priority]:
        found = {}
        while len(self.queue):
            turn = await self.queue.get()
            self.queue.done(turn.key)
            found[turn.key.name] = turn.priority
        return found


@pytest.fixture
async def world() -> World:
    return World()


@pytest.fixture
async def sweeping(world: World, no_leaks: None) -> AsyncIterator[World]:
    world.add("a", "b")
    await world.resync.fill()
    await world.asked()
    running = asyncio.create_task(world.resync.run())
    yield world
    running.cancel()
    await asyncio.wait({running})


async def test_at_the_start_every_object_is_taken_in_page_by_page_and_asked_to_be_looked_at(world: World):
    world.add("a", "b", "c", "d", "e")
    assert await world.resync.fill() == 5
    assert world.known() == {f"team-a/{name}" for name in "abcde"}
    assert await world.asked() == dict.fromkeys("abcde", Priority.RESYNC)
    assert world.kube.asked == [("GET", CLUSTER_WIDE)] * 3


async def test_only_the_namespaces_that_were_asked_for_are_listed():
    world = World("team-a", "team-b")
    world.add("a")
    world.add("b", namespace="team-b")
    world.add("c", namespace="team-c")
    await world.resync.fill()
    assert world.known() == {"team-a/a", "team-b/b"}


@pytest.fixture
async def two_teams() -> World:
    world = World("team-a", "team-b")
    world.add("a")
    world.add("b", namespace="team-b")
    return world


async def test_a_namespace_that_is_forbidden_keeps_nobody_from_the_others(
    two_teams: World, caplog: pytest.LogCaptureFixture
):
    two_teams.kube.forbidden = {"team-a"}
    for _ in range(3):
        await two_teams.resync.fill()
        await two_teams.resync.compare()
    assert two_teams.known() == {"team-b/b"}
    assert set(two_teams.reach.forbidden) == {"team-a"}
    assert sum("team-a is not served" in text for text in caplog.messages) == 1


async def test_what_is_known_of_a_namespace_that_is_forbidden_now_is_not_taken_for_gone(two_teams: World):
    await two_teams.resync.fill()
    two_teams.kube.forbidden = {"team-a"}
    await two_teams.resync.compare()
    assert two_teams.known() == {"team-a/a", "team-b/b"}


async def test_nor_where_the_permission_is_back_before_the_others_are_listed(two_teams: World):
    await two_teams.resync.fill()
    two_teams.kube.weather = lambda _, path: Weather(before=1.0 if "team-b" in path else 0.0)
    two_teams.kube.forbidden = {"team-a"}
    compare = asyncio.create_task(two_teams.resync.compare())
    await asyncio.sleep(0.5)
    two_teams.reach.told("team-a", "")  # its watch is served again
    await compare
    assert two_teams.known() == {"team-a/a", "team-b/b"}
    assert two_teams.forgotten == []


async def test_one_that_is_allowed_again_is_taken_up(two_teams: World):
    two_teams.kube.forbidden = {"team-a"}
    await two_teams.resync.fill()
    allowed = asyncio.create_task(two_teams.reach.until_allowed("team-a"))
    await asyncio.sleep(3 * ASK_AGAIN)
    assert not allowed.done()
    two_teams.kube.forbidden = set()
    await asyncio.sleep(ASK_AGAIN)
    assert allowed.done()
    await two_teams.resync.compare()
    assert two_teams.known() == {"team-a/a", "team-b/b"}
    assert two_teams.reach.forbidden == {}


@pytest.mark.parametrize("forbidden", [{"team-a", "team-b"}])
async def test_where_all_are_forbidden_nothing_is_taken_for_read(two_teams: World, forbidden: set[str]):
    two_teams.kube.forbidden = forbidden
    with pytest.raises(KubeError):
        await two_teams.resync.fill()


async def test_another_error_in_one_of_them_is_an_error(two_teams: World):
    two_teams.kube.weather = lambda _, path: Weather(status=500, refused="team-a" in path)
    with pytest.raises(KubeError):
        await two_teams.resync.fill()
    assert two_teams.reach.forbidden == {}


async def test_when_nothing_was_missed_a_sweep_changes_nothing_and_lists_metadata_alone(sweeping: World):
    sweeping.kube.accepted.clear()
    await sweeping.resync.compare()
    assert await sweeping.asked() == {}
    assert set(sweeping.kube.accepted) == {METADATA_ONLY}
    assert sweeping.forgotten == []


async def test_an_object_that_vanished_untold_is_forgotten(sweeping: World):
    sweeping.kube.remove(path_of("a"))
    await sweeping.resync.compare()
    assert sweeping.known() == {"team-a/b"}
    assert sweeping.forgotten == [key("a")]


async def test_an_object_that_was_deleted_and_made_again_untold_is_the_new_one(sweeping: World):
    sweeping.kube.put_resource(body("a", uid="new"))
    await sweeping.resync.compare()
    assert sweeping.store.get(key("a"))["metadata"]["uid"] == "new"  # type: ignore[index]
    assert await sweeping.asked() == {"a": Priority.RESYNC}
    assert sweeping.forgotten == [key("a")]


async def test_an_object_that_appeared_untold_is_taken_in(sweeping: World):
    sweeping.add("c")
    await sweeping.resync.compare()
    assert await sweeping.asked() == {"c": Priority.RESYNC}


async def test_a_change_that_was_not_told_is_taken_in(sweeping: World):
    sweeping.kube.put_resource(body("a", generation=2))
    await sweeping.resync.compare()
    assert await sweeping.asked() == {"a": Priority.RESYNC}


async def test_an_object_that_appears_during_a_sweep_is_not_taken_for_gone(sweeping: World):
    sweeping.kube.weather = lambda _method, _path: Weather(after=1.0)
    compare = asyncio.create_task(sweeping.resync.compare())
    await asyncio.sleep(0.5)
    made = body("fresh")
    sweeping.kube.put_resource(made)
    sweeping.informer.on_event("ADDED", made | {"metadata": made["metadata"] | {"resourceVersion": "999"}})
    await compare
    assert "team-a/fresh" in sweeping.known()


async def test_a_list_that_fails_half_way_forgets_nobody(world: World):
    world.add("a", "b", "c", "d", "e")
    await world.resync.fill()
    pages = iter([CALM])
    world.kube.weather = lambda _method, _path: next(pages, Weather(status=500, refused=True))
    with pytest.raises(KubeError):
        await world.resync.compare()
    assert len(world.known()) == 5
    assert world.forgotten == []


async def test_a_sweep_is_made_once_an_interval(sweeping: World):
    sweeping.kube.asked.clear()
    await asyncio.sleep(3 * INTERVAL + 1)
    assert len(sweeping.kube.asked) == 3


async def test_a_sweep_is_made_soon_after_the_watch_had_to_list_anew(sweeping: World):
    await asyncio.sleep(100)
    sweeping.kube.remove(path_of("a"))
    sweeping.informer.on_event(None, body("b", version=999))
    await asyncio.sleep(2 * CHECK)
    assert sweeping.forgotten == [key("a")]
    sweeping.kube.asked.clear()
    await asyncio.sleep(INTERVAL - 3 * CHECK)
    assert sweeping.kube.asked == []


async def test_a_sweep_is_made_soon_after_the_watch_had_to_list_anew_during_another_sweep(sweeping: World):
    sweeping.kube.weather = lambda _method, _path: Weather(after=3.0)
    sweeping.informer.on_event(None, body("b", version=998))
    await asyncio.sleep(CHECK + 1)  # the list was read, and is on its way
    sweeping.kube.remove(path_of("a"))
    sweeping.informer.on_event(None, body("b", version=999))
    await asyncio.sleep(4 * CHECK)
    assert sweeping.forgotten == [key("a")]


async def test_a_sweep_that_fails_is_warned_of_and_made_again(sweeping: World, caplog: pytest.LogCaptureFixture):
    sweeping.kube.weather = lambda _method, _path: Weather(status=503, refused=True)
    with caplog.at_level(logging.WARNING):
        await asyncio.sleep(INTERVAL + 1)
    assert "Cannot compare the objects" in caplog.text
    sweeping.kube.weather = lambda _method, _path: CALM
    sweeping.kube.remove(path_of("a"))
    await asyncio.sleep(INTERVAL + 1)
    assert sweeping.forgotten == [key("a")]


async def test_a_sweep_over_nothing_is_no_defect(world: World):
    await world.resync.compare()
    assert world.known() == set()


async def test_a_defect_in_a_sweep_ends_neither_it_nor_the_operator(
    sweeping: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    with monkeypatch.context() as patch:
        patch.setattr(sweeping.kube, "_page", lambda *_, **__: {"items": 5, "metadata": {}})
        await asyncio.sleep(INTERVAL + 1)
    assert "A defect stopped the comparison" in caplog.text
    sweeping.kube.remove(path_of("a"))
    await asyncio.sleep(INTERVAL + 1)
    assert sweeping.forgotten == [key("a")]


def restored(world: World, *names: str, **fields: object) -> None:
    """Puts objects back as they were in a backup: with the version that they had then."""
    for name in names:
        put = world.kube.put_resource(body(name, **fields))  # type: ignore[arg-type]
        put["metadata"]["resourceVersion"] = "1"


async def test_after_a_restore_of_etcd_every_object_is_read_anew_and_edits_are_heeded(
    sweeping: World, caplog: pytest.LogCaptureFixture
):
    sweeping.kube.remove(path_of("b"))
    sweeping.add("b", generation=7, description="of after the backup")
    await sweeping.resync.compare()
    await sweeping.asked()
    restored(sweeping, "a", "b", "c", description="of the backup")
    with caplog.at_level(logging.WARNING):
        await sweeping.resync.compare()
    found = sweeping.store.get(key("b")) or {}
    assert found["spec"]["description"] == "of the backup"
    assert (await sweeping.asked()).keys() == {"a", "b", "c"}
    assert "history went back" in caplog.text
    edited = body("b", version=2, generation=2, description="an edit")
    sweeping.informer.on_event("MODIFIED", edited)
    assert (sweeping.store.get(key("b")) or {})["spec"]["description"] == "an edit"
    assert (await sweeping.asked()).keys() == {"b"}


async def test_an_object_that_a_restore_brought_back_is_worked_on_though_its_end_was_seen(sweeping: World):
    sweeping.kube.remove(path_of("a"))
    await sweeping.resync.compare()
    assert sweeping.forgotten == [key("a")]
    restored(sweeping, "a", "b")
    await sweeping.resync.compare()
    assert "team-a/a" in sweeping.known()


async def test_another_object_of_an_older_version_that_a_restore_brought_is_taken_in(sweeping: World):
    restored(sweeping, "a", uid="of the backup")
    await sweeping.resync.compare()
    assert (sweeping.store.get(key("a")) or {})["metadata"]["uid"] == "of the backup"


async def test_objects_that_cannot_be_read_are_compared_too_and_not_listed_again_for_that(sweeping: World):
    odd = body("odd")
    del odd["spec"]
    sweeping.kube.put_resource(odd)
    await sweeping.resync.compare()
    sweeping.kube.asked.clear()
    await sweeping.resync.compare()
    metadata_alone = len(sweeping.kube.asked)
    assert sweeping.store.unreadable(key("odd")) is not None
    sweeping.kube.remove(path_of("odd"))
    await sweeping.resync.compare()
    assert sweeping.store.unreadable(key("odd")) is None
    assert metadata_alone <= 2
