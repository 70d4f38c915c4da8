"""Brings what tells apps of an endpoint to where `spec.connection` wants it: recorded, then made, put right, taken off.

What is to be done was decided in `reconcile.connection`; AgentRun is not asked. Whatever goes wrong here is told by the
condition Exported and by nothing else.
"""

from __future__ import annotations

import logging
import random
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.controller.keys import is_leftover
from agentrun_operator.controller.kube.errors import CONFLICT, FORBIDDEN, NOT_FOUND, KubeError
from agentrun_operator.reconcile.connection.content import content_of, facts_of
from agentrun_operator.reconcile.connection.steps import Found, Step, Unseen, intended, next_step, unseen, wanted_of
from agentrun_operator.reconcile.connection.told import Trouble, documents, exported, refused, taken
from agentrun_operator.reconcile.input import BLOCKED_PAUSE
from agentrun_operator.reconcile.state.exports import Export, exports_of
from agentrun_operator.reconcile.status.status import status_patch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentrun_operator.controller.kube.exports import ExportClient
    from agentrun_operator.controller.worker.run import Memories, Run
    from agentrun_operator.controller.worker.writing.object_writer import ObjectWriter
    from agentrun_operator.reconcile.input import Input
    from agentrun_operator.reconcile.verdict import Verdict

log = logging.getLogger(__name__)

MAX_STEPS = 4
"""Looks and writes at one object in one reconcile; one that others write meanwhile comes again."""


class Tended(NamedTuple):
    """How it went.

    Args:
        run: the reconcile.
        verdict: what the conditions are to say.
        after: seconds until the objects have to be looked at again; None if they have not.
    """

    run: Run
    verdict: Verdict
    after: float | None = None


class Brought(NamedTuple):
    """How it went with one object.

    Args:
        export: its entry; None if it goes.
        trouble: why it is not as it is to be; None if it is.
    """

    export: Export | None
    trouble: Trouble | None = None


