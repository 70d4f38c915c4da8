"""All that a decision may know, and what follows from it directly. Every check reads this and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.agentrun.models import READY_STATES
from agentrun_operator.reconcile.conditions import timestamp
from agentrun_operator.reconcile.rollout.proof.evidence import Evidence
from agentrun_operator.reconcile.state.claim import Claim
from agentrun_operator.reconcile.state.delta import Delta, Difference, delta
from agentrun_operator.reconcile.state.observed import FAILED_UPDATE, EndpointSeen, Observed, RuntimeSeen
from agentrun_operator.resources.names import LATEST
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from datetime import datetime

    from agentrun_operator.reconcile.attempts import Attempts
    from agentrun_operator.reconcile.desired import Desired

SPLIT = frozenset({"targetVersion", "routing.versionWeights"})
"""The fields that split the traffic between versions."""

BLOCKED_PAUSE = 30.0
"""Longest pause in seconds before looking again at what a person or another controller may mend at any time."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Settings that decisions depend on, in seconds."""

    stale_after: float = 300.0
    retry_max: float = 300.0
    frozen: bool = False
    """Whether no rollout goes forward anywhere: the setting `rollouts: hold`."""
    sharded: bool = False
    """Whether other operators look after other objects: the setting `watch-label-selector`."""
    resync_interval: float = 600.0
    """After how long at the latest what was made in Kubernetes is looked at again: somebody may have edited it."""


class Input(NamedTuple):
    """The input of `decide`.

    Args:
        desired: what the object asks for.
        observed: what was seen of AgentRun.
        attempts: what was tried.
        now: the present, by a clock that is never set back while the process runs: pauses go by it.
        timing: settings that decisions depend on.
        time: the time of day, for what is written down; None: `now`.
        evidence: what was proved of the step of a rollout.
    """

    desired: Desired
    observed: Observed
    attempts: Attempts
    now: datetime
    timing: Timing = Timing()
    time: datetime | None = None
    evidence: Evidence = Evidence()

    @property
    def written_at(self) -> datetime:
        """The time of day."""
        return self.time or self.now

    @property
    def runtime(self) -> RuntimeSeen:
        """The runtime; to be asked for only by checks that come after the ones for problems."""
        if self.observed.runtime is None:
            raise LookupError("the runtime was not seen; a check for it must come first")
        return self.observed.runtime

    @property
    def endpoint(self) -> EndpointSeen:
        """The endpoint; to be asked for only by checks that come after the one for its absence."""
        if self.observed.endpoint is None:
            raise LookupError("the endpoint was not seen; a check for it must come first")
        return self.observed.endpoint

    @property
    def where(self) -> str:
        """The endpoint in messages."""
        runtime = self.observed.runtime
        return f"endpoint {self.desired.endpoint_name}" + (
            f" of runtime {runtime.name or runtime.id}" if runtime else ""
        )

    @property
    def wanted_claim(self) -> Claim:
        """The claim that an endpoint of this object needs; one that stands keeps its age, and adopted stays adopted."""
        current, runtime = self.desired.current_claim, self.runtime
        if current and current.same_place(runtime):
            return current
        since = timestamp(self.written_at)
        name = self.desired.endpoint_name
        return Claim(self.desired.uid, runtime.account, runtime.region, runtime.id, name, since=since)

    def labelled(self, claim: Claim) -> bool:
        """Whether other operators, if there are any, find the object by the label of a claim's endpoint."""
        return not self.timing.sharded or self.desired.label == claim.label

    @property
    def claimed(self) -> bool:
        """Whether a valid claim for just this endpoint stands."""
        return self.desired.current_claim == self.wanted_claim

    @property
    def ours(self) -> bool:
        """Whether the endpoint was created or adopted for this object: by its claim, once a create may have been sent
        under it.
        """
        used = self.wanted_claim.adopted or not self.attempts.claim_unused
        return self.claimed and used and not self.observed.rival

    @property
    def existed(self) -> bool:
        """Whether the endpoint was there before, made or adopted for this object, and not on its way out by our own
        hand.
        """
        return bool(self.desired.managed_id) and self.desired.recorded.runtime_id == self.runtime.id

    @property
    def says_creating(self) -> bool:
        """Whether the status says of this generation that the endpoint is being made."""
        recorded = self.desired.recorded
        synced = recorded.conditions.get("Synced")
        current = recorded.observed_generation == self.desired.generation
        return current and synced is not None and synced.reason == Reason.CREATING

    @property
    def applied(self) -> bool:
        """Whether this generation has reached AgentRun."""
        return self.desired.recorded.applied_generation == self.desired.generation

    @property
    def split_unsent(self) -> bool:
        """Whether a split of the traffic is recorded for an endpoint that is there, and is not known to have reached
        AgentRun.
        """
        recorded = self.desired.recorded
        waits = recorded.applied_generation == 0 and recorded.observed_generation == self.desired.generation
        return self.desired.rolls and waits and bool(recorded.rollout.stable and recorded.endpoint_id)

    @property
    def serves(self) -> bool:
        """Whether the endpoint's state is a good one."""
        return self.endpoint.state in READY_STATES

    @property
    def failed(self) -> bool:
        """Whether the last change failed at AgentRun."""
        return self.endpoint.state in FAILED_UPDATE

    @property
    def delta(self) -> Delta:
        """What differs between the spec and the endpoint."""
        return delta(self.desired.comparable, self.endpoint.comparable, self.latest)

    @property
    def split_delta(self) -> Delta:
        """What differs of how the traffic is split."""
        if self.observed.endpoint is None:
            return ()
        return tuple(each for each in self.delta if each.path in SPLIT)

    @property
    def latest(self) -> str | None:
        """The number that AgentRun may answer for LATEST; None where a number is nothing but that.

        Once the endpoint showed the word, a number is somebody's pin. So it is on an object that was not on LATEST
        before this edit.
        """
        recorded = self.desired.recorded
        if self.observed.latest_seen or (recorded.shows_latest and recorded.endpoint_id == self.endpoint.id):
            return None
        if self._pin_reported or not (self.applied or recorded.resolved_version):
            return None
        return self.runtime.newest_version

    @property
    def _pin_reported(self) -> bool:
        """Whether the status tells of this very number as a difference to LATEST, though it was the newest."""
        recorded, target = self.desired.recorded, self.endpoint.comparable.target_version
        pin = Difference("targetVersion", LATEST, target)
        return pin in recorded.drift and recorded.resolved_version == target
