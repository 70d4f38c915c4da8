"""Places that several wait for: who is urgent goes first, and nobody waits for ever. The lines are the limiter's too,
whose tests show more of them.
"""

import asyncio

import pytest

from agentrun_operator.controller.concurrency.fairness import FAIR_SHARE, PrioritySemaphore
from agentrun_operator.controller.concurrency.priority import Priority, Tenants, looking, tenants, urgency
from agentrun_operator.controller.concurrency.single_flight import SingleFlight
from support.controller_time import settle

pytestmark = pytest.mark.usefixtures("no_leaks")


class Crowd:
    """Tasks that each want a place."""

    def __init__(self, places: int) -> None:
        self.places = PrioritySemaphore(places)
        self.inside: list[str] = []
        self.served: list[str] = []
        self.leave: dict[str, asyncio.Event] = {}

    async def comes(
        self, name: str, priority: Priority = Priority.NEW, tenant: str = "", *, looks: bool = False
    ) -> asyncio.Task[None]:
        async def visit() -> None:
            urgency.set(priority)
            tenants.set(Tenants(tenant))
            looking.set(looks)
            async with self.places:
                self.inside.append(name)
                self.served.append(name)
                await self.leave[name].wait()
            self.inside.remove(name)

        self.leave[name] = asyncio.Event()
        task = asyncio.create_task(visit())
        await settle()
        return task

    async def goes(self, name: str) -> None:
        self.leave[name].set()
        await settle()

    async def empties(self) -> None:
        while self.inside:
            await self.goes(self.inside[0])


@pytest.fixture
def crowd() -> Crowd:
    return Crowd(places=2)


async def test_no_more_are_inside_than_there_are_places(crowd: Crowd):
    for name in "abcd":
        await crowd.comes(name)
    assert crowd.inside == ["a", "b"]
    await crowd.goes("a")
    assert crowd.inside == ["b", "c"]
    await crowd.empties()
    assert crowd.served == ["a", "b", "c", "d"]


async def test_places_are_free_again_after_a_crowd(crowd: Crowd):
    for name in "abcd":
        await crowd.comes(name)
    await crowd.empties()
    for name in "efg":
        await crowd.comes(name)
    assert crowd.inside == ["e", "f"]
    await crowd.empties()


async def test_who_is_urgent_goes_before_those_who_came_first(crowd: Crowd):
    for name in "abcd":
        await crowd.comes(name)
    await crowd.comes("ready", Priority.CHANGE)
    await crowd.comes("edit", Priority.EDIT)
    await crowd.empties()
    assert crowd.served == ["a", "b", "edit", "ready", "c", "d"]


async def test_who_has_waited_longest_has_a_turn_though_urgent_ones_keep_coming(crowd: Crowd):
    for name in "abc":
        await crowd.comes(name)
    for number in range(3 * FAIR_SHARE):
        await crowd.comes(f"edit{number}", Priority.EDIT)
    await crowd.empties()
    assert crowd.served.index("c") == 2 + FAIR_SHARE - 1


async def test_who_gives_up_is_passed_over(crowd: Crowd):
    for name in "ab":
        await crowd.comes(name)
    impatient = await crowd.comes("c")
    await crowd.comes("d")
    impatient.cancel()
    await crowd.empties()
    assert crowd.served == ["a", "b", "d"]


async def test_who_gives_up_in_the_moment_of_the_turn_hands_the_place_on(crowd: Crowd):
    for name in "ab":
        await crowd.comes(name)
    impatient = await crowd.comes("c")
    await crowd.comes("d")
    crowd.leave["a"].set()
    await asyncio.sleep(0)
    assert crowd.inside == ["b"]
    impatient.cancel()
    await settle()
    assert crowd.inside == ["b", "d"]
    await crowd.empties()


async def test_a_place_is_free_again_when_its_work_fails(crowd: Crowd):
    with pytest.raises(ZeroDivisionError):
        async with crowd.places:
            raise ZeroDivisionError
    for name in "abc":
        await crowd.comes(name)
    assert crowd.inside == ["a", "b"]
    await crowd.empties()


async def test_tenants_take_turns_however_many_of_one_wait(crowd: Crowd):
    for number in range(40):
        await crowd.comes(f"many{number}", tenant="crowd")
    for name in ("one", "two", "three"):
        await crowd.comes(name, tenant="victim")
    await crowd.empties()
    assert crowd.served.index("one") <= 3
    assert crowd.served.index("three") <= 3 + 2 * FAIR_SHARE


async def test_urgent_wishes_of_one_tenant_leave_another_its_share(crowd: Crowd):
    for number in range(100):
        await crowd.comes(f"edit{number}", Priority.EDIT, "crowd")
    for name in ("one", "two"):
        await crowd.comes(name, Priority.RESYNC, "victim")
    await crowd.empties()
    assert crowd.served.index("one") <= 2 + 2 * FAIR_SHARE
    assert crowd.served.index("two") <= 2 + 4 * FAIR_SHARE


