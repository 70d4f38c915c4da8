"""The bodies that make AgentRun hold a desired shape: always the full state, and what is absent is cleared by name.

What an update does to a field that it does not mention is not documented, so none is left out.
"""

from __future__ import annotations

from agentrun_operator.agentrun.models import (
    EndpointCreate,
    EndpointUpdate,
    RoutingConfiguration,
    ScalingConfig,
    ScheduledPolicy,
    VersionWeight,
)
from agentrun_operator.reconcile.state.comparable import PERCENT, Comparable, Policy


def create_body(name: str, comparable: Comparable) -> EndpointCreate:
    """The body that creates an endpoint of this name and shape."""
    body = EndpointCreate(
        agent_runtime_endpoint_name=name,
        description=comparable.description,
        target_version=comparable.target_version,
        disable_public_network_access=comparable.disable_public_network_access,
    )
    routing = {"routing_configuration": _routing(comparable)} if comparable.weights else {}
    scaling = {"scaling_config": _scaling(comparable)} if comparable.scaled else {}
    return body.model_copy(update=routing | scaling)


def update_body(comparable: Comparable) -> EndpointUpdate:
    """The body that gives an endpoint this shape, whatever it has now. It never renames."""
    body = EndpointUpdate(
        description=comparable.description,
        target_version=comparable.target_version,
        disable_public_network_access=comparable.disable_public_network_access,
        routing_configuration=_routing(comparable),
    )
    scaling = {"scaling_config": _scaling(comparable)} if comparable.scaled else {"delete_scaling_config": True}
    return body.model_copy(update=scaling)


def _routing(comparable: Comparable) -> RoutingConfiguration:
    weights = [VersionWeight(version=weight.version, weight=weight.percent / PERCENT) for weight in comparable.weights]
    return RoutingConfiguration(version_weights=weights)


def _scaling(comparable: Comparable) -> ScalingConfig:
    policies = [_policy(policy) for policy in comparable.policies]
    return ScalingConfig(min_instances=comparable.min_instances, scheduled_policies=policies)


def _policy(policy: Policy) -> ScheduledPolicy:
    given = {name: value for name, value in policy._asdict().items() if value not in ("", None)}
    return ScheduledPolicy.model_validate(given)
