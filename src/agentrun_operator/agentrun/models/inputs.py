"""What people write: an endpoint as it should be. Its parts are read in answers too, which echo them."""

from __future__ import annotations

from pydantic import ConfigDict

from agentrun_operator.agentrun.models.wire import WireModel


class Written(WireModel):
    """What people write: its fields can be assigned to, and what is assigned is checked as what is given at first."""

    model_config = ConfigDict(frozen=False, validate_assignment=True)


class VersionWeight(Written):
    """A canary.

    Attributes:
        version: the version's number, as a string: `"4"`; or `LATEST`.
        weight: its share of the traffic, a fraction between 0 and 1; `targetVersion` gets what the canaries leave.
    """

    version: str | None = None
    weight: float | None = None


class RoutingConfiguration(Written):
    """Where the traffic goes besides the target version.

    Attributes:
        version_weights: the canaries. An empty list asks for none, whereas unset leaves them as they are.
    """

    version_weights: list[VersionWeight] | None = None


class ScheduledPolicy(Written):
    """A scaling that is switched on by the clock.

    Attributes:
        name: its name, unique in the endpoint.
        schedule_expression: when it starts, as the service takes it: `cron(0 0 9 * * *)`.
        target: how many instances it keeps.
        start_time: from when it is in force, as the service takes it.
        end_time: until when.
        time_zone: the time zone of its times: `Asia/Shanghai`.
    """

    name: str | None = None
    schedule_expression: str | None = None
    target: int | None = None
    start_time: str | None = None
    end_time: str | None = None
    time_zone: str | None = None


class ScalingConfig(Written):
    """How many instances to keep.

    Attributes:
        min_instances: instances that are kept even without traffic.
        scheduled_policies: what the clock changes about that.
    """

    min_instances: int | None = None
    scheduled_policies: list[ScheduledPolicy] | None = None


class AgentRuntimeEndpointMutableProps(Written):
    """What can be said of an endpoint, and changed.

    Attributes:
        agent_runtime_endpoint_name: its name, unique in the runtime.
        description: free text.
        disable_public_network_access: whether it is reachable from the VPC only.
        routing_configuration: the canaries.
        scaling_config: instances to keep.
        target_version: `LATEST`, or a version's number as a string.
    """

    agent_runtime_endpoint_name: str | None = None
    description: str | None = None
    disable_public_network_access: bool | None = None
    routing_configuration: RoutingConfiguration | None = None
    scaling_config: ScalingConfig | None = None
    target_version: str | None = None


class AgentRuntimeEndpointImmutableProps(Written):
    """What can be said of an endpoint once only: nothing, so far."""


class AgentRuntimeEndpointCreateInput(AgentRuntimeEndpointMutableProps, AgentRuntimeEndpointImmutableProps):
    """What a new endpoint should be; whatever is left out is the service's choice.

    Args:
        agent_runtime_endpoint_name: its name, `^[a-zA-Z][a-zA-Z0-9_-]{0,63}$`, unique in the runtime.
        description: free text, at most 256 characters.
        disable_public_network_access: True makes it reachable from the VPC only.
        routing_configuration: the canaries.
        scaling_config: instances to keep.
        target_version: `LATEST`, or a version's number as a string.

    Raises:
        pydantic.ValidationError: a field is unknown or of the wrong type. (A ValueError.)
    """

    model_config = ConfigDict(extra="forbid")  # a misspelt field would silently not be sent


class AgentRuntimeEndpointUpdateInput(AgentRuntimeEndpointCreateInput):
    """What should change about an endpoint; whatever is left out stays as it is.

    Takes what AgentRuntimeEndpointCreateInput takes, and:

    Args:
        delete_scaling_config: True removes the scaling configuration, which leaving `scaling_config` out would keep.

    Raises:
        pydantic.ValidationError: a field is unknown or of the wrong type. (A ValueError.)
    """

    delete_scaling_config: bool | None = None


# The short names, for code that calls the object an Endpoint.
EndpointCreate = AgentRuntimeEndpointCreateInput
EndpointUpdate = AgentRuntimeEndpointUpdateInput

# The names that the official SDK has for the same.
AgentRuntimeEndpointRoutingConfig = RoutingConfiguration
AgentRuntimeEndpointRoutingWeight = VersionWeight


class PageableInput(Written):
    """Which page of a list.

    Args:
        page_number: counted from 1.
        page_size: how many items it should hold.
    """

    page_number: int | None = None
    page_size: int | None = None


class AgentRuntimeEndpointListInput(PageableInput):
    """Which endpoints of a runtime.

    Args:
        endpoint_name: those of this name.
        search_mode: how to compare names, the service's word.
    """

    endpoint_name: str | None = None
    search_mode: str | None = None
