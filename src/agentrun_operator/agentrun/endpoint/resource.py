"""`ResourceBase`: what an endpoint object does to itself: delete, change, read and await the endpoint that it is.

Each method has a sync and an `_async` form, two drivers of the same operation; what is sent is in `operations`, and how
to wait in `waiting`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from agentrun_operator.agentrun.api import operations, waiting
from agentrun_operator.agentrun.api.errors import ResourceNotExistError
from agentrun_operator.agentrun.auth.config import merged
from agentrun_operator.agentrun.endpoint.remote import RemoteEndpoint, input_of, run, run_async
from agentrun_operator.agentrun.models import AgentRuntimeEndpointUpdateInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.agentrun.api.protocol import Operation, Process
    from agentrun_operator.agentrun.auth.config import Config
    from agentrun_operator.agentrun.models import Endpoint

READY_TIMEOUT = 300.0
DELETED_TIMEOUT = 300.0
INTERVAL = 5.0
"""Seconds between two looks of the waiting methods that are called as the official SDK's are."""


class ResourceBase(RemoteEndpoint):
    """An endpoint that can be deleted, changed, read anew and awaited."""

    def delete(self, config: Config | None = None) -> Self:
        """Delete this endpoint, as `delete_by_id`; the object keeps its ids.

        Args:
            config: for this call; what it was not given is the object's own.

        Returns:
            this object, updated by what the service tells.

        Raises:
            ValueError: an id is missing.
            ResourceNotExistError: the endpoint, or its runtime, does not exist.
            HTTPError: the call failed for another reason.
        """
        return self._updated_by(run(operations.delete_endpoint(*self._ids()), merged(self.config, config)))

    async def delete_async(self, config: Config | None = None) -> Self:
        """As `delete`, awaited."""
        return self._updated_by(await run_async(operations.delete_endpoint(*self._ids()), merged(self.config, config)))

    def update(
        self,
        input: AgentRuntimeEndpointUpdateInput,  # noqa: A002 - the name that callers of the official SDK use
        config: Config | None = None,
    ) -> Self:
        """Change this endpoint, as `update_by_id`.

        Args:
            input: what to change, or a dict of it; unset means unsent.
            config: for this call; what it was not given is the object's own.

        Returns:
            this object, updated by what the service tells.

        Raises:
            ValueError: an id is missing, or the input has a field that is unknown or of the wrong type.
            TypeError: the input is none.
            ResourceNotExistError: the endpoint, or its runtime, does not exist.
            HTTPError: the call failed for another reason.
        """
        return self._updated_by(run(self._update(input), merged(self.config, config)))

    async def update_async(
        self,
        input: AgentRuntimeEndpointUpdateInput,  # noqa: A002 - the name that callers of the official SDK use
        config: Config | None = None,
    ) -> Self:
        """As `update`, awaited."""
        operation = self._update(input)
        return self._updated_by(await run_async(operation, merged(self.config, config)))

    def get(self, config: Config | None = None) -> Self:
        """Read this endpoint anew.

        Args:
            config: for this call; what it was not given is the object's own.

        Returns:
            this object, as the service has it now.

        Raises:
            ValueError: an id is missing.
            ResourceNotExistError: the endpoint, or its runtime, does not exist.
            HTTPError: the call failed for another reason.
        """
        return self._replaced_by(run(operations.get_endpoint(*self._ids()), merged(self.config, config)))

    async def get_async(self, config: Config | None = None) -> Self:
        """As `get`, awaited."""
        return self._replaced_by(await run_async(operations.get_endpoint(*self._ids()), merged(self.config, config)))

    def refresh(self, config: Config | None = None) -> Self:
        """Read this endpoint anew: another name of `get`."""
        return self.get(config)

    async def refresh_async(self, config: Config | None = None) -> Self:
        """As `refresh`, awaited."""
        return await self.get_async(config)

    def _update(self, given: AgentRuntimeEndpointUpdateInput) -> Operation[Endpoint]:
        return operations.update_endpoint(*self._ids(), input_of(AgentRuntimeEndpointUpdateInput, given))

    def wait_until_ready(self, timeout: float = READY_TIMEOUT, config: Config | None = None) -> Self:
        """Wait until this endpoint serves: until the service calls it READY (or ACTIVE).

        A state that this client does not know is waited out, with growing pauses between the looks.

        Args:
            timeout: seconds to wait at most; 0 looks once.
            config: for this call; what it was not given is the object's own.

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
        return self._replaced_by(run(process, merged(self.config, config)))

    async def wait_until_ready_async(self, timeout: float = READY_TIMEOUT, config: Config | None = None) -> Self:  # noqa: ASYNC109
        """As `wait_until_ready`, awaited."""
        process = waiting.until_ready(*self._ids(), timeout=timeout, clock=time.monotonic)
        return self._replaced_by(await run_async(process, merged(self.config, config)))

    def wait_until_deleted(self, timeout: float = DELETED_TIMEOUT, config: Config | None = None) -> Self:
        """Wait until this endpoint, or its whole runtime, does not exist. Deleting it is `delete`'s business.

        Args:
            timeout: seconds to wait at most; 0 looks once.
            config: for this call; what it was not given is the object's own.

        Returns:
            this object; it keeps its ids.

        Raises:
            ValueError: an id is missing, or `timeout` is negative.
            EndpointFailedError: its deletion failed; raised at once.
            WaitTimeoutError: the time is over. (A TimeoutError.)
            HTTPError: the service refused to tell; passing failures are waited out.
        """
        run(waiting.until_deleted(*self._ids(), timeout=timeout, clock=time.monotonic), merged(self.config, config))
        return self

    async def wait_until_deleted_async(self, timeout: float = DELETED_TIMEOUT, config: Config | None = None) -> Self:  # noqa: ASYNC109
        """As `wait_until_deleted`, awaited."""
        process = waiting.until_deleted(*self._ids(), timeout=timeout, clock=time.monotonic)
        await run_async(process, merged(self.config, config))
        return self

    def wait_until_ready_or_failed(
        self,
        callback: Callable[[Self], None] | None = None,
        interval_seconds: float = INTERVAL,
        timeout_seconds: float = READY_TIMEOUT,
    ) -> None:
        """Wait until this endpoint serves or has failed; its `status` then tells which. As the official SDK's.

        Args:
            callback: called with this object after each look.
            interval_seconds: seconds between two looks.
            timeout_seconds: seconds to wait at most; 0 looks once.

        Raises:
            ValueError: an id is missing, or a number of seconds is negative.
            WaitTimeoutError: the time is over, also in a state that this client does not know. (A TimeoutError.)
            ResourceNotExistError: the endpoint, or its runtime, does not exist.
            HTTPError: the service refused to tell; passing failures are waited out.
        """
        run(self._settling(callback, interval_seconds, timeout_seconds), self.config)

    async def wait_until_ready_or_failed_async(
        self,
        callback: Callable[[Self], None] | None = None,
        interval_seconds: float = INTERVAL,
        timeout_seconds: float = READY_TIMEOUT,
    ) -> None:
        """As `wait_until_ready_or_failed`, awaited."""
        await run_async(self._settling(callback, interval_seconds, timeout_seconds), self.config)

    def delete_and_wait_until_finished(
        self,
        callback: Callable[[Self], None] | None = None,
        interval_seconds: float = INTERVAL,
        timeout_seconds: float = DELETED_TIMEOUT,
    ) -> None:
        """Delete this endpoint and wait until it does not exist; that it does not already is no error. The object keeps
        its ids. As the official SDK's.

        Args:
            callback: called with this object after each look that still finds the endpoint.
            interval_seconds: seconds between two looks.
            timeout_seconds: seconds to wait at most; 0 looks once.

        Raises:
            ValueError: an id is missing, or a number of seconds is negative.
            DeleteResourceError: two looks in a row find it in another state than DELETING.
            WaitTimeoutError: the time is over. (A TimeoutError.)
            HTTPError: the deletion failed, or the service refused to tell; passing failures are waited out.
        """
        run(self._ending(callback, interval_seconds, timeout_seconds), self.config)

    async def delete_and_wait_until_finished_async(
        self,
        callback: Callable[[Self], None] | None = None,
        interval_seconds: float = INTERVAL,
        timeout_seconds: float = DELETED_TIMEOUT,
    ) -> None:
        """As `delete_and_wait_until_finished`, awaited."""
        await run_async(self._ending(callback, interval_seconds, timeout_seconds), self.config)

    def _settling(self, callback: Callable[[Self], None] | None, interval: float, timeout: float) -> Process[Endpoint]:
        seen = self._seen(callback)
        return waiting.until_settled(*self._ids(), seen, interval=interval, timeout=timeout, clock=time.monotonic)

    def _ending(self, callback: Callable[[Self], None] | None, interval: float, timeout: float) -> Process[None]:
        seen = self._seen(callback)
        wait = waiting.until_gone(*self._ids(), seen, interval=interval, timeout=timeout, clock=time.monotonic)
        try:
            self._updated_by((yield from operations.delete_endpoint(*self._ids())))
        except ResourceNotExistError:
            return
        yield from wait

    def _seen(self, callback: Callable[[Self], None] | None) -> Callable[[Endpoint], None]:
        def seen(endpoint: Endpoint) -> None:
            self._replaced_by(endpoint)
            if callback is not None:
                callback(self)

        return seen
