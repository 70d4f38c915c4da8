"""`AgentRuntimeEndpoint`: an endpoint as an object that can create, change, delete, await and call itself.

What an object does to itself is here, what the class does by ids in `by_id`, calling an endpoint in `invocation`.
Each method has a sync and an `_async` form, two drivers of the same operation; what is sent is in `operations`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from agentrun_operator.agentrun.api import operations, waiting
from agentrun_operator.agentrun.endpoint.by_id import EndpointById
from agentrun_operator.agentrun.endpoint.invocation import InvocableEndpoint
from agentrun_operator.agentrun.endpoint.remote import run, run_async

if TYPE_CHECKING:
    from agentrun_operator.agentrun.auth.config import Config
    from agentrun_operator.agentrun.models import AgentRuntimeEndpointUpdateInput

READY_TIMEOUT = 300.0
DELETED_TIMEOUT = 300.0


class AgentRuntimeEndpoint(EndpointById, InvocableEndpoint):
    """An endpoint of an agent runtime.

    Its properties are what the service last told; `update` changes them there, `refresh` reads them anew, and setting
    one changes this object only. Every method has an `_async` form, to be awaited, that takes, returns and raises the
    same. Besides what they say, all may raise CredentialsNotFoundError, when there is nothing to sign with, and
    ConfigError.

    Args:
        agent_runtime_id: the runtime's id.
        agent_runtime_endpoint_id: the endpoint's id.
        config: where AgentRun is and who calls. The object keeps it for all its calls; a `config` given to a method is
            for that call only. Without any, the environment is asked at each call.

    Example:
        endpoint = AgentRuntimeEndpoint.create_by_id(
            runtime_id, AgentRuntimeEndpointCreateInput(agent_runtime_endpoint_name="chat", target_version="3")
        )
        endpoint.wait_until_ready()
        endpoint.update(AgentRuntimeEndpointUpdateInput(description="For the support team"))
        endpoint.delete()
    """

    def delete(self, config: Config | None = None) -> Self:
        """Delete this endpoint, as `delete_by_id`; the object keeps its ids.

        Args:
            config: for this call, instead of the object's own.

        Returns:
            this object, updated by what the service tells.

        Raises:
            ValueError: an id is missing.
            ResourceNotExistError: the endpoint, or its runtime, does not exist.
            HTTPError: the call failed for another reason.
        """
        return self._updated_by(run(operations.delete_endpoint(*self._ids()), config or self.config))

    async def delete_async(self, config: Config | None = None) -> Self:
        """As `delete`, awaited."""
        return self._updated_by(await run_async(operations.delete_endpoint(*self._ids()), config or self.config))

    def update(
        self,
        input: AgentRuntimeEndpointUpdateInput,  # noqa: A002 - the name that callers of the official SDK use
        config: Config | None = None,
    ) -> Self:
        """Change this endpoint, as `update_by_id`.

        Args:
            input: what to change; unset means unsent.
            config: for this call, instead of the object's own.

        Returns:
            this object, updated by what the service tells.

        Raises:
            ValueError: an id is missing.
            ResourceNotExistError: the endpoint, or its runtime, does not exist.
            HTTPError: the call failed for another reason.
        """
        return self._updated_by(run(operations.update_endpoint(*self._ids(), input), config or self.config))

    async def update_async(
        self,
        input: AgentRuntimeEndpointUpdateInput,  # noqa: A002 - the name that callers of the official SDK use
        config: Config | None = None,
    ) -> Self:
        """As `update`, awaited."""
        operation = operations.update_endpoint(*self._ids(), input)
        return self._updated_by(await run_async(operation, config or self.config))

    def get(self, config: Config | None = None) -> Self:
        """Read this endpoint anew.

        Args:
            config: for this call, instead of the object's own.

        Returns:
            this object, as the service has it now.

        Raises:
            ValueError: an id is missing.
            ResourceNotExistError: the endpoint, or its runtime, does not exist.
            HTTPError: the call failed for another reason.
        """
        return self._replaced_by(run(operations.get_endpoint(*self._ids()), config or self.config))

    async def get_async(self, config: Config | None = None) -> Self:
        """As `get`, awaited."""
        return self._replaced_by(await run_async(operations.get_endpoint(*self._ids()), config or self.config))

    def refresh(self, config: Config | None = None) -> Self:
        """Read this endpoint anew: another name of `get`."""
        return self.get(config)

    async def refresh_async(self, config: Config | None = None) -> Self:
        """As `refresh`, awaited."""
        return await self.get_async(config)

    def wait_until_ready(self, timeout: float = READY_TIMEOUT, config: Config | None = None) -> Self:
        """Wait until this endpoint serves: until the service calls it READY (or ACTIVE).

        A state that this client does not know is waited out, with growing pauses between the looks.

        Args:
            timeout: seconds to wait at most; 0 looks once.
            config: for this call, instead of the object's own.

        Returns:
            this object, as the service has it now.

        Raises:
            ValueError: an id is missing, or `timeout` is negative.
            EndpointFailedError: it failed, or is being deleted; raised at once.
            WaitTimeoutError: the time is over. (A TimeoutError.)
            ResourceNotExistError: the endpoint, or its runtime, does not exist.
            HTTPError: the service refused to tell; passing failures are waited out.
        """
        process = waiting.until_ready(*self._ids(), timeout=timeout, clock=time.monotonic)
        return self._replaced_by(run(process, config or self.config))

    async def wait_until_ready_async(self, timeout: float = READY_TIMEOUT, config: Config | None = None) -> Self:  # noqa: ASYNC109
        """As `wait_until_ready`, awaited."""
        process = waiting.until_ready(*self._ids(), timeout=timeout, clock=time.monotonic)
        return self._replaced_by(await run_async(process, config or self.config))

    def wait_until_deleted(self, timeout: float = DELETED_TIMEOUT, config: Config | None = None) -> Self:
        """Wait until this endpoint, or its whole runtime, does not exist. Deleting it is `delete`'s business.

        Args:
            timeout: seconds to wait at most; 0 looks once.
            config: for this call, instead of the object's own.

        Returns:
            this object; it keeps its ids.

        Raises:
            ValueError: an id is missing, or `timeout` is negative.
            EndpointFailedError: its deletion failed; raised at once.
            WaitTimeoutError: the time is over. (A TimeoutError.)
            HTTPError: the service refused to tell; passing failures are waited out.
        """
        run(waiting.until_deleted(*self._ids(), timeout=timeout, clock=time.monotonic), config or self.config)
        return self

    async def wait_until_deleted_async(self, timeout: float = DELETED_TIMEOUT, config: Config | None = None) -> Self:  # noqa: ASYNC109
        """As `wait_until_deleted`, awaited."""
        process = waiting.until_deleted(*self._ids(), timeout=timeout, clock=time.monotonic)
        await run_async(process, config or self.config)
        return self
