import asyncio
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from agentrun_operator.controller.errors import LeaseLostError
from agentrun_operator.controller.kube.leader_election import LeaderElector, LeaseConfig
from agentrun_operator.resources.names import APP, NAME_LABEL, WATCH_SELECTOR
from support import controller_time
from support.controller_server import MemoryServer, Weather
from support.controller_time import clock, settle

pytestmark = pytest.mark.usefixtures("no_leaks")

PATH = "/apis/coordination.k8s.io/v1/namespaces/system/leases/operator"
TERMS = LeaseConfig("system", "operator", "a", duration=15.0, deadline=10.0, retry=2.0)
SOON = 2 * TERMS.retry

OURS = {NAME_LABEL: APP}

REFUSED = Weather(refused=True)
BLACK_HOLE = Weather(before=1e6)
ANSWER_LOST = Weather(after=1e6)


@pytest.fixture
async def kube() -> MemoryServer:
    return MemoryServer()


def lease_of(kube: MemoryServer, identity: str = "a") -> LeaderElector:
    return LeaderElector(kube, replace(TERMS, identity=identity), clock, jitter=lambda: 0.5)


def spec_in(kube: MemoryServer) -> dict[str, Any]:
    spec: dict[str, Any] = kube.objects[PATH]["spec"]
    return spec


async def seconds_until_taken(lease: LeaderElector) -> float:
    started = clock()
    await lease.acquire()
    return clock() - started


