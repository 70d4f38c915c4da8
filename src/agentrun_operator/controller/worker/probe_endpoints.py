"""Carries out what was decided about the endpoints that probes use: they are recorded, then made, re-pointed, deleted.

Only after the object's own endpoint: whatever goes wrong here holds a rollout at most.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.api.errors import AgentRunError, ResourceAlreadyExistError
from agentrun_operator.agentrun.models import READY_STATES
from agentrun_operator.controller.remote.fence import ChangedError, guarded
from agentrun_operator.controller.worker.execute import told_in_full
from agentrun_operator.controller.worker.object_memory import LIST_LAG, Tries
from agentrun_operator.observation.problems import ProblemError, problem_of
from agentrun_operator.reconcile.actions import Rest, Retry
from agentrun_operator.reconcile.after_write import AGAIN
from agentrun_operator.reconcile.input import BLOCKED_PAUSE
from agentrun_operator.reconcile.rollout.probe_endpoints import (
    Foreign,
    Look,
    Make,
    Owner,
    ProbeLook,
    Remove,
    Repoint,
    Wait,
    parting,
    plan_probe_endpoints,
    taken,
    wanted_versions,
)
from agentrun_operator.reconcile.state.observed import EndpointSeen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from agentrun_operator.agentrun.api.protocol import Operation
    from agentrun_operator.agentrun.models import Endpoint
    from agentrun_operator.controller.informer.store.store import Store
    from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache
    from agentrun_operator.controller.worker.object_memory import ObjectMemory, ProbesMemory
    from agentrun_operator.controller.worker.run import Memories, Run, Subject
    from agentrun_operator.controller.worker.writing.rollouts import Rollouts
    from agentrun_operator.reconcile.input import Input
    from agentrun_operator.reconcile.rollout.memory import ProbeEndpoint
    from agentrun_operator.reconcile.rollout.probe_endpoints import ProbePlan, Step

MAX_PASSES = 6
"""Looks and records in one reconcile; what needs more comes again."""

SOON = 1.0
"""Seconds before the next look at a change under way."""


class Tended(NamedTuple):
    """How it went.

    Args:
        run: the reconcile.
        after: seconds until it has to be looked at again; None if it has not.
    """

    run: Run
    after: float | None = None


class ProbeEndpoints:
    """The probe endpoints of all objects."""

    def __init__(
        self, store: Store, memories: Memories, rollouts: Rollouts, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare it.

        Args:
            store: the objects.
            memories: what is remembered of objects.
            rollouts: writes records.
            clock: the time in seconds.
        """
        self._store = store
        self._memories = memories
        self._rollouts = rollouts
        self._clock = clock

    async def tend(self, run: Run, given: Callable[[Run], Input]) -> Tended:
        """Bring the probe endpoints of an object to where its record wants them.

        Args:
            run: the reconcile.
            given: what is known in it.

        Raises:
            KubeError: the API server did not take a record.
        """
        if not self._concerns(run, given(run)):
            return Tended(run)
        try:
            return await self._tend(run, given)
        except ChangedError:
            return Tended(run, 0.0)
        except (ProblemError, AgentRunError) as error:
            problem = error.problem if isinstance(error, ProblemError) else problem_of(error)
            return Tended(self._troubled(run, problem.message), max(BLOCKED_PAUSE, problem.retry_after))

    def _concerns(self, run: Run, given: Input) -> bool:
        desired, cache = run.subject.desired, run.observation.cache
        rival = given.observed.rival and not desired.deleting
        if cache is None or given.observed.problem or desired.paused or desired.observes or rival:
            return False
        return bool(desired.recorded.rollout.probe_endpoints or self._wanted(run, given))

    async def _tend(self, run: Run, given: Callable[[Run], Input]) -> Tended:
        fresh: set[str] = set()
        for _ in range(MAX_PASSES):
            plan = await self._planned(run, given(run), fresh)
            if plan.entries != run.subject.desired.recorded.rollout.probe_endpoints:
                run = await self._record(run, given, plan.entries)
                continue
            run = self._noted(run, self._by_now(run, given(run), plan))
            fresh = {step.role for step in plan.steps if isinstance(step, Look)}
            pauses = [_PAUSES.get(type(step), 0.0) for step in plan.steps]
            for step in plan.steps:
                run, pause = await self._in_time(run, given, step)
                pauses.append(pause)
            made = any(isinstance(step, Make) for step in plan.steps)
            if not fresh and not (made and max(pauses) <= SOON):
                return Tended(run, min((pause for pause in pauses if pause), default=None))
        return Tended(run, AGAIN)

    def _by_now(self, run: Run, given: Input, plan: ProbePlan) -> ProbesMemory:
        """What is remembered once a look was taken: of those that are where they are to be, no try counts."""
        probes, ready = run.subject.memory.probes, {each.role for each in plan.ready}
        awaited = (self._wanted(run, given).keys() | {each.role for each in plan.entries}) - ready
        tries = {role: tries for role, tries in probes.tries.items() if role in awaited}
        return probes._replace(ready=plan.ready, trouble=_trouble(plan.steps), tries=tries)

    async def _in_time(self, run: Run, given: Callable[[Run], Input], step: Step) -> tuple[Run, float]:
        """One step in AgentRun, unless it is too soon for another write; and seconds until the next, 0 if none is due.
        What fails keeps the other role from nothing.
        """
        if not isinstance(step, Make | Repoint | Remove):
            return run, 0.0
        now, probes = self._clock(), run.subject.memory.probes
        tries = probes.tries.get(step.role, Tries())
        if (left := tries.not_before - now) > 0:
            return run, left
        run = self._noted(run, probes._replace(tries={**probes.tries, step.role: tries.after(now)}))
        try:
            return await self._do(run, given, step), SOON
        except AgentRunError as error:
            problem = problem_of(error)
            return self._troubled(run, problem.message), max(BLOCKED_PAUSE, problem.retry_after)

    def _troubled(self, run: Run, why: str) -> Run:
        return self._noted(run, run.subject.memory.probes._replace(trouble=why))

    async def _planned(self, run: Run, given: Input, fresh: set[str]) -> ProbePlan:
        recorded = run.subject.desired.recorded.rollout.probe_endpoints
        wanted, owner = self._wanted(run, given), _owner(run.subject)
        entries = {entry.role: entry for entry in recorded}
        roles = wanted.keys() | entries.keys()
        looks = {role: await self._look(run, owner, role, entries.get(role), fresh=role in fresh) for role in roles}
        return plan_probe_endpoints(owner, wanted, recorded, looks)

    @staticmethod
    def _wanted(run: Run, given: Input) -> Mapping[str, str]:
        """The version that each role is to serve: none without probes, and none for an object that goes."""
        desired, memory = run.subject.desired, run.subject.desired.recorded.rollout
        plan = desired.plan
        if plan is None or not plan.probes or desired.deleting:
            return {}
        return wanted_versions(memory.canary, memory.stable, compared=plan.compares or given.evidence.wants_control)

    async def _look(self, run: Run, owner: Owner, role: str, entry: ProbeEndpoint | None, *, fresh: bool) -> ProbeLook:
        cache, name = _cache(run), owner.endpoint_name(role)
        recorded = entry.id if entry else ""
        known = cache.endpoints.find(recorded, "") if recorded else None
        asked = bool(recorded) and (known is None or fresh or known.status not in READY_STATES)
        if asked:
            known = await cache.get(recorded)
        if fresh and not recorded:
            await cache.list(self._clock())
        named = cache.endpoints.find("", name)
        probes = run.subject.memory.probes
        return ProbeLook(
            named=_seen(named),
            known=_seen(known),
            fresh=fresh or asked,
            doubtful=entry is not None and not entry.id and self._doubtful(run.subject.memory, role),
            noted=role in probes.noted,
        )

    def _doubtful(self, memory: ObjectMemory, role: str) -> bool:
        """Whether a create of ours may have made one that no list shows yet: by this process or one before it."""
        if role in memory.probes.noted:
            return False
        since = memory.probes.sent.get(role, memory.begun_at or self._clock())
        return self._clock() - since < LIST_LAG

    async def _record(self, run: Run, given: Callable[[Run], Input], entries: tuple[ProbeEndpoint, ...]) -> Run:
        before = run.subject.desired.recorded.rollout
        run = await self._rollouts.record(run, given(run), before._replace(probe_endpoints=entries), None)
        noted = {entry.role for entry in entries if not entry.id} - {entry.role for entry in before.probe_endpoints}
        probes = run.subject.memory.probes
        return self._noted(run, probes._replace(noted=probes.noted | noted))

    async def _do(self, run: Run, given: Callable[[Run], Input], step: Step) -> Run:
        """One step in AgentRun."""
        runtime_id = _cache(run).runtime_id
        match step:
            case Make(role, body):
                return await self._make(run, given, role, operations.create_endpoint(runtime_id, body))
            case Repoint(_, id, body):
                await self._send(run, operations.update_endpoint(runtime_id, id, body))
            case Remove(_, id):
                await self._send(run, operations.delete_endpoint(runtime_id, id))
        return run

    async def _make(self, run: Run, given: Callable[[Run], Input], role: str, operation: Operation[Endpoint]) -> Run:
        probes = run.subject.memory.probes
        noted = role in probes.noted
        sent = {**probes.sent, role: self._clock()}
        run = self._noted(run, probes._replace(noted=probes.noted - {role}, sent=sent))
        try:
            await self._send(run, operation)
        except ResourceAlreadyExistError:
            entries = taken(run.subject.desired.recorded.rollout.probe_endpoints, role, noted=noted)
            return await self._record(run, given, entries)
        return run

    async def _send(self, run: Run, operation: Operation[Endpoint]) -> None:
        """Send a write, unless the object is another meanwhile."""
        account, cache, body = run.observation.account, _cache(run), run.subject.body
        if account is None:
            raise LookupError("a write was decided without a look")
        with guarded(lambda: self._store.unchanged(body)):
            endpoint = await account.client.run(operation)
        cache.wrote(told_in_full(endpoint))

    async def part(self, run: Run) -> list[str]:
        """Try once to delete them, for an object that goes and leaves its endpoint.

        Returns:
            the names of those that may be left.
        """
        desired, cache = run.subject.desired, run.observation.cache
        owner, recorded = _owner(run.subject), desired.recorded.rollout.probe_endpoints
        if cache is None or not recorded:
            return [owner.endpoint_name(entry.role) for entry in recorded]
        names = {entry.role: owner.endpoint_name(entry.role) for entry in recorded}
        looks = {role: ProbeLook(named=_seen(cache.endpoints.find("", name))) for role, name in names.items()}
        for step in parting(recorded, looks):
            with suppress(AgentRunError, ProblemError, ChangedError):
                await self._send(run, operations.delete_endpoint(cache.runtime_id, step.id))
                del names[step.role]
        return list(names.values())

    def _noted(self, run: Run, probes: ProbesMemory) -> Run:
        if probes == run.subject.memory.probes:
            return run
        return self._memories.keep(run, run.subject.memory._replace(probes=probes))


def _owner(subject: Subject) -> Owner:
    desired = subject.desired
    return Owner(desired.namespace, desired.name, desired.uid, private=desired.literal.disable_public_network_access)


def _cache(run: Run) -> RuntimeCache:
    if run.observation.cache is None:
        raise LookupError("probe endpoints are looked after without a look")
    return run.observation.cache


def _seen(endpoint: Endpoint | None) -> EndpointSeen | None:
    return EndpointSeen.of(endpoint) if endpoint else None


def _trouble(steps: Iterable[Step]) -> str:
    """What keeps a role from having its endpoint, for people; empty if nothing does."""
    names = [step.name for step in steps if isinstance(step, Foreign)]
    return f"An endpoint of somebody else has the name {', '.join(names)}: delete it" if names else ""


def sooner(action: Rest | Retry, after: float | None) -> Rest | Retry:
    """The same, with a look at the probe endpoints in time. Pauses after a failure are for all of it."""
    return action if isinstance(action, Retry) else action.within(after)


_PAUSES: dict[type, float] = {Wait: SOON, Foreign: BLOCKED_PAUSE}
"""Seconds until the next look, for steps that are no writes."""
