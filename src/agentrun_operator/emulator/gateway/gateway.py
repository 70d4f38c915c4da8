"""What happens to every call, in order: logged, delayed, throttled, hit by a fault, verified, handled, answered.

The actions of both planes share it. What an action does is its handler's, and may not enter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from agentrun_operator.emulator.accounts import Account
from agentrun_operator.emulator.answers import Answer, ApiError
from agentrun_operator.emulator.faults.behaviour import Fault
from agentrun_operator.emulator.faults.distortion import distorted
from agentrun_operator.emulator.faults.injector import FaultInjector, Subject
from agentrun_operator.emulator.gateway.call import SESSION, Call
from agentrun_operator.emulator.gateway.connection import Connection, DisconnectError
from agentrun_operator.emulator.gateway.request_log import Entry, RequestLog
from agentrun_operator.emulator.gateway.signatures import Verify, claimed_access_key

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from agentrun_operator.emulator.state.endpoints import Endpoints

Handler = Callable[[Call, Account, Fault | None], Answer]
"""Does what a verified call asks for. A fault, if one hit the call, may say how the change that it begins ends."""


@dataclass(frozen=True, slots=True)
class GatewayContext:
    """What all actions share.

    Attributes:
        accounts: by access key id; the control routes add and revoke.
        endpoints: tells an endpoint's name; faults and the log go by names.
        injector: decides which fault hits a call, and who is throttled.
        log: of requests.
        clock: seconds since the epoch.
        new_id: makes a UUID.
    """

    accounts: dict[str, Account]
    endpoints: Endpoints
    injector: FaultInjector
    log: RequestLog
    clock: Callable[[], float]
    new_id: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Gateway:
    """One action, as an ASGI application.

    Attributes:
        action: the API's name for it.
        handle: does it.
        verify: checks the signature, and returns whose call it is.
        format_error: writes an error as this plane's clients expect it; takes the request's id.
        context: what all actions share.
    """

    action: str
    handle: Handler
    verify: Verify
    format_error: Callable[[str, ApiError], Answer]
    context: GatewayContext

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = Connection(scope, receive, send)
        try:
            call = await connection.read(self.action, self.context.new_id())
        except DisconnectError:
            return
        subject = self._subject(call)
        entry = self._log(call, subject)
        await connection.wait(self.context.injector.behaviour.latency)
        answer = self._throttled(call, subject) or await self._answer(call, subject, entry, connection)
        if answer is not None:
            await self._deliver(answer, entry, connection)

    async def _deliver(self, answer: Answer, entry: Entry, connection: Connection) -> None:
        how = answer.delivery
        await connection.wait(how.latency)
        if how.hang is not None:
            await connection.wait(how.hang)
            await connection.drop()
            return
        entry.status = answer.status
        await connection.send_answer(answer)

    async def _answer(self, call: Call, subject: Subject, entry: Entry, connection: Connection) -> Answer | None:
        """The answer, as the fault has it if one hits; None when the connection was dropped instead."""
        fault = self.context.injector.pick(subject)
        if fault is None:
            return self._handled(call, entry, None)
        await connection.wait(fault.delay)
        answer = self._handled(call, entry, fault) if fault.lets_through else None
        if fault.hang is None and fault.drop is None:
            return distorted(fault, answer, partial(self.format_error, call.request_id))
        await connection.wait(fault.hang or 0.0)
        if fault.drop == "midway" and answer is not None:
            await connection.drop_midway(answer)
        else:
            await connection.drop()
        return None

    def _handled(self, call: Call, entry: Entry, fault: Fault | None) -> Answer:
        try:
            account = self.verify(call, self.context.accounts, self.context.clock())
            answer = self.handle(call, account, fault)
        except ApiError as error:
            return self.format_error(call.request_id, error)
        entry.effect = answer.effect
        if answer.responder is not None:
            self.context.log.invoked(entry, answer.responder)
        return answer

    def _throttled(self, call: Call, subject: Subject) -> Answer | None:
        throttling = self.context.injector.behaviour.throttling
        wait = self.context.injector.retry_after(subject.account_id)
        if throttling is None or not wait:
            return None
        headers = (("x-acs-retry-after", str(max(1, round(wait * 1000)))),) if throttling.retry_after else ()
        message = "Request was denied due to user flow control."
        return self.format_error(call.request_id, ApiError(throttling.status, "Throttling.User", message, headers))

    def _subject(self, call: Call) -> Subject:
        """What the call is about by its own claim: faults come before verification."""
        authorization = call.headers.get("agentrun-authorization") or call.headers.get("authorization")
        access_key_id = claimed_access_key(authorization)
        account = self.context.accounts.get(access_key_id or "")
        return Subject(
            action=call.action,
            access_key_id=access_key_id,
            account_id=account.account_id if account else None,
            runtime_id=call.target.get("runtime_id"),
            endpoint_id=call.target.get("endpoint_id"),
            endpoint_name=self._endpoint_name(call),
        )

    def _endpoint_name(self, call: Call) -> str | None:
        if endpoint_id := call.target.get("endpoint_id"):
            endpoint = self.context.endpoints.peek(endpoint_id)
            return endpoint.name if endpoint else None
        return call.target.get("endpoint_name") or _text_in_body(call, "agentRuntimeEndpointName")

    def _log(self, call: Call, subject: Subject) -> Entry:
        entry = Entry(
            subject,
            call.method,
            call.path,
            self.context.clock(),
            user=_text_in_body(call, "user"),
            session_id=call.headers.get(SESSION),
        )
        self.context.log.add(entry)
        return entry


def _text_in_body(call: Call, field: str) -> str | None:
    try:
        body = call.document
    except ApiError:  # the handler refuses it later
        return None
    text = body.get(field) if isinstance(body, dict) else None
    return text if isinstance(text, str) else None
