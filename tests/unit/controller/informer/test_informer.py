import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from agentrun_operator.controller.concurrency.priority import Priority
from agentrun_operator.controller.concurrency.queue.workqueue import WorkQueue
from agentrun_operator.controller.informer.informer import Informer
from agentrun_operator.controller.informer.store.ownership_index import OwnershipIndex
from agentrun_operator.controller.informer.store.store import Store
from agentrun_operator.resources.names import PAUSED
from support.controller import Body, body, key
from support.controller_time import clock, settle

if TYPE_CHECKING:
    from agentrun_operator.controller.keys import ObjectKey

pytestmark = pytest.mark.usefixtures("no_leaks")

DELETED: dict[str, Any] = {"deleted": "2026-11-22T10:00:00Z"}


class World:
    """The informer with what it keeps in step."""

    def __init__(self) -> None:
        self.store = Store()
        self.queue: WorkQueue[ObjectKey] = WorkQueue(lambda _: ("team-a", "lane"), 10, jitter=lambda: 0.0, clock=clock)
        self.forgotten: list[ObjectKey] = []
        self.told: list[Body] = []
        ownership = OwnershipIndex(self.store, "cn-hangzhou")
        self.informer = Informer(
            self.store, ownership, self.queue, self.forgotten.append, overwritten=self.told.append, clock=clock
        )

    async def asked(self) -> dict[str, Priority]:
        """The names of the objects to look at, and how urgently; all are done at once."""
        found = {}
        while len(self.queue):
            turn = await self.queue.get()
            self.queue.done(turn.key)
            found[turn.key.name] = turn.priority
        return found


@pytest.fixture
async def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("kind", "made", "priority"),
    [
        pytest.param("ADDED", body(), Priority.NEW, id="a new object"),
        pytest.param(
            "ADDED", body(status={"observedGeneration": -1}), Priority.NEW, id="one that nobody has looked at"
        ),
        pytest.param("ADDED", body(**DELETED), Priority.EDIT, id="a new one that is being deleted already"),
        pytest.param("ADDED", body(status={"state": "READY"}), Priority.EDIT, id="one with a status is not new"),
        pytest.param("MODIFIED", body(), Priority.EDIT, id="somebody changed it"),
        pytest.param(None, body(), Priority.RESYNC, id="a list of the watch's showed it"),
        pytest.param(None, body(**DELETED), Priority.RESYNC, id="the list showed one that is being deleted"),
    ],
)
async def test_how_urgent_an_event_is(world: World, kind: str | None, made: Body, priority: Priority):
    world.informer.on_event(kind, made)
    assert await world.asked() == {"chat": priority}


async def test_an_event_that_changes_nothing_that_matters_asks_for_nothing(world: World):
    world.informer.on_event("ADDED", body(version=1))
    await world.asked()
    world.informer.on_event("MODIFIED", body(version=2, annotations={"somebody/elses": "note"}))
    assert await world.asked() == {}
    assert world.store.get(key())["metadata"]["resourceVersion"] == "2"  # type: ignore[index]


async def test_an_annotation_of_ours_is_an_edit(world: World):
    world.informer.on_event("ADDED", body(version=1))
    await world.asked()
    world.informer.on_event("MODIFIED", body(version=2, annotations={PAUSED: "true"}))
    assert await world.asked() == {"chat": Priority.EDIT}


async def test_lists_of_the_watch_are_counted_so_that_the_sweeper_looks_for_what_they_do_not_tell(world: World):
    world.informer.on_event("ADDED", body("a"))
    assert world.informer.late_lists == 0
    world.informer.on_event(None, body("b"))
    assert world.informer.late_lists == 1


async def test_an_object_that_is_gone_is_forgotten_everywhere(world: World):
    world.informer.on_event("ADDED", body(version=1))
    world.queue.add_after(key(), 5.0)
    world.informer.on_event("DELETED", body(version=2))
    assert key() not in world.store
    assert world.forgotten == [key()]
    assert (len(world.queue), world.queue.planned) == (0, 0)


