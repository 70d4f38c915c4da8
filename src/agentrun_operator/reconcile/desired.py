"""What one custom resource asks for, and what its status remembers, read from the object as Kubernetes holds it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic_core import to_json

from agentrun_operator.agentrun.models import MOVING_STATES
from agentrun_operator.reconcile.rollout.memory import Memory, effective
from agentrun_operator.reconcile.rollout.plan import Plan, plan_of
from agentrun_operator.reconcile.state.claim import Claim
from agentrun_operator.reconcile.state.comparable import Comparable, Weight, comparable_of_spec
from agentrun_operator.reconcile.state.delta import Delta, Difference
from agentrun_operator.reconcile.state.exports import Export, exports_of
from agentrun_operator.resources.names import ENDPOINT_LABEL, FINALIZER, LATEST, PAUSED, RECONCILE_REQUESTED_AT, ROLLOUT
from agentrun_operator.resources.spec import AdoptionPolicy, DeletionPolicy, DriftPolicy, ManagementPolicy, Spec

if TYPE_CHECKING:
    from collections.abc import Mapping


SPECS_KEPT = 1024
"""How many specs are kept as they were read: those of the objects that are worked on at present."""


class RecordedCondition(NamedTuple):
    """A condition as the status has it."""

    reason: str
    since: datetime
    generation: int


class RecordedStatus(NamedTuple):
    """What the status remembers of earlier reconciles; all of it survives a restart.

    `applied_generation` is the last generation that reached AgentRun: the condition `Synced` carries it, whatever its
    status has become since. It is 0 when none did, and while a step of a rollout waits to be sent. `shows_latest` says
    whether the endpoint, at rest, was last seen with the word LATEST; `resolved_version` is what that stood for, if the
    object was on LATEST. `rollout` is what is recorded of a rollout, `exports` what was made to tell apps of the
    endpoint, or is about to be.
    """

    runtime_id: str
    endpoint_id: str
    state: str
    drift: Delta
    handled_at: str
    observed_generation: int
    applied_generation: int
    conditions: Mapping[str, RecordedCondition]
    shows_latest: bool
    resolved_version: str
    rollout: Memory = Memory()
    exports: tuple[Export, ...] = ()


class Desired(NamedTuple):
    """What the object asks for.

    `claim` is the one that this process goes by; `claim_stands` says whether the API server holds just that.
    `literal` is what the spec says; `comparable` what the endpoint is to be like now, which differs while a version is
    rolled out. `plan` is that of a rollout, None without one; `request` what the annotation about it says. `label` is
    the one by which other operators find the object.
    """

    namespace: str
    name: str
    uid: str
    generation: int
    deleted_at: datetime | None
    finalized: bool
    paused: bool
    requested_at: str
    claim: Claim | None
    claim_stands: bool
    spec: Spec
    comparable: Comparable
    recorded: RecordedStatus
    literal: Comparable
    plan: Plan | None = None
    request: str = ""
    label: str = ""

    @property
    def endpoint_name(self) -> str:
        """The remote name."""
        return self.spec.endpoint_name or self.name

    @property
    def deleting(self) -> bool:
        """Whether the object is being deleted."""
        return self.deleted_at is not None

    @property
    def observes(self) -> bool:
        """Whether nothing may be written to AgentRun for it."""
        return self.spec.management_policy is ManagementPolicy.OBSERVE

    @property
    def adopts(self) -> bool:
        """Whether an existing endpoint may be taken over."""
        return self.spec.adoption_policy is AdoptionPolicy.ADOPT

    @property
    def orphans(self) -> bool:
        """Whether the endpoint outlives the object."""
        return self.spec.deletion_policy is DeletionPolicy.ORPHAN

    @property
    def corrects(self) -> bool:
        """Whether changes made outside are changed back."""
        return self.spec.drift_policy is DriftPolicy.CORRECT

    @property
    def requested(self) -> bool:
        """Whether a reconcile was asked for that has not been answered."""
        return bool(self.requested_at) and self.requested_at != self.recorded.handled_at

    @property
    def current_claim(self) -> Claim | None:
        """The claim, if it is this very object's."""
        return self.claim if self.claim and self.claim.uid == self.uid else None

    @property
    def managed_id(self) -> str:
        """The recorded endpoint, if it is this object's by its claim: one that was only observed is not."""
        claim = self.current_claim
        return self.recorded.endpoint_id if claim and claim.runtime_id == self.recorded.runtime_id else ""

    @property
    def known_runtime_id(self) -> str:
        """The runtime that the object was led to before, or names by id; empty when its name was never looked up.

        The claim goes before the status: it is written before a create, the status only after it.
        """
        claimed = self.current_claim.runtime_id if self.current_claim else ""
        return self.spec.agent_runtime_ref.id or claimed or self.recorded.runtime_id

    @property
    def remote_matters(self) -> bool:
        """Whether AgentRun has to be looked at: not for an object that goes without touching it."""
        if not self.deleting or self.paused:
            return True
        probed = bool(self.recorded.rollout.probe_endpoints)
        return self.finalized and not self.observes and self.touched and (probed or not self.orphans)

    def with_applied(self) -> Desired:
        """The same, once this generation has reached AgentRun."""
        return self._replace(recorded=self.recorded._replace(applied_generation=self.generation))

    def with_rollout(self, memory: Memory) -> Desired:
        """The same, once this is recorded of its rollout: what the endpoint is to be like follows from that."""
        recorded = self.recorded._replace(rollout=memory)
        return self._replace(recorded=recorded, comparable=_split(self.literal, self.plan, memory))

    def with_exports(self, exports: tuple[Export, ...]) -> Desired:
        """The same, once this is recorded of what tells apps of the endpoint."""
        return self._replace(recorded=self.recorded._replace(exports=exports))

    def with_split_unsent(self) -> Desired:
        """The same, as long as a split of the traffic that was recorded has not reached AgentRun."""
        return self._replace(recorded=self.recorded._replace(applied_generation=0))

    @property
    def rolls(self) -> bool:
        """Whether its versions earn their traffic step by step."""
        return self.plan is not None and not self.observes

    @property
    def follows_latest(self) -> bool:
        """Whether it matters what LATEST stands for."""
        return LATEST in self.comparable.words or (self.rolls and self.spec.target_version == LATEST)

    @property
    def asks_versions(self) -> bool:
        """Whether it matters which versions are published: for a rollout that is to begin, or is under way."""
        memory = self.recorded.rollout
        return self.rolls and (memory.running or memory.stable != self.spec.target_version)

    @property
    def touched(self) -> bool:
        """Whether an endpoint of this object's may exist."""
        return self.current_claim is not None


