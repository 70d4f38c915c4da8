"""The runtimes and their versions. No HTTP.

The emulated API reads them and publishes versions; the control routes make, change and remove them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from agentrun_operator.emulator.answers import ApiError, bad_request, not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

READY = "READY"
DEFAULT_WORKSPACE = "default"


@dataclass(slots=True)
class Runtime:
    """One runtime; its versions are numbered from 1 and never change, but may be removed by hand."""

    id: str
    name: str
    account_id: str
    workspace_id: str
    region: str
    created_at: str
    status: str = READY
    published: int = 0
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def owner_arn(self) -> str:
        return f"acs:agentrun:{self.region}:{self.account_id}"

    @property
    def arn(self) -> str:
        return f"{self.owner_arn}:runtimes/{self.id}"

    @property
    def newest(self) -> str:
        """The newest version's number; "0" where there is none."""
        return next(reversed(self.versions), "0")

    def document(self, version: str | None = None) -> dict[str, Any]:
        """The runtime as the API shows it, at its newest version or another.

        Raises:
            ApiError: there is no such version.
        """
        if version is not None and version not in self.versions:
            raise _no_version(self, version)
        return {
            "agentRuntimeArn": self.arn,
            "agentRuntimeId": self.id,
            "agentRuntimeName": self.name,
            "agentRuntimeVersion": version or self.newest,
            "createdAt": self.created_at,
            "lastUpdatedAt": self.created_at,
            "status": self.status,
            "workspaceId": self.workspace_id,
        }

    def check_ready(self) -> None:
        """Raise an ApiError unless endpoints may be created and updated here."""
        if self.status != READY:
            raise bad_request(f"agent runtime {self.id} is {self.status}: the runtime must be in READY status")


class Runtimes:
    """All runtimes of all accounts.

    Args:
        clock: seconds since the epoch.
        new_id: makes a UUID.
        region: appears in ARNs and addresses.
    """

    def __init__(self, *, clock: Callable[[], float], new_id: Callable[[], str], region: str) -> None:
        self._clock = clock
        self._new_id = new_id
        self._region = region
        self._by_id: dict[str, Runtime] = {}

    def __iter__(self) -> Iterator[Runtime]:
        return iter(self._by_id.values())

    def add(
        self,
        *,
        name: str,
        account_id: str,
        workspace_id: str = DEFAULT_WORKSPACE,
        status: str = READY,
        versions: int = 1,
    ) -> Runtime:
        """A new runtime with this many published versions.

        Raises:
            ApiError: the name is taken in this workspace of this account.
        """
        owner = (account_id, workspace_id, name)
        if any((other.account_id, other.workspace_id, other.name) == owner for other in self):
            raise ApiError(409, "ERR_BAD_REQUEST", f"agent runtime {name} already exists in workspace {workspace_id}")
        runtime = Runtime(self._new_id(), name, account_id, workspace_id, self._region, self._now(), status)
        self._by_id[runtime.id] = runtime
        for _ in range(versions):
            self.publish(runtime)
        return runtime

    def publish(self, runtime: Runtime, description: str = "") -> dict[str, Any]:
        """A runtime's next version; no number is used again."""
        runtime.published += 1
        number = str(runtime.published)
        runtime.versions[number] = {
            "agentRuntimeArn": runtime.arn,
            "agentRuntimeId": runtime.id,
            "agentRuntimeName": runtime.name,
            "agentRuntimeVersion": number,
            "description": description,
            "lastUpdatedAt": self._now(),
        }
        return runtime.versions[number]

    def withdraw(self, runtime: Runtime, version: str) -> None:
        """Remove a version.

        Raises:
            ApiError: there is no such version.
        """
        if runtime.versions.pop(version, None) is None:
            raise _no_version(runtime, version)

    def find(self, runtime_id: str) -> Runtime:
        """The runtime of this id, of any account.

        Raises:
            ApiError: the id is malformed (400) or unknown (404).
        """
        runtime = self._by_id.get(runtime_id.lower())
        if runtime is None:
            check_id(runtime_id, "agent runtime")
            raise _no_runtime(runtime_id)
        return runtime

    def of(self, account_id: str, runtime_id: str) -> Runtime:
        """An account's runtime; those of other accounts do not exist for it.

        Raises:
            ApiError: as `find`.
        """
        runtime = self.find(runtime_id)
        if runtime.account_id != account_id:
            raise _no_runtime(runtime_id)
        return runtime

    def owned(self, account_id: str) -> list[Runtime]:
        return sorted((runtime for runtime in self if runtime.account_id == account_id), key=lambda runtime: runtime.id)

    def named(self, account_id: str, name: str) -> Runtime | None:
        """An account's runtime of this name, if there is one: the data plane goes by names."""
        return next((runtime for runtime in self.owned(account_id) if runtime.name == name), None)

    def remove(self, runtime_id: str) -> Runtime:
        """Remove a runtime; the caller removes its endpoints.

        Raises:
            ApiError: as `find`.
        """
        return self._by_id.pop(self.find(runtime_id).id)

    def _now(self) -> str:
        return datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_id(value: str, what: str) -> None:
    """Raise an ApiError unless `value` is a UUID: a malformed id is a bad request, not something that is missing."""
    try:
        UUID(value)
    except ValueError:
        raise bad_request(f"{what} id {value!r} is malformed: it must be a UUID") from None


def _no_runtime(runtime_id: str) -> ApiError:
    return not_found(f"agent runtime {runtime_id} does not exist")


def _no_version(runtime: Runtime, version: str) -> ApiError:
    return not_found(f"version {version} of agent runtime {runtime.id} does not exist")
