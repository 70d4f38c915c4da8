"""The one decision: from what is desired and what was observed to one action and the conditions. Pure.

Creating, updating, deleting and resuming are inputs here, not forks. The checks are in `live_checks` and in
`deletion_checks`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from agentrun_operator.reconcile import rolling
from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.checks import deletion_checks, live_checks
from agentrun_operator.reconcile.decision import Decision
from agentrun_operator.reconcile.input import Input

Check = Callable[[Input], Decision | None]


def decide(given: Input) -> Decision:
    """What to do now, and what the status is to say.

    Args:
        given: the object, what was seen of AgentRun, earlier attempts and the time.

    Returns:
        the decision of the first check that has something to say; the last check of both lists always has.
    """
    given = _asked_anew(given)
    if given.desired.deleting:
        return _first(deletion_checks.CHECKS, given)
    return rolling.decided(given, partial(_first, live_checks.CHECKS))


def _first(checks: tuple[Check, ...], given: Input) -> Decision:
    return next((decision for check in checks if (decision := check(given)) is not None), Decision())


def _asked_anew(given: Input) -> Input:
    """A person's request ends every pause."""
    if not given.desired.requested:
        return given
    return given._replace(attempts=Attempts(given.desired.generation, claim_unused=given.attempts.claim_unused))
