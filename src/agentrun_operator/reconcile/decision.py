"""The outcome of a decision: one action, and what the conditions are to say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agentrun_operator.reconcile.actions import Rest

if TYPE_CHECKING:
    from agentrun_operator.reconcile.actions import Action
    from agentrun_operator.reconcile.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Decision:
    """One action and a verdict.

    Args:
        action: what to do now.
        verdict: what the status is to say; None leaves the status as it is.
        settled: whether spec and endpoint were seen to agree, which ends every count of failures.
    """

    action: Action = field(default_factory=Rest)
    verdict: Verdict | None = None
    settled: bool = False
