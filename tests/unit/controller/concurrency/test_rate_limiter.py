import asyncio
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from agentrun_operator.backoff import MAX_RETRY_AFTER
from agentrun_operator.controller.concurrency.fairness import FAIR_SHARE
from agentrun_operator.controller.concurrency.pace import HOLD, MIN_RATE
from agentrun_operator.controller.concurrency.priority import Priority, urgency
from agentrun_operator.controller.concurrency.rate_limiter import AdaptiveRateLimiter
from agentrun_operator.emulator.faults.behaviour import Throttling
from agentrun_operator.emulator.faults.throttle import Throttle
from support import controller_time
from support.controller_time import clock, settle

pytestmark = pytest.mark.usefixtures("no_leaks")


def bucket_of(rate: float = 10.0, burst: int = 5) -> AdaptiveRateLimiter:
    return AdaptiveRateLimiter(rate, burst, clock)


async def at_once(limiter: AdaptiveRateLimiter) -> int:
    """How many tokens it gives out without any time passing."""
    calls = [asyncio.create_task(limiter.acquire()) for _ in range(100)]
    await settle()
    given = sum(call.done() for call in calls)
    for call in calls:
        call.cancel()
    await asyncio.wait(calls)
    return given


async def seconds_for(limiter: AdaptiveRateLimiter, calls: int) -> float:
    started = clock()
    for _ in range(calls):
        await limiter.acquire()
    return clock() - started


def call(limiter: AdaptiveRateLimiter, name: str, order: list[str], priority: Priority) -> asyncio.Task[None]:
    """A call of this urgency, that notes when it had its turn."""

    async def made() -> None:
        urgency.set(priority)
        await limiter.acquire()
        order.append(name)

    return asyncio.create_task(made())


async def test_a_full_bucket_gives_its_burst_at_once_and_no_more():
    assert await at_once(bucket_of(burst=5)) == 5


async def test_an_empty_bucket_gives_its_rate():
    limiter = bucket_of(rate=10.0, burst=5)
    await at_once(limiter)
    assert await seconds_for(limiter, 50) == pytest.approx(5.0, rel=0.05)


async def test_a_quiet_time_fills_the_bucket_and_never_beyond_its_burst():
    limiter = bucket_of(rate=10.0, burst=5)
    await at_once(limiter)
    await asyncio.sleep(0.35)
    assert await at_once(limiter) == 3
    await asyncio.sleep(3600)
    assert await at_once(limiter) == 5


async def test_whoever_waits_has_its_turn_in_the_order_of_coming():
    limiter = bucket_of(burst=1)
    order: list[str] = []
    await at_once(limiter)
    for name in "abcde":
        call(limiter, name, order, Priority.CHANGE)
    await asyncio.sleep(10)
    assert "".join(order) == "abcde"


async def test_a_newcomer_does_not_overtake_those_who_wait():
    limiter = bucket_of(rate=1.0, burst=1)
    order: list[str] = []
    await at_once(limiter)
    waiting = call(limiter, "first", order, Priority.CHANGE)
    await asyncio.sleep(0.99)
    newcomer = call(limiter, "second", order, Priority.CHANGE)
    await asyncio.gather(waiting, newcomer)
    assert order == ["first", "second"]


async def test_a_newcomer_does_not_overtake_when_a_token_came_sooner_than_expected():
    limiter = bucket_of(rate=1.0, burst=1)
    order: list[str] = []
    alarm(limiter)
    waiting = call(limiter, "first", order, Priority.CHANGE)
    await asyncio.sleep(0.9)
    limiter.accepted()
    newcomer = call(limiter, "second", order, Priority.CHANGE)
    await asyncio.gather(waiting, newcomer)
    assert order == ["first", "second"]


async def test_the_urgent_go_first_and_every_fourth_token_goes_to_who_waits_longest():
    limiter = bucket_of(burst=1)
    order: list[str] = []
    await at_once(limiter)
    for priority, name in ((Priority.RESYNC, "patient"), (Priority.EDIT, "urgent")):
        for _ in range(2 * FAIR_SHARE):
            call(limiter, name, order, priority)
    await asyncio.sleep(60)
    assert Counter(order[: 2 * FAIR_SHARE]) == {"urgent": 2 * FAIR_SHARE - 2, "patient": 2}
    assert len(order) == 4 * FAIR_SHARE


