"""What AgentRun answers, and the words of its states. What makes no sense in an answer is read as such, not refused."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Generic, TypeVar

from agentrun_operator.agentrun.models.inputs import RoutingConfiguration, ScheduledPolicy
from agentrun_operator.agentrun.models.wire import WireModel

# `status` is an open string: these are the words whose meaning is known, any other is a state unknown to us.
READY_STATES = frozenset({"READY", "ACTIVE"})
FAILED_STATES = frozenset({"CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED", "FAILED"})
MOVING_STATES = frozenset({"CREATING", "UPDATING", "DELETING"})


class Status(StrEnum):
    """The documented states, to compare an endpoint's `status` with; the service may say others."""

    CREATING = "CREATING"
    CREATE_FAILED = "CREATE_FAILED"
    UPDATING = "UPDATING"
    UPDATE_FAILED = "UPDATE_FAILED"
    READY = "READY"
    DELETING = "DELETING"
    DELETE_FAILED = "DELETE_FAILED"

    @staticmethod
    def is_final_status(status: str | None = None) -> bool:
        """Whether no change is under way, as far as the state tells: also where there is none."""
        return status is None or status in READY_STATES | FAILED_STATES

    def is_final(self) -> bool:
        """Whether no change is under way."""
        return self.is_final_status(self)


RESOURCE_NAME = re.compile(r"acs:[a-z0-9-]{1,32}:(?P<region>[a-z0-9-]{1,32}):(?P<account>[A-Za-z0-9-]{1,64}):")

ItemT = TypeVar("ItemT", bound=WireModel)


class ScalingStatus(WireModel):
    """The scaling as the service sees it; the configuration itself is never echoed.

    Attributes:
        current_error: why scaling fails, if it does.
        current_instances: instances that run now.
        target_instances: instances that should run now.
        min_instances: as configured.
        scheduled_policies: as configured.
    """

    current_error: str | None = None
    current_instances: int | None = None
    target_instances: int | None = None
    min_instances: int | None = None
    scheduled_policies: list[ScheduledPolicy] | None = None


class Endpoint(WireModel):
    """An endpoint of an agent runtime, as the service describes it.

    Attributes:
        agent_runtime_endpoint_arn: its resource name for access policies.
        agent_runtime_endpoint_id: its id, given by the service.
        agent_runtime_endpoint_name: its name, unique in the runtime.
        agent_runtime_id: the runtime that it belongs to.
        description: free text.
        disable_public_network_access: whether it is reachable from the VPC only.
        endpoint_public_url: where it is reachable.
        resource_name: its name as a resource, where the service tells it.
        routing_configuration: the canaries.
        scaling_status: instances and scaling policies.
        status: the state, an open word; see READY_STATES, FAILED_STATES and MOVING_STATES.
        status_reason: why it is in that state.
        target_version: `LATEST`, or the number of the version that gets what the canaries leave.
    """

    agent_runtime_endpoint_arn: str | None = None
    agent_runtime_endpoint_id: str | None = None
    agent_runtime_endpoint_name: str | None = None
    agent_runtime_id: str | None = None
    description: str | None = None
    disable_public_network_access: bool | None = None
    endpoint_public_url: str | None = None
    resource_name: str | None = None
    routing_configuration: RoutingConfiguration | None = None
    scaling_status: ScalingStatus | None = None
    status: str | None = None
    status_reason: str | None = None
    target_version: str | None = None


AgentRuntimeEndpointSystemProps = Endpoint
"""The official SDK's name for what the service alone says of an endpoint."""


class Runtime(WireModel):
    """An agent runtime, as far as its endpoints concern it.

    Attributes:
        agent_runtime_arn: its resource name for access policies.
        agent_runtime_id: its id, given by the service.
        agent_runtime_name: its name, unique in a workspace; part of the data plane's addresses.
        agent_runtime_version: its newest version, where the service tells it.
        description: free text.
        status: the state, an open word; endpoints can be written only while it is READY.
        status_reason: why it is in that state.
        workspace_id: the workspace that it belongs to.
    """

    agent_runtime_arn: str | None = None
    agent_runtime_id: str | None = None
    agent_runtime_name: str | None = None
    agent_runtime_version: str | None = None
    description: str | None = None
    status: str | None = None
    status_reason: str | None = None
    workspace_id: str | None = None

    @property
    def owner(self) -> tuple[str, str]:
        """The account and the region that its resource name tells; empty where it tells none.

        A resource name is `acs:agentrun:<region>:<account>:<path>`.
        """
        found = RESOURCE_NAME.match(self.agent_runtime_arn or "")
        return (found["account"], found["region"]) if found else ("", "")


class RuntimeVersion(WireModel):
    """A published version of an agent runtime; versions are immutable and numbered from 1.

    Attributes:
        agent_runtime_arn: the runtime's resource name.
        agent_runtime_id: the runtime's id.
        agent_runtime_name: the runtime's name.
        agent_runtime_version: the version's number, as a string.
        description: free text.
        last_updated_at: when it was published, ISO 8601.
    """

    agent_runtime_arn: str | None = None
    agent_runtime_id: str | None = None
    agent_runtime_name: str | None = None
    agent_runtime_version: str | None = None
    description: str | None = None
    last_updated_at: str | None = None


class Page(WireModel, Generic[ItemT]):
    """One page of a list.

    Attributes:
        items: what is on it; null when there is nothing, as some servers write an empty list.
        page_number: counted from 1.
        page_size: how many items a page may hold; may be less than was asked for.
        total: how many items there are in all pages, by the service's count.
    """

    items: list[ItemT] | None = None
    page_number: int | None = None
    page_size: int | None = None
    total: int | None = None
