import asyncio
import itertools
import math
from collections import Counter
from dataclasses import dataclass, field

import pytest

from agentrun_operator.controller.concurrency.priority import Priority, Tenants, looking, tenants, urgency
from agentrun_operator.controller.remote.polling.poll_share import (
    CALL_PAUSE,
    LONGEST_GAP,
    SPREAD,
    WRITES_PER_CALL,
    PollTurns,
    RestTurns,
    StepTurns,
)
from support.controller_time import clock

pytestmark = pytest.mark.usefixtures("no_leaks")

RATE, INTERVAL, FAST = 5.0, 60.0, 1.0


@dataclass
class Looks:
    """Those who look over and over, and when they did."""

    turns: PollTurns
    at: list[tuple[float, str]] = field(default_factory=list)

    async def look(self, namespace: str) -> None:
        urgency.set(Priority.NEW)
        looking.set(True)
        tenants.set(Tenants(namespace))
        await self.turns.join().given
        self.at.append((clock(), namespace))

    async def all(self, count: int, namespace: str = "team-a") -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(self.look(namespace))

    @property
    def lasted(self) -> float:
        return self.at[-1][0] - self.at[0][0]

    @property
    def most_in_a_second(self) -> int:
        times = [at for at, _ in self.at]
        return max(sum(start <= at < start + 0.999 for at in times) for start in times)

    @property
    def gaps(self) -> list[float]:
        return [round(b - a, 3) for (a, _), (b, _) in itertools.pairwise(self.at)]


@pytest.fixture
async def rest(no_leaks: None) -> RestTurns:
    return RestTurns(RATE, INTERVAL, clock)


@pytest.fixture
async def steps(no_leaks: None) -> StepTurns:
    return StepTurns(FAST, clock)


async def test_looks_at_rest_that_come_all_at_once_are_spread_over_the_interval(rest: RestTurns):
    for number in range(100):
        rest.note(number, 1)
    looks = Looks(rest)
    await looks.all(100)
    assert looks.lasted == pytest.approx(SPREAD * INTERVAL, abs=1.0)
    assert looks.most_in_a_second <= 2 * math.ceil(100 / (SPREAD * INTERVAL))


async def test_more_than_fit_take_their_share_of_the_calls_and_no_more(rest: RestTurns):
    for number in range(1000):
        rest.note(number, 1)
    assert rest.interval == 1000 / RATE
    looks = Looks(rest)
    await looks.all(1000)
    assert looks.lasted == pytest.approx(1000 / RATE, abs=1.0)
    assert RATE <= looks.most_in_a_second <= 2 * RATE


async def test_the_pages_of_a_long_list_count_as_the_calls_that_they_are(rest: RestTurns):
    rest.note("big", 50)
    looks = Looks(rest)
    await looks.look("team-a")
    rest.used(50)
    await looks.look("team-a")
    assert looks.gaps == pytest.approx([SPREAD * INTERVAL])
    rest.note("others", 950)
    await looks.look("team-a")
    rest.used(50)
    await looks.look("team-a")
    assert looks.gaps[-1] >= (50 - RATE) / RATE


async def test_few_looks_at_rest_wait_for_nothing_worth_mentioning(rest: RestTurns):
    rest.note("one", 1)
    looks = Looks(rest)
    await looks.all(3)
    assert looks.gaps == [LONGEST_GAP] * 2


async def test_a_runtime_that_is_gone_takes_no_share(rest: RestTurns):
    for number in range(1000):
        rest.note(number, 1)
    for number in range(1000):
        rest.forget(number)
    rest.forget("never known")
    assert (rest.interval, len(rest)) == (INTERVAL, 0)


@pytest.mark.parametrize("kind", [0, 1], ids=["at rest", "in transition"])
async def test_many_runtimes_of_one_namespace_leave_those_of_another_their_turns(
    kind: int, rest: RestTurns, steps: StepTurns
):
    looks = Looks((rest, steps)[kind])
    async with asyncio.TaskGroup() as group:
        group.create_task(looks.all(500, "loud"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        group.create_task(looks.all(5, "quiet"))
    early = Counter(namespace for _, namespace in looks.at[:20])
    assert early["quiet"] == 5


async def test_whoever_does_not_wait_any_more_takes_no_turn(rest: RestTurns):
    gone = rest.join(), rest.join()
    gone[1].given.cancel()
    looks = Looks(rest)
    await looks.look("team-a")
    assert looks.at[0][0] - 10_000 == pytest.approx(LONGEST_GAP)


async def test_what_is_in_transition_waits_for_nobody_when_no_changes_are_sent(steps: StepTurns):
    looks = Looks(steps)
    began = clock()
    await looks.all(100)
    assert clock() - began <= 1.0


async def test_while_changes_are_sent_few_looks_are_allowed_and_all_when_they_end(steps: StepTurns):
    looks = Looks(steps)
    steps.wrote()
    async with asyncio.TaskGroup() as group:
        group.create_task(looks.all(100))
        for _ in range(20):
            await asyncio.sleep(0.5)
            steps.wrote()
        meanwhile, ended = len(looks.at), clock()
    assert 10 / CALL_PAUSE * 0.9 <= meanwhile <= 10 / CALL_PAUSE + 1
    assert clock() - ended <= FAST + 1.0


@pytest.mark.parametrize("price", [1.0, 2.0], ids=["a cheap look", "a dear one asks for more changes"])
async def test_many_changes_allow_for_more_looks(steps: StepTurns, price: float):
    looks = Looks(steps)
    steps.wrote()
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(looks.all(1000))
        for _ in range(400):
            await asyncio.sleep(0.01)
            steps.used(price)
            steps.wrote()
        assert len(looks.at) == pytest.approx(400 / WRITES_PER_CALL / price, abs=2)
        waiting.cancel()
