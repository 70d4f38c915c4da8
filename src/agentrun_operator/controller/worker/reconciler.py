"""One pass for one object: gather → decide → execute → status, and when to look again.

The only place where the steps meet. Nothing is decided here; a pass makes at most one write to AgentRun.
"""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agentrun_operator.controller.kube.client import CONFLICT, NOT_FOUND, KubeError
from agentrun_operator.controller.worker.execute import WriteResult, execute
from agentrun_operator.controller.worker.gather import Observation, Subject
from agentrun_operator.controller.worker.object_memory import ObjectMemory
from agentrun_operator.reconcile.actions import (
    AddClaim,
    Confirm,
    Create,
    Delete,
    Release,
    RemoveClaim,
    Rest,
    Retry,
    Update,
)
from agentrun_operator.reconcile.after_write import accepted, contradicted, failed, taken
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.decision import Decision
from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.reconcile.input import Input, Timing
from agentrun_operator.reconcile.observed import EndpointSeen
from agentrun_operator.reconcile.status import status_of, status_patch

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from agentrun_operator.controller.informer.store import Store
    from agentrun_operator.controller.keys import Body, ObjectKey
    from agentrun_operator.controller.worker.gather import Gatherer
    from agentrun_operator.controller.worker.object_writer import ObjectWriter
    from agentrun_operator.controller.worker.reporter import Reporter
    from agentrun_operator.reconcile.observed import Problem

log = logging.getLogger(__name__)

MAX_STEPS = 8
"""Steps in one pass (confirm, mark, write, look at the answer, …); a pass that needs more comes again."""

AGAIN = 2.0
"""Seconds before an object is looked at again whose pass ended before it was done."""


