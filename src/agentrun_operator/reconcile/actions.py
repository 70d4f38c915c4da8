"""The actions that a decision can ask for: one write, or none. Data only; `controller.worker.execute` does them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from agentrun_operator.reconcile.rollout.memory import Memory
    from agentrun_operator.reconcile.state.claim import Claim
    from agentrun_operator.reconcile.state.delta import Delta
    from agentrun_operator.resources.reasons import Reason


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing to do until something changes.

    Args:
        after: seconds after which to look again all the same; None leaves it to the watch and the poller.
        soon: whether a change under way is expected to show: the poller looks often.
        in_doubt: whether a try is not known to have succeeded: should the next one fail, pauses go on growing.
    """

    after: float | None = None
    soon: bool = False
    in_doubt: bool = False

    def within(self, seconds: float | None) -> Rest:
        """The same, with a look no later than that; None asks for none."""
        if seconds is None or (self.after is not None and self.after <= seconds):
            return self
        return replace(self, after=seconds)


@dataclass(frozen=True, slots=True)
class Retry:
    """Look again with growing pauses.

    Args:
        reason: what is in the way; a Warning event tells it once.
        at_most: the longest pause in seconds.
        at_least: the shortest, when the service asked for one.
    """

    reason: Reason
    at_most: float
    at_least: float = 0.0


@dataclass(frozen=True, slots=True)
class Confirm:
    """Ask AgentRun itself before acting on what a list said."""


@dataclass(frozen=True, slots=True)
class FindClaimants:
    """List the objects that have a claim on the endpoint, whoever looks after them."""


@dataclass(frozen=True, slots=True)
class AddClaim:
    """Write the finalizer and the endpoint's label onto the object, then the claim into its status.

    Args:
        claim: the claim.
        rollout: what is recorded with it of a rollout; None for what is recorded already.
    """

    claim: Claim
    rollout: Memory | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Write into the status how the rollout stands, before anything that follows from it is sent."""

    rollout: Memory


@dataclass(frozen=True, slots=True)
class RemoveClaim:
    """Take the claim and the finalizer off again: what they were to guard is somebody else's."""


@dataclass(frozen=True, slots=True)
class Create:
    """Create the endpoint.

    Args:
        again: whether it existed before and was deleted outside.
    """

    again: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """Send the full desired state.

    Args:
        delta: what differs now.
        drift: whether the difference was made outside.
        recovery: whether it answers a failed state, so that the next try has to wait.
    """

    delta: Delta
    drift: bool = False
    recovery: bool = False


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete the endpoint; whether it is gone is for a later look to see.

    Args:
        recovery: whether it answers a failed state or repeats a deletion, so that the next try has to wait.
    """

    recovery: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """Take the finalizer and the claim off the object, which lets it go.

    Args:
        orphaned: whether the endpoint is left as it is.
    """

    orphaned: bool = False


Write: TypeAlias = Create | Update | Delete
"""A write to AgentRun."""

Look: TypeAlias = Confirm | FindClaimants
"""A look, after which it is decided anew."""

Action: TypeAlias = Rest | Retry | Look | AddClaim | RemoveClaim | Record | Write | Release
