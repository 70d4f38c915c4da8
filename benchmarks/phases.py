"""What can be done to a program and its objects, each with what it costs. When it is done is said elsewhere."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.figures import Spread
from benchmarks.manifests import Load, edit, endpoint, names, number_of, secret
from benchmarks.meter import Meter
from benchmarks.observer import Observer
from benchmarks.parallel import for_each
from benchmarks.plans import RolloutPlan
from benchmarks.processes import memory, quiet
from benchmarks.stage import LATENCY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from agentrun_operator.controlplane import Component
    from benchmarks.figures import Cost
    from benchmarks.kubernetes import Body, Cluster
    from benchmarks.programs import Program
    from benchmarks.stage import Stage

CREATE, UPDATE = "CreateAgentRuntimeEndpoint", "UpdateAgentRuntimeEndpoint"

SETTLE = 3.0
"""Seconds without work after which nothing of a phase is outstanding."""

PATIENCE = 120.0
"""Seconds to wait, besides those that the slowest of the programs needs for an object."""

SLOWEST = 0.2

ONE_RUNTIME = Load(1)
"""All objects are of one runtime, however many there are."""


@dataclass(frozen=True, slots=True)
class Phases:
    """A program, its objects, and what can be done to them.

    Attributes:
        stage: where it runs.
        cluster: the program's namespace.
        component: the program.
        url: where it tells how it is.
        observer: sees the objects.
        meter: counts.
        names: of the objects.
        runtimes: the names of those over which they are spread, one after the other.
        accounts: the names of those over which the runtimes are spread, and of their Secrets; none: the operator's own.
        plan: how the objects roll out new versions.
    """

    stage: Stage
    cluster: Cluster
    component: Component
    url: str
    observer: Observer
    meter: Meter
    names: list[str]
    runtimes: list[str]
    accounts: list[str]
    plan: RolloutPlan = RolloutPlan.LITERAL

    async def make(self, name: str) -> None:
        """Make one object."""
        await self._make(name, self.plan)

    async def make_plain(self, name: str) -> None:
        """Make one object that does not roll out, whatever the others do."""
        await self._make(name, RolloutPlan.LITERAL)

    def runtime_of(self, name: str) -> str:
        """The name of an object's runtime."""
        return self.runtimes[number_of(name) % len(self.runtimes)]

    async def create(self) -> Cost:
        """From the first POST to the last Ready."""
        return await self._bulk("POST", self.make, lambda: self._all_ready(1))

    async def update(self) -> Cost:
        """From the first edit to the last Ready at the new generation."""
        change = edit("Changed for a measurement")
        return await self._bulk("PATCH", lambda name: self.cluster.patch(name, change), lambda: self._all_ready(2))

    async def roll(self, patch: Body, generation: int, reason: str, within: float = PATIENCE) -> Cost:
        """From the first edit of objects that roll out, or request to them, to the last whose RolledOut says so.

        Args:
            patch: the edit or request.
            generation: of the spec, after that.
            reason: what RolledOut has to say then.
            within: seconds for all of them.
        """
        return await self._bulk(
            "PATCH",
            lambda name: self.cluster.patch(name, patch),
            lambda: self.observer.all_rolled(self.names, generation, reason, within),
        )

    async def delete(self) -> Cost:
        """From the first DELETE until the last object is gone."""
        return await self._bulk(
            "DELETE", self.cluster.delete, lambda: self.observer.all_gone(self.names, self._patience)
        )

    async def rest(self, seconds: float) -> Cost:
        """Nothing happens."""

        async def phase() -> float:
            await asyncio.sleep(seconds)
            return seconds

        return await self.meter.cost(phase())

    async def restart(self) -> Cost:
        """From the start of a new process until it is quiet."""
        await asyncio.to_thread(self.component.stop)

        async def phase() -> float | None:
            started = time.monotonic()
            await asyncio.to_thread(self.component.start)
            done = await quiet(self.component.pid, SETTLE, PATIENCE)
            return done - started if done else None

        return await self.meter.cost(phase(), starts=True)

    def memory(self) -> tuple[float, float]:
        """MiB, now and at most since the process started."""
        return memory(self.component.pid)

    async def settle(self) -> None:
        """Until the program is quiet, or for a while at most."""
        await quiet(self.component.pid, SETTLE, PATIENCE)

    async def readiness(self, transition: float) -> Spread:
        """From when AgentRun says READY, `transition` seconds after a create, to when the objects do."""
        arrivals = await self.stage.agentrun.arrivals(CREATE)
        return Spread.of(self.observer.ready[name, 1] - arrivals[name] - LATENCY - transition for name in self.names)

    async def _make(self, name: str, plan: RolloutPlan) -> None:
        runtime = self.runtime_of(name)
        await self.cluster.create(endpoint(name, runtime, _account_of(runtime, self.accounts), plan))

    @property
    def _patience(self) -> float:
        return PATIENCE + SLOWEST * len(self.names)

    async def _all_ready(self, generation: int) -> float:
        return await self.observer.all_ready(self.names, generation, self._patience)

    async def _bulk(
        self, verb: str, do: Callable[[str], Awaitable[object]], ended: Callable[[], Awaitable[float]]
    ) -> Cost:
        async def phase() -> float:
            started = time.time()
            await for_each(self.names, do)
            last = await ended()
            await self.settle()  # what comes after that is counted, not timed
            return last - started

        return await self.meter.cost(phase(), {verb: len(self.names)})


@asynccontextmanager
async def running(
    stage: Stage, program: Program, namespace: str, objects: list[str], load: Load = ONE_RUNTIME
) -> AsyncIterator[Phases]:
    """A program with nothing to do, in a new namespace and with new runtimes; what it leaves is in nobody's way."""
    accounts, runtimes = names(load.accounts, "account"), names(load.runtimes, namespace)
    cluster = stage.new_namespace(namespace)
    for account in accounts:
        await stage.agentrun.add_account(account)
        await cluster.keep(secret(account))
    await for_each(runtimes, lambda name: stage.agentrun.add_runtime(name, _account_of(name, accounts)))
    async with running_on(stage, program, cluster, objects, runtimes, accounts=accounts, plan=load.plan) as phases:
        yield phases


@asynccontextmanager
async def running_on(
    stage: Stage,
    program: Program,
    cluster: Cluster,
    objects: list[str],
    runtimes: list[str],
    *,
    accounts: list[str],
    plan: RolloutPlan = RolloutPlan.LITERAL,
) -> AsyncIterator[Phases]:
    """A program in a namespace and with runtimes that are there already."""
    component, url = program(stage.premises, cluster.namespace)
    await asyncio.to_thread(component.start)
    try:
        async with Observer(cluster) as observer:
            await quiet(component.pid, SETTLE, PATIENCE)
            meter = Meter(stage, cluster, component)
            yield Phases(stage, cluster, component, url, observer, meter, objects, runtimes, accounts, plan)
    finally:
        await asyncio.to_thread(component.stop)


def _account_of(runtime: str, accounts: list[str]) -> str:
    """The account that a runtime is made in; none if there is none."""
    return accounts[number_of(runtime) % len(accounts)] if accounts else ""
