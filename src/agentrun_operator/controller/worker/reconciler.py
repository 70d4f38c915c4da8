"""One pass for one object: gather → decide → execute → status, and when to look again.

The only place where the steps meet. Nothing is decided here; a pass makes at most one write to AgentRun.
"""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agentrun_operator.controller.kube.client import CONFLICT, NOT_FOUND, ServerError
from agentrun_operator.controller.worker.execute import Outcome, execute
from agentrun_operator.controller.worker.gather import Look, Subject
from agentrun_operator.controller.worker.object_memory import Track
from agentrun_operator.reconcile.actions import Confirm, Create, Delete, Mark, Release, Rest, Retry, Unmark, Update
from agentrun_operator.reconcile.after_write import accepted, contradicted, failed, taken
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.decision import Decision
from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.reconcile.input import Limits, Situation
from agentrun_operator.reconcile.observed import EndpointSeen
from agentrun_operator.reconcile.status import status_of, status_patch

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from agentrun_operator.controller.informer.store import Body, Store
    from agentrun_operator.controller.keys import Key
    from agentrun_operator.controller.worker.gather import Gatherer
    from agentrun_operator.controller.worker.object_writer import Objects
    from agentrun_operator.controller.worker.reporter import Story
    from agentrun_operator.reconcile.observed import Problem

log = logging.getLogger(__name__)

MAX_STEPS = 8
"""Steps in one pass (confirm, mark, write, look at the answer, …); a pass that needs more comes again."""

AGAIN = 2.0
"""Seconds before an object is looked at again whose pass ended before it was done."""