async def kept_for(lease: LeaderElector, seconds: float) -> None:
    """Keeps it for a while, then stops as a process does that is killed."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await lease.renew()


async def lost(lease: LeaderElector) -> tuple[float, str]:
    """Keeps it until it is lost: after how many seconds, and what was said."""
    started = clock()
    with pytest.raises(LeaseLostError) as caught:
        await lease.renew()
    return clock() - started, str(caught.value)


async def test_a_lease_that_does_not_exist_is_made_and_held(kube: MemoryServer):
    lease = lease_of(kube)
    assert not lease.held
    assert await seconds_until_taken(lease) == 0.0
    assert lease.held
    spec = spec_in(kube)
    assert (spec["holderIdentity"], spec["leaseDurationSeconds"], spec["leaseTransitions"]) == ("a", 15, 0)
    assert spec["acquireTime"] == spec["renewTime"]
    assert spec["renewTime"].endswith("Z")


async def test_it_is_taken_at_once_on_a_machine_that_has_just_started(kube: MemoryServer):
    booted = clock()
    lease = LeaderElector(kube, TERMS, lambda: clock() - booted)
    assert await seconds_until_taken(lease) == 0.0


async def test_while_it_is_being_given_back_it_is_not_held(kube: MemoryServer):
    lease = lease_of(kube)
    await lease.acquire()
    kube.weather = lambda _method, _path: Weather(after=1.0)
    releasing = asyncio.create_task(lease.release())
    await asyncio.sleep(0.5)
    assert spec_in(kube)["holderIdentity"] == ""
    assert not lease.held
    await releasing


async def test_a_lease_is_held_for_as_long_as_it_is_renewed(kube: MemoryServer):
    lease = lease_of(kube)
    await lease.acquire()
    await kept_for(lease, 3600)
    assert lease.held
    assert kube.asked.count(("PUT", PATH)) == pytest.approx(1800, abs=2)
    assert spec_in(kube)["leaseTransitions"] == 0


async def test_without_renewal_it_is_held_until_the_deadline_and_no_longer(kube: MemoryServer):
    lease = lease_of(kube)
    await lease.acquire()
    await asyncio.sleep(TERMS.deadline - 0.1)
    assert lease.held
    await asyncio.sleep(0.2)
    assert not lease.held


async def test_time_counts_from_when_the_request_was_sent_not_from_its_answer(kube: MemoryServer):
    kube.weather = lambda _method, _path: Weather(after=4.0)
    lease = lease_of(kube)
    taken = asyncio.create_task(lease.acquire())
    await asyncio.sleep(4.5)  # the look is back, the write was sent half a second ago
    await taken
    await asyncio.sleep(TERMS.deadline - 4.0 + 0.1)
    assert not lease.held


async def test_anothers_lease_is_taken_once_its_duration_has_passed_since_it_was_last_seen_to_change(
    kube: MemoryServer,
):
    leader = lease_of(kube, "leader")
    await leader.acquire()
    standby = lease_of(kube.sharing(), "standby")
    waiting = asyncio.create_task(seconds_until_taken(standby))
    await kept_for(leader, 60)
    assert not waiting.done()
    died = clock()
    await waiting
    assert TERMS.duration - TERMS.retry <= clock() - died <= TERMS.duration + 2 * TERMS.retry
    assert spec_in(kube)["holderIdentity"] == "standby"
    assert spec_in(kube)["leaseTransitions"] == 1


async def test_what_time_a_peer_believes_it_is_does_not_matter(kube: MemoryServer):
    years_ago = {
        "holderIdentity": "other",
        "leaseDurationSeconds": 15,
        "renewTime": "1999-01-01T00:00:00.000000Z",
        "acquireTime": "1999-01-01T00:00:00.000000Z",
    }
    kube.put(PATH, {"spec": years_ago})
    assert await seconds_until_taken(lease_of(kube)) >= 15.0


async def test_the_duration_that_counts_is_the_holders(kube: MemoryServer):
    kube.put(PATH, {"spec": {"holderIdentity": "other", "leaseDurationSeconds": 40}})
    assert await seconds_until_taken(lease_of(kube)) >= 40.0


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"spec": {"holderIdentity": ""}}, id="given back"),
        pytest.param({"spec": {}}, id="never held"),
        pytest.param({}, id="made by hand, without a spec"),
    ],
)
async def test_a_lease_that_nobody_holds_is_taken_at_once(kube: MemoryServer, body: dict[str, Any]):
    kube.put(PATH, body)
    assert await seconds_until_taken(lease_of(kube)) == 0.0


async def test_a_lease_given_back_is_anothers_within_a_retry(kube: MemoryServer):
    leader, standby = lease_of(kube, "leader"), lease_of(kube.sharing(), "standby")
    await leader.acquire()
    waiting = asyncio.create_task(seconds_until_taken(standby))
    await kept_for(leader, 30)
    await leader.release()
    assert not leader.held
    given_back = clock()
    await waiting
    assert clock() - given_back <= 0.6 * TERMS.retry


async def test_what_others_wrote_into_the_lease_stays(kube: MemoryServer):
    kube.put(PATH, {"metadata": {"name": "operator", "labels": {"theirs": "yes"}}, "spec": {"strategy": "theirs"}})
    await lease_of(kube).acquire()
    assert kube.objects[PATH]["metadata"]["labels"] == {"theirs": "yes"} | OURS
    assert spec_in(kube)["strategy"] == "theirs"


async def test_an_edit_of_the_lease_by_somebody_does_not_lose_it(kube: MemoryServer):
    lease = lease_of(kube)
    await lease.acquire()
    kube.put(PATH, kube.objects[PATH] | {"metadata": {"name": "operator", "labels": {"edited": "yes"}}})
    await kept_for(lease, 60)
    assert lease.held
    assert kube.objects[PATH]["metadata"]["labels"] == {"edited": "yes"} | OURS


async def test_a_lease_tells_which_objects_its_holder_looks_after(kube: MemoryServer):
    await LeaderElector(kube, replace(TERMS, selector="a=b"), clock).acquire()
    made = kube.objects[PATH]["metadata"]
    assert (made["labels"], made["annotations"]) == (OURS, {WATCH_SELECTOR: "a=b"})


async def test_a_renewal_that_fails_now_and_then_loses_nothing(kube: MemoryServer):
    lease, requests = lease_of(kube), iter(range(10**6))
    await lease.acquire()
    kube.weather = lambda _method, _path: REFUSED if next(requests) % 3 else Weather()
    await kept_for(lease, 300)
    assert lease.held


@pytest.mark.parametrize("weather", [REFUSED, BLACK_HOLE], ids=["refused", "black hole"])
async def test_a_server_that_is_away_ends_it_by_the_deadline(kube: MemoryServer, weather: Weather):
    lease = lease_of(kube)
    await lease.acquire()
    kube.weather = lambda _method, _path: weather
    after, said = await lost(lease)
    assert after == pytest.approx(TERMS.deadline)
    assert not lease.held
    assert said == "The Lease was not renewed for 10 s"


async def test_a_write_that_took_effect_though_its_answer_was_lost_is_found_again(kube: MemoryServer):
    lease = lease_of(kube)
    answers = iter([Weather(), ANSWER_LOST])
    kube.weather = lambda _method, _path: next(answers, Weather())
    assert await seconds_until_taken(lease) <= TERMS.deadline
    assert lease.held


async def test_a_lost_answer_to_a_renewal_does_not_lose_the_lease(kube: MemoryServer):
    lease = lease_of(kube)
    await lease.acquire()
    answers = iter([ANSWER_LOST])
    kube.weather = lambda _method, _path: next(answers, Weather())
    await kept_for(lease, 60)
    assert lease.held


def stolen(kube: MemoryServer) -> None:
    """Somebody writes another's name into the Lease."""
    spec = spec_in(kube) | {"holderIdentity": "thief"}
    kube.put(PATH, kube.objects[PATH] | {"spec": spec})


async def test_a_lease_that_was_stolen_is_given_up_as_soon_as_that_is_seen(kube: MemoryServer):
    lease = lease_of(kube)
    await lease.acquire()
    await kept_for(lease, 10)
    stolen(kube)
    after, said = await lost(lease)
    assert after <= SOON
    assert said == "The Lease was taken by thief"
    assert not lease.held
    assert lease.holder == "thief"


async def test_anothers_lease_is_not_given_back(kube: MemoryServer):
    lease = lease_of(kube)
    await lease.acquire()
    stolen(kube)
    await lost(lease)
    before = kube.objects[PATH]
    await lease.release()
    assert kube.objects[PATH] == before


