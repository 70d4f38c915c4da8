import asyncio
import random

import pytest

from agentrun_operator.controller.concurrency.priority import Priority
from agentrun_operator.controller.concurrency.queue.lanes import RESERVE
from agentrun_operator.controller.concurrency.queue.workqueue import (
    ALIKE_PER_SECOND,
    IN_ALL,
    SOONER_PER_SECOND,
    TAKES_LONG,
    Item,
    WorkQueue,
)
from support.controller_time import clock, settle

EDIT, CHANGE, NEW, RESYNC = Priority

ObjectKey = str
"""The letters before the dash name the lane: `a-1` is in lane `a`."""

pytestmark = pytest.mark.usefixtures("no_leaks")


def lane_of(key: ObjectKey) -> tuple[str, str]:
    return "team-a", key.partition("-")[0]


def forget(key: ObjectKey) -> None:
    """Nothing to forget here."""


def queue_of(places: int = 2, jitter: float = 0.0) -> WorkQueue[ObjectKey]:
    return WorkQueue(lane_of, places, jitter=lambda: jitter, clock=clock)


def key_and_priority(item: Item[ObjectKey]) -> tuple[ObjectKey, Priority]:
    return item.key, item.priority


async def taken(queue: WorkQueue[ObjectKey]) -> tuple[ObjectKey, Priority] | None:
    """What the queue hands out without waiting."""
    getting = asyncio.create_task(queue.get())
    await settle()
    if getting.done():
        return key_and_priority(getting.result())
    getting.cancel()
    await asyncio.wait({getting})
    return None


async def all_taken(queue: WorkQueue[ObjectKey]) -> list[ObjectKey]:
    """Everything that the queue hands out without waiting, in order; nothing of it is done yet."""
    keys = []
    while (found := await taken(queue)) is not None:
        keys.append(found[0])
    return keys


async def test_a_key_added_twice_before_its_turn_is_worked_on_once():
    queue = queue_of()
    queue.add("a-1", RESYNC)
    queue.add("a-1", RESYNC)
    assert len(queue) == 1
    assert await all_taken(queue) == ["a-1"]


async def test_a_key_added_while_it_is_worked_on_comes_again_afterwards_and_only_once():
    queue = queue_of()
    queue.add("a-1", RESYNC)
    assert await all_taken(queue) == ["a-1"]
    queue.add("a-1", RESYNC)
    queue.add("a-1", EDIT)
    assert await all_taken(queue) == []
    queue.done("a-1")
    assert await taken(queue) == ("a-1", EDIT)
    queue.done("a-1")
    assert await all_taken(queue) == []


async def test_a_key_that_is_done_and_was_not_added_again_rests():
    queue = queue_of()
    queue.add("a-1", NEW)
    await taken(queue)
    queue.done("a-1")
    assert await taken(queue) is None
    assert (len(queue), queue.active, queue.planned) == (0, 0, 0)


async def test_a_waiting_consumer_is_woken_by_a_new_key():
    queue = queue_of()
    getting = asyncio.create_task(queue.get())
    await settle()
    queue.add("a-1", CHANGE)
    assert key_and_priority(await getting) == ("a-1", CHANGE)


async def test_the_more_urgent_goes_first_and_equals_go_in_their_order():
    queue = queue_of(places=10)
    for key, priority in (
        ("a-4", RESYNC),
        ("a-3", NEW),
        ("a-1", EDIT),
        ("a-2", CHANGE),
        ("a-5", RESYNC),
        ("b-1", EDIT),
    ):
        queue.add(key, priority)
    assert await all_taken(queue) == ["a-1", "b-1", "a-2", "a-3", "a-4", "a-5"]


async def test_a_more_urgent_wish_moves_a_key_forward_and_a_less_urgent_one_does_not_move_it_back():
    queue = queue_of(places=10)
    for key in ("a-1", "a-2", "a-3"):
        queue.add(key, RESYNC)
    queue.add("a-3", EDIT)
    queue.add("a-3", RESYNC)
    assert await taken(queue) == ("a-3", EDIT)
    assert await all_taken(queue) == ["a-1", "a-2"]


