"""What AgentRun is told (`inputs`) and says (`answers`): the wire's objects, and the words of its states.

Imports pydantic and the standard library only, as pure decisions build on it; knows no requests, credentials, errors.
"""

from __future__ import annotations

from agentrun_operator.agentrun.models.answers import (
    FAILED_STATES,
    MOVING_STATES,
    READY_STATES,
    AgentRuntimeEndpointSystemProps,
    Endpoint,
    ItemT,
    Page,
    Runtime,
    RuntimeVersion,
    ScalingStatus,
    Status,
)
from agentrun_operator.agentrun.models.inputs import (
    AgentRuntimeEndpointCreateInput,
    AgentRuntimeEndpointImmutableProps,
    AgentRuntimeEndpointListInput,
    AgentRuntimeEndpointMutableProps,
    AgentRuntimeEndpointRoutingConfig,
    AgentRuntimeEndpointRoutingWeight,
    AgentRuntimeEndpointUpdateInput,
    EndpointCreate,
    EndpointUpdate,
    PageableInput,
    RoutingConfiguration,
    ScalingConfig,
    ScheduledPolicy,
    VersionWeight,
)
from agentrun_operator.agentrun.models.wire import WireModel

__all__ = [
    "FAILED_STATES",
    "MOVING_STATES",
    "READY_STATES",
    "AgentRuntimeEndpointCreateInput",
    "AgentRuntimeEndpointImmutableProps",
    "AgentRuntimeEndpointListInput",
    "AgentRuntimeEndpointMutableProps",
    "AgentRuntimeEndpointRoutingConfig",
    "AgentRuntimeEndpointRoutingWeight",
    "AgentRuntimeEndpointSystemProps",
    "AgentRuntimeEndpointUpdateInput",
    "Endpoint",
    "EndpointCreate",
    "EndpointUpdate",
    "ItemT",
    "Page",
    "PageableInput",
    "RoutingConfiguration",
    "Runtime",
    "RuntimeVersion",
    "ScalingConfig",
    "ScalingStatus",
    "ScheduledPolicy",
    "Status",
    "VersionWeight",
    "WireModel",
]
