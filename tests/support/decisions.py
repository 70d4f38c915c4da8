"""Tables of decisions: a row is a case, what is done about it, what the conditions say then, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from agentrun_operator.reconcile.actions import (
    AddClaim,
    Confirm,
    Create,
    Delete,
    FindClaimants,
    Record,
    Release,
    RemoveClaim,
    Rest,
    Retry,
    Update,
)
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.rollout.memory import summary
from support.objects import UNTRIED, Case, Object, conditions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agentrun_operator.reconcile.actions import Action
    from agentrun_operator.reconcile.attempts import Attempts
    from agentrun_operator.reconcile.state.observed import Observed


@dataclass(frozen=True)
class Row:
    """One row.

    Args:
        name: what the case is, for the test's id.
        case: the input.
        does: the action, as `shown` writes it.
        says: the conditions, as `objects.conditions` writes them; None if the status is left as it is.
        because: why it has to be so.
    """

    name: str
    case: Case
    does: str
    says: str | None
    because: str


def row(
    name: str,
    body: Object,
    look: Observed,
    *,
    does: str,
    says: str | None = None,
    because: str,
    attempts: Attempts = UNTRIED,
) -> Row:
    """A row of a table of decisions."""
    return Row(name, Case(body, look, attempts), does, says, because)


def decided(case: Case) -> tuple[str, str | None]:
    """What is done, and what the conditions say then; None if the status is left as it is."""
    decision = decide(case.given)
    return shown(decision.action), conditions(case.status(decision)) if decision.verdict else None


def each(rows: Iterable[Row]) -> pytest.MarkDecorator:
    """The rows as a test's parameter."""
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in rows])


def shown(action: Action) -> str:  # noqa: PLR0911, C901 - one for each action
    """An action in a few words."""
    match action:
        case Rest(after, soon, in_doubt):
            return "rest" + _seconds(" ", after) + (", soon" if soon else "") + (", in doubt" if in_doubt else "")
        case Retry(reason, at_most, at_least):
            return (
                f"retry {reason.value} within{_seconds(' ', at_most)}{_seconds(' but not before ', at_least or None)}"
            )
        case Confirm():
            return "confirm"
        case FindClaimants():
            return "find claimants"
        case AddClaim(claim):
            return "claim as adopted" if claim.adopted else "claim"
        case RemoveClaim():
            return "unclaim"
        case Record(rollout):
            return f"record {summary(rollout, 2) or rollout.stable or 'nothing'}"
        case Create(again):
            return "create again" if again else "create"
        case Update(delta, drift, recovery):
            paths = ", ".join(difference.path for difference in delta) or "nothing"
            return f"update {paths}" + (" as drift" if drift else "") + (" as recovery" if recovery else "")
        case Delete(recovery):
            return "delete as recovery" if recovery else "delete"
        case Release(orphaned):
            return "release, orphaned" if orphaned else "release"


def _seconds(before: str, seconds: float | None) -> str:
    return "" if seconds is None else f"{before}{seconds:g} s"