@pytest.mark.parametrize(("sooner", "later"), list(pairwise(Priority)))
async def test_the_more_urgent_goes_first(sooner: Priority, later: Priority):
    limiter = bucket_of(burst=1)
    order: list[str] = []
    await at_once(limiter)
    for _ in range(FAIR_SHARE):
        call(limiter, "later", order, later)
    call(limiter, "sooner", order, sooner)
    await asyncio.sleep(10)
    assert order.index("sooner") <= 1


async def test_who_has_waited_longest_is_served_whatever_the_others_want():
    limiter = bucket_of(burst=1)
    order: list[str] = []
    await at_once(limiter)
    for priority in reversed(Priority):
        for _ in range(3 * FAIR_SHARE):
            call(limiter, priority.name, order, priority)
    await asyncio.sleep(60)
    assert set(order[: 2 * FAIR_SHARE]) == {"EDIT", "RESYNC"}  # the first to ask, though the least urgent


async def test_a_call_of_no_told_urgency_is_urgent():
    assert urgency.get() is Priority.CHANGE


async def test_without_urgent_calls_the_others_have_all_tokens():
    limiter = bucket_of(rate=10.0, burst=1)
    order: list[str] = []
    await at_once(limiter)
    calls = [call(limiter, "patient", order, Priority.RESYNC) for _ in range(20)]
    started = clock()
    await asyncio.gather(*calls)
    assert clock() - started == pytest.approx(2.0, rel=0.1)


async def test_a_cancelled_waiter_eats_no_token():
    limiter = bucket_of(rate=1.0, burst=1)
    order: list[str] = []
    await at_once(limiter)
    gives_up = [call(limiter, "gives up", order, Priority.CHANGE) for _ in range(50)]
    stays = call(limiter, "stays", order, Priority.CHANGE)
    await settle()
    for task in gives_up:
        task.cancel()
    started = clock()
    await stays
    assert clock() - started == pytest.approx(1.0, abs=0.01)
    assert limiter.waiting == 0


async def test_a_waiter_cancelled_in_the_moment_of_its_turn_hands_the_token_on():
    limiter = bucket_of(rate=1.0, burst=1)
    order: list[str] = []
    await at_once(limiter)
    unlucky = call(limiter, "unlucky", order, Priority.CHANGE)
    next_one = call(limiter, "next", order, Priority.CHANGE)
    await settle()
    started = clock()
    await asyncio.sleep(0.5)
    asyncio.get_running_loop().call_at(started + 1.0, unlucky.cancel)  # after the limiter's own timer of that moment
    await next_one
    assert order == ["next"]
    assert clock() - started == pytest.approx(1.0, abs=0.01)


async def test_cancelled_waiters_leave_no_timer_running_for_ever():
    limiter = bucket_of(rate=1.0, burst=1)
    order: list[str] = []
    await at_once(limiter)
    waiting = call(limiter, "gives up", order, Priority.CHANGE)
    await settle()
    waiting.cancel()
    await asyncio.sleep(10)
    assert limiter.waiting == 0
    assert limiter._timer is None


async def test_a_lowered_rate_takes_the_burst():
    limiter = bucket_of(rate=40.0, burst=20)
    alarm(limiter)
    assert limiter.rate == 10.0
    assert await at_once(limiter) == 0
    assert await seconds_for(limiter, 10) == pytest.approx(1.0, rel=0.05)


async def test_a_lowered_rate_lowers_the_burst_to_what_a_second_brings():
    limiter = bucket_of(rate=40.0, burst=40)
    alarm(limiter)
    await asyncio.sleep(HOLD / 2)
    assert await at_once(limiter) == 10


async def test_a_long_rest_restores_the_whole_rate_and_the_burst():
    limiter = bucket_of(rate=100.0)
    for _ in range(5):
        alarm(limiter)
        await asyncio.sleep(1)
    await asyncio.sleep(3600)
    assert limiter.rate == 100.0
    assert limiter.idle
    assert await seconds_for(limiter, 105) == pytest.approx(1.0, rel=0.05)


