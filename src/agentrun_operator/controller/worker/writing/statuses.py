"""Writes what the conditions are to say, with all else that the status tells. What is to be said was decided before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentrun_operator.controller.kube.errors import CONFLICT, NOT_FOUND, KubeError
from agentrun_operator.reconcile.status.status import status_of, status_patch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentrun_operator.controller.informer.store.store import Store
    from agentrun_operator.controller.worker.run import Memories, Run
    from agentrun_operator.controller.worker.writing.claims import Claims
    from agentrun_operator.controller.worker.writing.object_writer import ObjectWriter
    from agentrun_operator.controller.worker.writing.reporter import Reporter
    from agentrun_operator.reconcile.input import Input
    from agentrun_operator.reconcile.verdict import Verdict


class Statuses:
    """The statuses of all objects, for writing."""

    def __init__(
        self, store: Store, memories: Memories, writer: ObjectWriter, reporter: Reporter, claims: Claims
    ) -> None:
        """Prepare it.

        Args:
            store: the objects.
            memories: what is remembered of objects.
            writer: writes to the objects.
            reporter: tells people what happened.
            claims: guards endpoints.
        """
        self._store = store
        self._memories = memories
        self._writer = writer
        self._reporter = reporter
        self._claims = claims

    async def write(self, run: Run, given: Callable[[Run], Input], verdict: Verdict) -> Run:
        """Write what a verdict says, if the object does not say so already.

        Args:
            run: the reconcile.
            given: what is known in it.
            verdict: what the conditions are to say.

        Raises:
            KubeError: the API server did not take it.
        """
        if self._store.current(run.subject.body) is None:
            return run  # gone, or another operator's by now, who tells of it
        overwritten = self._store.take_overwritten(run.subject.key)  # since this reconcile began
        run = self._claims.drop_unused(self._memories.keep(run, run.subject.memory.overwritten(overwritten)))
        body = self._store.current(run.subject.body) or run.subject.body
        told = run.subject.memory.status(body)
        after = status_of(given(run), verdict, told)
        if patch := status_patch(body["status"], after):
            return await self._tell(run, told, after, patch)
        if run.subject.memory.unwritten is not None:
            return self._memories.keep(run, run.subject.memory.told(after))
        return run

    async def _tell(self, run: Run, told: Mapping[str, Any], after: Mapping[str, Any], patch: dict[str, Any]) -> Run:
        """Write the status. What it cannot take is kept here: nothing that was done is done again because of it."""
        write = self._writer.claim if "claim" in patch else self._writer.write_status
        try:
            await write(self._store.current(run.subject.body) or run.subject.body, patch)
        except KubeError as error:
            if error.status != NOT_FOUND:
                if error.refused and error.status != CONFLICT and run.subject.memory.unwritten is None:
                    self._reporter.refused(run.subject.body, error)
                self._memories.keep(run, run.subject.memory.untold(after))
                self._reporter.status(run.subject.body, told, after)
            raise
        self._reporter.status(run.subject.body, told, after)
        memory, overwritten = run.subject.memory, self._store.take_overwritten(run.subject.key)
        return self._memories.keep(run, memory.told(after) if overwritten is None else memory.untold(after))
