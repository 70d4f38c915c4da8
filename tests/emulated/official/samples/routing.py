"""Let a part of the traffic go to a new version, raise it, and take it away again; keep instances."""

from __future__ import annotations

from agentrun.agent_runtime import (
    AgentRuntimeEndpoint,
    AgentRuntimeEndpointCreateInput,
    AgentRuntimeEndpointRoutingConfig,
    AgentRuntimeEndpointRoutingWeight,
    AgentRuntimeEndpointUpdateInput,
)
from agentrun.agent_runtime.model import ScalingConfig, ScheduledPolicy


def canary(version, weight):
    weights = [AgentRuntimeEndpointRoutingWeight(version=version, weight=weight)]
    return AgentRuntimeEndpointRoutingConfig(version_weights=weights)


def start(runtime_id):
    wanted = AgentRuntimeEndpointCreateInput(agent_runtime_endpoint_name="canary", target_version="3")
    wanted.routing_configuration = canary("4", 0.1)
    wanted.scaling_config = ScalingConfig(min_instances=1)
    wanted.scaling_config.scheduled_policies = [
        ScheduledPolicy(name="day", schedule_expression="cron(0 0 9 * * *)", target=3, time_zone="Asia/Shanghai")
    ]
    return AgentRuntimeEndpoint.create_by_id(runtime_id, wanted)


def raise_share(endpoint, weight):
    wanted = AgentRuntimeEndpointUpdateInput(target_version="3", routing_configuration=canary("4", 0.1))
    wanted.routing_configuration.version_weights[0].weight = weight
    endpoint.update(wanted)
    return endpoint.get().routing_configuration.version_weights[0].weight


def promote(endpoint):
    endpoint.update(
        AgentRuntimeEndpointUpdateInput(
            target_version="4",
            routing_configuration=AgentRuntimeEndpointRoutingConfig(version_weights=[]),
            delete_scaling_config=True,
        )
    )
    return endpoint.refresh()


def describe_only(endpoint, text):
    endpoint.update(AgentRuntimeEndpointUpdateInput(description=text))
    return endpoint.refresh().target_version