async def test_the_rate_never_falls_below_a_floor():
    limiter = bucket_of(rate=100.0)
    for _ in range(20):
        await asyncio.sleep(1)
        alarm(limiter)
    assert limiter.rate == MIN_RATE


async def test_a_rate_below_the_floor_is_left_alone():
    limiter = bucket_of(rate=MIN_RATE / 2)
    alarm(limiter)
    assert limiter.rate == MIN_RATE / 2


def alarm(limiter: AdaptiveRateLimiter) -> None:
    """So many complaints that they mean the rate."""
    for _ in range(10):
        limiter.throttled()


@pytest.mark.parametrize("workers", [1, 200])
@pytest.mark.parametrize("limit", [0.7, 2.0, 9.0, 60.0])
async def test_a_limit_far_below_the_configured_rate_costs_few_refusals_and_most_of_it_is_used(
    limit: float, workers: int
):
    limiter, service = bucket_of(rate=200.0, burst=400), Throttle(Throttling(qps=limit))
    end, answers = clock() + 300, Counter[bool]()

    async def work() -> None:
        await limiter.acquire()
        while clock() < end:
            refused = service.wait("account", clock()) > 0
            answers[refused] += 1
            await asyncio.sleep(0.1)
            if refused:
                limiter.throttled(took=0.1)
            else:
                limiter.accepted(took=0.1)
            await limiter.acquire()

    await asyncio.gather(*(work() for _ in range(workers)))
    # most of them in the first second; each ten seconds the whole of the configured rate is tried
    assert answers[True] <= 160 + workers + 0.02 * 300 * limit
    assert answers[False] >= 0.6 * 300 * min(limit, workers / 0.1)


async def test_no_call_is_made_before_the_time_that_the_service_named():
    limiter = bucket_of(rate=100.0, burst=5)
    limiter.throttled(retry_after=7.0)
    assert await at_once(limiter) == 0
    assert await seconds_for(limiter, 1) == pytest.approx(7.0, abs=0.1)


async def test_a_later_shorter_wish_does_not_cut_a_longer_one_short():
    limiter = bucket_of()
    limiter.throttled(retry_after=7.0)
    limiter.throttled(retry_after=1.0)
    assert await seconds_for(limiter, 1) == pytest.approx(7.0, abs=0.1)


async def test_an_absurd_wish_stops_an_account_for_minutes_and_not_for_days():
    limiter = bucket_of()
    limiter.throttled(retry_after=86_400_000.0)
    assert await seconds_for(limiter, 1) == pytest.approx(MAX_RETRY_AFTER, abs=0.1)


async def test_those_who_wait_when_the_service_complains_wait_on():
    limiter = bucket_of(rate=10.0, burst=1)
    order: list[str] = []
    await at_once(limiter)
    started = clock()
    waiting = call(limiter, "waits", order, Priority.CHANGE)
    await settle()
    limiter.throttled(retry_after=3.0)
    await waiting
    assert clock() - started == pytest.approx(3.0, abs=0.1)


@how(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0, 2), st.sampled_from(Priority), st.booleans()), min_size=1, max_size=60),
    st.floats(0.5, 50),
    st.integers(1, 10),
)
def test_no_more_tokens_than_the_rate_allows_and_every_waiter_has_its_turn(
    callers: list[tuple[float, Priority, bool]], rate: float, burst: int
):
    async def play() -> None:
        limiter = AdaptiveRateLimiter(rate, burst, clock)
        started, turns = clock(), []

        async def caller(priority: Priority) -> None:
            urgency.set(priority)
            await limiter.acquire()
            turns.append(clock() - started)

        staying = []
        for pause, priority, gives_up in callers:
            task = asyncio.create_task(caller(priority))
            if gives_up:
                asyncio.get_running_loop().call_later(pause, task.cancel)
            else:
                staying.append(task)
            await asyncio.sleep(pause / 4)
        await asyncio.gather(*staying)
        for number, at in enumerate(turns):
            assert number + 1 <= burst + at * rate + 1e-6

    controller_time.run(play())
