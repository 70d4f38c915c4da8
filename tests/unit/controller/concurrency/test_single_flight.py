import asyncio
import gc
from dataclasses import dataclass, field

import pytest

from agentrun_operator.controller.concurrency.single_flight import SingleFlight
from support.controller_time import clock, settle

pytestmark = pytest.mark.usefixtures("no_leaks")


class ReadFailedError(Exception):
    """What a read may raise."""


@dataclass
class AccountKey:
    """Something to read that takes a second; each read has a number."""

    began: list[float] = field(default_factory=list)
    failures: int = 0

    async def read(self) -> int:
        number = len(self.began)
        self.began.append(clock())
        await asyncio.sleep(1)
        if self.failures:
            self.failures -= 1
            raise ReadFailedError(number)
        return number


@pytest.fixture
def source() -> AccountKey:
    return AccountKey()


@pytest.fixture
async def flight(source: AccountKey) -> SingleFlight[int]:
    return SingleFlight(source.read, clock)


async def test_callers_at_the_same_time_share_one_read(flight: SingleFlight[int], source: AccountKey):
    moment = clock() - 1
    assert await asyncio.gather(*(flight.newer_than(moment) for _ in range(20))) == [0] * 20
    assert len(source.began) == 1


async def test_a_read_under_way_serves_whoever_asked_for_something_older_than_its_beginning(
    flight: SingleFlight[int], source: AccountKey
):
    first = asyncio.create_task(flight.newer_than(clock() - 1))
    await asyncio.sleep(0.5)
    assert await flight.newer_than(clock() - 0.6) == 0
    assert await first == 0


async def test_a_read_is_waited_for_no_longer_than_it_may_and_goes_on(source: AccountKey):
    flight = SingleFlight(source.read, clock, lambda began: began + 0.7)
    with pytest.raises(TimeoutError):
        await flight.newer_than(clock() - 1)
    began = clock()
    for moment in (began - 0.8, began):  # served by the one under way, or waiting for its end
        with pytest.raises(TimeoutError):
            await flight.newer_than(moment)
    assert clock() == began  # who comes later waits for nothing that is late already
    await asyncio.sleep(0.4)
    assert len(source.began) == 1


async def test_a_read_that_began_too_early_is_followed_by_another(flight: SingleFlight[int], source: AccountKey):
    first = asyncio.create_task(flight.newer_than(clock() - 1))
    await asyncio.sleep(0.5)
    moment = clock()
    assert await flight.newer_than(moment) == 1
    assert source.began[1] > moment
    assert await first == 0


async def test_all_who_came_too_late_share_the_next_read(flight: SingleFlight[int], source: AccountKey):
    first = asyncio.create_task(flight.newer_than(clock() - 1))
    late = []
    for _ in range(5):
        await asyncio.sleep(0.1)
        late.append(asyncio.create_task(flight.newer_than(clock())))
    assert await asyncio.gather(first, *late) == [0, 1, 1, 1, 1, 1]
    assert len(source.began) == 2


async def test_a_read_that_has_ended_serves_nobody_any_more(flight: SingleFlight[int]):
    assert await flight.newer_than(clock() - 5) == 0
    assert await flight.newer_than(clock() - 5) == 1


async def test_all_waiters_of_a_read_get_its_error(flight: SingleFlight[int], source: AccountKey):
    source.failures = 1
    waiters = [asyncio.create_task(flight.newer_than(clock() - 1)) for _ in range(3)]
    results = await asyncio.gather(*waiters, return_exceptions=True)
    assert [type(result) for result in results] == [ReadFailedError] * 3


async def test_whoever_waits_for_the_next_read_does_not_get_the_error_of_the_one_before(
    flight: SingleFlight[int], source: AccountKey
):
    source.failures = 1
    first = asyncio.create_task(flight.newer_than(clock() - 1))
    await asyncio.sleep(0.5)
    assert await flight.newer_than(clock()) == 1
    with pytest.raises(ReadFailedError):
        await first


async def test_after_an_error_the_next_caller_makes_a_read_of_its_own(flight: SingleFlight[int], source: AccountKey):
    source.failures = 1
    with pytest.raises(ReadFailedError):
        await flight.newer_than(clock() - 1)
    assert await flight.newer_than(clock() - 1) == 1


async def test_a_waiter_that_gives_up_does_not_end_the_read_of_the_others(flight: SingleFlight[int]):
    first = asyncio.create_task(flight.newer_than(clock() - 1))
    second = asyncio.create_task(flight.newer_than(clock() - 1))
    await asyncio.sleep(0.5)
    first.cancel()
    assert await second == 0
    assert first.cancelled()


async def test_one_that_joined_a_read_and_gives_up_does_not_end_it_for_whoever_began_it(flight: SingleFlight[int]):
    first = asyncio.create_task(flight.newer_than(clock() - 1))
    second = asyncio.create_task(flight.newer_than(clock() - 1))
    await asyncio.sleep(0.5)
    second.cancel()
    assert await first == 0
    assert second.cancelled()


async def test_a_waiter_for_the_next_read_that_gives_up_leaves_the_present_one_alone(flight: SingleFlight[int]):
    first = asyncio.create_task(flight.newer_than(clock() - 1))
    await asyncio.sleep(0.5)
    late = asyncio.create_task(flight.newer_than(clock()))
    await settle()
    late.cancel()
    assert await first == 0
    assert late.cancelled()


async def test_an_error_that_nobody_waits_for_any_more_is_no_defect(source: AccountKey):
    source.failures = 1
    flight = SingleFlight(source.read, clock)
    only = asyncio.create_task(flight.newer_than(clock() - 1))
    await asyncio.sleep(0.5)
    only.cancel()
    await asyncio.sleep(5)
    del flight, only
    gc.collect()  # an error that was told to nobody is complained of when its task is collected
