"""What an endpoint object remembers: the service's last word on it, and the configuration that it was made with.

The base of `AgentRuntimeEndpoint`: how it is made, kept up to date, and how its operations are run. No operation here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self, TypeVar

from pydantic import ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from agentrun_operator.agentrun.auth.config import Config, checked
from agentrun_operator.agentrun.models import (
    AgentRuntimeEndpointCreateInput,
    AgentRuntimeEndpointImmutableProps,
    AgentRuntimeEndpointMutableProps,
    Endpoint,
    ScalingConfig,
    ScalingStatus,
)

if TYPE_CHECKING:
    from agentrun_operator.agentrun.api.protocol import Process

T = TypeVar("T")
InputT = TypeVar("InputT", bound=AgentRuntimeEndpointCreateInput)


def run(process: Process[T], config: Config | None) -> T:
    """Carry out an operation over connections of its own."""
    from agentrun_operator.agentrun.http.client import Client  # noqa: PLC0415 - HTTP is loaded by the first call

    with Client(config) as client:
        return client.run(process)


async def run_async(process: Process[T], config: Config | None) -> T:
    """As `run`, awaited."""
    from agentrun_operator.agentrun.http.client import AsyncClient  # noqa: PLC0415 - HTTP is loaded by the first call

    async with AsyncClient(config) as client:
        return await client.run(process)


def input_of(model: type[InputT], given: object) -> InputT:
    """What may have been given as an input: one, or a dict of its fields.

    Raises:
        ValueError: the dict has an unknown field, or one of the wrong type. (A pydantic.ValidationError.)
        TypeError: it is something else.
    """
    if isinstance(given, model):
        return given
    if isinstance(given, AgentRuntimeEndpointCreateInput):
        given = given.model_dump(exclude_none=True)
    if isinstance(given, Mapping):
        return model.model_validate(given)
    raise TypeError(f"input must be an {model.__name__}, or a dict of its fields, not {type(given).__name__}")


class RemoteEndpoint(Endpoint, AgentRuntimeEndpointMutableProps, AgentRuntimeEndpointImmutableProps):
    """An endpoint that remembers where it lives. Two are equal when the service told the same of both.

    Attributes:
        scaling_config: the scaling as it is configured, read from the service's `scaling_status`; None when that tells
            of none.
        config: the configuration that it was made with, None for the environment's.
    """

    model_config = ConfigDict(frozen=False, validate_assignment=False, extra="forbid", arbitrary_types_allowed=True)

    config: SkipJsonSchema[Config | None] = Field(default=None, exclude=True, repr=False)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        told = type(self).model_fields.keys() - {"config"}
        return all(getattr(self, name) == getattr(other, name) for name in told)

    __hash__ = None  # type: ignore[assignment]  # it changes, so it is no key

    def set_config(self, config: Config | None) -> Self:
        """Use another configuration from now on.

        Args:
            config: where AgentRun is and who calls; None for the environment's.

        Returns:
            this object.

        Raises:
            TypeError: it is no Config.
        """
        self.config = checked(config)
        return self

    @model_validator(mode="after")
    def _know_scaling(self) -> Self:
        self.scaling_config = self.scaling_config or _configured(self.scaling_status)
        return self

    @classmethod
    def _made(cls, endpoint: Endpoint, config: Config | None) -> Self:
        return cls(config=config, **{name: value for name, value in endpoint if value is not None})

    def _replaced_by(self, endpoint: Endpoint) -> Self:
        """This object, as a get told of it."""
        for name in Endpoint.model_fields:
            setattr(self, name, getattr(endpoint, name))
        self.scaling_config = _configured(self.scaling_status)
        return self

    def _updated_by(self, endpoint: Endpoint) -> Self:
        """This object, as a write's answer told of it, which need not tell everything."""
        for name, value in endpoint:
            if value is not None:
                setattr(self, name, value)
        if endpoint.scaling_status is not None:
            self.scaling_config = _configured(endpoint.scaling_status)
        return self

    def _ids(self) -> tuple[str, str]:
        if not self.agent_runtime_id or not self.agent_runtime_endpoint_id:
            missing = "agent_runtime_endpoint_id" if self.agent_runtime_id else "agent_runtime_id"
            raise ValueError(
                f"this endpoint has no {missing}: make it with both ids, or get it from get_by_id or list_by_id"
            )
        return self.agent_runtime_id, self.agent_runtime_endpoint_id


def _configured(status: ScalingStatus | None) -> ScalingConfig | None:
    if status is None or (status.min_instances is None and status.scheduled_policies is None):
        return None
    return ScalingConfig(min_instances=status.min_instances, scheduled_policies=status.scheduled_policies)