async def test_an_urgent_wish_goes_before_the_bulk_of_many_tenants(crowd: Crowd):
    for number in range(50):
        await crowd.comes(f"new{number}", tenant=f"tenant{number}")
    await crowd.comes("edit", Priority.EDIT, "victim")
    await crowd.empties()
    assert crowd.served.index("edit") <= 3


async def test_looks_have_a_share_that_no_wish_takes_and_go_round_the_tenants(crowd: Crowd):
    for number in range(100):
        await crowd.comes(f"edit{number}", Priority.EDIT, "crowd")
        await crowd.comes(f"look{number}", tenant="crowd", looks=True)
    await crowd.comes("look", tenant="victim", looks=True)
    await crowd.empties()
    assert crowd.served.index("look") <= 2 + 3 * FAIR_SHARE


async def test_looks_have_every_turn_that_nobody_else_wants(crowd: Crowd):
    for number in range(10):
        await crowd.comes(f"look{number}", tenant="crowd", looks=True)
    await crowd.empties()
    assert len(crowd.served) == 10


async def test_shared_work_waits_in_the_turns_of_all_who_want_it(crowd: Crowd):
    for number in range(40):
        await crowd.comes(f"many{number}", tenant="crowd")

    async def read() -> str:
        async with crowd.places:
            crowd.served.append("shared")
        return "seen"

    shared = SingleFlight(read)

    async def asks(tenant: str) -> str:
        tenants.set(Tenants(tenant))
        return await shared.newer_than(float("-inf"))

    first = asyncio.create_task(asks("crowd"))
    await settle()
    second = asyncio.create_task(asks("victim"))
    await settle()
    await crowd.empties()
    assert {await first, await second} == {"seen"}
    assert crowd.served.index("shared") <= 4
    assert crowd.served.count("shared") == 1


class Shared:
    """One read that many want, of another that it needs itself; it waits in the crowd."""

    def __init__(self, crowd: Crowd) -> None:
        async def inner() -> str:
            async with crowd.places:
                crowd.served.append("shared")
            return "seen"

        self.inner = SingleFlight(inner)
        self.outer = SingleFlight(lambda: self.inner.newer_than(float("-inf")))

    async def asked_for(self, priority: Priority, newer_than: float = float("-inf")) -> asyncio.Task[str]:
        async def asks() -> str:
            urgency.set(priority)
            tenants.set(Tenants("team-a"))
            return await self.outer.newer_than(newer_than)

        task = asyncio.create_task(asks())
        await settle()
        return task


async def test_shared_work_becomes_as_urgent_as_the_most_urgent_who_wants_it(crowd: Crowd):
    for number in range(40):
        await crowd.comes(f"bulk{number}", tenant="team-a", priority=Priority.NEW)
    shared = Shared(crowd)
    asking = [await shared.asked_for(priority) for priority in (Priority.RESYNC, Priority.EDIT, Priority.RESYNC)]
    await crowd.empties()
    assert {await each for each in asking} == {"seen"}
    assert crowd.served.index("shared") <= 3  # those who are inside, and the next


async def test_whoever_waits_for_the_end_of_shared_work_makes_it_urgent_too(crowd: Crowd):
    for number in range(40):
        await crowd.comes(f"bulk{number}", tenant="team-a", priority=Priority.NEW)
    shared = Shared(crowd)
    early = await shared.asked_for(Priority.RESYNC)
    late = await shared.asked_for(Priority.EDIT, newer_than=asyncio.get_running_loop().time() + 1e9)
    await crowd.goes("bulk0")
    await crowd.goes("bulk1")
    assert crowd.served.index("shared") <= 3
    late.cancel()
    await crowd.empties()
    assert await early == "seen"


async def test_shared_work_that_nobody_hurries_waits_for_those_who_are_more_urgent(crowd: Crowd):
    for number in range(20):
        await crowd.comes(f"bulk{number}", tenant="team-a", priority=Priority.NEW)
    asking = await Shared(crowd).asked_for(Priority.RESYNC)
    await crowd.empties()
    assert await asking == "seen"
    assert crowd.served.index("shared") > 15


async def test_a_crowd_that_is_gone_leaves_nothing_behind(crowd: Crowd):
    for number in range(40):
        await crowd.comes(f"many{number}", tenant=f"tenant{number}", looks=True)
    await crowd.empties()
    waiters = crowd.places._waiters
    assert len(waiters) == 0
    assert not any(line._circle for line in (*waiters._urgent, waiters._longest, waiters._looks))
