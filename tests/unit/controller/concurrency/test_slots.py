"""Slots in turns by tenant: one that hangs keeps nobody else out."""

import asyncio
import random
from collections import Counter

import pytest

from agentrun_operator.controller.concurrency.slots import FairSlots
from support.controller_time import settle

pytestmark = pytest.mark.usefixtures("no_leaks")


class Crowd:
    """Those who hold a slot, or wait for one."""

    def __init__(self, slots: FairSlots) -> None:
        self.slots = slots
        self.inside: Counter[str] = Counter()
        self.order: list[str] = []
        self.doors: dict[str, list[tuple[asyncio.Event, asyncio.Task[None]]]] = {}

    async def come(self, tenant: str, count: int = 1) -> None:
        for _ in range(count):
            door = asyncio.Event()
            task = asyncio.create_task(self._stay(tenant, door))
            self.doors.setdefault(tenant, []).append((door, task))
        await settle()

    async def _stay(self, tenant: str, door: asyncio.Event) -> None:
        async with self.slots.slot(tenant):
            self.inside[tenant] += 1
            self.order.append(tenant)
            try:
                await door.wait()
            finally:
                self.inside[tenant] -= 1

    async def leave(self, tenant: str) -> None:
        """The one who came first of those inside goes."""
        door, _ = self.doors[tenant].pop(0)
        door.set()
        await settle()

    async def end(self) -> None:
        tasks = [task for each in self.doors.values() for _, task in each]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def crowd():
    made = Crowd(FairSlots(8, share=2, alone=8))
    yield made
    await made.end()


async def test_a_tenant_that_is_alone_has_them_all(crowd: Crowd):
    await crowd.come("a", 12)
    assert crowd.inside["a"] == 8
    assert crowd.slots.waiting == 4


async def test_while_another_waits_it_gets_no_more_than_its_share(crowd: Crowd):
    await crowd.come("a", 12)
    await crowd.come("b", 4)
    for _ in range(6):
        await crowd.leave("a")
    assert crowd.inside == {"a": 2, "b": 2}


async def test_what_many_hang_in_lets_the_next_one_in_at_once(crowd: Crowd):
    await crowd.come("a", 20)
    await crowd.come("b", 20)
    for _ in range(6):
        await crowd.leave("a")
    await crowd.come("c", 1)
    assert crowd.inside["c"] == 1


async def test_when_nobody_else_waits_any_more_the_rest_is_its_again(crowd: Crowd):
    await crowd.come("a", 20)
    await crowd.come("b", 3)
    for _ in range(6):
        await crowd.leave("a")
    await crowd.leave("b")
    assert crowd.slots.waiting == 8
    assert crowd.inside == {"a": 6, "b": 2}


async def test_tenants_take_turns(crowd: Crowd):
    await crowd.come("a", 8)
    for tenant in "bcb":
        await crowd.come(tenant, 2)
    for _ in range(5):
        await crowd.leave("a")
    assert crowd.order[8:12] == ["b", "c", "b", "c"]


async def test_whoever_gives_up_gives_way(crowd: Crowd):
    await crowd.come("a", 9)
    await crowd.come("b", 1)
    (_, waits) = crowd.doors["b"].pop()
    waits.cancel()
    await settle()
    await crowd.leave("a")
    assert crowd.inside["a"] == 8


async def test_what_one_gives_up_another_has_at_once(crowd: Crowd):
    await crowd.come("a", 12)
    await crowd.come("b", 3)
    for _ in range(6):
        await crowd.leave("a")
    assert crowd.inside == {"a": 2, "b": 2}
    (_, waits) = crowd.doors["b"].pop()
    waits.cancel()
    await settle()
    assert crowd.inside["a"] == 6


async def test_a_slot_that_is_given_to_one_who_gives_up_is_the_next_ones():
    slots = FairSlots(1, share=1, alone=1)
    crowd = Crowd(slots)
    await crowd.come("a")
    await crowd.come("b")
    await crowd.come("c")
    (_, given_up) = crowd.doors["b"][0]
    crowd.doors["a"][0][0].set()
    for _ in range(20):
        if slots.waiting == 1:
            break
        await asyncio.sleep(0)
    given_up.cancel()
    await settle()
    assert crowd.inside["c"] == 1
    await crowd.end()


async def test_queries_are_one_a_tenant_whoever_waits():
    crowd = Crowd(FairSlots(4, share=1, alone=1))
    await crowd.come("a", 3)
    assert crowd.inside["a"] == 1
    for tenant in "bcde":
        await crowd.come(tenant, 2)
    assert sum(crowd.inside.values()) == 4
    assert set(crowd.inside.values()) == {1}
    await crowd.end()


@pytest.mark.parametrize("seed", range(30))
async def test_whatever_happens_no_slot_is_lost_and_nobody_waits_beside_a_free_one(seed):
    draw = random.Random(seed)  # noqa: S311 - the same each time
    slots = FairSlots(4, share=1, alone=4)
    crowd = Crowd(slots)
    for _ in range(60):
        tenant = draw.choice("abc")
        if draw.random() < 0.5 or not crowd.doors.get(tenant):
            await crowd.come(tenant)
        elif draw.random() < 0.5:
            crowd.doors[tenant].pop(draw.randrange(len(crowd.doors[tenant])))[1].cancel()
        else:
            crowd.doors[tenant][draw.randrange(len(crowd.doors[tenant]))][0].set()
        if draw.random() < 0.7:
            await settle()
        assert sum(crowd.inside.values()) <= 4
    await crowd.end()
    await settle()
    assert slots.waiting == 0
    assert not any(crowd.slots._held.values())
    await crowd.come("a", 4)
    assert slots._free == 0
    await crowd.end()
