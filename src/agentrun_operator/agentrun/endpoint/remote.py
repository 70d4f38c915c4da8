"""What an endpoint object remembers: the service's last word on it, and the configuration that it was made with.

The base of `AgentRuntimeEndpoint`: how it is made, kept up to date, and how its operations are run. No operation here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from pydantic import ConfigDict, Field

from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.http.client import AsyncClient, Client
from agentrun_operator.agentrun.models import Endpoint, ScalingConfig

if TYPE_CHECKING:
    from agentrun_operator.agentrun.api.protocol import Process

T = TypeVar("T")


def run(process: Process[T], config: Config | None) -> T:
    """Carry out an operation over connections of its own."""
    with Client(config) as client:
        return client.run(process)


async def run_async(process: Process[T], config: Config | None) -> T:
    """As `run`, awaited."""
    async with AsyncClient(config) as client:
        return await client.run(process)


class RemoteEndpoint(Endpoint):
    """An endpoint that remembers where it lives.

    Attributes:
        config: the configuration that it was made with, None for the environment's.
    """

    model_config = ConfigDict(frozen=False, extra="forbid", arbitrary_types_allowed=True)
    __hash__ = None  # type: ignore[assignment]  # it changes, so it is no key

    config: Config | None = Field(default=None, exclude=True, repr=False)

    @property
    def scaling_config(self) -> ScalingConfig | None:
        """The scaling as it is configured, by the service's `scaling_status`; None when it tells of none."""
        status = self.scaling_status
        if status is None or (status.min_instances is None and status.scheduled_policies is None):
            return None
        return ScalingConfig(min_instances=status.min_instances, scheduled_policies=status.scheduled_policies)

    @classmethod
    def _made(cls, endpoint: Endpoint, config: Config | None) -> Self:
        return cls(config=config, **{name: value for name, value in endpoint if value is not None})

    def _replaced_by(self, endpoint: Endpoint) -> Self:
        """This object, as a get told of it."""
        for name in Endpoint.model_fields:
            setattr(self, name, getattr(endpoint, name))
        return self

    def _updated_by(self, endpoint: Endpoint) -> Self:
        """This object, as a write's answer told of it, which need not tell everything."""
        for name, value in endpoint:
            if value is not None:
                setattr(self, name, value)
        return self

    def _ids(self) -> tuple[str, str]:
        if not self.agent_runtime_id or not self.agent_runtime_endpoint_id:
            missing = "agent_runtime_endpoint_id" if self.agent_runtime_id else "agent_runtime_id"
            raise ValueError(
                f"this endpoint has no {missing}: make it with both ids, or get it from get_by_id or list_by_id"
            )
        return self.agent_runtime_id, self.agent_runtime_endpoint_id
