"""Writes how a rollout stands into its object's status, before anything that follows from it is sent to AgentRun.

What is to be written was decided before; AgentRun is not written to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.controller.kube.client import CONFLICT, NOT_FOUND, KubeError
from agentrun_operator.reconcile.rollout.memory import effective
from agentrun_operator.reconcile.status import recorded_status, status_patch

if TYPE_CHECKING:
    from agentrun_operator.controller.worker.object_writer import ObjectWriter
    from agentrun_operator.controller.worker.reporter import Reporter
    from agentrun_operator.controller.worker.run import Memories, Run
    from agentrun_operator.reconcile.input import Input
    from agentrun_operator.reconcile.rollout.memory import Memory
    from agentrun_operator.reconcile.verdict import Verdict


class Rollouts:
    """Records rollouts."""

    def __init__(self, memories: Memories, writer: ObjectWriter, reporter: Reporter) -> None:
        """Prepare it.

        Args:
            memories: what is remembered of objects.
            writer: writes to the objects.
            reporter: tells people what happened.
        """
        self._memories = memories
        self._writer = writer
        self._reporter = reporter

    async def record(self, run: Run, given: Input, after: Memory, verdict: Verdict | None) -> Run:
        """Write the record, together with what the verdict says.

        Raises:
            KubeError: 409 when the object has changed since it was read; or it was refused, unless what was to be
                recorded takes a version off the traffic: that is kept here, and done all the same.
        """
        before, body, memory = given.desired.recorded.rollout, run.subject.body, run.subject.memory
        status = recorded_status(given, after, verdict, memory.status(body))
        memory = memory if effective(before) == effective(after) else memory.replanned(given.desired.generation)
        try:
            body = await self._writer.record(body, status_patch(body["status"], status))
        except KubeError as error:
            reverts = before.running and not after.running
            if not error.refused or error.status in (NOT_FOUND, CONFLICT) or not reverts:
                raise
            self._reporter.refused(body, error)
            run = self._memories.keep(run, memory.untold(status))
        else:
            run = self._memories.keep(run, memory.told(status))
        self._reporter.rollout(body, before, after)
        return self._memories.with_body(run, body)