def desired_of(body: Mapping[str, Any], known: Mapping[str, Any] | None = None) -> Desired:
    """The desired state that an object of the API server asks for; it passed the CRD's schema.

    Args:
        body: the object.
        known: its status as this process knows it, whatever the API server took; None: the status that it has.
    """
    metadata, written = body["metadata"], body.get("status") or {}
    status = written if known is None else known
    annotations = metadata.get("annotations") or {}
    spec, literal, plan = _read(to_json(body["spec"]), body.get("plan", ""))
    claim, recorded = Claim.of(status), recorded_of(status)
    if claim is None or claim.uid != metadata["uid"]:
        recorded = recorded._replace(rollout=recorded.rollout.unclaimed())
    return Desired(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        generation=metadata["generation"],
        deleted_at=_time(metadata.get("deletionTimestamp")),
        finalized=FINALIZER in (metadata.get("finalizers") or ()),
        paused=annotations.get(PAUSED) == "true",
        requested_at=annotations.get(RECONCILE_REQUESTED_AT, ""),
        claim=claim,
        claim_stands=known is None or status.get("claim") == written.get("claim"),
        spec=spec,
        comparable=_split(literal, plan, recorded.rollout),
        recorded=recorded,
        literal=literal,
        plan=plan,
        request=annotations.get(ROLLOUT, ""),
        label=(metadata.get("labels") or {}).get(ENDPOINT_LABEL, ""),
    )


@lru_cache(maxsize=SPECS_KEPT)
def _read(spec: bytes, digest: str) -> tuple[Spec, Comparable, Plan | None]:
    """A spec that is written as JSON. It is read at each step of a reconcile, and again when a write is answered.

    Args:
        spec: the JSON.
        digest: that of its rollout; empty without one.
    """
    found = Spec.model_validate_json(spec)
    plan = plan_of(found.rollout, digest) if found.rollout else None
    return found, comparable_of_spec(found), plan


def _split(literal: Comparable, plan: Plan | None, memory: Memory) -> Comparable:
    """What the endpoint is to be like now: as the spec says, but for the split of the traffic while there is a plan."""
    wire = effective(memory) if plan else None
    if wire is None:
        return literal
    canaries = (Weight(wire.canary, wire.weight),) if wire.canary else ()
    return replace(literal, target_version=wire.target, weights=canaries)


def recorded_of(status: Mapping[str, Any]) -> RecordedStatus:
    """What a status remembers; an empty one remembers nothing."""
    conditions = {condition["type"]: _recorded_condition(condition) for condition in status.get("conditions") or ()}
    return RecordedStatus(
        runtime_id=status.get("agentRuntimeId") or "",
        endpoint_id=status.get("endpointId") or "",
        state=status.get("state") or "",
        drift=tuple(Difference(d["path"], d["desired"], d["observed"]) for d in status.get("drift") or ()),
        handled_at=status.get("lastHandledReconcileAt") or "",
        observed_generation=status.get("observedGeneration") or 0,
        applied_generation=conditions["Synced"].generation if "Synced" in conditions else 0,
        conditions=conditions,
        shows_latest=LATEST in _versions(status) and status.get("state") not in MOVING_STATES,
        resolved_version=status.get("resolvedVersion") or "",
        rollout=Memory.of(found) if (found := status.get("rollout")) else Memory(),
        exports=exports_of(status),
    )


def _versions(status: Mapping[str, Any]) -> tuple[str | None, ...]:
    """What the endpoint was last seen to serve: the target version and the canaries."""
    weights = (status.get("routing") or {}).get("versionWeights") or ()
    return (status.get("targetVersion"), *(weight.get("version") for weight in weights))


def _recorded_condition(condition: Mapping[str, Any]) -> RecordedCondition:
    return RecordedCondition(
        reason=condition["reason"],
        since=datetime.fromisoformat(condition["lastTransitionTime"]),
        generation=condition.get("observedGeneration") or 0,
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
