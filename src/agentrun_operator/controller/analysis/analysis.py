"""All proofs under way. Who is followed, whose evidence is asked for, and that all of it ends with the leadership."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.controller.analysis.follower import AnalysisContext, Follower
from agentrun_operator.reconcile.rollout.proof.evidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.controller.analysis.assignment import Assignment
    from agentrun_operator.controller.keys import ObjectKey
    from agentrun_operator.reconcile.rollout.memory import Memory

KEPT_VALUES = 1_000
"""Objects whose stable version's last values are remembered."""


class _Before(NamedTuple):
    """The stable version's last values, and of which rollout."""

    uid: str
    number: int
    values: Mapping[str, float]


class Analysis:
    """The proofs of all objects that roll out. Reconciles talk to it, and never wait for it."""

    def __init__(self, context: AnalysisContext) -> None:
        """Follow nobody yet.

        Args:
            context: what rounds are made with.
        """
        self._context = context
        self._followed: dict[ObjectKey, Follower] = {}
        self._before: dict[ObjectKey, _Before] = {}
        self._ending: set[asyncio.Future[list[BaseException | None]]] = set()

    def follow(self, assignment: Assignment) -> None:
        """Prove this from now on. The same again changes nothing; another step, or one settled anew, begins anew."""
        found = self._followed.get(assignment.key)
        if found is not None and found.assignment.work == assignment.work:
            if found.assignment != assignment:
                found.update(assignment)
            return
        self.leave(assignment.key)
        self._followed[assignment.key] = Follower(assignment, self._context, self._values_before(assignment))

    def leave(self, key: ObjectKey) -> None:
        """Stop proving an object, and forget its evidence."""
        found = self._followed.pop(key, None)
        if found is None:
            return
        if found.stable_values:
            last = _Before(found.assignment.uid, found.assignment.number, found.stable_values)
            self._before = {key: last} | dict(islice(self._before.items(), KEPT_VALUES))
        ending = found.end()
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    def evidence(self, key: ObjectKey, record: Memory | None = None) -> Evidence:
        """What was proved of an object's present step so far; nothing of one that is not followed.

        Args:
            key: the object.
            record: its record, as the API server holds it: failing rounds that are in there are not told again, whether
                or not the write that brought them there was answered. None: nothing new is in it.
        """
        found = self._followed.get(key)
        if found is None:
            return Evidence()
        if record is not None:
            found.recorded(record)
        return found.evidence

    async def run(self) -> None:
        """Live until cancelled, and end all proofs then."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """End all proofs under way."""
        for key in tuple(self._followed):
            self.leave(key)
        await asyncio.gather(*self._ending, return_exceptions=True)
        await self._context.prometheus.aclose()

    def _values_before(self, assignment: Assignment) -> Mapping[str, float]:
        """The stable version's values of the step before; nothing of another rollout."""
        found = self._before.get(assignment.key)
        same = found is not None and (found.uid, found.number) == (assignment.uid, assignment.number)
        return found.values if found and same else {}