async def test_a_lane_that_hangs_keeps_its_own_places_busy_and_nobody_elses():
    queue = queue_of(places=2)
    for number in range(5):
        queue.add(f"hung-{number}", CHANGE)
    assert await all_taken(queue) == ["hung-0", "hung-1"]
    for number in range(3):
        queue.add(f"fine-{number}", RESYNC)
    assert await all_taken(queue) == ["fine-0", "fine-1"]
    queue.done("fine-0")
    assert await all_taken(queue) == ["fine-2"]


async def test_edits_have_places_in_reserve_when_a_bulk_has_taken_all():
    queue = queue_of(places=2)
    for number in range(4):
        queue.add(f"a-{number}", NEW)
    assert await all_taken(queue) == ["a-0", "a-1"]
    for number in range(5):
        queue.add(f"a-edited{number}", EDIT)
    edited = await all_taken(queue)
    assert edited == ["a-edited0", "a-edited1"]
    assert queue.active == 2 * RESERVE


async def test_the_reserve_is_for_edits_alone():
    queue = queue_of(places=1)
    queue.add("a-1", EDIT)
    queue.add("a-2", EDIT)
    assert await all_taken(queue) == ["a-1", "a-2"]
    queue.add("a-3", CHANGE)
    assert await all_taken(queue) == []
    queue.done("a-1")
    assert await all_taken(queue) == []
    queue.done("a-2")
    assert await all_taken(queue) == ["a-3"]


async def test_a_waiting_key_of_a_full_lane_gets_in_when_it_becomes_an_edit():
    queue = queue_of(places=1)
    queue.add("a-1", NEW)
    queue.add("a-2", NEW)
    assert await all_taken(queue) == ["a-1"]
    queue.add("a-2", EDIT)
    assert await taken(queue) == ("a-2", EDIT)


async def test_tenants_take_turns_however_many_lanes_one_of_them_has():
    queue: WorkQueue[ObjectKey] = WorkQueue(lambda key: (key[0], key), 2, jitter=random.random, clock=clock)
    for key in ("a-1", "a-2", "a-3", "b-1", "b-2", "c-1"):
        queue.add(key, NEW)
    assert await all_taken(queue) == ["a-1", "b-1", "c-1", "a-2"]


def wide(places: int) -> WorkQueue[ObjectKey]:
    """A queue where each key has a lane of its own."""
    return WorkQueue(lambda key: ("team-a", key), places, jitter=random.random, clock=clock)


async def test_all_lanes_together_begin_no_more_than_so_much_at_once():
    queue = wide(places=3)
    for number in range(20):
        queue.add(f"{number}", NEW)
    begun = await all_taken(queue)
    assert len(begun) == 3 * IN_ALL
    queue.done(begun[0])
    assert len(await all_taken(queue)) == 1


async def test_what_takes_long_leaves_its_place_to_others_without_anybody_asking():
    queue = wide(places=1)
    for number in range(6):
        queue.add(f"{number}", NEW)
    assert len(await all_taken(queue)) == IN_ALL
    began = clock()
    await queue.get()
    assert clock() - began == pytest.approx(TAKES_LONG)
    assert queue.active == IN_ALL + 1


async def test_an_edit_begins_while_all_places_are_taken_by_a_bulk():
    queue = wide(places=2)
    for number in range(20):
        queue.add(f"{number}", NEW)
    await all_taken(queue)
    queue.add("edited", EDIT)
    assert await taken(queue) == ("edited", EDIT)


@pytest.mark.parametrize("urgent", [EDIT, CHANGE])
async def test_whatever_one_tenant_wants_all_the_time_others_begin(urgent: Priority):
    queue: WorkQueue[ObjectKey] = WorkQueue(lambda key: (key[0], key), 2, jitter=random.random, clock=clock)
    for number in range(100):
        queue.add(f"noisy-{number}", urgent)
    await all_taken(queue)
    queue.add("quiet-1", NEW)
    queue.add("quiet-2", RESYNC)
    assert set(await all_taken(queue)) >= {"quiet-1", "quiet-2"}


