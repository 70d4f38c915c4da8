"""Proves one step of one object: each round when it is due, until nobody follows it any more."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from agentrun_operator.agentrun.api.errors import AgentRunError
from agentrun_operator.controller.analysis.access import payer_of, prober_for
from agentrun_operator.controller.analysis.limits import Waiting
from agentrun_operator.controller.analysis.metrics_round import MetricsRound
from agentrun_operator.controller.analysis.probing_round import PARALLEL, ProbingRound
from agentrun_operator.controller.kube.errors import KubeError
from agentrun_operator.reconcile.rollout.memory import Cause
from agentrun_operator.reconcile.rollout.plan import block_digest
from agentrun_operator.reconcile.rollout.probe_endpoints import CANARY, STABLE, Owner
from agentrun_operator.reconcile.rollout.proof.judge import RoundVerdict, Verdict
from agentrun_operator.reconcile.rollout.proof.metric_judge import counts
from agentrun_operator.reconcile.rollout.proof.rounds import (
    Series,
    StepTiming,
    calls_of,
    evidence_of,
    metrics_due,
    misfit,
    probes_due,
)
from agentrun_operator.resources.rollout.plan import Rollout

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from agentrun_operator.agentrun.endpoint.chat.probing import Prober
    from agentrun_operator.controller.analysis.assignment import Assignment
    from agentrun_operator.controller.analysis.limits import ProbeLimits
    from agentrun_operator.controller.analysis.probing_round import Asked
    from agentrun_operator.controller.analysis.prometheus import Prometheus
    from agentrun_operator.controller.keys import Body, ObjectKey
    from agentrun_operator.controller.remote.accounts.account import Account
    from agentrun_operator.reconcile.rollout.memory import Memory
    from agentrun_operator.reconcile.rollout.proof.evidence import Evidence
    from agentrun_operator.resources.rollout.analysis import Analysis as Block

log = logging.getLogger(__name__)

ENDPOINT_PATIENCE = 120.0
"""Seconds that probe endpoints may take before it is told that they are missing: to be made and to start takes less."""

PUT_OFF = 10.0
"""Seconds before the object is read again for a round, if it could not be, or is another than the one that is followed:
the watch tells of that soon."""


@dataclass(frozen=True, slots=True)
class AnalysisContext:
    """What rounds are made with.

    Args:
        fetch: reads an object, whole.
        enqueue: asks for a reconcile of objects.
        limits: how many calls there may be.
        prometheus: where metrics are asked for.
        now: the time of day, in UTC.
        told: is told of each answer to a probe.
        prober: what asks an account's endpoints.
    """

    fetch: Callable[[ObjectKey], Awaitable[Body]]
    enqueue: Callable[[set[ObjectKey]], None]
    limits: ProbeLimits
    prometheus: Prometheus
    now: Callable[[], datetime]
    told: Callable[[Asked], None] = lambda _: None
    prober: Callable[[Account, int], Prober] = prober_for


class Follower:
    """The rounds of one step.

    Attributes:
        stable_values: the stable version's values by the metrics' names, as last seen.
    """

    def __init__(self, assignment: Assignment, context: AnalysisContext, before: Mapping[str, float]) -> None:
        """Begin.

        Args:
            assignment: what is to be proved.
            context: what rounds are made with.
            before: the stable version's values of the step before.
        """
        self.assignment = assignment
        self.stable_values = dict(before)
        self._before = before
        self._context = context
        self._timing = StepTiming(assignment.settled_at, assignment.step_bake, assignment.plan.failure_limit)
        self._probes = Series() if assignment.plan.probes else None
        # Not known before the block was read: whether any metric counts at this weight.
        self._metrics = Series() if assignment.plan.metrics and assignment.weight else None
        self._probes_wait, self._metrics_wait = Waiting(), Waiting()
        self._failures = assignment.failures
        self._changed = asyncio.Event()
        loops = [self._probe_on] if self._probes is not None else []
        loops += [self._measure_on] if self._metrics is not None else []
        self._tasks = [asyncio.create_task(self._kept(loop), name=f"prove {assignment.key}") for loop in loops]

    @property
    def evidence(self) -> Evidence:
        """What is proved so far."""
        told, waiting = self.assignment, bool(self._probes_wait or self._metrics_wait)
        return evidence_of(told.number, told.step, self._timing, self._probes, self._metrics, waiting=waiting)

    def update(self, assignment: Assignment) -> None:
        """The same work, with other endpoints to ask."""
        self.assignment = assignment
        self._changed.set()

    def recorded(self, record: Memory) -> None:
        """What is in the record of the step now: failing rounds that came into it are not told again."""
        told = self.assignment
        if (record.number, record.step) != (told.number, told.step) or record.failures <= self._failures:
            return
        failing, self._failures = record.failures - self._failures, record.failures
        if self._probes is not None:
            left = max(0, failing - self._probes.unrecorded)
            self._probes = self._probes.recorded(failing)
            failing = left
        if self._metrics is not None:
            self._metrics = self._metrics.recorded(failing)

    def end(self) -> asyncio.Future[list[BaseException | None]]:
        """End the rounds under way."""
        for task in self._tasks:
            task.cancel()
        return asyncio.gather(*self._tasks, return_exceptions=True)

    async def _kept(self, loop: Callable[[], Coroutine[object, object, None]]) -> None:
        """Go on after a defect: an object that cannot be proved any more would wait for its deadline."""
        while True:
            try:
                return await loop()
            except Exception:
                log.exception("Proving %s failed, and begins again", self.assignment.key)
                await asyncio.sleep(PUT_OFF)

    async def _until(self, due: datetime) -> None:
        await asyncio.sleep(max(0.0, (due - self._context.now()).total_seconds()))

    async def _probe_on(self) -> None:
        interval = self.assignment.plan.probe_interval
        series = self._probes or Series()
        while True:
            await self._until(probes_due(series, self._timing, interval))
            began, found = await self._probed(wants_control=series.wants_control)
            series = self._probes = (self._probes or series).after(found, began, self._context.now())
            self._context.enqueue({self.assignment.key})

    async def _probed(self, *, wants_control: bool) -> tuple[datetime, RoundVerdict]:
        """A round of probes, and when it began."""
        needed = {CANARY, STABLE} if wants_control else {CANARY}
        while True:
            if missing := await self._missing(needed):
                return self._context.now(), _unavailable(missing)
            async with self._probes_wait.until(self._context.limits.round(self.assignment.key.namespace)):
                block = await self._read()
                if block is not None and block.probes is not None:
                    needed |= {STABLE} if block.probes.against_stable else set()
                    if needed <= self._names.keys():
                        return await self._asked(block)
            if block is None:
                await asyncio.sleep(PUT_OFF)

    async def _missing(self, needed: set[str]) -> str:
        """Wait for the endpoints of these roles; which of them do not come, for people, or nothing."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ENDPOINT_PATIENCE):
                while not needed <= self._names.keys():
                    self._changed.clear()
                    await self._changed.wait()
        left = sorted(needed - self._names.keys())
        names = [self._owner.endpoint_name(role) for role in left]
        return f"probe endpoint {', '.join(names)} is not READY: look at it in AgentRun" if left else ""

    @property
    def _owner(self) -> Owner:
        return Owner(*self.assignment.key, self.assignment.uid)

    @property
    def _names(self) -> dict[str, str]:
        """The names of the endpoints that may be asked, by their roles."""
        wanted = {CANARY: self.assignment.canary, STABLE: self.assignment.stable}
        ready = [each.role for each in self.assignment.probe_endpoints if wanted.get(each.role) == each.version]
        return {role: self._owner.endpoint_name(role) for role in ready}

    async def _read(self) -> Block | None:
        """What the object asks for; None if it cannot be read, or asks for something else by now."""
        try:
            told, found = self.assignment, await self._context.fetch(self.assignment.key)
            written = found["spec"]["rollout"]
            same = (found["metadata"]["uid"], block_digest(written)) == (told.uid, told.plan.digest)
            return Rollout.model_validate(written).analysis if same else None
        except KubeError as error:
            log.debug("A round for %s is put off: %s", self.assignment.key, error)
        except (KeyError, TypeError, ValidationError) as error:
            log.debug("A round for %s is put off: %s", self.assignment.key, type(error).__name__)
        return None

    async def _asked(self, block: Block) -> tuple[datetime, RoundVerdict]:
        """Ask the prompts of a block."""
        told, limits, probes, began = self.assignment, self._context.limits, block.probes, self._context.now()
        if probes is None:
            raise LookupError("a round without prompts")
        if why := misfit(calls_of(probes), told.plan.probe_interval, limits.calls_per_minute):
            return began, _unavailable(why)
        try:
            prober = self._context.prober(told.account, 2 * PARALLEL)
        except AgentRunError as error:
            return began, _unavailable(f"the data plane of {told.account.key} cannot be called: {error}")
        async with prober:
            asked = ProbingRound(
                probes,
                prober,
                told.runtime_name,
                self._names,
                turn=lambda: self._probes_wait.call(limits.call(payer_of(told.account), told.key.namespace)),
                told=self._context.told,
            )
            return began, await asked.run()

    async def _measure_on(self) -> None:
        block = await self._read()
        while block is None:
            await asyncio.sleep(PUT_OFF)
            block = await self._read()
        if self._probes is not None and not any(self._counts(block)):
            self._metrics = None
            return
        while self._metrics is not None:
            told = self.assignment
            await self._until(metrics_due(self._metrics, self._timing, told.plan.interval))
            began = self._context.now()
            found, stable = await self._measured(block)
            self.stable_values |= stable
            self._metrics = self._metrics.after(found, began, self._context.now())
            self._context.enqueue({told.key})

    async def _measured(self, block: Block) -> tuple[RoundVerdict, dict[str, float]]:
        """A round of metrics, and the stable version's values."""
        told, context = self.assignment, self._context

        def turn() -> AbstractAsyncContextManager[None]:
            return self._metrics_wait.call(context.limits.query(told.key.namespace))

        return await MetricsRound(told, block.metrics, self._before, context.prometheus, turn).run()

    def _counts(self, block: Block) -> list[bool]:
        return [counts(metric, self.assignment.weight, self._before) for metric in block.metrics]


def _unavailable(why: str) -> RoundVerdict:
    return RoundVerdict(Verdict.INCONCLUSIVE, cause=Cause.PROBE_UNAVAILABLE, told=why)
