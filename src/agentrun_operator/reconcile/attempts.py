"""What was tried for one object and how it went, kept in memory while the operator runs: the base of every pause.

Losing it in a restart costs one more try at most. Values only: each method gives the next value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agentrun_operator.backoff import backoff
from agentrun_operator.reconcile.actions import Create, Delete, Update

if TYPE_CHECKING:
    from agentrun_operator.reconcile.actions import Write
    from agentrun_operator.reconcile.state.delta import Delta

FIRST_PAUSE = 1.0
"""Seconds before the first repetition after a failed state; each further one doubles."""

TOO_MANY_UPDATES = 5
"""Accepted updates that never led to agreement, after which the change is taken not to converge, whatever remains of
it."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """The tries since the object last agreed with AgentRun.

    Args:
        generation: the generation that they were made for.
        failures: how many ended in a failed state.
        not_before: the earliest time of the next one.
        updates: how many updates were accepted.
        updated_at: when the last of them was.
        remaining: the delta that it was to remove.
        deleted_at: when AgentRun first accepted a deletion.
        claim_unused: whether the claim on the object was written by this process, and every create that followed was
            certainly refused. Such a claim gives no right to an endpoint that is there.
        create_refused: whether the last create for this generation was certainly refused.
    """

    generation: int = 0
    failures: int = 0
    not_before: datetime | None = None
    updates: int = 0
    updated_at: datetime | None = None
    remaining: Delta = ()
    deleted_at: datetime | None = None
    claim_unused: bool = False
    create_refused: bool = False

    def of(self, generation: int) -> Attempts:
        """The attempts that count for a generation: an edit starts anew."""
        if generation == self.generation:
            return self
        return Attempts(generation=generation, claim_unused=self.claim_unused)

    def settled(self) -> Attempts:
        """After agreement was seen: nothing counts any more."""
        return Attempts(generation=self.generation)

    def updated(self, delta: Delta, now: datetime) -> Attempts:
        """After an accepted update that was to remove `delta`."""
        return replace(self, updates=self.updates + 1, remaining=delta, updated_at=now)

    def deleted(self, now: datetime) -> Attempts:
        """After an accepted deletion."""
        return replace(self, deleted_at=self.deleted_at or now)

    def failed(self, now: datetime, retry_max: float, jitter: float) -> Attempts:
        """After a try in response to a failed state: the next one has to wait.

        Args:
            now: the current time.
            retry_max: the longest pause in seconds.
            jitter: a random number from 0 to 1, which shortens the pause by up to a fifth.
        """
        pause = backoff(self.failures, first=FIRST_PAUSE, at_most=retry_max, chance=jitter, spread=0.2)
        return replace(self, failures=self.failures + 1, not_before=now + timedelta(seconds=pause))

    def after(self, write: Write, now: datetime, retry_max: float, jitter: float) -> Attempts:
        """After a write that AgentRun accepted; for the arguments see `failed`."""
        tried = self.updated(write.delta, now) if isinstance(write, Update) else self
        tried = tried.deleted(now) if isinstance(write, Delete) else tried
        recovers = not isinstance(write, Create) and write.recovery
        return tried.failed(now, retry_max, jitter) if recovers else tried

    def waiting(self, now: datetime) -> float:
        """Seconds until the next try may be made; 0 if now."""
        return max(0.0, (self.not_before - now).total_seconds()) if self.not_before else 0.0

    def fruitless(self, delta: Delta) -> bool:
        """Whether an accepted update left this very delta, or too many were accepted without agreement."""
        return bool(self.updates) and (self.remaining == delta or self.updates >= TOO_MANY_UPDATES)
