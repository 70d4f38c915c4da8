"""Rollouts, as a reconcile deals with them: the record is written before what follows from it is sent, requests are
heeded, and what is to be proved is handed on.

What is to be recorded was decided before; AgentRun is not written to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.controller.analysis.assignment import Assignment
from agentrun_operator.controller.keys import is_leftover
from agentrun_operator.controller.kube.errors import CONFLICT, NOT_FOUND, KubeError
from agentrun_operator.reconcile.rollout.events import happened, ignored
from agentrun_operator.reconcile.rollout.memory import Cause, effective
from agentrun_operator.reconcile.rollout.proof.evidence import Evidence
from agentrun_operator.reconcile.status.status import recorded_status, status_patch

if TYPE_CHECKING:
    from agentrun_operator.controller.analysis.analysis import Analysis
    from agentrun_operator.controller.keys import ObjectKey
    from agentrun_operator.controller.worker.run import Memories, Run, Subject
    from agentrun_operator.controller.worker.writing.object_writer import ObjectWriter
    from agentrun_operator.controller.worker.writing.reporter import Reporter
    from agentrun_operator.reconcile.input import Input
    from agentrun_operator.reconcile.rollout.memory import Memory
    from agentrun_operator.reconcile.verdict import Verdict

NO_EVIDENCE = Evidence()


class Rollouts:
    """The rollouts of all objects."""

    def __init__(self, memories: Memories, writer: ObjectWriter, reporter: Reporter, analysis: Analysis) -> None:
        """Prepare it.

        Args:
            memories: what is remembered of objects.
            writer: writes to the objects.
            reporter: tells people what happened.
            analysis: proves steps.
        """
        self._memories = memories
        self._writer = writer
        self._reporter = reporter
        self._analysis = analysis

    def evidence(self, subject: Subject) -> Evidence:
        """What was proved of the step that an object is in."""
        if subject.desired.plan is None:
            return NO_EVIDENCE
        found = self._analysis.evidence(subject.key, subject.desired.recorded.rollout)
        trouble = subject.memory.probes.trouble
        return found._replace(inconclusive=Cause.PROBE_UNAVAILABLE, told=trouble) if trouble else found

    def forget(self, key: ObjectKey) -> None:
        """An object is gone."""
        self._analysis.leave(key)

    async def record(self, run: Run, given: Input, after: Memory, verdict: Verdict | None) -> Run:
        """Write the record, together with what the verdict says.

        Raises:
            KubeError: 409 when the object has changed since it was read; or it was refused, unless what was to be
                recorded takes a version off the traffic: that is kept here, and done all the same.
        """
        before, body, memory = given.desired.recorded.rollout, run.subject.body, run.subject.memory
        status = recorded_status(given, after, verdict, memory.status(body))
        memory = memory if effective(before) == effective(after) else memory.replanned(given.desired.generation)
        if is_leftover(run.subject.key):  # there is no object to write to
            return self._memories.with_body(self._memories.keep(run, memory.untold(status)), body)
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
        self._reporter.rollout(body, happened(before, after))
        return self._memories.with_body(run, body)

    def heed(self, run: Run) -> Run:
        """Tell of a request that does not fit, once; and have the step proved that the object is in."""
        self._prove(run)
        subject = run.subject
        text, memory = subject.desired.request, subject.desired.recorded.rollout
        if subject.desired.observes or subject.desired.deleting:
            return run
        event = ignored(text, memory, memory) if text != subject.memory.ignored else None
        if event is None:
            return run
        self._reporter.rollout(subject.body, (event,))
        return self._memories.keep(run, subject.memory._replace(ignored=text))

    def _prove(self, run: Run) -> None:
        """Have the step proved that the object is in. A look that failed says nothing of it: what is proved stays."""
        desired, key = run.subject.desired, run.subject.key
        if run.observation.observed.problem and desired.rolls and not (desired.paused or desired.deleting):
            return
        assignment = _assignment(run) if desired.rolls else None
        if assignment is None:
            self._analysis.leave(key)
        else:
            self._analysis.follow(assignment)


def _assignment(run: Run) -> Assignment | None:
    """What is to be proved: the step that AgentRun holds; None while there is none."""
    desired, observation = run.subject.desired, run.observation
    memory, plan, runtime = desired.recorded.rollout, desired.plan, observation.observed.runtime
    if plan is None or not plan.proves or not memory.running or memory.settled_at is None:
        return None
    if desired.paused or desired.deleting or runtime is None or observation.account is None:
        return None
    return Assignment(
        key=run.subject.key,
        uid=desired.uid,
        plan=plan,
        number=memory.number,
        step=memory.step,
        weight=memory.weight,
        settled_at=memory.settled_at,
        step_bake=plan.step(memory.step).bake,
        canary=memory.canary,
        stable=memory.stable,
        endpoint_name=desired.endpoint_name,
        runtime_id=runtime.id,
        runtime_name=runtime.name,
        account=observation.account,
        failures=memory.failures,
        probe_endpoints=run.subject.memory.probes.ready,
    )
