"""The decision about a rollout: from one look at it to what is recorded next. Pure; what is sent follows from that.

The rows stand in their order, and the first that has something to say decides. Failure, abort and taking back the goal
come before every gate; nothing steps forward without fresh proof.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from agentrun_operator.reconcile.rollout.memory import Cause, Phase
from agentrun_operator.reconcile.rollout.situation import Situation
from agentrun_operator.reconcile.rollout.table import beginnings, endings, steps
from agentrun_operator.reconcile.rollout.table.clock import timed
from agentrun_operator.reconcile.rollout.table.notes import noted

if TYPE_CHECKING:
    from agentrun_operator.reconcile.rollout.memory import Memory

Row = Callable[[Situation], "Memory | None"]


def paused(given: Situation) -> Memory | None:
    """No write at all, so no revert: when it goes on, all is proved anew."""
    if not given.paused:
        return None
    memory = given.memory
    return memory._replace(settled_at=None, phase=Phase.HELD, cause=Cause.REQUESTED) if memory.running else memory


def unreachable(given: Situation) -> Memory | None:
    """AgentRun cannot be read: no step, no revert."""
    return given.memory if given.blind else None


ROWS: tuple[Row, ...] = (
    paused,
    unreachable,
    endings.aborted,
    endings.taken_back,
    endings.analysis_failed,
    endings.deadline_exceeded,
    beginnings.goal_unknown,
    endings.failed_before,
    beginnings.arrived,
    beginnings.at_once,
    beginnings.begun,
    beginnings.edited,
    beginnings.frozen,
    steps.unsettled,
    steps.settled_now,
    steps.held,
    steps.unproved,
    steps.awaiting,
    steps.last_step,
    steps.next_step,
)


def course(situation: Situation) -> Memory:
    """What is to be recorded of a rollout now.

    Args:
        situation: one look at it. Of its evidence, what was recorded once has to be taken out: `Evidence.recorded`.

    Returns:
        the record, the same one where there is nothing new. It is written before `effective` of it is sent.
    """
    given = noted(situation._replace(now=situation.now.replace(microsecond=0)))  # a record has whole seconds
    _, after = deciding(given)
    return timed(given, situation.memory, _first_seen(situation, after))


def deciding(given: Situation) -> tuple[Row, Memory]:
    """The first row that has something to say, and what that is.

    Args:
        given: one look, with what is news in its record: see `notes.noted`.
    """
    return next((row, found) for row in ROWS if (found := row(given)) is not None)


def _first_seen(situation: Situation, after: Memory) -> Memory:
    """A canary that was made by hand is left alone until something is decided about it: no stable, nothing is sent."""
    by_hand = not situation.memory.stable and situation.seen is not None and situation.seen.weights
    undecided = not after.running and after.phase is Phase.HELD
    return after._replace(stable="") if by_hand and undecided else after
