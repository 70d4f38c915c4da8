"""The log of requests, for tests that count calls: action, caller, status, effect. Bounded; no bodies, no secrets."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentrun_operator.emulator.faults.injector import Subject

MAX_ENTRIES = 20_000
"""The log keeps the newest of this many; the counts count all."""


@dataclass(slots=True)
class Entry:
    """One request. `status` is None as long as it has no answer."""

    subject: Subject
    method: str
    path: str
    at: float
    status: int | None = None
    effect: bool = False

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
        }


class RequestLog:
    """Every request to an action, counted on arrival."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._log: deque[Entry] = deque(maxlen=MAX_ENTRIES)

    def add(self, entry: Entry) -> None:
        self._counts[entry.subject.action] += 1
        self._log.append(entry)

    def show(self, newest: int = MAX_ENTRIES) -> dict[str, Any]:
        """The counts by action, and the newest entries, oldest first."""
        kept = islice(self._log, max(0, len(self._log) - newest), None)
        return {"counts": dict(self._counts), "log": [entry.show() for entry in kept]}

    def clear(self) -> None:
        self._counts.clear()
        self._log.clear()
