"""Endpoints whose objects were torn away while a create was under way: they are kept to be deleted, once it is sure
that the object is gone, and not only looked after elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.controller.informer.store.reading import leftover_of
from agentrun_operator.controller.keys import key_of
from agentrun_operator.reconcile.desired import desired_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from agentrun_operator.controller.keys import Body, ObjectKey
    from agentrun_operator.controller.shards.others import Others
    from agentrun_operator.controller.worker.object_memory import ObjectMemory
    from agentrun_operator.controller.worker.writing.reporter import Reporter


class Leftovers:
    """What objects that are gone left behind."""

    def __init__(
        self,
        reporter: Reporter,
        others: Others | None,
        *,
        left_behind: Callable[[Body], None],
        cleaned_up: Callable[[Body], None],
        now: Callable[[], datetime],
    ) -> None:
        """Know of none.

        Args:
            reporter: tells people what happened.
            others: the objects that others may look after; None: nobody else does.
            left_behind: keeps the endpoint of an object that is gone, to be deleted.
            cleaned_up: forgets it again.
            now: the time of day.
        """
        self._reporter = reporter
        self._others = others
        self._left_behind = left_behind
        self._cleaned_up = cleaned_up
        self._now = now
        self._unsure: dict[ObjectKey, Body] = {}

    def keep(self, memory: ObjectMemory) -> None:
        """An object is gone. What a create for it may have made, and nobody deleted, is left behind."""
        if memory.pending is None:
            return
        desired = desired_of(memory.pending, memory.status(memory.pending))
        if desired.orphans:
            return
        left = leftover_of(memory.pending, desired, self._now())
        if self._others is None:
            self._reporter.left_behind(memory.pending)
        else:
            self._unsure[key_of(left)] = memory.pending
        self._left_behind(left)

    async def is_void(self, key: ObjectKey, body: Body) -> bool:
        """Whether something was taken for a leftover whose object is still there: it only left the selector. Its claim
        stands, and whoever looks after it now finds the endpoint by it.

        Raises:
            KubeError: nobody told.
        """
        if self._others is None or key not in self._unsure:
            return False
        there = await self._others.has(body)
        pending = self._unsure.pop(key)
        if there:
            self._cleaned_up(body)
        else:
            self._reporter.left_behind(pending)
        return there
