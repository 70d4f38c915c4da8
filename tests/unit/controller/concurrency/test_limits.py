"""Which limit a call counts against: those who were accepted have their own, all others share a small one."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from agentrun_operator.controller.concurrency.limits import KEPT_CALLERS, REFUSALS, UNPROVEN_SHARE, Call, Caller, Limits
from agentrun_operator.controller.concurrency.priority import Tenants, tenants
from support.controller_time import clock, settle

pytestmark = pytest.mark.usefixtures("no_leaks")

RATE, BURST = 20.0, 40

OWN = Caller("address", "key", ("key", "secret"))
CLAIMED = Caller("address", "key", ("key", "wrong"))
OTHER = Caller("address", "other", ("other", "secret"))


def limits_of() -> Limits:
    return Limits(RATE, BURST, clock)


async def prove(limits: Limits, caller: Caller) -> Call:
    call = await limits.acquire(caller)
    limits.accepted(call, 0.1)
    return call


async def refuse(limits: Limits, caller: Caller, times: int = 1) -> None:
    for _ in range(times):
        limits.refused(await limits.acquire(caller), 0.1)


async def calls_in(limits: Limits, caller: Caller, seconds: float, *, accepted: bool) -> int:
    """How many calls it gets to make, as one of many that want to."""
    made = 0

    async def call() -> None:
        nonlocal made
        while True:
            under_way = await limits.acquire(caller)
            made += 1
            (limits.accepted if accepted else limits.refused)(under_way, 0.1)

    tasks = [asyncio.create_task(call()) for _ in range(20)]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    return made


async def test_a_caller_that_was_accepted_has_the_full_rate():
    limits = limits_of()
    await prove(limits, OWN)
    assert limits.of(OWN).rate == RATE
    assert await calls_in(limits, OWN, 10, accepted=True) == pytest.approx(BURST + 10 * RATE, abs=2)


async def test_callers_that_never_were_accepted_share_a_quarter():
    limits = limits_of()
    each = [Caller("address", "key", number) for number in range(5)]
    made = await asyncio.gather(*(calls_in(limits, caller, 100, accepted=False) for caller in each))
    assert sum(made) == pytest.approx((BURST + 100 * RATE) / UNPROVEN_SHARE, abs=10)
    assert max(made) <= 1.2 * min(made)


async def test_whoever_only_claims_a_key_takes_nothing_from_its_limit():
    limits = limits_of()
    await prove(limits, OWN)
    wrong, right = await asyncio.gather(
        calls_in(limits, CLAIMED, 10, accepted=False), calls_in(limits, OWN, 10, accepted=True)
    )
    assert right == pytest.approx(BURST + 10 * RATE, abs=2)
    assert wrong <= (BURST + 10 * RATE) / UNPROVEN_SHARE + 2
    assert limits.of(OWN).rate == RATE


async def test_two_that_prove_to_be_the_same_payer_share_its_limit():
    limits, twin = limits_of(), Caller("address", "key", "another proof")
    await prove(limits, OWN)
    await prove(limits, twin)
    assert limits.of(OWN) is limits.of(twin)
    assert limits.of(OWN) is not limits.of(OTHER)


async def test_each_address_has_limits_of_its_own():
    limits = limits_of()
    elsewhere = OWN._replace(address="elsewhere", pair="elsewhere")
    assert limits.of(OWN) is not limits.of(elsewhere)
    await prove(limits, OWN)
    await prove(limits, elsewhere)
    assert limits.of(OWN) is not limits.of(elsewhere)


async def test_three_refusals_in_a_row_and_it_has_to_prove_itself_again():
    limits = limits_of()
    await prove(limits, OWN)
    full = limits.of(OWN)
    await refuse(limits, OWN, REFUSALS - 1)
    await prove(limits, OWN)
    await refuse(limits, OWN, REFUSALS - 1)
    assert limits.of(OWN) is full
    await refuse(limits, OWN)
    assert limits.of(OWN) is not full
    await prove(limits, OWN)
    assert limits.of(OWN) is full


async def test_those_that_wait_with_a_proven_one_go_on_at_once():
    limits = limits_of()
    made: Counter[str] = Counter()

    async def call(name: str, caller: Caller) -> None:
        under_way = await limits.acquire(caller)
        await asyncio.sleep(0.1)
        made[name] += 1
        (limits.accepted if caller is OWN else limits.refused)(under_way, 0.1)

    crowd = [asyncio.create_task(call("crowd", Caller("address", "key", n))) for n in range(100)]
    mine = [asyncio.create_task(call("mine", OWN)) for _ in range(30)]
    await asyncio.sleep(30)
    assert made["mine"] == 30
    await asyncio.gather(*mine, *crowd)


async def test_the_untried_go_before_the_refused_and_tenants_take_turns():
    limits = limits_of()
    order: list[str] = []

    async def call(tenant: str, caller: Caller) -> None:
        tenants.set(Tenants(tenant))
        await limits.acquire(caller)
        order.append(tenant)

    refused = [Caller("address", "key", ("refused", n)) for n in range(10)]
    for caller in refused:
        await refuse(limits, caller)
    waiting = [asyncio.create_task(call("refused", caller)) for caller in refused]
    await settle()
    waiting += [asyncio.create_task(call("crowd", Caller("address", "key", n))) for n in range(100)]
    await settle()
    waiting.append(asyncio.create_task(call("newcomer", OWN)))
    await asyncio.gather(*waiting)
    assert order.index("newcomer") <= 3
    assert order[:20].count("refused") <= 8


async def test_what_is_overloaded_in_one_part_slows_the_calls_to_that_part_alone():
    limits = limits_of()
    await prove(limits, OWN)
    for _ in range(40):
        limits.overloaded(await limits.acquire(OWN, "busy"), 0.0, 0.0)
        await asyncio.sleep(0.05)
    assert limits.of(OWN).rate == RATE
    began = clock()
    for _ in range(10):
        await limits.acquire(OWN, "fine")
    assert clock() - began < 1
    for _ in range(10):
        await limits.acquire(OWN, "busy")
    assert clock() - began > 2


async def test_an_overload_of_the_whole_service_slows_the_payer():
    limits = limits_of()
    await prove(limits, OWN)
    for _ in range(10):
        limits.overloaded(await limits.acquire(OWN), 0.0, 0.0)
    assert limits.of(OWN).rate < RATE


async def test_a_part_that_recovered_is_forgotten():
    limits = limits_of()
    call = await prove(limits, OWN)
    for _ in range(10):
        limits.overloaded(call._replace(part="busy"), 0.0, 0.0)
    await asyncio.sleep(60)
    limits.answered(await limits.acquire(OWN, "busy"), 0.1)
    assert len(limits) == 2  # the payer's, and the small one


async def test_however_many_pairs_come_few_are_remembered_and_those_that_call_are_not_forgotten():
    limits = limits_of()
    await prove(limits, OWN)
    for number in range(2 * KEPT_CALLERS):
        limits.of(Caller("address", "key", number))
        if number % 1000 == 0:
            await limits.acquire(OWN)
    assert len(limits._proofs) <= KEPT_CALLERS
    assert limits.of(OWN).rate == RATE


async def test_a_caller_that_gives_up_leaves_nothing_behind():
    limits = limits_of()
    await calls_in(limits, CLAIMED, 1, accepted=False)
    waiting = asyncio.create_task(limits.acquire(CLAIMED))
    await settle()
    waiting.cancel()
    await asyncio.wait({waiting})
    await settle()
    assert limits.of(CLAIMED).waiting == 0
