"""The log of requests, for tests that count calls: action, caller, status, effect; on the data plane, which version.

Bounded; no bodies, no secrets.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentrun_operator.emulator.answers import Responder
    from agentrun_operator.emulator.faults.injector import Subject

MAX_ENTRIES = 20_000
"""The log keeps the newest of this many; the counts count all."""

MAX_TEXT = 256
"""Characters that are kept of what a client chose."""


@dataclass(slots=True)
class Entry:
    """One request. `status` is None as long as it has no answer.

    The last three are the data plane's: what the body says of its user, the session, and the version that answered.
    """

    subject: Subject
    method: str
    path: str
    at: float
    status: int | None = None
    effect: bool = False
    user: str | None = None
    session_id: str | None = None
    version: str | None = None

    def show(self) -> dict[str, Any]:
        return {
            "action": self.subject.action,
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "accessKeyId": self.subject.access_key_id,
            "runtimeId": self.subject.runtime_id,
            "endpointId": self.subject.endpoint_id,
            "endpointName": self.subject.endpoint_name,
            "at": self.at,
            "effect": self.effect,
            "user": None if self.user is None else self.user[:MAX_TEXT],
            "sessionId": None if self.session_id is None else self.session_id[:MAX_TEXT],
            "version": self.version,
        }


class RequestLog:
    """Every request to an action, counted on arrival."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._invocations: Counter[Responder] = Counter()
        self._log: deque[Entry] = deque(maxlen=MAX_ENTRIES)

    def add(self, entry: Entry) -> None:
        self._counts[entry.subject.action] += 1
        self._log.append(entry)

    def invoked(self, entry: Entry, responder: Responder) -> None:
        """Note which version a call to an endpoint came to."""
        entry.version = responder.version
        self._invocations[responder] += 1

    def show(self, newest: int = MAX_ENTRIES) -> dict[str, Any]:
        """The counts by action and by version, and the newest entries, oldest first."""
        kept = islice(self._log, max(0, len(self._log) - newest), None)
        invocations = [_show_count(responder, calls) for responder, calls in self._invocations.items()]
        return {"counts": dict(self._counts), "invocations": invocations, "log": [entry.show() for entry in kept]}

    def clear(self) -> None:
        self._counts.clear()
        self._invocations.clear()
        self._log.clear()


def _show_count(responder: Responder, calls: int) -> dict[str, Any]:
    return {
        "runtimeId": responder.runtime_id,
        "runtimeName": responder.runtime_name,
        "endpointName": responder.endpoint_name,
        "version": responder.version,
        "calls": calls,
    }
