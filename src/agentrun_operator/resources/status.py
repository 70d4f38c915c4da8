"""The `status` of an AgentRuntimeEndpoint: what other controllers and people read.

Observed values are held to no rule but their type: whatever the service says must be showable.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, SkipValidation

from agentrun_operator.resources.history import HistoryEntry
from agentrun_operator.resources.part import ATOMIC, Part, list_map
from agentrun_operator.resources.rollout.status import RolloutStatus


class ObservedWeight(Part):
    """A canary as the service reports it."""

    version: str
    """The version that gets the share."""

    weight: int
    """The share of the requests, in percent, rounded."""


class ObservedRouting(Part):
    """The routing as the service reports it."""

    version_weights: Annotated[list[ObservedWeight], Field(json_schema_extra=ATOMIC)] = []
    """The canaries."""


class ObservedPolicy(Part):
    """A scheduled policy as the service reports it."""

    name: str | None = None
    """The policy's name."""

    schedule_expression: str | None = None
    """When it acts."""

    target: int | None = None
    """How many instances it keeps ready."""

    start_time: str | None = None
    """When it begins to hold."""

    end_time: str | None = None
    """When it ceases to hold."""

    time_zone: str | None = None
    """The time zone of the schedule."""


class ObservedScaling(Part):
    """The scaling as the service reports it."""

    min_instances: int | None = None
    """The number of instances kept ready at all times."""

    scheduled_policies: Annotated[list[ObservedPolicy], Field(json_schema_extra=ATOMIC)] = []
    """Instances kept ready by schedule."""

    current_instances: int | None = None
    """How many instances there are."""

    target_instances: int | None = None
    """How many instances the service works towards."""

    error: str | None = None
    """Why the service cannot scale, in its words."""


class Drift(Part):
    """One difference between the spec and the endpoint."""

    path: str
    """The field's path below `spec`, for example `routing.versionWeights`."""

    desired: str
    """What the spec asks for, shortened."""

    observed: str
    """What AgentRun holds, shortened."""


class Condition(Part):
    """One aspect of the object's state, in the form that every Kubernetes tool understands."""

    type: Annotated[str, Field(max_length=316)]
    """`Ready`, `Synced`, `Reconciling`, `Stalled`, `Drifted`, `RolledOut` with `spec.rollout`, or `Exported` with
    `spec.connection`."""

    status: Literal["True", "False", "Unknown"]
    """Whether the condition holds."""

    reason: Annotated[str, Field(min_length=1, max_length=1024)]
    """Why, in one word of a fixed set."""

    message: Annotated[str, Field(max_length=32768)]
    """Why, for a person: what happened, where, and what to do."""

    last_transition_time: datetime
    """When `status` last changed."""

    observed_generation: Annotated[int, Field(ge=0, json_schema_extra={"format": "int64"})] | None = None
    """The generation of the spec that the condition speaks of. On `Synced` it is the last one that reached AgentRun."""


class Claim(Part):
    """Whose the endpoint is, written before it is created or adopted. The operator's own: do not write it."""

    uid: str
    """The object's uid; the claim of a copied or restored object is void."""

    account: str | None = None
    """The Alibaba Cloud account of the runtime, as AgentRun answered it."""

    region: str | None = None
    """The runtime's region, as AgentRun answered it."""

    runtime_id: str
    """The AgentRuntime's id."""

    endpoint_name: str
    """The endpoint's name in AgentRun."""

    adopted: bool | None = None
    """Whether the endpoint existed before and was taken over."""

    since: datetime
    """When it was claimed; of two valid claims the earlier one stands."""


class Binding(Part):
    """Names the Secret that tells how the endpoint is reached, as the Service Binding Specification has it."""

    name: str
    """The Secret's name; it is in this object's namespace."""


class Export(Part):
    """An object that tells apps how the endpoint is reached. The operator's own: do not write it."""

    kind: str
    """`ConfigMap` or `Secret`."""

    name: str
    """Its name; it is in this object's namespace."""

    uid: str | None = None
    """Its uid; absent until it is there."""


class Status(Part):
    """What was last seen of the endpoint, and how it stands to the spec."""

    observed_generation: Annotated[int, Field(json_schema_extra={"format": "int64"})] | None = None
    """The generation of the spec that this status speaks of."""

    agent_runtime_id: str | None = None
    """The id of the AgentRuntime that the reference led to."""

    agent_runtime_name: str | None = None
    """The AgentRuntime's name."""

    endpoint_id: str | None = None
    """The endpoint's id in AgentRun."""

    endpoint_name: str | None = None
    """The endpoint's name in AgentRun."""

    endpoint_arn: str | None = None
    """The endpoint's resource name (ARN)."""

    public_url: str | None = None
    """Where the endpoint is reached from the public network."""

    openai_base_url: str | None = None
    """The base URL of the endpoint for clients of OpenAI's API; with `spec.connection` only."""

    state: str | None = None
    """The service's own word for the endpoint's state, for example READY; the set is open."""

    state_reason: str | None = None
    """The service's explanation of the state."""

    target_version: str | None = None
    """The version that the endpoint was last seen to serve: a number or LATEST."""

    resolved_version: str | None = None
    """The version number that LATEST stands for at present."""

    routing: ObservedRouting | None = None
    """The canaries that were last seen."""

    scaling: ObservedScaling | None = None
    """The scaling that was last seen, with the current and the target number of instances."""

    drift: Annotated[list[Drift], Field(json_schema_extra=ATOMIC)] | None = None
    """The differences that are left as they are: under `driftPolicy: Report`, because they do not converge, while
    paused, or under `managementPolicy: Observe`."""

    rollout: RolloutStatus | None = None
    """How far the rollout of a new version is; with `spec.rollout` only."""

    history: Annotated[SkipValidation[list[HistoryEntry]], Field(json_schema_extra=ATOMIC)] | None = None
    """What was sent to AgentRun lately and what came of it, newest first, at most 5. An edit of other fields than these
    is not told."""

    binding: Binding | None = None
    """The Secret of `spec.connection`, while it is there."""

    exports: Annotated[list[Export], Field(json_schema_extra=ATOMIC)] | None = None
    """The objects of `spec.connection` that were made, or are about to be."""

    claim: Claim | None = None
    """Whose the endpoint is: this object's, if the claim carries its uid."""

    last_handled_reconcile_at: str | None = None
    """The value of the annotation `reconcile-requested-at` that was last answered."""

    conditions: Annotated[list[Condition], Field(json_schema_extra=list_map("type"))] | None = None
    """How the object stands: Ready, Synced, with `spec.rollout` RolledOut, with `spec.connection` Exported, and while
    they hold Reconciling, Stalled and Drifted."""
