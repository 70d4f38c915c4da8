"""Writes onto the object what guards its endpoint, and takes it off again: the finalizer, the label and the claim.

Whether that is to be done was decided before; AgentRun is not written to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agentrun_operator.controller.keys import is_leftover
from agentrun_operator.reconcile.rollout.events import happened
from agentrun_operator.reconcile.status.status import claimed_status, status_patch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agentrun_operator.controller.keys import Body, ObjectKey
    from agentrun_operator.controller.shards.others import Others
    from agentrun_operator.controller.worker.run import Memories, Run
    from agentrun_operator.controller.worker.writing.object_writer import ObjectWriter
    from agentrun_operator.controller.worker.writing.reporter import Reporter
    from agentrun_operator.reconcile.actions import AddClaim
    from agentrun_operator.reconcile.input import Input
    from agentrun_operator.reconcile.verdict import Verdict


class Claims:
    """Guards endpoints by their objects."""

    def __init__(
        self,
        memories: Memories,
        writer: ObjectWriter,
        reporter: Reporter,
        others: Others | None = None,
        *,
        enqueue_rivals: Callable[[ObjectKey], None],
        cleaned_up: Callable[[Body], None],
    ) -> None:
        """Prepare it.

        Args:
            memories: what is remembered of objects.
            writer: writes to the objects.
            reporter: tells people what happened.
            others: the objects that others may look after; None: nobody else does.
            enqueue_rivals: has those looked at that may manage the same endpoint as an object.
            cleaned_up: forgets what an object that is gone had left behind.
        """
        self._memories = memories
        self._writer = writer
        self._reporter = reporter
        self._enqueue_rivals = enqueue_rivals
        self._cleaned_up = cleaned_up
        self._others = others

    async def look(self, run: Run, given: Input) -> Run:
        """List who has a claim on the endpoint that was found, whoever looks after them.

        Raises:
            KubeError: the API server did not answer.
        """
        if self._others is None:
            raise LookupError("others were asked for where nobody else looks after objects")
        seen = await self._others.claimants(given.wanted_claim, claimed=given.desired.touched)
        observation = run.observation
        return run._replace(observation=observation._replace(observed=replace(observation.observed, claimants=seen)))

    async def add(self, run: Run, given: Input, added: AddClaim, verdict: Verdict | None) -> Run:
        """Write the finalizer and the label, then the claim together with what the verdict says and how a rollout
        begins.

        Raises:
            KubeError: 409 when the object has changed since it was read.
        """
        before, claim = run.subject.desired.current_claim, added.claim
        rollout = given.desired.recorded.rollout
        if added.rollout is not None:
            given = given._replace(desired=given.desired.with_rollout(added.rollout))
        if before != claim:
            run = self._memories.keep(run, run.subject.memory.claiming())
        if not (run.subject.desired.finalized and given.labelled(claim)):
            run = self._memories.with_body(run, await self._writer.finalize(run.subject.body, claim.label))
        memory, body = run.subject.memory, run.subject.body
        after = claimed_status(given, claim, verdict, memory.status(body))
        if patch := status_patch(body["status"], after):
            body = await self._writer.claim(body, patch)
        run = self._memories.with_body(self._memories.keep(run, memory.holding(claim)._replace(unwritten=None)), body)
        if claim.adopted and before != claim:
            self._reporter.adopted(body)
            self._enqueue_rivals(run.subject.key)
        if added.rollout is not None:
            self._reporter.rollout(body, happened(rollout, added.rollout))
        return run

    async def remove(self, run: Run) -> Run:
        """Take the finalizer off; the claim goes with the next write of the status."""
        return self._memories.with_body(self.drop(run), await self._writer.release(run.subject.body))

    def drop_unused(self, run: Run) -> Run:
        """A claim under which no create was sent, or every one was refused, does not outlive its reconcile: whatever is
        made under the name later is somebody else's.
        """
        claim = run.subject.desired.current_claim
        unused = claim and run.subject.memory.attempts.claim_unused and not claim.adopted
        return self.drop(run) if unused else run

    def drop(self, run: Run) -> Run:
        """Have the claim go with the next write of the status."""
        run = self._memories.keep(run, run.subject.memory.holding(None))
        return self._memories.with_body(run, run.subject.body)

    async def release(self, run: Run, given: Input, *, orphaned: bool, left: Sequence[str] = ()) -> None:
        """Let the object go. `left` has the names of probe endpoints that may be left with its endpoint.

        Raises:
            KubeError: 409 when the object has changed since it was read.
        """
        key, body = run.subject.key, run.subject.body
        if is_leftover(key):
            self._cleaned_up(body)
            return
        await self._writer.release(body)
        self._memories.keep(run, run.subject.memory.holding(None))
        self._enqueue_rivals(key)
        self._reporter.released(body, given, orphaned=orphaned, left=left)
