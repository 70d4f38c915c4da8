"""What AgentRun says and is told: the wire's objects, and the words of its states.

Imports pydantic and the standard library only, as pure decisions build on it; knows no requests, credentials, errors.

The API writes camelCase, Python reads snake_case; both are accepted. An object that is read may lack any field, and may
have others, which are ignored. An object that is sent has only what was set: *unset means unsent*, a null never is.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AliasChoices, AliasGenerator, BaseModel, ConfigDict, JsonValue, ValidationError, WrapValidator
from pydantic import ValidationInfo as Info
from pydantic import ValidatorFunctionWrapHandler as Handler
from pydantic.alias_generators import to_camel

# `status` is an open string: these are the words whose meaning is known, any other is a state unknown to us.
READY_STATES = frozenset({"READY", "ACTIVE"})
FAILED_STATES = frozenset({"CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED", "FAILED"})
MOVING_STATES = frozenset({"CREATING", "UPDATING", "DELETING"})

RESOURCE_NAME = re.compile(r"acs:[a-z0-9-]{1,32}:(?P<region>[a-z0-9-]{1,32}):(?P<account>[A-Za-z0-9-]{1,64}):")

ItemT = TypeVar("ItemT")

NO_SHARE, NO_NUMBER = 1e300, 2**63
ANSWERED = "answered"
"""The context in which an answer is read: an odd number in it agrees with nothing, and does not void the rest."""
NAMES = frozenset(f"agentRuntime{part}" for part in ("EndpointId", "EndpointName", "Id", "Name", "Version"))
"""The fields that tell an item of a list from the others."""


def _or(stand_in: float, *, of: type | tuple[type, ...] = object) -> WrapValidator:
    """In an answer, what is no number that makes sense is this one: what is no share, or of a count what is a half."""

    def read(value: Any, handler: Handler, info: Info) -> Any:  # noqa: ANN401 - whatever AgentRun says
        try:
            return handler(value)
        except ValidationError:
            if info.context == ANSWERED and isinstance(value, of):
                return stand_in
            raise

    return WrapValidator(read)


Share = Annotated[float, _or(NO_SHARE)]
Count = Annotated[int, _or(NO_NUMBER, of=(int, float))]


def _item(value: Any, handler: Handler) -> Any:  # noqa: ANN401 - what makes no sense is known by its names alone
    try:
        return handler(value)
    except ValidationError:
        fields = value.items() if isinstance(value, dict) else ()
        if known := {name: text for name, text in fields if name in NAMES and isinstance(text, str)}:
            return handler(known)
        raise


class WireModel(BaseModel):
    """An object of the API: immutable, lenient in what it reads."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(
            validation_alias=lambda name: AliasChoices(name, to_camel(name)), serialization_alias=to_camel
        ),
        extra="ignore",
        frozen=True,
        coerce_numbers_to_str=True,  # a version written as 3 means "3"
        allow_inf_nan=False,  # JSON has no word for them
        hide_input_in_errors=True,  # an answer's content is none of a log's business
    )

    def to_wire(self) -> dict[str, JsonValue]:
        """The JSON object to send: camelCase, only what was set, no nulls."""
        wire: dict[str, JsonValue] = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return wire


class VersionWeight(WireModel):
    """A canary.

    Attributes:
        version: the version's number, as a string: `"4"`.
        weight: its share of the traffic, a fraction between 0 and 1; `targetVersion` gets what the canaries leave.
    """

    version: str | None = None
    weight: Share | None = None


class RoutingConfiguration(WireModel):
    """Where the traffic goes besides the target version.

    Attributes:
        version_weights: the canaries. An empty list asks for none, whereas unset leaves them as they are.
    """

    version_weights: list[VersionWeight] | None = None


class ScheduledPolicy(WireModel):
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
    target: Count | None = None
    start_time: str | None = None
    end_time: str | None = None
    time_zone: str | None = None


class ScalingConfig(WireModel):
    """How many instances to keep.

    Attributes:
        min_instances: instances that are kept even without traffic.
        scheduled_policies: what the clock changes about that.
    """

    min_instances: int | None = None
    scheduled_policies: list[ScheduledPolicy] | None = None


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
    current_instances: Count | None = None
    target_instances: Count | None = None
    min_instances: Count | None = None
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


class AgentRuntimeEndpointCreateInput(WireModel):
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

    agent_runtime_endpoint_name: str | None = None
    description: str | None = None
    disable_public_network_access: bool | None = None
    routing_configuration: RoutingConfiguration | None = None
    scaling_config: ScalingConfig | None = None
    target_version: str | None = None


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

    items: list[Annotated[ItemT, WrapValidator(_item)]] | None = None
    page_number: int | None = None
    page_size: int | None = None
    total: int | None = None
