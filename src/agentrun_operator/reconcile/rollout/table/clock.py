"""The deadline for proof: how much of it is left, whether its clock stands, and what is recorded of it. Pure.

The record has either the time when it is over, or the seconds that are left while the clock stands: so neither a
restart nor a clock that stands and runs in turns gives a step more time. A passing round gives it all of it again. That
is known in this process alone until a write happens anyway; the first passing round and the proof are such writes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from agentrun_operator.reconcile.rollout.memory import Memory
    from agentrun_operator.reconcile.rollout.situation import Situation


def over(given: Situation) -> bool:
    """Whether the step went on for too long without proof."""
    return not stands(given) and left(given) <= 0


def stands(given: Situation) -> bool:
    """Whether the deadline's clock stands: the step is proved, or that it is not is no fault of the new version."""
    waits = given.paused or given.frozen or given.drifted or given.blind or given.memory.held
    return waits or given.proved or (given.of_this_step and given.evidence.waiting)


def left(given: Situation) -> int:
    """The seconds until the deadline is over."""
    recorded = _recorded_left(given)
    passed_at = given.evidence.passed_at if given.of_this_step else None
    return recorded if passed_at is None else max(recorded, _until(_end(given, passed_at), given.now))


def timed(given: Situation, before: Memory, after: Memory) -> Memory:
    """What is to be recorded, with what is to be recorded of the clock.

    Args:
        given: the situation.
        before: what is recorded: what differs from it is written anyway.
        after: what is to be recorded else.
    """
    if not after.running:
        return after._replace(proved_by=None, proof_left=None)
    here = given.remembering(after)
    if (after.number, after.step) != (before.number, before.step):
        return _all_of_it(here)
    if stands(here):
        full = here.proved and given.plan.proves
        return after._replace(proved_by=None, proof_left=int(given.plan.deadline) if full else _kept(given))
    if after.proved_by is None or after != before:
        return after._replace(proved_by=given.now + timedelta(seconds=left(given)), proof_left=None)
    return after


def _all_of_it(here: Situation) -> Memory:
    """A step's record begins the clock."""
    if stands(here):
        return here.memory._replace(proved_by=None, proof_left=int(here.plan.deadline))
    return here.memory._replace(proved_by=_end(here, here.now), proof_left=None)


def _kept(given: Situation) -> int:
    """What was left when the clock stopped: what a standing clock shows does not change."""
    recorded = given.memory.proof_left
    return max(left(given), 0) if recorded is None else recorded


def _recorded_left(given: Situation) -> int:
    memory = given.memory
    if memory.proof_left is not None:
        return memory.proof_left
    return int(given.plan.deadline) if memory.proved_by is None else _until(memory.proved_by, given.now)


def _end(given: Situation, start: datetime) -> datetime:
    return start + timedelta(seconds=given.plan.deadline)


def _until(moment: datetime, now: datetime) -> int:
    return int((moment - now).total_seconds())
