"""A stand-in for AgentRun that holds one split of the traffic: slow, and it may lose, fail or forget a write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from agentrun_operator.reconcile.rollout.situation import Seen
from agentrun_operator.reconcile.state.comparable import Weight

if TYPE_CHECKING:
    from datetime import datetime

    from agentrun_operator.reconcile.rollout.memory import Wire


class Fate(StrEnum):
    """What becomes of a write."""

    TAKEN = "taken"
    LOST = "lost"
    FAILS = "fails"
    FORGOTTEN = "accepted and not kept"


@dataclass
class Service:
    """One endpoint.

    Args:
        wire: the split that it serves; None while there is no endpoint.
        coming: the split that is being set; None while none is.
        done_at: when it will be.
        fate: what becomes of the write under way.
        failed: whether the last write ended badly.
        forgotten: how many writes in a row it accepted and did not keep.
        reached: the last split that a write brought about.
    """

    wire: Wire | None
    coming: Wire | None = None
    done_at: datetime | None = None
    fate: Fate = Fate.TAKEN
    failed: bool = False
    forgotten: int = 0
    reached: Wire | None = None

    @property
    def seen(self) -> Seen | None:
        """What a look shows: the former split while another is being set."""
        if self.wire is None:
            return None
        weights = (Weight(self.wire.canary, self.wire.weight),) if self.wire.canary else ()
        updating = self.coming is not None
        return Seen(self.wire.target, weights, serves=not (updating or self.failed), updating=updating)

    def put(self, wire: Wire, fate: Fate, now: datetime, takes: float) -> None:
        """Take a write, or lose it on the way."""
        if fate is not Fate.LOST:
            self.coming, self.fate, self.done_at = wire, fate, now + timedelta(seconds=takes)

    def turn(self, now: datetime) -> None:
        """What was under way ends when its time has come."""
        if self.coming is None or self.done_at is None or now < self.done_at:
            return
        self.failed = self.fate is Fate.FAILS
        self.forgotten = self.forgotten + 1 if self.fate is Fate.FORGOTTEN else 0
        if self.fate is Fate.TAKEN:
            self.reached = self.coming
            self.wire = self.coming
        self.coming = self.done_at = None
