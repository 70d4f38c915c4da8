"""The one decision: from what is desired and what was observed to one action and the conditions. Pure.

Creating, updating, deleting and resuming are inputs here, not forks. The checks are in `live_checks` and in
`deletion_checks`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agentrun_operator.reconcile import deletion_checks, live_checks
from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.decision import Decision
from agentrun_operator.reconcile.input import Situation

Check = Callable[[Situation], Decision | None]


def decide(situation: Situation) -> Decision:
    """What to do now, and what the status is to say.

    Args:
        situation: the object, what was seen of AgentRun, earlier attempts and the time.

    Returns:
        the decision of the first check that has something to say; the last check of both lists always has.
    """
    s = _asked_anew(situation)
    checks: tuple[Check, ...] = deletion_checks.CHECKS if s.desired.deleting else live_checks.CHECKS
    return next((decision for check in checks if (decision := check(s)) is not None), Decision())


def _asked_anew(s: Situation) -> Situation:
    """A person's request ends every pause."""
    if not s.desired.requested:
        return s
    return replace(s, attempts=Attempts(s.desired.generation, claim_unused=s.attempts.claim_unused))
