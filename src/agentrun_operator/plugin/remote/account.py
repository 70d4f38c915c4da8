"""What one account has in one region. Each thing is asked for once in a run, failures too."""

from __future__ import annotations

from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from agentrun_operator.agentrun import AgentRunError, CredentialsRejectedError, operations
from agentrun_operator.agentrun.api.errors import ResourceNotExistError
from agentrun_operator.plugin.exits import UnknownError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agentrun_operator.agentrun import Client, Endpoint, Operation, Runtime, RuntimeVersion

T = TypeVar("T")
P = ParamSpec("P")


class RemoteError(UnknownError):
    """AgentRun did not tell.

    Args:
        error: what the client raised.
    """

    def __init__(self, error: AgentRunError) -> None:
        super().__init__(f"AgentRun: {error}")
        self.error = error


def _once(ask: Callable[P, T]) -> Callable[P, T]:
    """The same, remembering what was told and what failed: a service that hangs is waited for once."""
    known: dict[tuple[object, ...], T | RemoteError] = {}

    @wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        if args not in known:
            try:
                known[args] = ask(*args, **kwargs)
            except RemoteError as error:
                known[args] = error
        found = known[args]
        if isinstance(found, RemoteError):
            raise type(found)(found.error)
        return found

    return asked


class RejectedError(RemoteError):
    """AgentRun refuses these credentials."""


class Account:
    """One account in one region. What is not told raises a RemoteError, which ends a command as UnknownError does.

    Args:
        client: who asks; it is closed by whoever made it.
        region: which one.
    """

    def __init__(self, client: Client, region: str = "") -> None:
        self._client = client
        self.region = region
        self.runtimes = _once(self._runtimes)
        self.named = _once(self._named)
        self.runtime = _once(self._runtime)
        self.endpoints = _once(self._endpoints)
        self.endpoint = _once(self._endpoint)
        self.versions = _once(self._versions)
        self.owner = _once(self._owner)

    def _runtimes(self) -> list[Runtime]:
        """All runtimes."""
        return self._asked(operations.list_runtimes())

    def _named(self, name: str) -> tuple[str, ...]:
        """The ids of the runtimes of a name; none only where AgentRun says so of all of them."""
        found = [each for each in self.runtimes() if each.agent_runtime_name == name]
        told = found or self._asked(operations.list_runtimes(name))
        return tuple(each.agent_runtime_id for each in told if each.agent_runtime_id)

    def _runtime(self, runtime_id: str) -> Runtime:
        """A runtime."""
        return self._asked(operations.get_runtime(runtime_id))

    def _endpoints(self, runtime_id: str) -> list[Endpoint]:
        """All endpoints of a runtime."""
        return self._asked(operations.list_endpoints(runtime_id))

    def _endpoint(self, runtime_id: str, endpoint_id: str) -> Endpoint | None:
        """An endpoint; None if there is none of this id."""
        try:
            return self._asked(operations.get_endpoint(runtime_id, endpoint_id))
        except RemoteError as error:
            if isinstance(error.error, ResourceNotExistError):
                return None
            raise

    def _versions(self, runtime_id: str) -> list[RuntimeVersion]:
        """The published versions of a runtime."""
        return self._asked(operations.list_versions(runtime_id))

    def _owner(self) -> tuple[str, str]:
        """The account and the region, as AgentRun names them in a runtime; both empty where there is none."""
        runtime = self._asked(operations.first_runtime())
        return runtime.owner if runtime else ("", "")

    def _asked(self, operation: Operation[T]) -> T:
        try:
            return self._client.run(operation)
        except CredentialsRejectedError as error:
            raise RejectedError(error) from None
        except AgentRunError as error:
            raise RemoteError(error) from None


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
