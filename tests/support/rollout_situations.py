"""Situations of a rollout for tables of decisions: version 4 gets 25% of 3's traffic in rollout 7, and all is well.

A row changes what its case is about, and says what is recorded then: only what differs from the record before.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from agentrun_operator.reconcile.rollout.course import course
from agentrun_operator.reconcile.rollout.memory import Memory, Phase
from agentrun_operator.reconcile.rollout.plan import Plan, PlanStep
from agentrun_operator.reconcile.rollout.proof.evidence import Evidence
from agentrun_operator.reconcile.rollout.situation import Goal, Seen, Situation
from agentrun_operator.reconcile.state.comparable import Weight

if TYPE_CHECKING:
    from collections.abc import Iterable

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
BAKE, DEADLINE = 600, 3600
PUBLISHED = frozenset({"1", "2", "3", "4", "5"})
STEPS = (PlanStep(5, BAKE, approval=False), PlanStep(25, BAKE, approval=False), PlanStep(100, BAKE, approval=False))
PLAN = Plan("block", STEPS, interval=60.0, metrics=1)
GATED = PLAN._replace(steps=(STEPS[0], PlanStep(25, BAKE, approval=True), STEPS[2]))
BY_TIME = PLAN._replace(metrics=0)
EDITED = PLAN._replace(digest="edited")
HOLDS = PLAN._replace(reverts=False)


def ago(seconds: float) -> datetime:
    """A time that is over."""
    return NOW - timedelta(seconds=seconds)


RESTING = Memory(number=6, stable="3", history=("2", "1"))
BAKED = ago(BAKE + 1)
BAKING = ago(BAKE - 1)
ROLLING = RESTING._replace(
    number=7,
    canary="4",
    plan=PLAN.id("4"),
    step=2,
    weight=25,
    settled_at=BAKED,
    proved_by=ago(-1800),
    phase=Phase.PROGRESSING,
)
STANDING = ROLLING._replace(proved_by=None, proof_left=DEADLINE)
"""Proved: the clock stands."""

PROVED = Evidence(7, 2, BAKED, passed=2, passed_at=ago(60))
UNPROVED = PROVED._replace(passed=1)
AT_25 = Seen("3", (Weight("4", 25),))
PLAIN = Seen("3")


def a_situation(plan: Plan = PLAN, memory: Memory = ROLLING, **given: Any) -> Situation:
    """A look at rollout 7, with the plan's own id in its record, but for what is given."""
    known: dict[str, Any] = {"goal": "4", "evidence": PROVED, "seen": AT_25, "request": "", "now": NOW} | given
    if isinstance(known["goal"], str | None):
        known["goal"] = Goal(known["goal"], published=PUBLISHED)
    return Situation(plan, memory=memory, **known)


class Row(NamedTuple):
    """One row.

    Args:
        name: what the case is, for the test's id.
        given: the situation.
        records: what is recorded that was not, as `news` writes it.
        because: why it has to be so.
    """

    name: str
    given: Situation
    records: str
    because: str


def row(name: str, given: Situation, *, records: str, because: str) -> Row:
    """A row; see Row."""
    return Row(name, given, records, because)


def each(rows: Iterable[Row]) -> pytest.MarkDecorator:
    """The test once for each row."""
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.name)


def decided(row: Row) -> str:
    """What is recorded in a row's situation that was not."""
    return news(row.given.memory, course(row.given))


def news(before: Memory, after: Memory) -> str:
    """The fields that differ, as text: times in seconds from now, ids of plans by what they are of."""
    changes = (
        f"{name}={_shown(value)}"
        for name, value in after._asdict().items()
        if value != getattr(before, name) and name not in ("proved_by", "proof_left")
    )
    return ", ".join(changes)


def clock(memory: Memory) -> str:
    """How the clock of the deadline is: what is left, and whether it stands."""
    if memory.proof_left is not None:
        return f"stands at {memory.proof_left}"
    return f"runs for {(memory.proved_by - NOW).total_seconds():g}" if memory.proved_by else "none"


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return f"{(value - NOW).total_seconds():+g}s"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str):
        return _PLANS.get(value, value or "-")
    if isinstance(value, tuple):
        return "+".join(str(part[0] if isinstance(part, tuple) else part) for part in value)
    return str(value)


_PLANS = {plan.id(version): f"<{plan.digest} of {version}>" for plan in (PLAN, EDITED) for version in PUBLISHED}
