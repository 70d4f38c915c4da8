"""The budget: what is promised, beside what was measured. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.phases import UPDATE
from benchmarks.plans import RolloutPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.figures import Life, Spread
    from benchmarks.results import Results
    from benchmarks.rollout_figures import Bulk, Rolling

THOUSAND = 1_000
"""Objects at once whose Ready is promised to show soon."""

AN_UPDATE = 1.0
"""Seconds for the record and the update that take a version back."""

UPDATES = {RolloutPlan.TIME: 4, RolloutPlan.GATED: 3, RolloutPlan.BRIEF: 2}
"""As many as there are shares of the traffic."""

STATUSES = {RolloutPlan.TIME: 10, RolloutPlan.GATED: 15, RolloutPlan.BRIEF: 12}
"""Each step's record and its settling, the wait for approval and the promotion; where it is proved, the first verdicts
besides, how the deadline's clock goes, and the probe endpoint: before it is made, with its id, and when it is gone.
"""

PAGE = 100
"""Endpoints in one page of AgentRun's lists."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One line of the budget.

    Attributes:
        what: what is promised, with its unit.
        limit: the most, or with `at_least` the least, that it may be.
        measured: what it is.
        at_least: which way round the limit is.
    """

    what: str
    limit: float
    measured: float
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether it is kept."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    @property
    def target(self) -> str:
        """The limit, for people."""
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"


def promises(results: Results) -> list[Promise]:
    """The lines that the results suffice for; those of a bulk from the operator's largest one."""
    lives = results.of("operator")
    bulks = [life for life in lives if life.objects <= THOUSAND]
    soon = [_soon(f"{bulks[-1].objects:,} objects at once", bulks[-1].ready)] if bulks else []
    wide = [promise for life in results.wide for promise in _of_wide(life)]
    plain = [*(_of_life(lives[-1]) if lives else ()), *soon, *_of_others(results), *wide, *_of_default(results)]
    return [*plain, *_of_rollouts(results)]


def _of_life(life: Life) -> Iterator[Promise]:
    count, shown = life.objects, f"{life.objects:,} objects"
    rest, minutes = life.rest, (life.rest.seconds or math.inf) / 60
    rate = f"create → Ready, {shown}, as a part of the floor"
    yield Promise(f"{rate} of two patches", 0.6, life.rate / life.floor_rate, at_least=True)
    yield Promise(f"{rate} of the same writes", 0.6, life.rate / life.same_rate, at_least=True)
    yield Promise("writes to an object per create", 3, life.create.object_writes / count)
    yield Promise("writes to an object per update", 2, life.update.object_writes / count)
    yield Promise("writes to an object per delete", 1, life.delete.object_writes / count)
    yield Promise("calls to AgentRun per create", 1.1, life.create.remote_calls / count)
    yield Promise(f"calls a minute at rest, {shown}", math.ceil(count / PAGE) / 0.9, rest.remote_calls / minutes)
    yield Promise(f"MiB at rest, {shown}", 150, life.resting_memory[0])
    yield Promise(f"% of a core at rest, {shown}", 1, 100 * rest.cpu["program"] / (rest.seconds or math.inf))
    yield Promise("writes at rest", 0, rest.object_writes)
    yield Promise("writes at a restart", 0, life.restart.object_writes)
    yield Promise(f"s until quiet after a restart, {shown}", 10, life.restart.seconds or math.inf)


def _of_wide(life: Life) -> Iterator[Promise]:
    share = life.runtimes / life.objects
    rate = f"create → Ready, {life.load}, as a part of the floor of the same writes"
    yield Promise(rate, 0.6, life.rate / life.same_rate, at_least=True)
    yield Promise(
        f"calls to AgentRun per create, {life.load}", 1.1 + 2 * share, life.create.remote_calls / life.objects
    )
    yield Promise(f"writes to an object per create, {life.load}", 3, life.create.object_writes / life.objects)
    yield Promise(f"calls at a restart, {life.load}", 1.05 * life.runtimes, life.restart.remote_calls)
    yield Promise(f"s until quiet after a restart, {life.load}", 8, life.restart.seconds or math.inf)
    yield Promise(f"MiB at rest, {life.load}", 200, life.resting_memory[0])


def _of_default(results: Results) -> Iterator[Promise]:
    if default := results.at_default:
        rest, seconds = default.rest, default.rest.seconds or math.inf
        what = f"{default.load}, default limit"
        yield Promise(f"calls at a restart, {what}", 1.05 * default.runtimes, default.restart.remote_calls)
        yield Promise(f"s until an edit right after a restart starts, {what}", 1, default.edit)
        yield Promise(f"calls a minute at rest, {what}", 300, 60 * rest.remote_calls / seconds)
        yield Promise(f"calls in the busiest second at rest, {what}", 10, default.peak)
        yield Promise(f"% of a core at rest, {what}", 1.5, 100 * rest.cpu["program"] / seconds)


def _of_others(results: Results) -> Iterator[Promise]:
    if results.single:
        yield _soon("one object", results.single)
    if once := results.at_once:
        yield Promise("writes per create that is READY at once", 3, once.create.object_writes / once.objects)
        yield Promise("writes per update that is READY at once", 2, once.update.object_writes / once.objects)
    for edits in results.edits:
        if edits.program == "operator":
            during = f"during a bulk of {edits.load}"
            yield Promise(f"s until a user's edit starts {during}, 95th percentile", 1, edits.started.p95)


def _of_rollouts(results: Results) -> Iterator[Promise]:
    yield from (promise for rolling in results.rollings for promise in _of_rolling(rolling))
    if bad := results.turned_bad:
        rounds = bad.rounds * bad.round + AN_UPDATE
        yield Promise("s from the first bad answer until a version is taken back", rounds, bad.answered.longest)
        yield Promise("s from when a version turns bad to that", bad.interval + rounds, bad.noticed.longest)
        yield Promise("writes while rollouts bake and are proved", 0, bad.baking.object_writes)
    if meanwhile := results.meanwhile:
        yield _soon("one object while others are proved", meanwhile.ready[1])
    yield from (promise for bulk in results.bulks for promise in _of_bulk(bulk))


def _of_rolling(rolling: Rolling) -> Iterator[Promise]:
    count, what = rolling.objects, f"rollout of {rolling.objects} by {rolling.plan}"
    updates, statuses = rolling.cost.calls.get(UPDATE, 0), rolling.cost.writes.get("PATCH status", 0)
    yield Promise(f"updates in AgentRun, each, {what}", UPDATES[rolling.plan], updates / count)
    yield Promise(f"status writes, each, {what}", STATUSES[rolling.plan], statuses / count)
    yield Promise(f"taken back, {what}", 0, rolling.taken_back)
    for waiting, rest in rolling.rests.items():
        yield Promise(f"writes, {what}: {waiting}", 0, rest.object_writes)


def _of_bulk(bulk: Bulk) -> Iterator[Promise]:
    what = f"{bulk.objects:,} objects {'with a rollout block' if bulk.plan else 'without one'}"
    yield Promise(f"MiB at rest, {what}", 150, bulk.resting_memory[0])
    yield Promise(f"writes at rest, {what}", 0, bulk.rest.object_writes)
    yield Promise(f"writes at a restart, {what}", 0, bulk.restart.object_writes)


def _soon(what: str, spread: Spread) -> Promise:
    return Promise(f"s from READY in AgentRun to Ready, {what}, 95th percentile", 2, spread.p95)
