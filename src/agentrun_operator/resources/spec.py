"""The `spec` of an AgentRuntimeEndpoint: what users ask for, every rule the API server holds them to, and why.

The docstring under a field is its description in `kubectl explain`. Rules that need no other object live here and
nowhere else, so that a bad manifest is refused by `kubectl apply` and never reaches the operator.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from agentrun_operator.resources.connection import Connection
from agentrun_operator.resources.names import ENDPOINT_NAME_PATTERN, LATEST, REGION_PATTERN
from agentrun_operator.resources.part import Part, list_map, rule, rules
from agentrun_operator.resources.rollout.plan import Rollout

Version = Annotated[str, Field(pattern=f"^({LATEST}|[1-9][0-9]*)$", max_length=20)]
ShortText = Annotated[str, Field(min_length=1, max_length=128)]


class ManagementPolicy(StrEnum):
    """Whether the operator writes to AgentRun."""

    MANAGE = "Manage"
    OBSERVE = "Observe"


class AdoptionPolicy(StrEnum):
    """What to do with an endpoint that exists already."""

    REFUSE = "Refuse"
    ADOPT = "Adopt"


class DeletionPolicy(StrEnum):
    """What happens to the endpoint when the object is deleted."""

    DELETE = "Delete"
    ORPHAN = "Orphan"


class DriftPolicy(StrEnum):
    """What to do about a change made outside."""

    CORRECT = "Correct"
    REPORT = "Report"


class AgentRuntimeRef(Part):
    """Names an AgentRuntime by its id or by its name."""

    model_config = ConfigDict(
        json_schema_extra=rules(
            rule("has(self.id) != has(self.name)", "agentRuntimeRef needs exactly one of id and name"),
            rule("self == oldSelf", "agentRuntimeRef is immutable: delete the object and create it anew"),
        )
    )

    id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$", max_length=64)] | None = None
    """The AgentRuntime's id, as AgentRun shows it."""

    name: ShortText | None = None
    """The AgentRuntime's name. It is looked up once; from then on the runtime that was found stays the one while it
    exists. """


class VersionWeight(Part):
    """A canary: a version and its share of the traffic."""

    version: Version
    """A published version of the runtime, or `LATEST`; other than `targetVersion`."""

    weight: Annotated[int, Field(ge=1, le=99)]
    """The share of the requests that this version gets, in percent."""


class Routing(Part):
    """How requests are split between versions."""

    version_weights: Annotated[
        list[VersionWeight],
        Field(
            max_length=99,
            json_schema_extra=list_map("version")
            | rules(
                rule(
                    "self.map(w, w.weight).sum() <= 99",
                    "the weights of routing.versionWeights must add up to 99 or less: targetVersion gets the rest",
                )
            ),
        ),
    ] = []
    """The canaries, by version. `targetVersion` gets what they leave; empty means no canaries."""


class ScheduledPolicy(Part):
    """A number of instances to have ready by a schedule."""

    name: ShortText
    """The policy's name, unique in this list."""

    schedule_expression: Annotated[str, Field(min_length=1, max_length=256)]
    """When the policy acts, as the service takes it, for example `cron(0 0 8 * * *)`."""

    target: Annotated[int, Field(ge=0, le=2147483647)]
    """How many instances to have ready."""

    start_time: Annotated[str, Field(max_length=64)] | None = None
    """When the policy begins to hold, as the service takes it, for example `2026-01-01T00:00:00Z`."""

    end_time: Annotated[str, Field(max_length=64)] | None = None
    """When the policy ceases to hold, as the service takes it."""

    time_zone: Annotated[str, Field(max_length=64)] | None = None
    """The time zone of the schedule, for example `Asia/Shanghai`."""


class Scaling(Part):
    """How many instances are kept ready."""

    min_instances: Annotated[int, Field(ge=0, le=2147483647)] = 0
    """The number of instances kept ready at all times."""

    scheduled_policies: Annotated[list[ScheduledPolicy], Field(max_length=100, json_schema_extra=list_map("name"))] = []
    """Instances kept ready by schedule, by the policy's name."""


class SecretRef(Part):
    """Names a Secret in the object's own namespace."""

    name: Annotated[str, Field(pattern="^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", min_length=1, max_length=253)]
    """The Secret's name. Its keys: `accessKeyId`, `accessKeySecret`, and optionally `securityToken` and `accountId`."""


class Spec(Part):
    """What AgentRun is to be made to agree with. It is the whole truth: what is absent here is cleared there."""

    model_config = ConfigDict(
        json_schema_extra=rules(
            rule(
                "!has(self.routing) || !has(self.routing.versionWeights) ||"
                " self.routing.versionWeights.all(w, w.version != self.targetVersion)",
                "a version in routing.versionWeights must differ from targetVersion, which gets the rest",
                path=".routing",
            ),
            rule(
                "!has(self.rollout) || !has(self.routing) || !has(self.routing.versionWeights) ||"
                " size(self.routing.versionWeights) == 0",
                "rollout and routing.versionWeights exclude each other: with rollout the operator splits the traffic",
                path=".routing",
            ),
            rule(
                "has(self.region) == has(oldSelf.region) && (!has(self.region) || self.region == oldSelf.region)",
                "region is immutable: delete the object and create it anew",
                path=".region",
            ),
        )
    )

    agent_runtime_ref: AgentRuntimeRef
    """The AgentRuntime that the endpoint belongs to: its `id` or its `name`. Immutable."""

    endpoint_name: Annotated[str, Field(pattern=ENDPOINT_NAME_PATTERN, max_length=64)] | None = None
    """The endpoint's name in AgentRun. Defaults to the object's name. Immutable."""

    description: Annotated[str, Field(max_length=256)] = ""
    """A text for people, at most 256 characters."""

    target_version: Version = LATEST
    """The runtime's version that gets all requests which the canaries leave: a number, or `LATEST` for what AgentRun
    takes for the newest. """

    routing: Routing | None = None
    """Canaries. Absent means none."""

    rollout: Rollout | None = None
    """How a new `targetVersion` gets its traffic step by step, with proof. Absent: all at once."""

    connection: Connection | None = None
    """A ConfigMap or a Secret that tells apps how the endpoint is reached. Absent: nothing is written."""

    scaling: Scaling | None = None
    """Instances kept ready. Absent means none."""

    disable_public_network_access: bool = False
    """Whether the endpoint is closed to the public network."""

    region: Annotated[str, Field(pattern=REGION_PATTERN, max_length=32)] | None = None
    """The Alibaba Cloud region of the runtime. Defaults to the operator's. Immutable."""

    credentials_secret_ref: SecretRef | None = None
    """A Secret in the same namespace with the AgentRun credentials to use. Absent: the operator's own, if this
    namespace may use them."""

    management_policy: ManagementPolicy = ManagementPolicy.MANAGE
    """`Manage` makes AgentRun agree with this spec. `Observe` only mirrors the endpoint into the status and never
    writes to AgentRun."""

    adoption_policy: AdoptionPolicy = AdoptionPolicy.REFUSE
    """What to do with an endpoint that already exists under the name: `Refuse` leaves it alone, `Adopt` takes it
    over."""

    deletion_policy: DeletionPolicy = DeletionPolicy.DELETE
    """What happens to the endpoint when this object is deleted: `Delete` it or `Orphan` it. May be changed on an object
    that is being deleted, which frees a stuck one."""

    drift_policy: DriftPolicy = DriftPolicy.CORRECT
    """What to do when somebody changes the endpoint outside: `Correct` changes it back, `Report` shows the difference
    in the status and leaves it."""
