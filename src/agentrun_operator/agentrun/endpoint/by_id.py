"""The part of `AgentRuntimeEndpoint` that finds or makes an endpoint: the class methods, each by its ids.

Each has a sync and an `_async` form, two drivers of the same operation; what is sent is in `operations`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.endpoint.remote import RemoteEndpoint, input_of, run, run_async
from agentrun_operator.agentrun.models import AgentRuntimeEndpointCreateInput, AgentRuntimeEndpointUpdateInput

if TYPE_CHECKING:
    from agentrun_operator.agentrun.api.protocol import Operation
    from agentrun_operator.agentrun.auth.config import Config
    from agentrun_operator.agentrun.models import Endpoint


class EndpointById(RemoteEndpoint):
    """An endpoint that is found or made by its ids."""

    @classmethod
    def create_by_id(
        cls,
        agent_runtime_id: str,
        input: AgentRuntimeEndpointCreateInput,  # noqa: A002 - the name that callers of the official SDK use
        config: Config | None = None,
    ) -> Self:
        """Create an endpoint. It takes a while to become READY: see `wait_until_ready`.

        The request is repeated only if it certainly never left, so no second endpoint can come of it.

        Args:
            agent_runtime_id: the runtime that it belongs to.
            input: what it should be, or a dict of it; what is left out is the service's choice.
            config: where AgentRun is and who calls, by default the environment's.

        Returns:
            the endpoint created, as far as the service tells: usually in the state CREATING.

        Raises:
            ValueError: the id cannot be one, or the input has a field that is unknown or of the wrong type.
            TypeError: the input or the config is none.
            ResourceAlreadyExistError: the runtime has an endpoint of that name.
            ResourceNotExistError: there is no such runtime.
            RuntimeNotReadyError: the runtime is not READY yet.
            NoAnswerError: the connection failed; `may_have_arrived` says whether the endpoint may exist now.
            HTTPError: the call failed for another reason.

        Example:
            AgentRuntimeEndpoint.create_by_id(
                "9f1c…",
                AgentRuntimeEndpointCreateInput(
                    agent_runtime_endpoint_name="chat",
                    target_version="3",
                    routing_configuration=RoutingConfiguration(
                        version_weights=[VersionWeight(version="4", weight=0.1)]
                    ),
                ),
            )
        """
        return cls._made(run(_create(agent_runtime_id, input), config), config)

    @classmethod
    async def create_by_id_async(
        cls,
        agent_runtime_id: str,
        input: AgentRuntimeEndpointCreateInput,  # noqa: A002 - the name that callers of the official SDK use
        config: Config | None = None,
    ) -> Self:
        """As `create_by_id`, awaited."""
        return cls._made(await run_async(_create(agent_runtime_id, input), config), config)

    @classmethod
    def delete_by_id(cls, agent_runtime_id: str, endpoint_id: str, config: Config | None = None) -> Self:
        """Delete an endpoint. It takes a while to be gone: see `wait_until_deleted`.

        Args:
            agent_runtime_id: the runtime that it belongs to.
            endpoint_id: the endpoint's id.
            config: where AgentRun is and who calls, by default the environment's.

        Returns:
            the endpoint deleted, as far as the service tells: usually in the state DELETING.

        Raises:
            ValueError: an id cannot be one.
            TypeError: the config is none.
            ResourceNotExistError: there is no such endpoint, or no such runtime. After a lost answer the request is
                repeated, so this may be the call's own doing.
            HTTPError: the call failed for another reason.

        Example:
            AgentRuntimeEndpoint.delete_by_id(runtime_id, endpoint_id).wait_until_deleted()
        """
        return cls._made(run(operations.delete_endpoint(agent_runtime_id, endpoint_id), config), config)

    @classmethod
    async def delete_by_id_async(cls, agent_runtime_id: str, endpoint_id: str, config: Config | None = None) -> Self:
        """As `delete_by_id`, awaited."""
        return cls._made(await run_async(operations.delete_endpoint(agent_runtime_id, endpoint_id), config), config)

    @classmethod
    def update_by_id(
        cls,
        agent_runtime_id: str,
        endpoint_id: str,
        input: AgentRuntimeEndpointUpdateInput,  # noqa: A002 - the name that callers of the official SDK use
        config: Config | None = None,
    ) -> Self:
        """Change what `input` sets, and leave the rest. It takes a while to take effect: see `wait_until_ready`.

        Args:
            agent_runtime_id: the runtime that it belongs to.
            endpoint_id: the endpoint's id.
            input: what to change, or a dict of it. Unset means unsent; to ask for no canaries, set an empty
                `version_weights`; to remove the scaling configuration, set `delete_scaling_config`.
            config: where AgentRun is and who calls, by default the environment's.

        Returns:
            the endpoint updated, as far as the service tells: usually in the state UPDATING.

        Raises:
            ValueError: an id cannot be one, or the input has a field that is unknown or of the wrong type.
            TypeError: the input or the config is none.
            ResourceNotExistError: there is no such endpoint, or no such runtime.
            RuntimeNotReadyError: the runtime is not READY.
            HTTPError: the call failed for another reason.

        Example:
            AgentRuntimeEndpoint.update_by_id(
                runtime_id, endpoint_id, AgentRuntimeEndpointUpdateInput(target_version="4")
            )
        """
        return cls._made(run(_update(agent_runtime_id, endpoint_id, input), config), config)

    @classmethod
    async def update_by_id_async(
        cls,
        agent_runtime_id: str,
        endpoint_id: str,
        input: AgentRuntimeEndpointUpdateInput,  # noqa: A002 - the name that callers of the official SDK use
        config: Config | None = None,
    ) -> Self:
        """As `update_by_id`, awaited."""
        operation = _update(agent_runtime_id, endpoint_id, input)
        return cls._made(await run_async(operation, config), config)

    @classmethod
    def get_by_id(cls, agent_runtime_id: str, endpoint_id: str, config: Config | None = None) -> Self:
        """Read an endpoint.

        Args:
            agent_runtime_id: the runtime that it belongs to.
            endpoint_id: the endpoint's id.
            config: where AgentRun is and who calls, by default the environment's.

        Returns:
            the endpoint.

        Raises:
            ValueError: an id cannot be one.
            TypeError: the config is none.
            ResourceNotExistError: there is no such endpoint, or no such runtime.
            HTTPError: the call failed for another reason.

        Example:
            AgentRuntimeEndpoint.get_by_id(runtime_id, endpoint_id).status
        """
        return cls._made(run(operations.get_endpoint(agent_runtime_id, endpoint_id), config), config)

    @classmethod
    async def get_by_id_async(cls, agent_runtime_id: str, endpoint_id: str, config: Config | None = None) -> Self:
        """As `get_by_id`, awaited."""
        return cls._made(await run_async(operations.get_endpoint(agent_runtime_id, endpoint_id), config), config)

    @classmethod
    def list_by_id(cls, agent_runtime_id: str, config: Config | None = None) -> list[Self]:
        """Read every endpoint of a runtime, from all pages, each once.

        Args:
            agent_runtime_id: the runtime.
            config: where AgentRun is and who calls, by default the environment's.

        Returns:
            the endpoints, in the service's order.

        Raises:
            ValueError: the id cannot be one.
            TypeError: the config is none.
            ResourceNotExistError: there is no such runtime.
            HTTPError: a page could not be read. There is no half of a list.

        Example:
            [endpoint.agent_runtime_endpoint_name for endpoint in AgentRuntimeEndpoint.list_by_id(runtime_id)]
        """
        return [cls._made(found, config) for found in run(operations.list_endpoints(agent_runtime_id), config)]

    @classmethod
    async def list_by_id_async(cls, agent_runtime_id: str, config: Config | None = None) -> list[Self]:
        """As `list_by_id`, awaited."""
        endpoints = await run_async(operations.list_endpoints(agent_runtime_id), config)
        return [cls._made(found, config) for found in endpoints]


def _create(runtime_id: str, given: AgentRuntimeEndpointCreateInput) -> Operation[Endpoint]:
    return operations.create_endpoint(runtime_id, input_of(AgentRuntimeEndpointCreateInput, given))


def _update(runtime_id: str, endpoint_id: str, given: AgentRuntimeEndpointUpdateInput) -> Operation[Endpoint]:
    return operations.update_endpoint(runtime_id, endpoint_id, input_of(AgentRuntimeEndpointUpdateInput, given))
