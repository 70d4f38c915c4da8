"""What one account has in one region. Each thing is asked for once in a run."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from agentrun_operator.agentrun import AgentRunError, CredentialsRejectedError, operations
from agentrun_operator.plugin.exits import UnknownError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.agentrun import Client, Endpoint, Operation, Runtime, RuntimeVersion

T = TypeVar("T")


class RejectedError(UnknownError):
    """AgentRun refuses these credentials."""


class Account:
    """One account in one region.

    Args:
        client: who asks; it is closed by whoever made it.
        region: which one.
    """

    def __init__(self, client: Client, region: str = "") -> None:
        self._client = client
        self.region = region
        self.runtimes = cache(self._runtimes)
        self.endpoints = cache(self._endpoints)
        self.versions = cache(self._versions)

    def _runtimes(self) -> list[Runtime]:
        """All runtimes; raises UnknownError where AgentRun does not tell."""
        return self._asked(operations.list_runtimes())

    def _endpoints(self, runtime_id: str) -> list[Endpoint]:
        """All endpoints of a runtime; raises UnknownError where AgentRun does not tell."""
        return self._asked(operations.list_endpoints(runtime_id))

    def _versions(self, runtime_id: str) -> list[RuntimeVersion]:
        """The published versions of a runtime; raises UnknownError where AgentRun does not tell."""
        return self._asked(operations.list_versions(runtime_id))

    def _asked(self, operation: Operation[T]) -> T:
        try:
            return self._client.run(operation)
        except CredentialsRejectedError as error:
            raise RejectedError(f"AgentRun: {error}") from None
        except AgentRunError as error:
            raise UnknownError(f"AgentRun: {error}") from None


@contextmanager
def environments_account() -> Iterator[Account]:
    """The account that the environment's credentials are for, in the environment's region.

    Raises:
        UnknownError: the environment's settings cannot work.
    """
    from agentrun_operator.agentrun import Client, Config  # noqa: PLC0415 - speaks HTTP: not all who know an account do

    try:
        config = Config()
        client = Client(config)
    except AgentRunError as error:
        raise UnknownError(f"AgentRun: {error}") from None
    with client:
        yield Account(client, config.region_id)
