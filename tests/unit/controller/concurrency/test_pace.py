"""How much of a service's limit is used, and how much is refused: callers and a service with a true limit, in virtual
time, at the operator's default settings.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import pytest

from agentrun_operator.controller.concurrency.pace import HOLD, HOLD_ON
from agentrun_operator.controller.concurrency.rate_limiter import AdaptiveRateLimiter
from agentrun_operator.emulator.faults.behaviour import Throttling
from agentrun_operator.emulator.faults.throttle import Throttle
from support.controller_time import clock

pytestmark = pytest.mark.usefixtures("no_leaks")

FULL, BURST = 20.0, 40
"""The defaults of `api-qps` and `api-burst`."""

ANSWER = 0.05
"""Seconds that the service takes, and up to as many again."""

Refuses: TypeAlias = Callable[[float], bool]


@dataclass
class Service:
    """A service that refuses some calls, and those who call it as fast as they may.

    Args:
        refuses: whether it refuses a call, by its time.
        callers: how many there are.
        pause: seconds that each waits between its calls.
    """

    refuses: Refuses
    callers: int = 50
    pause: float = 0.0
    limiter: AdaptiveRateLimiter = field(default_factory=lambda: AdaptiveRateLimiter(FULL, BURST, clock))
    answers: list[tuple[float, bool]] = field(default_factory=list)

    async def serve(self, seconds: float) -> Service:
        began, chance = clock(), random.Random(1)  # noqa: S311 - the same each time

        async def call() -> None:
            while clock() < began + seconds:
                await self.limiter.acquire()
                accepted, took = not self.refuses(clock() - began), ANSWER * (1 + chance.random())
                await asyncio.sleep(took)
                self.answers.append((clock() - began, accepted))
                self.limiter.accepted(took) if accepted else self.limiter.throttled(took=took)
                await asyncio.sleep(self.pause)

        await asyncio.gather(*(call() for _ in range(self.callers)))
        return self

    def rate(self, since: float, until: float) -> float:
        """Accepted calls a second."""
        return sum(accepted for at, accepted in self.answers if since <= at < until) / (until - since)

    def refused(self, since: float) -> float:
        """The share of refused calls."""
        late = [accepted for at, accepted in self.answers if at >= since]
        return late.count(False) / len(late)

    @property
    def last_complaint(self) -> float:
        return max(at for at, accepted in self.answers if not accepted)

    def full_again_at(self, since: float) -> float:
        """From when on a second has nearly all the calls that it may have."""
        moments = (since + number / 10 for number in range(1000))
        return next(at for at in moments if self.rate(at, at + 1) >= 0.9 * FULL)


def limit(qps: float, *, burst: float | None = None, until: float = float("inf")) -> Refuses:
    """A true limit, until it is lifted."""
    throttle = Throttle(Throttling(qps=qps, burst=burst))
    return lambda at: at < until and throttle.wait("account", at) > 0


def stray(share: float, until: float = float("inf")) -> Refuses:
    """Complaints that come whatever the rate is."""
    chance = random.Random(3)  # noqa: S311 - the same each time
    return lambda at: chance.random() < share and at < until


@pytest.mark.parametrize("callers", [2, 8, 50])
@pytest.mark.parametrize("qps", [2.0, 5.0, 10.0])
async def test_a_true_limit_is_used_and_little_is_refused_after_the_first_minute(qps: float, callers: int):
    service = await Service(limit(qps), callers).serve(300)
    assert service.rate(60, 300) >= 0.8 * qps
    assert service.refused(since=60) <= 0.05


@pytest.mark.parametrize("burst", [1, 40], ids=["none", "of seconds"])
@pytest.mark.parametrize("qps", [5.0, 10.0])
async def test_whatever_the_service_allows_at_once(qps: float, burst: float):
    service = await Service(limit(qps, burst=burst)).serve(300)
    assert service.rate(60, 300) >= 0.8 * qps
    assert service.refused(since=60) <= 0.05


@pytest.mark.parametrize("qps", [2.0, 5.0, 10.0])
async def test_a_true_limit_is_found_within_seconds(qps: float):
    service = await Service(limit(qps)).serve(10)
    assert qps * 0.6 <= service.limiter.rate <= qps * 1.1


@pytest.mark.parametrize("share", [0.03, 1 / 16, 0.1])
async def test_stray_complaints_leave_more_than_half_of_the_full_rate(share: float):
    service = await Service(stray(share)).serve(300)
    assert service.rate(0, 60) >= FULL / 2
    assert service.rate(60, 300) >= FULL * 0.75


async def test_every_sixteenth_call_refused_costs_sixty_objects_a_few_seconds():
    counted = iter(range(10_000))
    service = await Service(lambda _: next(counted) % 16 == 15, callers=60, pause=3600.0).serve(3)
    assert len(service.answers) == 60
    assert service.limiter.rate == FULL


async def test_what_was_wanted_lately_is_not_taken_for_what_is_accepted():
    quiet = await Service(stray(1 / 16), callers=1, pause=1.0).serve(300)
    assert quiet.limiter.rate == FULL


@pytest.mark.parametrize("qps", [2.0, 5.0, 10.0])
@pytest.mark.parametrize("lasted", [3.0, 10.0, 30.0, 47.0])
async def test_ten_seconds_after_the_last_complaint_the_rate_is_full_again(qps: float, lasted: float):
    service = await Service(limit(qps, until=lasted)).serve(lasted + 15)
    assert service.full_again_at(lasted) <= service.last_complaint + HOLD + 0.5
    assert service.full_again_at(lasted) <= lasted + HOLD + 0.5


async def test_a_very_low_limit_that_stood_for_a_minute_is_tried_a_second_later():
    service = await Service(limit(2.0, until=120)).serve(135)
    assert service.full_again_at(120) <= service.last_complaint + HOLD_ON + 0.5


async def test_after_stray_complaints_the_rate_is_full_within_ten_seconds():
    service = await Service(stray(0.3, until=30)).serve(45)
    assert service.full_again_at(30) <= service.last_complaint + HOLD + 0.5


async def test_a_limit_that_is_raised_is_found_within_seconds():
    low, high = limit(2.0), limit(10.0)
    service = await Service(lambda at: low(at) if at < 60 else high(at)).serve(120)
    assert service.rate(75, 120) >= 0.8 * 10


async def test_a_service_that_refuses_everything_is_hardly_called():
    service = await Service(stray(1.0, until=60)).serve(75)
    assert len([at for at, _ in service.answers if 10 <= at < 60]) <= 60
    assert service.full_again_at(60) <= 60 + HOLD + 0.5


async def test_a_call_that_hangs_holds_nobody_back():
    service = Service(limit(5.0, until=20))
    hung = [service.limiter.acquire() for _ in range(3)]
    await asyncio.gather(*hung)  # and never answered
    await service.serve(40)
    assert service.rate(31.5, 40) >= 0.9 * FULL