class Exports:
    """What tells apps of the endpoints of all objects."""

    def __init__(
        self,
        client: ExportClient,
        memories: Memories,
        writer: ObjectWriter,
        *,
        interval: float,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Prepare it.

        Args:
            client: reads and writes ConfigMaps and Secrets.
            memories: what is remembered of objects.
            writer: writes to the objects.
            interval: seconds after which each is looked at again, at the latest: somebody may have edited it.
            jitter: random numbers from 0 to 1.
        """
        self._client = client
        self._memories = memories
        self._writer = writer
        self._interval = interval
        self._jitter = jitter

    async def tend(self, run: Run, given: Callable[[Run], Input], verdict: Verdict) -> Tended:
        """Bring the objects to where they are to be, before the status tells of anything else.

        Args:
            run: the reconcile.
            given: what is known in it.
            verdict: what the conditions are to say.

        Raises:
            KubeError: the API server did not answer, or did not take the entries.
        """
        desired = run.subject.desired
        if desired.deleting or desired.paused or not (desired.spec.connection or desired.recorded.exports):
            return Tended(run, verdict)
        facts, connection = facts_of(given(run)), desired.spec.connection
        if connection is None or facts is None:
            return await self._cleared(run, verdict)
        run = await self._recorded(run)
        content, wanted = content_of(connection.keys, facts), wanted_of(desired)
        found = await self._brought(run, dict.fromkeys(wanted, content.data))
        troubles = [each.trouble for each in found if each.trouble]
        said = replace(verdict, exported=exported(wanted, content.left_out, troubles))
        return Tended(_with(run, found), said, BLOCKED_PAUSE if troubles else self._at_rest())

    async def _cleared(self, run: Run, verdict: Verdict) -> Tended:
        """Take away what the spec does not ask for any more; what it asks for stays as it is until there is a look."""
        asked_for = wanted_of(run.subject.desired)
        kept = [each for each in run.subject.desired.recorded.exports if each.nameless in asked_for]
        found = await self._brought(run, {}, but=kept)
        for trouble in (each.trouble for each in found if each.trouble):
            log.warning("Left behind: %s", trouble.message, extra=_facts(run))
        run = _with(run, [*map(Brought, kept), *found])
        return Tended(run, verdict, self._at_rest() if run.subject.desired.recorded.exports else None)

    async def remove(self, run: Run) -> None:
        """Take everything away, for an object that is let go. What the API server keeps from that is left to its
        garbage collection, which goes by the owner reference: no object hangs on it.

        Raises:
            KubeError: the API server did not answer.
        """
        if is_leftover(run.subject.key):
            return
        for each in await self._brought(run, {}):
            if each.trouble:
                told = "Left to Kubernetes' garbage collection: %s"
                log.warning(told, each.trouble.message, extra=_facts(run))

    async def _recorded(self, run: Run) -> Run:
        """Write the entries into the status that it lacks, before anything is made; a claim brings them along."""
        standing = {each.nameless for each in exports_of(run.subject.body["status"])}
        if standing.issuperset(wanted_of(run.subject.desired)):
            return run
        body, memory = run.subject.body, run.subject.memory
        status = dict(memory.status(body)) | {"exports": documents(intended(run.subject.desired))}
        body = await self._writer.announce(body, status_patch(body["status"], status))
        return self._memories.with_body(self._memories.keep(run, memory.told(status)), body)

    async def _brought(
        self, run: Run, data: Mapping[Export, Mapping[str, str]], but: list[Export] | None = None
    ) -> list[Brought]:
        """Bring each object that has an entry to where it is to be: one without data is not to be there."""
        entries = [each for each in run.subject.desired.recorded.exports if each not in (but or ())]
        return [await self._bring(run, each, data.get(each.nameless)) for each in entries]

    async def _bring(self, run: Run, export: Export, data: Mapping[str, str] | None) -> Brought:
        found: Found | Unseen | None = unseen(run.subject.desired, export)
        try:
            for _ in range(MAX_STEPS):
                step = next_step(found, data)
                if (brought := await self._did(run, export, step, found, data or {})) is not None:
                    return brought
                found = await self._client.read(run.subject.body, export, whole=data is not None)
        except KubeError as error:
            if error.unanswered:
                raise
            return Brought(export, refused(export, forbidden=error.status == FORBIDDEN, said=str(error)))
        return Brought(export, refused(export, forbidden=False, said="it changes while it is written"))

    async def _did(
        self, run: Run, export: Export, step: Step, found: Found | Unseen | None, data: Mapping[str, str]
    ) -> Brought | None:
        """Do one step; None if it has to be looked at, since there is no look yet, or another one would say something
        else.
        """
        owner = run.subject.body
        try:
            match step, found:
                case Step.CREATE, _:
                    uid = await self._client.create(owner, export, data)
                case Step.APPLY, Found():
                    uid = await self._client.apply(owner, export, found, data)
                case Step.DELETE, Found():
                    await self._client.delete(owner, export, found)
                    uid = ""
                case Step.KEEP, Found(uid):
                    return Brought(export._replace(uid=uid))
                case Step.LEAVE, _:
                    return Brought(export.nameless, taken(export))
                case Step.FORGET, _:
                    return Brought(None)
                case _:
                    return None
        except KubeError as error:
            if error.status in (CONFLICT, NOT_FOUND):
                return None
            raise
        return Brought(None if step is Step.DELETE else export._replace(uid=uid))

    def _at_rest(self) -> float:
        """Seconds until the next look; those of many objects are spread."""
        return self._interval * (0.8 + 0.2 * self._jitter())


def _with(run: Run, found: list[Brought]) -> Run:
    """The reconcile, with these entries for its object."""
    exports = tuple(each.export for each in found if each.export)
    subject = run.subject
    return run._replace(subject=subject._replace(desired=subject.desired.with_exports(exports)))


def _facts(run: Run) -> dict[str, object]:
    return {"namespace": run.subject.key.namespace, "object": run.subject.key.name, "action": "Export"}
