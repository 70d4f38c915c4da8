"""Places that several wait for: who is urgent goes first, and nobody waits for ever. The lines are the limiter's too,
whose tests show more of them.
"""

import asyncio

import pytest

from agentrun_operator.controller.concurrency.fairness import FAIR_SHARE, PrioritySemaphore
from agentrun_operator.controller.concurrency.priority import Priority, urgency
from support.controller_time import settle

pytestmark = pytest.mark.usefixtures("no_leaks")


class Crowd:
    """Tasks that each want a place."""

    def __init__(self, places: int) -> None:
        self.places = PrioritySemaphore(places)
        self.inside: list[str] = []
        self.served: list[str] = []
        self.leave: dict[str, asyncio.Event] = {}

    async def comes(self, name: str, priority: Priority = Priority.NEW) -> asyncio.Task[None]:
        async def visit() -> None:
            urgency.set(priority)
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
