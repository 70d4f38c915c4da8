"""How an object stands: what its conditions are to say. Data and the few forms it takes; `conditions` makes the status
of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from agentrun_operator.reconcile.state.delta import Delta
    from agentrun_operator.resources.reasons import Reason

Truth = Literal["True", "False", "Unknown"]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one condition says."""

    status: Truth
    reason: Reason
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all conditions say.

    Args:
        ready: the Ready condition; None leaves it as it was.
        synced: the Synced condition; None leaves it as it was.
        applied: whether this generation has reached AgentRun.
        reconciling: whether the operator works on it.
        stalled: whether it is stuck until a person acts.
        drifted: why the endpoint differs and is left so, or None.
        drift: the differences that are left.
        rolled_out: the condition RolledOut; None without a rollout.
        exported: the condition Exported; None where nothing new is known of it, or there is none.
        unsent: whether a split of the traffic is recorded that has not reached AgentRun.
    """

    ready: Statement | None
    synced: Statement | None
    applied: bool = False
    reconciling: bool = False
    stalled: bool = False
    drifted: Statement | None = None
    drift: Delta = ()
    rolled_out: Statement | None = None
    unsent: bool = False
    exported: Statement | None = None


def good(reason: Reason, message: str) -> Statement:
    """A condition that holds."""
    return Statement("True", reason, message)


def bad(reason: Reason, message: str) -> Statement:
    """A condition that does not hold."""
    return Statement("False", reason, message)


def unknown(reason: Reason, message: str) -> Statement:
    """A condition of which nobody knows whether it holds."""
    return Statement("Unknown", reason, message)


def blocked(reason: Reason, message: str, *, stalled: bool = False) -> Verdict:
    """Neither ready nor in sync, for one reason."""
    return Verdict(bad(reason, message), bad(reason, message), stalled=stalled)


def under_way(reason: Reason, message: str, *, applied: bool) -> Verdict:
    """A change is being made; Synced once this generation is on its way to AgentRun."""
    synced = good(reason, message) if applied else bad(reason, message)
    return Verdict(bad(reason, message), synced, applied=applied, reconciling=True)
