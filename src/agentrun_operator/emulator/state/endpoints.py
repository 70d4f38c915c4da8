"""The endpoints of all runtimes, and how they change. No HTTP, no signatures.

A change is accepted at once, shows CREATING, UPDATING or DELETING, and ends when its transition is due by the clock.
Changes `…_by_hand` stand for those that somebody makes in the console: they happen at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agentrun_operator.emulator.answers import ApiError, bad_request, not_found
from agentrun_operator.emulator.state.documents import Document, Snapshot, merged
from agentrun_operator.emulator.state.lists import EventualIndex, Page
from agentrun_operator.emulator.state.runtimes import READY, Runtime, check_id
from agentrun_operator.emulator.state.sessions import Sessions
from agentrun_operator.emulator.state.split import Split, shares_of
from agentrun_operator.emulator.state.timeline import Timeline, Transition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

CREATING = "CREATING"
UPDATING = "UPDATING"
DELETING = "DELETING"
_GOOD = (READY, "ACTIVE")
_SERVING = (*_GOOD, UPDATING, "UPDATE_FAILED")


def _unchanged(document: Document) -> Document:
    return document


@dataclass(slots=True)
class Endpoint:
    """One endpoint, and how it is now; `served` is what requests go by: the document of when it was READY last."""

    id: str
    runtime_id: str
    snapshot: Snapshot
    served: Document | None = None
    split: Split = field(default_factory=lambda: Split({}))
    sessions: Sessions = field(default_factory=Sessions)

    @property
    def name(self) -> str:
        return str(self.snapshot.document["agentRuntimeEndpointName"])

    @property
    def status(self) -> str:
        return str(self.snapshot.document.get("status", ""))

    @property
    def serves(self) -> bool:
        """Whether requests are answered: also while it is updated, and after an update that failed."""
        return self.served is not None and self.status in _SERVING

    def next_version(self) -> str:
        """The version whose turn it is, by what is served; the turns go on for as long as the shares stay.

        Raises:
            RuntimeError: it does not serve.
        """
        if self.served is None:
            raise RuntimeError(f"endpoint {self.name} was never READY")
        shares = shares_of(self.served)
        if shares != self.split.shares:
            self.split = Split(shares)
        return self.split.next()


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
        self._apply_due()
        return iter(self._by_id.values())

    def create(
        self,
        runtime: Runtime,
        fields: Document,
        transition: Transition,
        *,
        adjust: Callable[[Document], Document] = _unchanged,
        conflict_status: int = 409,
    ) -> Endpoint:
        """Begin to create an endpoint.

        Args:
            runtime: where.
            fields: what the body asked for.
            transition: how the creation ends.
            adjust: alters the document before it is stored.
            conflict_status: HTTP status when the name is taken, be it by an endpoint that is being deleted.

        Raises:
            ApiError: the name is taken.
        """
        now = self._apply_due()
        name = fields["agentRuntimeEndpointName"]
        if (runtime.id, name) in self._by_name:
            message = f"agent runtime endpoint {name} already exists in agent runtime {runtime.id}"
            raise ApiError(conflict_status, "ERR_BAD_REQUEST", message)
        endpoint_id = self._new_id()
        document = adjust(merged(_new_document(runtime, endpoint_id, name), fields))
        endpoint = Endpoint(endpoint_id, runtime.id, Snapshot.of(document))
        self._by_id[endpoint_id] = self._by_name[runtime.id, name] = endpoint
        self._start(now, endpoint, document, CREATING, transition)
        return endpoint

    def update(
        self,
        endpoint: Endpoint,
        fields: Document,
        transition: Transition,
        *,
        adjust: Callable[[Document], Document] = _unchanged,
    ) -> None:
        """Begin to update an endpoint; its document shows the new values at once.

        Raises:
            ApiError: it is being deleted.
        """
        now = self._apply_due()
        if endpoint.status == DELETING:
            raise bad_request(f"agent runtime endpoint {endpoint.id} is in DELETING status and cannot be updated")
        self._start(now, endpoint, adjust(merged(endpoint.snapshot.document, fields)), UPDATING, transition)

    def delete(self, endpoint: Endpoint, transition: Transition) -> bool:
        """Begin to delete an endpoint, unless that has begun.

        Returns:
            whether this call began it.
        """
        now = self._apply_due()
        if endpoint.status == DELETING:
            return False
        self._start(now, endpoint, endpoint.snapshot.document, DELETING, transition)
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
        """The endpoint of this id in any runtime, if there is one."""
        self._apply_due()
        return self._by_id.get(endpoint_id)

    def named(self, runtime_id: str, name: str) -> Endpoint | None:
        """The endpoint of this name, if there is one: the data plane goes by names."""
        self._apply_due()
        return self._by_name.get((runtime_id, name))

    def page(self, runtime_id: str, page: Page, *, lag: float = 0.0, drift: int = 0) -> bytes:
        """One page of a runtime's endpoints, as JSON.

        Args:
            runtime_id: of the runtime.
            page: which page.
            lag: seconds that the list is behind.
            drift: items by which the order has moved on since it was first seen.
        """
        return self._index.page(runtime_id, page, until=self._apply_due() - lag, drift=drift)

    def change_by_hand(self, endpoint_id: str, fields: Mapping[str, Any]) -> Endpoint:
        """Set fields of the document, but not its name or ids; None removes one.

        A status set by hand stays: the transition under way is called off, and unless it is READY nothing is served.

        Raises:
            ApiError: the id is unknown.
        """
        now = self._apply_due()
        endpoint = self._get(endpoint_id)
        if "status" in fields:
            self._timeline.cancel(endpoint_id)
            endpoint.served = None
        document = {**endpoint.snapshot.document, **fields}
        self._store(now, endpoint, {name: value for name, value in document.items() if value is not None})
        return endpoint

    def remove_by_hand(self, endpoint_id: str) -> None:
        """Remove one at once.

        Raises:
            ApiError: the id is unknown.
        """
        now = self._apply_due()
        self._remove(now, self._get(endpoint_id))

    def remove_all_by_hand(self, runtime_id: str) -> None:
        """Remove all endpoints of a runtime at once."""
        now = self._apply_due()
        for endpoint in [each for each in self._by_id.values() if each.runtime_id == runtime_id]:
            self._remove(now, endpoint)

    def _get(self, endpoint_id: str) -> Endpoint:
        if endpoint_id not in self._by_id:
            raise not_found(f"agent runtime endpoint {endpoint_id} does not exist")
        return self._by_id[endpoint_id]

    def _start(self, now: float, endpoint: Endpoint, document: Document, status: str, transition: Transition) -> None:
        self._store(now, endpoint, {**_without_reason(document), "status": status})
        self._timeline.schedule(now, endpoint.id, transition)
        self._apply_due()

    def _apply_due(self) -> float:
        """Apply the transitions that are due; returns the time of now."""
        now = self._clock()
        for at, endpoint_id, transition in self._timeline.pop_due(now):
            self._apply(at, self._by_id[endpoint_id], transition)
        return now

    def _apply(self, at: float, endpoint: Endpoint, transition: Transition) -> None:
        if transition.status is None:
            self._remove(at, endpoint)
            return
        reason = {"statusReason": transition.reason} if transition.reason else {}
        self._store(at, endpoint, {**endpoint.snapshot.document, "status": transition.status, **reason})

    def _store(self, at: float, endpoint: Endpoint, document: Document) -> None:
        endpoint.snapshot = Snapshot.of(document)
        if endpoint.status in _GOOD:
            endpoint.served = document
        self._index.record(at, endpoint.runtime_id, endpoint.id, endpoint.snapshot)

    def _remove(self, at: float, endpoint: Endpoint) -> None:
        self._timeline.cancel(endpoint.id)
        del self._by_id[endpoint.id]
        del self._by_name[endpoint.runtime_id, endpoint.name]
        self._index.record(at, endpoint.runtime_id, endpoint.id, None)


def _new_document(runtime: Runtime, endpoint_id: str, name: str) -> Document:
    data_plane = f"https://{runtime.account_id}.agentrun-data.{runtime.region}.aliyuncs.com"
    return {
        "agentRuntimeEndpointArn": f"{runtime.owner_arn}:runtime-endpoints/{endpoint_id}",
        "agentRuntimeEndpointId": endpoint_id,
        "agentRuntimeId": runtime.id,
        "disablePublicNetworkAccess": False,
        "endpointPublicUrl": f"{data_plane}/agent-runtimes/{runtime.name}/endpoints/{name}/invocations",
        "status": READY,
        "targetVersion": "LATEST",
    }


def _without_reason(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "statusReason"}