async def test_lanes_of_one_priority_take_turns():
    queue = queue_of(places=10)
    for number in range(3):
        queue.add(f"big-{number}", RESYNC)
    queue.add("small-0", RESYNC)
    queue.add("other-0", RESYNC)
    assert await all_taken(queue) == ["big-0", "small-0", "other-0", "big-1", "big-2"]


async def test_a_lane_that_became_empty_comes_back():
    queue = queue_of(places=1)
    for _ in range(3):
        queue.add("a-1", RESYNC)
        assert await all_taken(queue) == ["a-1"]
        queue.add("a-2", RESYNC)
        queue.done("a-1")
        assert await all_taken(queue) == ["a-2"]
        queue.done("a-2")
    assert queue._lanes == {}


async def test_no_lane_is_kept_for_keys_that_are_no_more():
    queue = queue_of(places=1)
    queue.add("a-1", RESYNC)
    queue.add("a-2", RESYNC)
    queue.drop("a-1", forget)
    queue.drop("a-2", forget)
    assert await taken(queue) is None
    assert queue._lanes == {}
    assert not any(queue._ready.values())


async def test_a_key_whose_lane_changes_works_in_the_new_one_from_its_next_urgent_wish():
    lanes = {"key": "hung"}
    queue: WorkQueue[str] = WorkQueue(
        lambda key: ("team-a", lanes.get(key, "hung")), 1, jitter=random.random, clock=clock
    )
    queue.add("busy", RESYNC)
    assert await taken(queue) == ("busy", RESYNC)
    queue.add("busy too", EDIT)
    assert await taken(queue) == ("busy too", EDIT)
    queue.add("key", RESYNC)
    assert await taken(queue) is None
    lanes["key"] = "good"
    queue.add("key", EDIT)
    assert await taken(queue) == ("key", EDIT)


async def test_a_planned_key_comes_when_its_time_has_come_and_not_before():
    queue = queue_of()
    started = clock()
    queue.add_after("a-1", 30.0)
    assert queue.planned == 1
    assert await taken(queue) is None
    assert key_and_priority(await queue.get()) == ("a-1", CHANGE)
    assert clock() - started == pytest.approx(30.0)
    assert queue.planned == 0


async def test_the_earliest_planned_time_wins():
    queue = queue_of()
    started = clock()
    queue.add_after("a-1", 30.0)
    queue.add_after("a-1", 5.0)
    queue.add_after("a-1", 60.0)
    await queue.get()
    assert clock() - started == pytest.approx(5.0)
    queue.done("a-1")
    await asyncio.sleep(100)
    assert await taken(queue) is None


async def test_an_earlier_plan_wakes_a_consumer_that_waits_for_a_later_one():
    queue = queue_of()
    started = clock()
    queue.add_after("a-1", 300.0)
    getting = asyncio.create_task(queue.get())
    await settle()
    queue.add_after("b-1", 1.0)
    assert key_and_priority(await getting) == ("b-1", CHANGE)
    assert clock() - started == pytest.approx(1.0)


async def test_a_look_in_between_makes_the_planned_one_void():
    queue = queue_of()
    queue.add_after("a-1", 30.0)
    queue.add("a-1", EDIT)
    assert await taken(queue) == ("a-1", EDIT)
    queue.done("a-1")
    await asyncio.sleep(60)
    assert await taken(queue) is None


async def test_what_is_planned_during_the_work_counts_after_it():
    queue = queue_of()
    queue.add("a-1", CHANGE)
    await taken(queue)
    queue.add_after("a-1", 10.0)
    queue.done("a-1")
    assert await taken(queue) is None
    assert key_and_priority(await queue.get()) == ("a-1", CHANGE)


async def test_a_planned_key_that_falls_due_while_it_is_worked_on_waits_for_the_end_of_it():
    queue = queue_of()
    queue.add("a-1", CHANGE)
    await taken(queue)
    queue.add_after("a-1", 1.0)
    await asyncio.sleep(2)
    assert await taken(queue) is None
    queue.done("a-1")
    assert await taken(queue) == ("a-1", CHANGE)


