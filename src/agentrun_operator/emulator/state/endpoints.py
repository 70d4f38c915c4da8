"""The endpoints: created, updated and deleted at once, and done some time later. No HTTP, no signatures.

A change is accepted, shows CREATING, UPDATING or DELETING, and ends when its time has passed by the clock; whoever
looks next sees it ended. `…_by_hand` are the changes that somebody makes in the console: they happen at once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agentrun_operator.emulator.answers import ApiError, bad_request, not_found
from agentrun_operator.emulator.state.documents import Document, Snapshot, merged
from agentrun_operator.emulator.state.lists import EventualIndex, Page
from agentrun_operator.emulator.state.runtimes import READY, Runtime, check_id
from agentrun_operator.emulator.state.timeline import Ending, Timeline

CREATING = "CREATING"
UPDATING = "UPDATING"
DELETING = "DELETING"


def _unchanged(document: Document) -> Document:
    return document


@dataclass(slots=True)
class Endpoint:
    """One endpoint, and how it is now."""

    id: str
    runtime_id: str
    account_id: str
    snapshot: Snapshot

    @property
    def name(self) -> str:
        return str(self.snapshot.document["agentRuntimeEndpointName"])

    @property
    def status(self) -> str:
        return str(self.snapshot.document.get("status", ""))


class Endpoints:
    """All endpoints of all runtimes.

    Args:
        clock: seconds since the epoch.
        new_id: makes a UUID.
    """

    def __init__(self, *, clock: Callable[[], float], new_id: Callable[[], str]) -> None:
        self._clock = clock
        self._new_id = new_id
        self._by_id: dict[str, Endpoint] = {}
        self._by_name: dict[tuple[str, str], Endpoint] = {}
        self._timeline = Timeline()
        self._index = EventualIndex()

    def __iter__(self) -> Iterator[Endpoint]:
        self._settle()
        return iter(self._by_id.values())

    def create(
        self,
        runtime: Runtime,
        fields: Document,
        ending: Ending,
        *,
        adjust: Callable[[Document], Document] = _unchanged,
        conflict_status: int = 409,
    ) -> Endpoint:
        """Begin to create an endpoint.

        Args:
            runtime: where.
            fields: what the body asked for.
            ending: how the creation ends.
            adjust: alters the document before it is stored.
            conflict_status: HTTP status when the name is taken; while an endpoint is being deleted it still is.

        Raises:
            ApiError: the name is taken.
        """
        now = self._settle()
        name = fields["agentRuntimeEndpointName"]
        if (runtime.id, name) in self._by_name:
            message = f"agent runtime endpoint {name} already exists in agent runtime {runtime.id}"
            raise ApiError(conflict_status, "ERR_BAD_REQUEST", message)
        endpoint_id = self._new_id()
        document = adjust(merged(_blank(runtime, endpoint_id, name), fields))
        endpoint = Endpoint(endpoint_id, runtime.id, runtime.account_id, Snapshot.of(document))
        self._by_id[endpoint_id] = self._by_name[runtime.id, name] = endpoint
        self._begin(now, endpoint, document, CREATING, ending)
        return endpoint

    def update(
        self,
        endpoint: Endpoint,
        fields: Document,
        ending: Ending,
        *,
        adjust: Callable[[Document], Document] = _unchanged,
    ) -> None:
        """Begin to update an endpoint; the document shows the new values from now on.

        Raises:
            ApiError: it is being deleted.
        """
        now = self._settle()
        if endpoint.status == DELETING:
            raise bad_request(f"agent runtime endpoint {endpoint.id} is in DELETING status and cannot be updated")
        self._begin(now, endpoint, adjust(merged(endpoint.snapshot.document, fields)), UPDATING, ending)

    def delete(self, endpoint: Endpoint, ending: Ending) -> bool:
        """Begin to delete an endpoint, if that has not begun.

        Returns:
            Whether this call began it.
        """
        now = self._settle()
        if endpoint.status == DELETING:
            return False
        self._begin(now, endpoint, endpoint.snapshot.document, DELETING, ending)
        return True

    def find(self, runtime_id: str, endpoint_id: str) -> Endpoint:
        """One endpoint of one runtime, as it is now.

        Raises:
            ApiError: the id is malformed (400), or unknown in this runtime (404).
        """
        endpoint = self.peek(endpoint_id)
        if endpoint is None or endpoint.runtime_id != runtime_id:
            check_id(endpoint_id, "agent runtime endpoint")
            raise not_found(f"agent runtime endpoint {endpoint_id} does not exist in agent runtime {runtime_id}")
        return endpoint

    def peek(self, endpoint_id: str) -> Endpoint | None:
        """Any runtime's endpoint, if there is one."""
        self._settle()
        return self._by_id.get(endpoint_id)

    def named(self, runtime_id: str, name: str) -> Endpoint | None:
        """The data plane's way to an endpoint."""
        self._settle()
        return self._by_name.get((runtime_id, name))

    def page(self, runtime_id: str, page: Page, *, lag: float = 0.0, drift: int = 0) -> bytes:
        """One page of a runtime's endpoints, as JSON.

        Args:
            runtime_id: whose.
            page: which.
            lag: seconds the list is behind.
            drift: items by which the order has moved on.
        """
        return self._index.page(runtime_id, page, until=self._settle() - lag, drift=drift)

    def change_by_hand(self, endpoint_id: str, fields: Mapping[str, Any]) -> Endpoint:
        """Set fields of the document, but not its name or ids; None removes one.

        A status set by hand stays: what was under way is called off.

        Raises:
            ApiError: the id is unknown.
        """
        now = self._settle()
        endpoint = self._any(endpoint_id)
        if "status" in fields:
            self._timeline.cancel(endpoint_id)
        document = {**endpoint.snapshot.document, **fields}
        self._show(now, endpoint, {name: value for name, value in document.items() if value is not None})
        return endpoint

    def remove_by_hand(self, endpoint_id: str) -> None:
        """Remove one at once.

        Raises:
            ApiError: the id is unknown.
        """
        now = self._settle()
        self._forget(now, self._any(endpoint_id))

    def remove_all_by_hand(self, runtime_id: str) -> None:
        """Remove all that a runtime has, at once."""
        now = self._settle()
        for endpoint in [each for each in self._by_id.values() if each.runtime_id == runtime_id]:
            self._forget(now, endpoint)

    def _any(self, endpoint_id: str) -> Endpoint:
        if endpoint_id not in self._by_id:
            raise not_found(f"agent runtime endpoint {endpoint_id} does not exist")
        return self._by_id[endpoint_id]

    def _begin(self, now: float, endpoint: Endpoint, document: Document, status: str, ending: Ending) -> None:
        self._show(now, endpoint, {**_without_reason(document), "status": status})
        self._timeline.schedule(now, endpoint.id, ending)
        self._settle()

    def _settle(self) -> float:
        """End what has ended by now; the time that is."""
        now = self._clock()
        for at, endpoint_id, ending in self._timeline.elapsed(now):
            self._end(at, self._by_id[endpoint_id], ending)
        return now

    def _end(self, at: float, endpoint: Endpoint, ending: Ending) -> None:
        if ending.status is None:
            self._forget(at, endpoint)
            return
        reason = {"statusReason": ending.reason} if ending.reason else {}
        self._show(at, endpoint, {**endpoint.snapshot.document, "status": ending.status, **reason})

    def _show(self, at: float, endpoint: Endpoint, document: Document) -> None:
        endpoint.snapshot = Snapshot.of(document)
        self._index.record(at, endpoint.runtime_id, endpoint.id, endpoint.snapshot)

    def _forget(self, at: float, endpoint: Endpoint) -> None:
        self._timeline.cancel(endpoint.id)
        del self._by_id[endpoint.id]
        del self._by_name[endpoint.runtime_id, endpoint.name]
        self._index.record(at, endpoint.runtime_id, endpoint.id, None)


def _blank(runtime: Runtime, endpoint_id: str, name: str) -> Document:
    data_plane = f"https://{runtime.account_id}.agentrun-data.{runtime.region}.aliyuncs.com"
    return {
        "agentRuntimeEndpointArn": f"{runtime.arn}/runtime-endpoints/{endpoint_id}",
        "agentRuntimeEndpointId": endpoint_id,
        "agentRuntimeId": runtime.id,
        "disablePublicNetworkAccess": False,
        "endpointPublicUrl": f"{data_plane}/agent-runtimes/{runtime.name}/endpoints/{name}/invocations",
        "status": READY,
        "targetVersion": "LATEST",
    }


def _without_reason(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "statusReason"}
