"""The handlers of the control plane's actions, API version 2025-09-10. No I/O."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from agentrun_operator.emulator.answers import Answer, bad_request, encode, invalid, success
from agentrun_operator.emulator.checks import InvalidError, record, string
from agentrun_operator.emulator.state.documents import Document, normalised, read_create, read_update
from agentrun_operator.emulator.state.endpoints import CREATING, UPDATING, Endpoint, Endpoints
from agentrun_operator.emulator.state.lists import Page
from agentrun_operator.emulator.state.runtimes import READY, Runtime, Runtimes
from agentrun_operator.emulator.state.timeline import Transition

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.emulator.accounts import Account
    from agentrun_operator.emulator.faults.behaviour import Fault
    from agentrun_operator.emulator.faults.injector import FaultInjector
    from agentrun_operator.emulator.gateway.call import Call
    from agentrun_operator.emulator.gateway.gateway import Handler

RUNTIMES = "/2025-09-10/agents/runtimes"
_RUNTIME = f"{RUNTIMES}/{{runtime_id}}"
_ENDPOINTS = f"{_RUNTIME}/endpoints"
_ENDPOINT = f"{_ENDPOINTS}/{{endpoint_id}}"
_VERSIONS = f"{_RUNTIME}/versions"

_PUBLISH = record({"description": string(), "publisher": string()})


class ControlPlane:
    """One handler for each action.

    Args:
        runtimes: all there are.
        endpoints: all there are.
        injector: holds the behaviour: how long changes take, how big pages are.
    """

    def __init__(self, runtimes: Runtimes, endpoints: Endpoints, injector: FaultInjector) -> None:
        self._runtimes = runtimes
        self._endpoints = endpoints
        self._injector = injector
        self._looks: Counter[str] = Counter()

    def actions(self) -> dict[str, tuple[str, str, Handler]]:
        """Method, path and handler of each action, by the API's name for it."""
        return {
            "CreateAgentRuntimeEndpoint": ("POST", _ENDPOINTS, self.create_endpoint),
            "UpdateAgentRuntimeEndpoint": ("PUT", _ENDPOINT, self.update_endpoint),
            "DeleteAgentRuntimeEndpoint": ("DELETE", _ENDPOINT, self.delete_endpoint),
            "GetAgentRuntimeEndpoint": ("GET", _ENDPOINT, self.get_endpoint),
            "ListAgentRuntimeEndpoints": ("GET", _ENDPOINTS, self.list_endpoints),
            "GetAgentRuntime": ("GET", _RUNTIME, self.get_runtime),
            "ListAgentRuntimes": ("GET", RUNTIMES, self.list_runtimes),
            "ListAgentRuntimeVersions": ("GET", _VERSIONS, self.list_versions),
            "PublishRuntimeVersion": ("POST", _VERSIONS, self.publish_version),
        }

    def create_endpoint(self, call: Call, account: Account, fault: Fault | None) -> Answer:
        runtime = self._runtime(call, account)
        runtime.check_ready()
        behaviour = self._injector.behaviour
        endpoint = self._endpoints.create(
            runtime,
            read_create(call.document, runtime.versions),
            _transition(fault, behaviour.transitions.create, READY),
            adjust=self._adjust(runtime),
            conflict_status=behaviour.conflict_status,
        )
        return success(call.request_id, endpoint.snapshot.encoded, 201, effect=True)

    def update_endpoint(self, call: Call, account: Account, fault: Fault | None) -> Answer:
        runtime, endpoint = self._endpoint(call, account)
        runtime.check_ready()
        behaviour = self._injector.behaviour
        if behaviour.refuse_update_while_busy and endpoint.status in (CREATING, UPDATING):
            raise bad_request(f"agent runtime endpoint {endpoint.id} is in {endpoint.status} status: try again later")
        fields = read_update(call.document, runtime.versions, endpoint.snapshot.document)
        transition = _transition(fault, behaviour.transitions.update, READY)
        self._endpoints.update(endpoint, fields, transition, adjust=self._adjust(runtime))
        return success(call.request_id, endpoint.snapshot.encoded, 202, effect=True)

    def delete_endpoint(self, call: Call, account: Account, fault: Fault | None) -> Answer:
        _, endpoint = self._endpoint(call, account)
        behaviour = self._injector.behaviour
        if behaviour.refuse_delete_while_creating and endpoint.status == CREATING:
            raise bad_request(f"agent runtime endpoint {endpoint.id} is in CREATING status and cannot be deleted")
        begun = self._endpoints.delete(endpoint, _transition(fault, behaviour.transitions.delete, None))
        return success(call.request_id, endpoint.snapshot.encoded, 202, effect=begun)

    def get_endpoint(self, call: Call, account: Account, _fault: Fault | None) -> Answer:
        _, endpoint = self._endpoint(call, account)
        return success(call.request_id, endpoint.snapshot.encoded)

    def list_endpoints(self, call: Call, account: Account, _fault: Fault | None) -> Answer:
        # endpointName and searchMode are accepted and ignored, as the service is said to do.
        runtime = self._runtime(call, account)
        behaviour = self._injector.behaviour
        page = Page.asked(call.parameters, behaviour.page_limit)
        drift = self._looks[runtime.id] * behaviour.list_drift
        self._looks[runtime.id] += 1
        data = self._endpoints.page(runtime.id, page, lag=behaviour.list_lag, drift=drift)
        return success(call.request_id, data)

    def get_runtime(self, call: Call, account: Account, _fault: Fault | None) -> Answer:
        document = self._runtime(call, account).document(call.parameters.get("agentRuntimeVersion"))
        return success(call.request_id, encode(document))

    def list_runtimes(self, call: Call, account: Account, _fault: Fault | None) -> Answer:
        # The filters are accepted and ignored, as those of endpoints are.
        documents = [runtime.document() for runtime in self._runtimes.owned(account.account_id)]
        return self._list(call, documents)

    def list_versions(self, call: Call, account: Account, _fault: Fault | None) -> Answer:
        newest_first = list(self._runtime(call, account).versions.values())[::-1]
        return self._list(call, newest_first)

    def publish_version(self, call: Call, account: Account, _fault: Fault | None) -> Answer:
        runtime = self._runtime(call, account)
        try:
            body = _PUBLISH("", call.document)
        except InvalidError as error:
            raise invalid(str(error)) from None
        version = self._runtimes.publish(runtime, body.get("description", ""))
        return success(call.request_id, encode(version), effect=True)

    def _runtime(self, call: Call, account: Account) -> Runtime:
        return self._runtimes.of(account.account_id, call.target["runtime_id"])

    def _endpoint(self, call: Call, account: Account) -> tuple[Runtime, Endpoint]:
        runtime = self._runtime(call, account)
        return runtime, self._endpoints.find(runtime.id, call.target["endpoint_id"])

    def _adjust(self, runtime: Runtime) -> Callable[[Document], Document]:
        return lambda document: normalised(document, self._injector.behaviour.normalise, runtime.newest)

    def _list(self, call: Call, documents: list[Document] | list[dict[str, str]]) -> Answer:
        page = Page.asked(call.parameters, self._injector.behaviour.page_limit)
        shown = [encode(documents[position]) for position in page.positions(len(documents))]
        return success(call.request_id, page.encode(shown, len(documents)))


def _transition(fault: Fault | None, seconds: float, status: str | None) -> Transition:
    """How a change ends: as usual, unless the fault says otherwise."""
    if fault is None:
        return Transition(seconds, status)
    after = seconds if fault.takes is None else fault.takes
    return Transition(after, fault.ends_in or status, fault.status_reason)