async def test_pauses_after_failures_double_up_to_the_cap_and_start_anew_after_a_success():
    queue = queue_of()
    assert [queue.add_rate_limited("a-1", at_most=10.0) for _ in range(6)] == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    queue.forget("a-1")
    assert queue.add_rate_limited("a-1", at_most=10.0) == 1.0


async def test_failures_of_one_key_do_not_count_for_another():
    queue = queue_of()
    queue.add_rate_limited("a-1", at_most=100.0)
    queue.add_rate_limited("a-1", at_most=100.0)
    assert queue.add_rate_limited("a-2", at_most=100.0) == 1.0


async def test_a_thousand_failures_overflow_nothing():
    queue = queue_of()
    assert [queue.add_rate_limited("a-1", at_most=300.0) for _ in range(2000)][-1] == 300.0


@pytest.mark.parametrize(("jitter", "pause"), [(0.0, 4.0), (0.5, 3.0), (1.0, 2.0)])
async def test_jitter_shortens_a_pause_by_up_to_half(jitter: float, pause: float):
    queue = queue_of(jitter=jitter)
    queue.add_rate_limited("a-1", at_most=60.0)
    queue.add_rate_limited("a-1", at_most=60.0)
    assert queue.add_rate_limited("a-1", at_most=60.0) == pause


@pytest.mark.parametrize(
    ("at_least", "pause"),
    [
        pytest.param(7.5, 7.5, id="longer than the growing pause: as asked"),
        pytest.param(0.1, 0.5, id="shorter than the growing pause: that one"),
        pytest.param(90.0, 90.0, id="longer than the cap: as asked, the service knows best"),
    ],
)
async def test_a_pause_is_never_shorter_than_was_asked_for(at_least: float, pause: float):
    assert queue_of(jitter=1.0).add_rate_limited("a-1", at_most=60.0, at_least=at_least) == pause


async def test_a_failed_key_comes_again_after_the_pause_that_was_told():
    queue = queue_of(jitter=0.3)
    started = clock()
    pause = queue.add_rate_limited("a-1", at_most=60.0)
    await queue.get()
    assert clock() - started == pytest.approx(pause)


async def test_a_dropped_key_comes_no_more_whether_it_waited_or_was_planned():
    queue = queue_of()
    queue.add("a-1", EDIT)
    queue.add_after("a-2", 1.0)
    for key in ("a-1", "a-2"):
        queue.drop(key, forget)
    await asyncio.sleep(5)
    assert await taken(queue) is None
    assert (len(queue), queue.planned) == (0, 0)


async def test_a_dropped_key_that_is_added_again_comes_once():
    queue = queue_of()
    queue.add("a-1", RESYNC)
    queue.drop("a-1", forget)
    queue.add("a-1", RESYNC)
    assert await all_taken(queue) == ["a-1"]
    queue.done("a-1")
    assert await all_taken(queue) == []


async def test_a_dropped_edit_that_is_added_again_for_a_mere_look_is_no_edit():
    queue = queue_of(places=1)
    for number in range(RESERVE):
        queue.add(f"a-busy{number}", EDIT)
    assert len(await all_taken(queue)) == RESERVE
    queue.add("a-1", EDIT)
    queue.drop("a-1", forget)
    queue.add("a-1", RESYNC)
    queue.done("a-busy0")
    assert await taken(queue) is None
    queue.done("a-busy1")
    assert await taken(queue) == ("a-1", RESYNC)


async def test_a_farewell_is_said_at_once_when_nobody_works_on_the_key():
    queue = queue_of()
    told: list[ObjectKey] = []
    queue.add("a-1", RESYNC)
    queue.drop("a-1", told.append)
    assert told == ["a-1"]


async def test_a_farewell_waits_for_the_work_under_way_and_what_that_planned_is_void():
    queue = queue_of()
    told: list[ObjectKey] = []
    queue.add("a-1", RESYNC)
    await taken(queue)
    queue.drop("a-1", told.append)
    queue.add_rate_limited("a-1", at_most=60.0)
    assert told == []
    queue.done("a-1")
    assert told == ["a-1"]
    await asyncio.sleep(100)
    assert await taken(queue) is None
    assert (queue.planned, queue._failures, queue._on_drop) == (0, {}, {})


