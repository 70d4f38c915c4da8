"""A call's way through the emulator: noted, slowed, throttled, tripped up, verified, performed, answered.

Every action of both planes goes this way; what an action does is told to it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.types import Receive, Scope, Send

from agentrun_operator.emulator.accounts import Account
from agentrun_operator.emulator.answers import Answer, ApiError
from agentrun_operator.emulator.faults.behaviour import Fault
from agentrun_operator.emulator.faults.distortion import distorted
from agentrun_operator.emulator.faults.injector import Conduct, Subject
from agentrun_operator.emulator.gateway.call import Call
from agentrun_operator.emulator.gateway.connection import DisconnectError, Wire
from agentrun_operator.emulator.gateway.request_log import Entry, Journal
from agentrun_operator.emulator.gateway.signatures import Verify, claimed_access_key
from agentrun_operator.emulator.state.endpoints import Endpoints

Perform = Callable[[Call, Account, Fault | None], Answer]
"""Does what a verified call asks for; a fault may tell how the change it begins ends."""


@dataclass(frozen=True, slots=True)
class Premises:
    """What all actions share.

    Attributes:
        accounts: by access key id; the control routes add and revoke.
        endpoints: asked for names, which faults and the journal go by.
        conduct: decides what goes wrong.
        journal: takes note.
        clock: seconds since the epoch.
        new_id: makes a UUID.
    """

    accounts: dict[str, Account]
    endpoints: Endpoints
    conduct: Conduct
    journal: Journal
    clock: Callable[[], float]
    new_id: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Gateway:
    """One action, as an ASGI application.

    Attributes:
        action: the API's name for it.
        perform: does it.
        verify: tells whose call it is.
        refuse: writes a refusal, given the request's id, as this plane's clients expect it.
        premises: what all actions share.
    """

    action: str
    perform: Perform
    verify: Verify
    refuse: Callable[[str, ApiError], Answer]
    premises: Premises

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wire = Wire(scope, receive, send)
        try:
            call = await wire.read(self.action, self.premises.new_id())
        except DisconnectError:
            return
        subject = self._subject(call)
        entry = self._note(call, subject)
        await wire.hold(self.premises.conduct.behaviour.latency)
        answer = self._throttled(call, subject) or await self._answer(call, subject, entry, wire)
        if answer is not None:
            entry.status = answer.status
            await wire.answer(answer)

    async def _answer(self, call: Call, subject: Subject, entry: Entry, wire: Wire) -> Answer | None:
        """The answer, proper or not; None when the client got all it will get."""
        fault = self.premises.conduct.pick(subject)
        if fault is None:
            return self._performed(call, entry, None)
        await wire.hold(fault.delay)
        answer = self._performed(call, entry, fault) if fault.lets_through else None
        if fault.hang is None and fault.drop is None:
            return distorted(fault, answer, partial(self.refuse, call.request_id))
        await wire.hold(fault.hang or 0.0)
        if fault.drop == "midway" and answer is not None:
            await wire.drop_midway(answer)
        else:
            await wire.drop()
        return None

    def _performed(self, call: Call, entry: Entry, fault: Fault | None) -> Answer:
        try:
            account = self.verify(call, self.premises.accounts, self.premises.clock())
            answer = self.perform(call, account, fault)
        except ApiError as refusal:
            return self.refuse(call.request_id, refusal)
        entry.effect = answer.effect
        return answer

    def _throttled(self, call: Call, subject: Subject) -> Answer | None:
        throttling = self.premises.conduct.behaviour.throttling
        wait = self.premises.conduct.throttled(subject.account_id)
        if throttling is None or not wait:
            return None
        headers = (("x-acs-retry-after", str(max(1, round(wait * 1000)))),) if throttling.retry_after else ()
        message = "Request was denied due to user flow control."
        return self.refuse(call.request_id, ApiError(throttling.status, "Throttling.User", message, headers))

    def _subject(self, call: Call) -> Subject:
        """Whom the call is about, on its own word: faults come before verification."""
        authorization = call.headers.get("agentrun-authorization") or call.headers.get("authorization")
        access_key_id = claimed_access_key(authorization)
        account = self.premises.accounts.get(access_key_id or "")
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
            endpoint = self.premises.endpoints.peek(endpoint_id)
            return endpoint.name if endpoint else None
        return call.target.get("endpoint_name") or _name_in_body(call)

    def _note(self, call: Call, subject: Subject) -> Entry:
        entry = Entry(subject, call.method, call.path, self.premises.clock())
        self.premises.journal.open(entry)
        return entry


def _name_in_body(call: Call) -> str | None:
    try:
        body = call.document
    except ApiError:  # it is refused later, when it is this call's turn
        return None
    name = body.get("agentRuntimeEndpointName") if isinstance(body, dict) else None
    return name if isinstance(name, str) else None
