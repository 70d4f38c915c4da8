"""The handler of the data plane's one action: a chat completion by one of an endpoint's versions. No I/O."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from agentrun_operator.emulator.actions.chat import ChatRequest, Metadata, chunks, completion, read_request
from agentrun_operator.emulator.answers import Answer, ApiError, Delivery, Responder, openai_error
from agentrun_operator.emulator.faults.distortion import distorted
from agentrun_operator.emulator.gateway.call import SESSION, Call
from agentrun_operator.emulator.state.documents import LATEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.emulator.accounts import Account
    from agentrun_operator.emulator.faults.behaviour import Fault
    from agentrun_operator.emulator.faults.injector import FaultInjector
    from agentrun_operator.emulator.faults.manners import Manner, Manners
    from agentrun_operator.emulator.gateway.gateway import Handler
    from agentrun_operator.emulator.state.endpoints import Endpoint, Endpoints
    from agentrun_operator.emulator.state.runtimes import Runtime, Runtimes

_CHAT = "/agent-runtimes/{runtime_name}/endpoints/{endpoint_name}/invocations/openai/v1/chat/completions"


class DataPlane:
    """The handler of calls to endpoints.

    Args:
        runtimes: all there are.
        endpoints: all there are.
        manners: of the versions.
        injector: holds the behaviour: how long a session lasts.
        clock: seconds since the epoch.
    """

    def __init__(
        self,
        runtimes: Runtimes,
        endpoints: Endpoints,
        manners: Manners,
        injector: FaultInjector,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._runtimes = runtimes
        self._endpoints = endpoints
        self._manners = manners
        self._injector = injector
        self._clock = clock

    def actions(self) -> dict[str, tuple[str, str, Handler]]:
        """As `ControlPlane.actions`; the API has no name for this action, so the emulator gives it one."""
        return {"InvokeOpenAI": ("POST", _CHAT, self.invoke_openai)}

    def invoke_openai(self, call: Call, account: Account, _fault: Fault | None) -> Answer:
        runtime, endpoint = self._serving(call, account)
        request = read_request(call.document)
        responder = Responder(runtime.id, runtime.name, endpoint.name, self._version(runtime, endpoint, call))
        manner = self._manners.pick(runtime.id, responder.version, request.said)
        answer = _spoken(request, Metadata(call.request_id, int(self._clock()), responder), manner)
        distorted_answer = distorted(manner, answer, partial(openai_error, call.request_id))
        return replace(distorted_answer, responder=responder, delivery=_delivery(manner))

    def _serving(self, call: Call, account: Account) -> tuple[Runtime, Endpoint]:
        runtime_name, endpoint_name = call.target["runtime_name"], call.target["endpoint_name"]
        runtime = self._runtimes.named(account.account_id, runtime_name)
        endpoint = self._endpoints.named(runtime.id, endpoint_name) if runtime else None
        if runtime is None or endpoint is None:
            raise _not_serving(f"agent runtime endpoint {runtime_name}/{endpoint_name} does not exist")
        if not endpoint.serves:
            raise _not_serving(f"agent runtime endpoint {runtime_name}/{endpoint_name} is in {endpoint.status} status")
        return runtime, endpoint

    def _version(self, runtime: Runtime, endpoint: Endpoint, call: Call) -> str:
        """The version that answers: the one that the session has, else the one whose turn it is."""

        def pick() -> str:
            version = endpoint.next_version()
            return runtime.newest if version == LATEST else version

        session, idle = call.headers.get(SESSION), self._injector.behaviour.session_idle
        return endpoint.sessions.version(session, self._clock(), idle, pick) if session else pick()


def _spoken(request: ChatRequest, metadata: Metadata, manner: Manner) -> Answer:
    if request.stream:
        return Answer(200, chunks(request, metadata, manner), "text/event-stream; charset=utf-8")
    return Answer(200, completion(request, metadata, manner))


def _delivery(manner: Manner) -> Delivery:
    return Delivery(manner.latency, manner.hang, manner.padding, manner.endless, manner.pause, manner.gzip)


def _not_serving(message: str) -> ApiError:
    return ApiError(404, "not_found", message)