@dataclass(slots=True)
class Pass:
    """The state of one pass."""

    subject: Subject
    look: Look
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
        objects: Objects,
        story: Story,
        limits: Limits,
        *,
        tell_rivals: Callable[[Key], None],
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Prepares the work.

        Args:
            store: the objects.
            gatherer: looks at AgentRun.
            objects: writes to the objects.
            story: tells people what happened.
            limits: settings that decisions depend on.
            tell_rivals: has those looked at that may manage the same endpoint as an object.
            now: the time of day.
            clock: the time in seconds.
            jitter: random numbers from 0 to 1.
        """
        self._store = store
        self._gatherer = gatherer
        self._objects = objects
        self._story = story
        self._limits = limits
        self._tell_rivals = tell_rivals
        self._now = now
        self._clock = clock
        self._jitter = jitter
        self._tracks: dict[Key, Track] = {}

    def forget(self, key: Key) -> None:
        """An object is gone."""
        self._tracks.pop(key, None)

    async def reconcile(self, key: Key) -> Rest | Retry:
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
        except ServerError as error:
            if error.status == NOT_FOUND:
                return Rest()  # gone meanwhile; the watch or the sweeper tells
            if error.status == CONFLICT:
                return Rest(after=AGAIN / 4)  # changed meanwhile; the watch is about to tell
            raise

    async def _passed(self, key: Key, body: Body) -> Rest | Retry:
        subject = self._subject(key, body)
        look = await self._gatherer.look(subject, fresh=subject.desired.requested)
        current = Pass(subject, look, confirmed=subject.desired.requested)
        for _ in range(MAX_STEPS):
            if self._store.current(current.subject.body) is None:
                return Rest()  # gone meanwhile, or made anew under its name: that is for another pass
            situation = self._situation(current)
            decision = decide(situation)
            step = await self._step(current, situation, decision)
            if step is not None:
                return await self._conclude(current, step)
            if current.subject.desired.deleting is not situation.desired.deleting:  # and that looks for heirs
                current.look = await self._gatherer.look(current.subject, fresh=current.confirmed)
        return Rest(after=AGAIN)

    async def _step(self, current: Pass, situation: Situation, decision: Decision) -> Decision | None:
        """Does the decided action; None when the situation is another now and has to be decided anew."""
        match decision.action:
            case Confirm():
                return await self._confirm(current, decision)
            case Mark(claim):
                await self._mark(current, claim.adopted, await self._objects.mark(current.subject.body, claim))
                return None
            case Unmark():
                current.subject = self._subject(current.subject.key, await self._objects.unmark(current.subject.body))
                return None
            case Release(orphaned):
                await self._objects.unmark(current.subject.body)
                self._tell_rivals(current.subject.key)
                self._story.released(current.subject.body, situation, orphaned=orphaned)
                return Decision()
            case Create() | Update() | Delete() as write:
                return await self._write(current, situation, decision, write)
        return decision

    async def _mark(self, current: Pass, adopted: bool, body: Body) -> None:  # noqa: FBT001 - a part of the claim
        before = current.subject.desired.current_claim
        current.subject = self._subject(current.subject.key, body)
        if before != current.subject.desired.current_claim:
            track = current.subject.track
            track.attempts = replace(track.attempts, claim_unused=True)
            if adopted:
                self._story.adopted(body)
                self._tell_rivals(current.subject.key)

    async def _confirm(self, current: Pass, decision: Decision) -> Decision | None:
        if current.confirmed:
            return replace(decision, action=Rest(after=AGAIN))
        await self._look_again(current)
        return None

    async def _look_again(self, current: Pass) -> None:
        current.look = await self._gatherer.look(current.subject, fresh=True)
        current.confirmed = True

    async def _write(
        self, current: Pass, situation: Situation, decision: Decision, write: Create | Update | Delete
    ) -> Decision | None:
        if current.contradicted:
            return contradicted(situation, decision, current.contradicted)
        if current.wrote:
            return replace(decision, action=Rest(after=AGAIN, soon=True))
        track = current.subject.track
        unused = track.attempts.claim_unused
        if isinstance(write, Create):
            track.sends_create(self._clock())
        outcome = await execute(current.subject, current.look, write)
        if outcome.problem is None:
            return await self._accepted(current, situation, write, outcome)
        if isinstance(write, Create) and outcome.certain and unused:
            track.create_was_refused()
        if outcome.taken and unused:  # it is somebody else's: the claim was premature
            current.subject = self._subject(current.subject.key, await self._objects.unmark(current.subject.body))
            await self._look_again(current)
            return taken(situation) if current.look.observed.endpoint is None else None
        if outcome.taken or outcome.gone:
            current.contradicted = outcome.problem
            await self._look_again(current)
            return None
        if not outcome.certain:
            track.since = self._clock()
        return failed(situation, decision, outcome.problem)

    async def _accepted(
        self, current: Pass, situation: Situation, write: Create | Update | Delete, outcome: Outcome
    ) -> Decision | None:
        """The answer is the newest look there is: decide again by it, to tell how things stand."""
        track, now = current.subject.track, self._now()
        current.wrote = True
        self._story.wrote(current.subject.body, situation, write)
        if isinstance(write, Create) and outcome.endpoint is not None:
            track.created()
        if isinstance(write, Update):
            track.attempts = track.attempts.updated(write.delta, now)
        if isinstance(write, Delete):
            track.attempts = track.attempts.deleted(now)
        if not isinstance(write, Create) and write.recovery:
            track.attempts = track.attempts.failed(now, self._limits.retry_max, self._jitter())
        if not isinstance(write, Delete):
            current.subject = replace(current.subject, desired=current.subject.desired.with_applied())
        if outcome.endpoint is None:
            track.since = self._clock()
            return accepted(situation, write)
        seen = replace(current.look.observed, endpoint=EndpointSeen.of(outcome.endpoint), confirmed=True)
        current.look = replace(current.look, observed=seen)
        return None

    async def _conclude(self, current: Pass, decision: Decision) -> Rest | Retry:
        track = current.subject.track
        if decision.settled:
            track.attempts = track.attempts.settled()
            track.sure()
        if decision.verdict is not None:
            body = self._store.current(current.subject.body) or current.subject.body
            before = body["status"]
            after = status_of(self._situation(current), decision.verdict, before)
            if patch := status_patch(before, after):
                await self._objects.write_status(current.subject.body, patch)
                self._story.status(current.subject.body, before, after)
        if not isinstance(decision.action, Rest | Retry):
            raise TypeError(f"a pass ended with {decision.action}")
        if isinstance(decision.action, Rest) and decision.action.soon and current.look.account and current.look.view:
            current.look.account.hurry(current.look.view.runtime_id)
        return decision.action

    def _subject(self, key: Key, body: Body) -> Subject:
        uid = body["metadata"]["uid"]
        track = self._tracks.get(key)
        if track is None or track.uid != uid:
            track = self._tracks[key] = Track(uid)
        return Subject(key, body, desired_of(body), track)

    def _situation(self, current: Pass) -> Situation:
        return Situation(
            current.subject.desired, current.look.observed, current.subject.track.attempts, self._now(), self._limits
        )
