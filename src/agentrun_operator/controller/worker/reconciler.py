"""One reconcile of one object: gather → decide → execute → status, and when to look again.

The only place where the steps meet. Nothing is decided here; a reconcile makes at most one write to AgentRun.
"""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from agentrun_operator.controller.keys import is_leftover
from agentrun_operator.controller.kube.errors import CONFLICT, NOT_FOUND, KubeError
from agentrun_operator.controller.remote.fence import ChangedError, guarded
from agentrun_operator.controller.worker.execute import execute
from agentrun_operator.controller.worker.exports import Exports
from agentrun_operator.controller.worker.leftovers import Leftovers
from agentrun_operator.controller.worker.object_memory import Moment
from agentrun_operator.controller.worker.probe_endpoints import ProbeEndpoints, sooner
from agentrun_operator.controller.worker.run import Conclude, Continue, Memories, Run, Step
from agentrun_operator.controller.worker.writing.claims import Claims
from agentrun_operator.controller.worker.writing.rollouts import Rollouts
from agentrun_operator.controller.worker.writing.statuses import Statuses
from agentrun_operator.reconcile import after_write
from agentrun_operator.reconcile.actions import (
    AddClaim,
    Confirm,
    Create,
    Delete,
    FindClaimants,
    Record,
    Release,
    RemoveClaim,
    Rest,
    Retry,
    Update,
)
from agentrun_operator.reconcile.checks.deletion_checks import probes_left
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.decision import Decision
from agentrun_operator.reconcile.input import Input, Timing
from agentrun_operator.reconcile.state.observed import EndpointSeen

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from agentrun_operator.agentrun.models import Endpoint
    from agentrun_operator.controller.analysis.analysis import Analysis
    from agentrun_operator.controller.informer.store.store import Store
    from agentrun_operator.controller.keys import Body, ObjectKey
    from agentrun_operator.controller.kube.exports import ExportClient
    from agentrun_operator.controller.shards.others import Others
    from agentrun_operator.controller.worker.gather import Gatherer
    from agentrun_operator.controller.worker.run import Subject
    from agentrun_operator.controller.worker.writing.object_writer import ObjectWriter
    from agentrun_operator.controller.worker.writing.reporter import Reporter
    from agentrun_operator.reconcile.actions import Write
    from agentrun_operator.reconcile.after_write import WriteResult

MAX_STEPS = 8
"""Steps in one reconcile (confirm, claim, write, look at the answer, …); one that needs more comes again."""


