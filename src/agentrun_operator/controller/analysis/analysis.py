"""All proofs under way. Who is followed, whose evidence is asked for, and that all of it ends with the leadership."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from agentrun_operator.reconcile.rollout.evidence import Evidence

if TYPE_CHECKING:
    from agentrun_operator.controller.analysis.assignment import Assignment
    from agentrun_operator.controller.keys import ObjectKey


class Analysis:
    """The proofs of all objects that roll out. Reconciles talk to it, and never wait for it."""

    def __init__(self) -> None:
        self._followed: dict[ObjectKey, Assignment] = {}

    def follow(self, assignment: Assignment) -> None:
        """Prove this from now on. The same again changes nothing; another step, or one settled anew, begins anew."""
        self._followed[assignment.key] = assignment

    def leave(self, key: ObjectKey) -> None:
        """Stop proving an object, and forget its evidence."""
        self._followed.pop(key, None)

    def evidence(self, key: ObjectKey) -> Evidence:
        """What was proved of an object's present step so far; nothing of one that is not followed."""
        found = self._followed.get(key)
        return Evidence(found.number, found.step) if found else Evidence()

    def recorded(self, key: ObjectKey, failing: int) -> None:
        """That many failing rounds of an object are in its record now."""

    async def run(self) -> None:
        """Live until cancelled, and end all proofs then."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """End all proofs under way."""
        self._followed.clear()
