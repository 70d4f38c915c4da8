"""The handler of the data plane's one action: a chat completion by one of an endpoint's versions. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.emulator.actions.chat import Metadata, chunks, completion, read_request
from agentrun_operator.emulator.answers import Answer, ApiError
from agentrun_operator.emulator.state.documents import LATEST, Document
from agentrun_operator.emulator.state.endpoints import UPDATING
from agentrun_operator.emulator.state.runtimes import READY, Runtime, Runtimes

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from agentrun_operator.emulator.accounts import Account
    from agentrun_operator.emulator.faults.behaviour import Fault
    from agentrun_operator.emulator.gateway.call import Call
    from agentrun_operator.emulator.gateway.gateway import Handler
    from agentrun_operator.emulator.state.endpoints import Endpoint, Endpoints

_CHAT = "/agent-runtimes/{runtime_name}/endpoints/{endpoint_name}/invocations/openai/v1/chat/completions"


class DataPlane:
    """The handler of calls to endpoints.

    Args:
        runtimes: all there are.
        endpoints: all there are.
        clock: seconds since the epoch.
        random: draws between a canary and the rest.
    """

    def __init__(self, runtimes: Runtimes, endpoints: Endpoints, *, clock: Callable[[], float], random: Random) -> None:
        self._runtimes = runtimes
        self._endpoints = endpoints
        self._clock = clock
        self._random = random

    def actions(self) -> dict[str, tuple[str, str, Handler]]:
        """As `ControlPlane.actions`; the API has no name for this action, so the emulator gives it one."""
        return {"InvokeOpenAI": ("POST", _CHAT, self.invoke_openai)}

    def invoke_openai(self, call: Call, account: Account, _fault: Fault | None) -> Answer:
        runtime, endpoint, served = self._serving(call, account)
        request = read_request(call.document)
        responder = f"{runtime.name}/{endpoint.name} (version {self._version(runtime, served)})"
        metadata = Metadata(call.request_id, int(self._clock()), responder)
        if request.stream:
            return Answer(200, chunks(request, metadata), "text/event-stream; charset=utf-8")
        return Answer(200, completion(request, metadata))

    def _serving(self, call: Call, account: Account) -> tuple[Runtime, Endpoint, Document]:
        """The runtime, the endpoint, and what it goes by: while it is UPDATING, what it was before."""
        runtime_name, endpoint_name = call.target["runtime_name"], call.target["endpoint_name"]
        runtime = self._runtimes.named(account.account_id, runtime_name)
        endpoint = self._endpoints.named(runtime.id, endpoint_name) if runtime else None
        if runtime is None or endpoint is None:
            raise _not_serving(f"agent runtime endpoint {runtime_name}/{endpoint_name} does not exist")
        if endpoint.status not in (READY, UPDATING) or endpoint.served is None:
            raise _not_serving(f"agent runtime endpoint {runtime_name}/{endpoint_name} is in {endpoint.status} status")
        return runtime, endpoint, endpoint.served

    def _version(self, runtime: Runtime, served: Document) -> str:
        """The version that answers: each canary with the probability of its weight, else the target version."""
        version = self._drawn(served)
        return runtime.newest if version == LATEST else version

    def _drawn(self, served: Document) -> str:
        drawn = self._random.random()
        for canary in served.get("routingConfiguration", {}).get("versionWeights", []):
            drawn -= canary["weight"]
            if drawn < 0:
                return str(canary["version"])
        return str(served["targetVersion"])


def _not_serving(message: str) -> ApiError:
    return ApiError(404, "not_found", message)