class Reconciler:
    """Brings objects and their endpoints together."""

    def __init__(
        self,
        store: Store,
        gatherer: Gatherer,
        writer: ObjectWriter,
        reporter: Reporter,
        timing: Timing,
        *,
        analysis: Analysis,
        exports: ExportClient,
        enqueue_rivals: Callable[[ObjectKey], None],
        left_behind: Callable[[Body], None],
        cleaned_up: Callable[[Body], None],
        now: Callable[[], datetime],
        others: Others | None = None,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Prepare the work.

        Args:
            store: the objects.
            gatherer: looks at AgentRun.
            writer: writes to the objects.
            reporter: tells people what happened.
            timing: settings that decisions depend on.
            analysis: proves the steps of rollouts.
            exports: reads and writes what tells apps of endpoints.
            enqueue_rivals: has those looked at that may manage the same endpoint as an object.
            left_behind: keeps the endpoint of an object that is gone, to be deleted.
            cleaned_up: forgets it again.
            now: the time of day.
            others: the objects that other operators may look after; None: there are none.
            clock: the time in seconds.
            jitter: random numbers from 0 to 1.
        """
        self._store, self._gatherer, self._timing = store, gatherer, timing
        self._writer, self._reporter = writer, reporter
        self._now, self._clock, self._jitter = now, clock, jitter
        self._began = Moment(now(), clock())
        self._memories = Memories()
        self._leftovers = Leftovers(reporter, others, left_behind=left_behind, cleaned_up=cleaned_up, now=now)
        self._claims = Claims(
            self._memories, writer, reporter, others, enqueue_rivals=enqueue_rivals, cleaned_up=cleaned_up
        )
        self._statuses = Statuses(store, self._memories, writer, reporter, self._claims)
        self._rollouts = Rollouts(self._memories, writer, reporter, analysis)
        self._exports = Exports(exports, self._memories, writer, interval=timing.resync_interval, jitter=jitter)
        self._probe_endpoints = ProbeEndpoints(store, self._memories, self._rollouts, clock)

    def forget(self, key: ObjectKey) -> None:
        """An object is gone, or looked after elsewhere."""
        self._rollouts.forget(key)
        memory = self._memories.forget(key)
        if memory is not None and not is_leftover(key):
            self._leftovers.keep(memory)

    async def reconcile(self, key: ObjectKey) -> Rest | Retry:
        """One reconcile.

        Returns:
            when to look again.

        Raises:
            KubeError: the API server did not take a write, or refused it.
            NotLeadingError: this replica may not write any more.
        """
        if unread := self._store.unreadable(key):
            await self._writer.tell_unread(key, unread, self._now())
            return Rest()
        body = self._store.get(key)
        if body is None or await self._leftovers.is_void(key, body):
            return Rest()
        try:
            return await self._reconcile(key, body)
        except KubeError as error:
            if error.status == NOT_FOUND:
                return Rest()  # gone meanwhile; the watch or the resync tells
            if error.status == CONFLICT:
                memory = self._memories.conflicted(key)
                return Rest(after=memory.conflict_pause(self._timing.retry_max, self._jitter()))
            raise

    async def _reconcile(self, key: ObjectKey, body: Body) -> Rest | Retry:
        subject = self._memories.subject(key, body, self._store.take_overwritten(key))
        run = await self._gathered(subject, fresh=subject.desired.requested)
        for _ in range(MAX_STEPS):
            if self._store.current(run.subject.body) is None:
                return Rest()  # gone meanwhile, or made anew under its name: that is for another reconcile
            given = self._input(run)
            match await self._told_if_refused(run, given, decide(given)):
                case Conclude(run, decision):
                    return await self._conclude(run, decision)
                case Continue(run):
                    continue
        return Rest(after=after_write.AGAIN)

    async def _told_if_refused(self, run: Run, given: Input, decision: Decision) -> Step:
        """Do the decided action; where the API server refuses it, the object is to say so."""
        try:
            return await self._step(run, given, decision)
        except KubeError as error:
            if not error.refused or error.status in (NOT_FOUND, CONFLICT):
                raise
            return Conclude(run, after_write.refused_by_kubernetes(given, str(error)))

    async def _step(self, run: Run, given: Input, decision: Decision) -> Step:  # noqa: PLR0911 - one for each action
        """Do the decided action."""
        match decision.action:
            case Confirm():
                return await self._confirm(run, decision)
            case FindClaimants():
                return Continue(await self._claims.look(run, given))
            case AddClaim() as added:
                return Continue(await self._claims.add(run, given, added, decision.verdict))
            case Record(rollout):
                return Continue(await self._rollouts.record(run, given, rollout, decision.verdict))
            case RemoveClaim():
                return Continue(await self._claims.remove(run))
            case Release(orphaned):
                return await self._release(run, given, orphaned=orphaned)
            case Create() | Update() | Delete() if run.written:
                return Conclude(run, after_write.another_write(given, decision, run.written))
            case Create() | Update() | Delete() as write:
                return await self._write(run, given, decision, write)
        return Conclude(run, decision)

    async def _release(self, run: Run, given: Input, *, orphaned: bool) -> Step:
        """Let the object go, once its probe endpoints were seen gone; one that leaves its endpoint tries that once."""
        if run.observation.cache is not None and not orphaned:
            run, again = await self._probe_endpoints.tend(run, self._input)
            if run.subject.desired.recorded.rollout.probe_endpoints:
                told = probes_left(self._input(run), run.subject.memory.probes.trouble)
                return Conclude(run, Decision(Rest(after=again, soon=True), told))
        left = await self._probe_endpoints.part(run) if orphaned else []
        await self._exports.remove(run)
        await self._claims.release(run, given, orphaned=orphaned, left=left)
        return Conclude(run, Decision())

    async def _confirm(self, run: Run, decision: Decision) -> Step:
        if run.observation.fresh:
            return Conclude(run, replace(decision, action=Rest(after=after_write.AGAIN)))
        return Continue(await self._gathered_again(run))

    async def _write(self, run: Run, given: Input, decision: Decision, write: Write) -> Step:
        unused = run.subject.memory.attempts.claim_unused
        try:
            run, result = await self._sent(run, write)
        except ChangedError:
            return Conclude(run, Decision(Rest(after=0.0)))
        if result.problem is None:
            return self._accepted(run, given, write, result.endpoint)
        if result.taken and unused:
            return await self._taken(run, given)
        if result.taken or result.gone:
            return Continue(await self._gathered_again(run))
        return Conclude(run, after_write.failed(given, decision, result.problem))

    async def _sent(self, run: Run, write: Write) -> tuple[Run, WriteResult]:
        """Send a write, and remember how it went.

        Raises:
            ChangedError: it was not sent, since the object is another than the one that it was decided on.
        """
        before, subject = run.subject.memory, run.subject
        run = self._memories.keep(run, before.before(write, self._moment(), subject.body))
        try:
            with guarded(lambda: self._store.unchanged(subject.body)):
                result = await execute(subject.desired, run.observation, write)
        except ChangedError:
            self._memories.keep(run, before)
            raise
        memory = run.subject.memory.after(
            write,
            result,
            self._moment(),
            claim_unused=before.attempts.claim_unused,
            retry_max=self._timing.retry_max,
            jitter=self._jitter(),
        )
        return self._memories.keep(run, memory)._replace(written=result), result

    def _accepted(self, run: Run, given: Input, write: Write, endpoint: Endpoint | None) -> Step:
        """The answer is the newest look there is: decide again by it, to tell how things stand."""
        self._reporter.wrote(run.subject.body, given, write)
        if not isinstance(write, Delete):
            run = run._replace(subject=run.subject._replace(desired=run.subject.desired.with_applied()))
        if endpoint is None:
            return Conclude(run, after_write.accepted(given, write))
        seen = replace(run.observation.observed, endpoint=EndpointSeen.of(endpoint), confirmed=True, answered=True)
        return Continue(run._replace(observation=run.observation._replace(observed=seen)))

    async def _taken(self, run: Run, given: Input) -> Step:
        """The endpoint is somebody else's: the claim was premature."""
        run = await self._gathered_again(await self._claims.remove(run))
        return Conclude(run, after_write.taken(given)) if run.observation.observed.endpoint is None else Continue(run)

    async def _conclude(self, run: Run, decision: Decision) -> Rest | Retry:
        if decision.settled:
            run = self._memories.keep(run, run.subject.memory.settled())
        at_rest: float | None = None
        if decision.verdict is not None and not is_leftover(run.subject.key):
            run, verdict, at_rest = await self._exports.tend(run, self._input, decision.verdict)
            run = await self._statuses.write(run, self._input, verdict)
        run, again = await self._probe_endpoints.tend(run, self._input)
        run = self._rollouts.heed(run)
        if not isinstance(decision.action, Rest | Retry):
            raise TypeError(f"a reconcile ended with {decision.action}")
        account, cache = run.observation.account, run.observation.cache
        if isinstance(decision.action, Rest) and decision.action.soon and account and cache:
            account.poll_soon(cache.runtime_id)
        return sooner(sooner(decision.action, again), at_rest)

    async def _gathered_again(self, run: Run) -> Run:
        return await self._gathered(run.subject, fresh=True, written=run.written)

    async def _gathered(self, subject: Subject, *, fresh: bool, written: WriteResult | None = None) -> Run:
        subject = self._memories.remember(subject, subject.memory.begin(subject.desired, self._clock()))
        observation = await self._gatherer.gather(subject, fresh=fresh)
        memory = subject.memory.saw(observation.observed.endpoint, subject.desired)
        return Run(self._memories.remember(subject, memory), observation, written)

    def _moment(self) -> Moment:
        """The present by the time of day at the start and by what has passed since: somebody may set the clock."""
        clock = self._clock()
        return Moment(self._began.time + timedelta(seconds=clock - self._began.clock), clock)

    def _input(self, run: Run) -> Input:
        subject, observed = run.subject, run.observation.observed
        now, evidence = self._moment().time, self._rollouts.evidence(subject)
        return Input(subject.desired, observed, subject.memory.attempts, now, self._timing, self._now(), evidence)