@dataclass(slots=True)
class Run:
    """The state of one pass."""

    subject: Subject
    observation: Observation
    confirmed: bool = False
    wrote: bool = False
    contradicted: Problem | None = None
    """Why a write was refused, by an answer that speaks of another state than the look after it shows."""


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
        enqueue_rivals: Callable[[ObjectKey], None],
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Prepares the work.

        Args:
            store: the objects.
            gatherer: looks at AgentRun.
            writer: writes to the objects.
            reporter: tells people what happened.
            timing: settings that decisions depend on.
            enqueue_rivals: has those looked at that may manage the same endpoint as an object.
            now: the time of day.
            clock: the time in seconds.
            jitter: random numbers from 0 to 1.
        """
        self._store = store
        self._gatherer = gatherer
        self._writer = writer
        self._reporter = reporter
        self._timing = timing
        self._enqueue_rivals = enqueue_rivals
        self._now = now
        self._clock = clock
        self._jitter = jitter
        self._memories: dict[ObjectKey, ObjectMemory] = {}

    def forget(self, key: ObjectKey) -> None:
        """An object is gone."""
        self._memories.pop(key, None)

    async def reconcile(self, key: ObjectKey) -> Rest | Retry:
        """One pass.

        Returns:
            when to look again.

        Raises:
            ServerError: the API server did not take a write, or refused it.
            NotLeadingError: this replica may not write any more.
        """
        body = self._store.get(key)
        if body is None:
            return Rest()
        try:
            return await self._passed(key, body)
        except KubeError as error:
            if error.status == NOT_FOUND:
                return Rest()  # gone meanwhile; the watch or the sweeper tells
            if error.status == CONFLICT:
                return Rest(after=AGAIN / 4)  # changed meanwhile; the watch is about to tell
            raise

    async def _passed(self, key: ObjectKey, body: Body) -> Rest | Retry:
        subject = self._subject(key, body)
        observation = await self._gatherer.observation(subject, fresh=subject.desired.requested)
        current = Run(subject, observation, confirmed=subject.desired.requested)
        for _ in range(MAX_STEPS):
            if self._store.current(current.subject.body) is None:
                return Rest()  # gone meanwhile, or made anew under its name: that is for another pass
            given = self._given(current)
            decision = decide(given)
            step = await self._step(current, given, decision)
            if step is not None:
                return await self._conclude(current, step)
            if current.subject.desired.deleting is not given.desired.deleting:  # and that looks for heirs
                current.observation = await self._gatherer.observation(current.subject, fresh=current.confirmed)
        return Rest(after=AGAIN)

    async def _step(self, current: Run, given: Input, decision: Decision) -> Decision | None:
        """Does the decided action; None when the situation is another now and has to be decided anew."""
        match decision.action:
            case Confirm():
                return await self._confirm(current, decision)
            case AddClaim(claim):
                await self._claim(current, claim.adopted, await self._writer.claim(current.subject.body, claim))
                return None
            case RemoveClaim():
                current.subject = self._subject(current.subject.key, await self._writer.unclaim(current.subject.body))
                return None
            case Release(orphaned):
                await self._writer.unclaim(current.subject.body)
                self._enqueue_rivals(current.subject.key)
                self._reporter.released(current.subject.body, given, orphaned=orphaned)
                return Decision()
            case Create() | Update() | Delete() as write:
                return await self._write(current, given, decision, write)
        return decision

    async def _claim(self, current: Run, adopted: bool, body: Body) -> None:  # noqa: FBT001 - a part of the claim
        before = current.subject.desired.current_claim
        current.subject = self._subject(current.subject.key, body)
        if before != current.subject.desired.current_claim:
            memory = current.subject.memory
            memory.attempts = replace(memory.attempts, claim_unused=True)
            if adopted:
                self._reporter.adopted(body)
                self._enqueue_rivals(current.subject.key)

    async def _confirm(self, current: Run, decision: Decision) -> Decision | None:
        if current.confirmed:
            return replace(decision, action=Rest(after=AGAIN))
        await self._observe_again(current)
        return None

    async def _observe_again(self, current: Run) -> None:
        current.observation = await self._gatherer.observation(current.subject, fresh=True)
        current.confirmed = True

    async def _write(
        self, current: Run, given: Input, decision: Decision, write: Create | Update | Delete
    ) -> Decision | None:
        if current.contradicted:
            return contradicted(given, decision, current.contradicted)
        if current.wrote:
            return replace(decision, action=Rest(after=AGAIN, soon=True))
        memory = current.subject.memory
        unused = memory.attempts.claim_unused
        if isinstance(write, Create):
            memory.sends_create(self._clock())
        result = await execute(current.subject, current.observation, write)
        if result.problem is None:
            return await self._accepted(current, given, write, result)
        if isinstance(write, Create) and result.certain and unused:
            memory.create_was_refused()
        if result.taken and unused:  # it is somebody else's: the claim was premature
            current.subject = self._subject(current.subject.key, await self._writer.unclaim(current.subject.body))
            await self._observe_again(current)
            return taken(given) if current.observation.observed.endpoint is None else None
        if result.taken or result.gone:
            current.contradicted = result.problem
            await self._observe_again(current)
            return None
        if not result.certain:
            memory.since = self._clock()
        return failed(given, decision, result.problem)

    async def _accepted(
        self, current: Run, given: Input, write: Create | Update | Delete, result: WriteResult
    ) -> Decision | None:
        """The answer is the newest look there is: decide again by it, to tell how things stand."""
        memory, now = current.subject.memory, self._now()
        current.wrote = True
        self._reporter.wrote(current.subject.body, given, write)
        if isinstance(write, Create) and result.endpoint is not None:
            memory.created()
        if isinstance(write, Update):
            memory.attempts = memory.attempts.updated(write.delta, now)
        if isinstance(write, Delete):
            memory.attempts = memory.attempts.deleted(now)
        if not isinstance(write, Create) and write.recovery:
            memory.attempts = memory.attempts.failed(now, self._timing.retry_max, self._jitter())
        if not isinstance(write, Delete):
            current.subject = replace(current.subject, desired=current.subject.desired.with_applied())
        if result.endpoint is None:
            memory.since = self._clock()
            return accepted(given, write)
        seen = replace(current.observation.observed, endpoint=EndpointSeen.of(result.endpoint), confirmed=True)
        current.observation = replace(current.observation, observed=seen)
        return None

    async def _conclude(self, current: Run, decision: Decision) -> Rest | Retry:
        memory = current.subject.memory
        if decision.settled:
            memory.attempts = memory.attempts.settled()
            memory.sure()
        if decision.verdict is not None:
            body = self._store.current(current.subject.body) or current.subject.body
            before = body["status"]
            after = status_of(self._given(current), decision.verdict, before)
            if patch := status_patch(before, after):
                await self._writer.write_status(current.subject.body, patch)
                self._reporter.status(current.subject.body, before, after)
        if not isinstance(decision.action, Rest | Retry):
            raise TypeError(f"a pass ended with {decision.action}")
        if (
            isinstance(decision.action, Rest)
            and decision.action.soon
            and current.observation.account
            and current.observation.cache
        ):
            current.observation.account.poll_soon(current.observation.cache.runtime_id)
        return decision.action

    def _subject(self, key: ObjectKey, body: Body) -> Subject:
        uid = body["metadata"]["uid"]
        memory = self._memories.get(key)
        if memory is None or memory.uid != uid:
            memory = self._memories[key] = ObjectMemory(uid)
        return Subject(key, body, desired_of(body), memory)

    def _given(self, current: Run) -> Input:
        return Input(
            current.subject.desired,
            current.observation.observed,
            current.subject.memory.attempts,
            self._now(),
            self._timing,
        )
