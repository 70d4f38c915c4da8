"""What one look at AgentRun found, or why nothing could be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.models import MOVING_STATES
from agentrun_operator.agentrun.odd import Oddity, oddity_of
from agentrun_operator.reconcile.state.comparable import Comparable, comparable_of_endpoint
from agentrun_operator.resources.names import LATEST

if TYPE_CHECKING:
    from agentrun_operator.agentrun.models import Endpoint
    from agentrun_operator.reconcile.state.claimants import Claimants
    from agentrun_operator.resources.reasons import Reason

FAILED_UPDATE = frozenset({"UPDATE_FAILED", "FAILED", "DELETE_FAILED"})
"""States of an endpoint that exists but did not get what was asked for; a new update may mend it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something could not be seen or done.

    Args:
        reason: the condition's reason.
        message: for a person: what happened, where, what to do.
        definite: AgentRun or Kubernetes said so (no such runtime, no credentials), as against an answer that failed to
            come.
        blind_for: seconds since the endpoint was last seen, or since the operator began to look.
        retry_after: seconds that the service asked to wait, 0 if it did not.
    """

    reason: Reason
    message: str
    definite: bool = False
    blind_for: float = 0.0
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True)
class RuntimeSeen:
    """The AgentRuntime that the reference led to.

    Args:
        id: its id, as AgentRun answers it.
        name: its name.
        ready: whether it takes endpoints.
        state: the service's word for its state.
        newest_version: the newest published version, if it was asked for and there is one.
        versions: the numbers of all published versions; None where they were not asked for, or AgentRun did not say.
        account: the account that owns it, by its ARN; empty if AgentRun did not tell.
        region: its region, likewise.
        odd: what of the answer makes no sense, for people; empty if all of it does.
    """

    id: str
    name: str
    ready: bool
    state: str
    newest_version: str | None = None
    account: str = ""
    region: str = ""
    odd: str = ""
    versions: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class EndpointSeen:
    """An endpoint as AgentRun answered it, and its comparable shape."""

    wire: Endpoint
    comparable: Comparable

    @classmethod
    def of(cls, wire: Endpoint) -> EndpointSeen:
        """Read the shape once."""
        return cls(wire, comparable_of_endpoint(wire))

    @property
    def id(self) -> str:
        """The endpoint's id; empty if the service did not say."""
        return self.wire.agent_runtime_endpoint_id or ""

    @property
    def shows_latest(self) -> bool:
        """Whether it has the word LATEST while nothing is under way: then the service does not put a number for it."""
        return LATEST in self.comparable.words and self.state not in MOVING_STATES

    @property
    def oddity(self) -> Oddity | None:
        """What of the answer makes no sense; None if all of it does."""
        return oddity_of(self.wire)

    @property
    def state(self) -> str:
        """The service's word for its state; empty if it did not say."""
        return self.wire.status or ""


@dataclass(frozen=True, slots=True)
class Observed:
    """One look.

    Args:
        problem: why the rest could not be seen; None when it was.
        runtime: the runtime, or None when it does not exist.
        endpoint: the endpoint, or None when there is none under the id or the name.
        confirmed: whether AgentRun itself was asked in this look, by a get of the endpoint; an absence also by a list
            that began late enough to show whatever was made under the name. False where an older list served: it may
            lag behind a write, so that nothing is corrected, reported or released by it yet.
        rival: the object that has the endpoint instead of this one, for people; empty if none has.
        doubtful: whether a create of ours may have made an endpoint that no list shows yet.
        answered: whether nobody has looked at the endpoint since a write's answer told how it is.
        latest_seen: whether this endpoint was seen, at rest, with the word LATEST before.
        claimants: the objects with a claim on the endpoint, of all operators; None if they were not listed.
    """

    problem: Problem | None = None
    runtime: RuntimeSeen | None = None
    endpoint: EndpointSeen | None = None
    confirmed: bool = False
    rival: str = ""
    doubtful: bool = False
    answered: bool = False
    latest_seen: bool = False
    claimants: Claimants | None = None