async def test_a_key_made_anew_during_the_last_work_on_the_old_one_comes_after_the_farewell():
    queue = queue_of()
    told: list[ObjectKey] = []
    queue.add("a-1", RESYNC)
    await taken(queue)
    queue.drop("a-1", told.append)
    queue.add("a-1", NEW)
    queue.done("a-1")
    assert told == ["a-1"]
    assert await taken(queue) == ("a-1", NEW)


async def test_a_consumer_that_is_cancelled_takes_no_key_with_it():
    queue = queue_of()
    getting = asyncio.create_task(queue.get())
    await settle()
    getting.cancel()
    queue.add("a-1", RESYNC)
    with pytest.raises(asyncio.CancelledError):
        await getting
    assert await taken(queue) == ("a-1", RESYNC)


async def test_several_consumers_share_the_keys():
    queue = queue_of(places=10)
    consumers = [asyncio.create_task(queue.get()) for _ in range(3)]
    await settle()
    for number in range(3):
        queue.add(f"a-{number}", RESYNC)
    assert sorted(item.key for item in await asyncio.gather(*consumers)) == ["a-0", "a-1", "a-2"]


async def test_a_turn_tells_how_long_the_key_waited_since_the_first_wish():
    queue = queue_of(places=1)
    queue.add("a-1", NEW)
    await taken(queue)
    queue.add("a-2", RESYNC)
    await asyncio.sleep(3)
    queue.add("a-2", NEW)
    queue.add("a-1", RESYNC)
    await asyncio.sleep(4)
    queue.done("a-1")
    assert (await queue.get()).waited == pytest.approx(7.0)
    queue.done("a-2")
    assert (await queue.get()).waited == pytest.approx(4.0)


async def test_a_planned_look_has_waited_only_since_it_was_due():
    queue = queue_of()
    queue.add_after("a-1", 30.0)
    await asyncio.sleep(31)
    assert (await queue.get()).waited == 0.0


async def failed(queue: WorkQueue[ObjectKey], count: int, cause: str = "lost") -> list[float]:
    """So many keys fail for a cause, each once; their pauses."""
    for number in range(count):
        queue.add(f"{cause}-{number}", NEW)
    await all_taken(queue)
    pauses = []
    for number in range(count):
        pauses.append(queue.add_rate_limited(f"{cause}-{number}", 30.0, cause=cause))
        queue.done(f"{cause}-{number}")
    return pauses


async def test_the_more_keys_fail_alike_the_longer_each_pauses():
    queue = queue_of(places=2000)
    pauses = await failed(queue, 1500)
    assert pauses[:3] == [1.0, 1.0, 1.0]
    assert pauses[-1] == 300.0
    assert await failed(queue, 3, "another") == [1.0, 1.0, 1.0]


async def test_however_many_fail_alike_few_come_again_in_a_second():
    queue = queue_of(places=2000)
    await failed(queue, 1500)
    for _ in range(10):
        await asyncio.sleep(60)
        again = await all_taken(queue)
        assert len(again) <= 60 * ALIKE_PER_SECOND * 1.2
        for key in again:
            queue.add_rate_limited(key, 30.0, cause="lost")
            queue.done(key)


async def test_a_success_of_one_brings_back_those_that_failed_alike():
    queue = queue_of(places=2000)
    await failed(queue, 300)
    await asyncio.sleep(1)
    first, *_ = await all_taken(queue)
    queue.forget(first)
    await asyncio.sleep(1 + 300 / SOONER_PER_SECOND)
    assert len(await all_taken(queue)) >= 290


async def test_a_key_that_fails_for_another_cause_or_is_no_more_counts_no_longer():
    queue = queue_of(places=2000)
    await failed(queue, 100)
    for number in range(50):
        queue.add_rate_limited(f"lost-{number}", 30.0, cause="another")
    for number in range(50, 99):
        queue.drop(f"lost-{number}", forget)
    assert queue.add_rate_limited("lost-99", 30.0, cause="lost") < 5
    assert len(queue._alike["lost"]) == 1
