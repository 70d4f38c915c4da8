import asyncio
import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from agentrun_operator.controller.concurrency.workqueue import Priority, WorkQueue
from agentrun_operator.controller.informer.informer import Intake
from agentrun_operator.controller.informer.ownership_index import Rivals
from agentrun_operator.controller.informer.resync import CHECK, Sweeper
from agentrun_operator.controller.informer.store import Store
from agentrun_operator.controller.kube.client import METADATA_ONLY, ServerError
from support.controller import body, key
from support.controller_server import CALM, CLUSTER_WIDE, MemoryServer, Weather
from support.controller_time import clock

if TYPE_CHECKING:
    from agentrun_operator.controller.keys import Key

pytestmark = pytest.mark.usefixtures("no_leaks")

INTERVAL = 600.0


def path_of(name: str, namespace: str = "team-a") -> str:
    group, _, plural = CLUSTER_WIDE.rpartition("/")
    return f"{group}/namespaces/{namespace}/{plural}/{name}"


class World:
    """A sweeper, what it feeds, and the API server that it compares with."""

    def __init__(self, *namespaces: str) -> None:
        self.server = MemoryServer()
        self.store = Store()
        self.queue: WorkQueue[Key] = WorkQueue(lambda _: "lane", 100, jitter=lambda: 0.0, clock=clock)
        self.forgotten: list[Key] = []
        self.intake = Intake(self.store, Rivals(self.store, "cn-hangzhou"), self.queue, self.forgotten.append)
        self.sweeper = Sweeper(self.server, self.store, self.intake, namespaces, INTERVAL)

    def add(self, *names: str, namespace: str = "team-a", **fields: object) -> None:
        for name in names:
            self.server.put_resource(body(name, namespace=namespace, **fields))  # type: ignore[arg-type]

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
    await world.sweeper.fill()
    await world.asked()
    running = asyncio.create_task(world.sweeper.run())
    yield world
    running.cancel()
    await asyncio.wait({running})


async def test_at_the_start_every_object_is_taken_in_page_by_page_and_asked_to_be_looked_at(world: World):
    world.add("a", "b", "c", "d", "e")
    assert await world.sweeper.fill() == 5
    assert world.known() == {f"team-a/{name}" for name in "abcde"}
    assert await world.asked() == dict.fromkeys("abcde", Priority.LOOK)
    assert world.server.asked == [("GET", CLUSTER_WIDE)] * 3


async def test_only_the_namespaces_that_were_asked_for_are_listed():
    world = World("team-a", "team-b")
    world.add("a")
    world.add("b", namespace="team-b")
    world.add("c", namespace="team-c")
    await world.sweeper.fill()
    assert world.known() == {"team-a/a", "team-b/b"}


async def test_when_nothing_was_missed_a_sweep_changes_nothing_and_lists_metadata_alone(sweeping: World):
    sweeping.server.accepted.clear()
    await sweeping.sweeper.sweep()
    assert await sweeping.asked() == {}
    assert set(sweeping.server.accepted) == {METADATA_ONLY}
    assert sweeping.forgotten == []


async def test_an_object_that_vanished_untold_is_forgotten(sweeping: World):
    sweeping.server.remove(path_of("a"))
    await sweeping.sweeper.sweep()
    assert sweeping.known() == {"team-a/b"}
    assert sweeping.forgotten == [key("a")]


async def test_an_object_that_was_deleted_and_made_again_untold_is_the_new_one(sweeping: World):
    sweeping.server.put_resource(body("a", uid="new"))
    await sweeping.sweeper.sweep()
    assert sweeping.store.get(key("a"))["metadata"]["uid"] == "new"  # type: ignore[index]
    assert await sweeping.asked() == {"a": Priority.LOOK}
    assert sweeping.forgotten == [key("a")]


async def test_an_object_that_appeared_untold_is_taken_in(sweeping: World):
    sweeping.add("c")
    await sweeping.sweeper.sweep()
    assert await sweeping.asked() == {"c": Priority.LOOK}


async def test_a_change_that_was_not_told_is_taken_in(sweeping: World):
    sweeping.server.put_resource(body("a", generation=2))
    await sweeping.sweeper.sweep()
    assert await sweeping.asked() == {"a": Priority.LOOK}


async def test_an_object_that_appears_during_a_sweep_is_not_taken_for_gone(sweeping: World):
    sweeping.server.weather = lambda _method, _path: Weather(after=1.0)
    sweep = asyncio.create_task(sweeping.sweeper.sweep())
    await asyncio.sleep(0.5)
    made = body("fresh")
    sweeping.server.put_resource(made)
    sweeping.intake.take("ADDED", made | {"metadata": made["metadata"] | {"resourceVersion": "999"}})
    await sweep
    assert "team-a/fresh" in sweeping.known()


async def test_a_list_that_fails_half_way_forgets_nobody(world: World):
    world.add("a", "b", "c", "d", "e")
    await world.sweeper.fill()
    pages = iter([CALM])
    world.server.weather = lambda _method, _path: next(pages, Weather(status=500, refused=True))
    with pytest.raises(ServerError):
        await world.sweeper.sweep()
    assert len(world.known()) == 5
    assert world.forgotten == []


async def test_a_sweep_is_made_once_an_interval(sweeping: World):
    sweeping.server.asked.clear()
    await asyncio.sleep(3 * INTERVAL + 1)
    assert len(sweeping.server.asked) == 3


async def test_a_sweep_is_made_soon_after_the_watch_had_to_list_anew(sweeping: World):
    await asyncio.sleep(100)
    sweeping.server.remove(path_of("a"))
    sweeping.intake.take(None, body("b", version=999))
    await asyncio.sleep(2 * CHECK)
    assert sweeping.forgotten == [key("a")]
    sweeping.server.asked.clear()
    await asyncio.sleep(INTERVAL - 3 * CHECK)
    assert sweeping.server.asked == []


async def test_a_sweep_is_made_soon_after_the_watch_had_to_list_anew_during_another_sweep(sweeping: World):
    sweeping.server.weather = lambda _method, _path: Weather(after=3.0)
    sweeping.intake.take(None, body("b", version=998))
    await asyncio.sleep(CHECK + 1)  # the list was read, and is on its way
    sweeping.server.remove(path_of("a"))
    sweeping.intake.take(None, body("b", version=999))
    await asyncio.sleep(4 * CHECK)
    assert sweeping.forgotten == [key("a")]


async def test_a_sweep_that_fails_is_warned_of_and_made_again(sweeping: World, caplog: pytest.LogCaptureFixture):
    sweeping.server.weather = lambda _method, _path: Weather(status=503, refused=True)
    with caplog.at_level(logging.WARNING):
        await asyncio.sleep(INTERVAL + 1)
    assert "Cannot compare the objects" in caplog.text
    sweeping.server.weather = lambda _method, _path: CALM
    sweeping.server.remove(path_of("a"))
    await asyncio.sleep(INTERVAL + 1)
    assert sweeping.forgotten == [key("a")]


async def test_a_sweep_over_nothing_is_no_defect(world: World):
    await world.sweeper.sweep()
    assert world.known() == set()


async def test_a_defect_in_a_sweep_ends_neither_it_nor_the_operator(
    sweeping: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    with monkeypatch.context() as patch:
        patch.setattr(sweeping.server, "_page", lambda *_, **__: {"items": 5, "metadata": {}})
        await asyncio.sleep(INTERVAL + 1)
    assert "A defect stopped the comparison" in caplog.text
    sweeping.server.remove(path_of("a"))
    await asyncio.sleep(INTERVAL + 1)
    assert sweeping.forgotten == [key("a")]