async def test_an_object_that_goes_during_its_own_pass_is_forgotten_when_the_pass_has_ended(world: World):
    world.informer.on_event("ADDED", body(version=1))
    await world.queue.get()
    world.informer.on_event("DELETED", body(version=2))
    assert key() not in world.store
    assert world.forgotten == []
    world.queue.done(key())
    assert world.forgotten == [key()]


async def test_the_end_of_an_object_that_was_not_known_is_no_news(world: World):
    world.informer.on_event("DELETED", body())
    assert world.forgotten == []


async def test_the_end_of_an_earlier_object_of_the_name_does_not_forget_the_new_one(world: World):
    world.informer.on_event("ADDED", body(version=5, uid="new"))
    world.informer.on_event("DELETED", body(version=4, uid="old"))
    assert key() in world.store
    assert world.forgotten == []


async def test_when_an_object_goes_those_that_waited_for_its_endpoint_are_looked_at(world: World):
    world.informer.on_event("ADDED", body("older", endpointName="chat"))
    world.informer.on_event("ADDED", body("younger", endpointName="chat"))
    world.informer.on_event("ADDED", body("stranger"))
    await world.asked()
    world.informer.on_event("DELETED", body("older", endpointName="chat"))
    assert await world.asked() == {"younger": Priority.CHANGE}


async def test_an_object_that_was_made_anew_untold_counts_as_gone_for_those_that_waited_for_its_endpoint(world: World):
    world.informer.on_event("ADDED", body("older", uid="old", endpointName="chat"))
    world.informer.on_event("ADDED", body("younger", endpointName="chat"))
    await world.asked()
    world.informer.on_event(None, body("older", version=5, uid="new", endpointName="another"))
    assert await world.asked() == {"older": Priority.RESYNC, "younger": Priority.CHANGE}
    assert world.forgotten == [key("older")]


async def test_an_edit_that_our_own_write_brought_back_first_is_an_edit_when_its_event_comes(world: World):
    world.informer.on_event("ADDED", body(version=1))
    await world.asked()
    world.store.refresh(body(version=3, generation=2, status={"state": "READY"}))
    world.informer.on_event("MODIFIED", body(version=2, generation=2))
    assert await world.asked() == {"chat": Priority.EDIT}


async def test_our_own_lists_take_objects_in_as_told(world: World):
    world.informer.on_object(body(version=3), Priority.RESYNC)
    world.informer.on_object(body(version=3), Priority.RESYNC)
    assert await world.asked() == {"chat": Priority.RESYNC}


async def test_an_edit_wakes_a_waiting_worker(world: World):
    getting = asyncio.create_task(world.queue.get())
    await settle()
    world.informer.on_event("MODIFIED", body())
    assert (await getting).key == key()


async def test_a_status_that_somebody_overwrote_is_looked_at_at_once_and_told(world: World):
    world.informer.on_object(body("chat", version=1, status={"state": "READY"}), Priority.RESYNC)
    await world.asked()
    world.informer.on_event("MODIFIED", body("chat", version=2))
    assert await world.asked() == {"chat": Priority.CHANGE}
    assert [found["metadata"]["resourceVersion"] for found in world.told] == ["2"]


async def test_one_that_is_overwritten_again_and_again_is_looked_at_with_growing_pauses_and_told_once(world: World):
    pauses = []
    for version in range(1, 21):
        world.informer.on_event("MODIFIED", body("chat", version=version, status={"state": f"version {version}"}))
        began = clock()
        world.queue.done((await world.queue.get()).key)
        pauses.append(clock() - began)
    assert pauses[:6] == [0.0, 0.0, 1.0, 2.0, 4.0, 8.0]
    assert max(pauses) == 300.0
    assert len(world.told) == 1