async def test_a_lease_stolen_unseen_is_not_given_back_either(kube: MemoryServer):
    lease = lease_of(kube)
    await lease.acquire()
    stolen(kube)
    await lease.release()
    assert spec_in(kube)["holderIdentity"] == "thief"
    assert not lease.held


async def test_a_lease_that_is_not_held_is_not_given_back(kube: MemoryServer):
    lease = lease_of(kube)
    await lease.release()
    assert kube.asked == []


async def test_giving_it_back_takes_two_seconds_at_most_even_when_nobody_answers(kube: MemoryServer):
    lease = lease_of(kube)
    await lease.acquire()
    kube.weather = lambda _method, _path: BLACK_HOLE
    started = clock()
    await lease.release()
    assert clock() - started <= 2.0
    assert not lease.held


async def test_a_holder_whose_lease_somebody_deleted_makes_it_again(kube: MemoryServer):
    lease = lease_of(kube)
    await lease.acquire()
    kube.remove(PATH)
    await kept_for(lease, SOON)
    assert spec_in(kube)["holderIdentity"] == "a"
    assert lease.held


async def test_a_standby_that_sees_the_lease_vanish_lets_its_holder_end_first(kube: MemoryServer):
    leader, standby = lease_of(kube, "leader"), lease_of(kube.sharing(), "standby")
    await leader.acquire()
    waiting = asyncio.create_task(standby.acquire())
    await settle()
    kube.remove(PATH)
    await asyncio.sleep(TERMS.deadline)
    assert not waiting.done()
    await waiting
    assert not leader.held


async def test_a_standby_asks_again_when_the_server_does_not_answer(kube: MemoryServer):
    answers = iter([REFUSED, BLACK_HOLE, REFUSED])
    kube.weather = lambda _method, _path: next(answers, Weather())
    assert await seconds_until_taken(lease_of(kube)) <= 20.0


async def test_of_two_who_try_in_the_same_moment_one_has_it(kube: MemoryServer):
    kube.weather = lambda _method, _path: Weather(before=0.1, after=0.1)
    other = kube.sharing()
    other.weather = kube.weather
    a, b = lease_of(kube, "a"), lease_of(other, "b")
    tries = [asyncio.create_task(lease.acquire()) for lease in (a, b)]
    await asyncio.sleep(1)
    assert [a.held, b.held].count(True) == 1
    for task in tries:
        task.cancel()
    await asyncio.wait(tries)


def chance(seed: str) -> Random:
    return Random(seed)  # noqa: S311 - weather that can be had again


class Racer:
    """A replica that wants the Lease again and again, on a wire with bad weather, and dies in every way."""

    def __init__(self, kube: MemoryServer, name: str, chance: Random) -> None:
        self._kube = kube
        self._name = name
        self._chance = chance
        self.lease: LeaderElector | None = None
        self.led = 0
        kube.weather = self._weather

    @property
    def leads(self) -> bool:
        return self.lease is not None and self.lease.held

    async def run(self) -> None:
        for life in range(1000):
            skew = self._chance.uniform(0, 1e6)
            config = replace(TERMS, identity=f"{self._name}-{life}")
            self.lease = LeaderElector(self._kube, config, self._skewed(skew), self._chance.random)
            with suppress(TimeoutError, LeaseLostError):
                async with asyncio.timeout(self._chance.choice((3, 20, 60))):
                    await self.lease.acquire()
                    self.led += 1
                    await self.lease.renew()
            if self._chance.random() < 0.5:
                await self.lease.release()
            self.lease = None
            await asyncio.sleep(self._chance.choice((0, 1, 10)))

    def _skewed(self, skew: float) -> Any:
        loop = asyncio.get_running_loop()
        return lambda: loop.time() + skew

    def _weather(self, _method: str, _path: str) -> Weather:
        if self._chance.random() < 0.7:
            return Weather(before=self._chance.uniform(0, 0.2), after=self._chance.uniform(0, 0.2))
        pauses = (0.0, 0.5, 3.0, 9.0, 25.0)
        refused = self._chance.random() < 0.3
        return Weather(self._chance.choice(pauses), self._chance.choice(pauses), refused=refused)


@how(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.integers(2, 4))
def test_whatever_the_wire_does_two_never_hold_it_at_once(seed: int, racers: int):
    async def race() -> int:
        first = MemoryServer()
        servers = [first, *(first.sharing() for _ in range(racers - 1))]
        runners = [Racer(kube, f"r{number}", chance(f"{seed}-{number}")) for number, kube in enumerate(servers)]
        tasks = [asyncio.create_task(workers.run()) for workers in runners]
        until = clock() + 200
        while clock() < until:
            assert sum(workers.leads for workers in runners) <= 1, [workers.lease for workers in runners]
            await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        return sum(workers.led for workers in runners)

    controller_time.run(race())


def test_somebody_holds_it_before_long_however_bad_the_weather():
    async def race() -> int:
        first = MemoryServer()
        runners = [Racer(first, "a", chance("1")), Racer(first.sharing(), "b", chance("2"))]
        tasks = [asyncio.create_task(workers.run()) for workers in runners]
        await asyncio.sleep(3600)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        return sum(workers.led for workers in runners)

    assert controller_time.run(race()) > 30
