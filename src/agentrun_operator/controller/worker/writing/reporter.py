"""Tells people what happened: an event and a line in the log for each change, and nothing at rest."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from agentrun_operator.agentrun.odd import SAYS
from agentrun_operator.controller.keys import key_of
from agentrun_operator.reconcile.actions import Create, Delete, Update
from agentrun_operator.reconcile.rollout.events import dropped
from agentrun_operator.reconcile.rollout.memory import Memory
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from agentrun_operator.controller.keys import Body
    from agentrun_operator.controller.kube.events import EventRecorder
    from agentrun_operator.controller.telemetry.metrics import Metrics
    from agentrun_operator.reconcile.actions import Write
    from agentrun_operator.reconcile.input import Input
    from agentrun_operator.reconcile.rollout.events import Event

log = logging.getLogger(__name__)

NO_FAILURE = frozenset(
    {Reason.AVAILABLE, Reason.IN_SYNC, Reason.CREATING, Reason.UPDATING, Reason.DELETING, Reason.PAUSED, Reason.DRIFTED}
)
"""Reasons that are no news of a failure. Drift has an event of its own."""


ENDS = {
    "RolloutPromoted": "promoted",
    "RolledBack": "reverted",
    "RolloutReplaced": "replaced",
    "RolloutDropped": "dropped",
}
"""The events that tell of a rollout's end, and how it ended."""


class Reporter:
    """What happened to which object."""

    def __init__(self, recorder: EventRecorder, metrics: Metrics) -> None:
        self._recorder = recorder
        self._metrics = metrics

    def adopted(self, body: Body) -> None:
        """An existing endpoint was taken over."""
        self._tell(body, "Adopted", "Took over the existing endpoint, as adoptionPolicy says")

    def released(self, body: Body, given: Input, *, orphaned: bool, left: Sequence[str] = ()) -> None:
        """The object was let go; `left` has the names of its probe endpoints that may be left too."""
        if orphaned:
            memory = given.desired.recorded.rollout
            split = f" with version {memory.canary} at {memory.weight}%" if memory.running else ""
            probes = f"; its probe endpoints {', '.join(left)} may be left too" if left else ""
            self._tell(body, "Orphaned", f"Left {given.where} in AgentRun{split}, and let the object go{probes}")
        elif given.desired.touched:
            self._tell(body, "Deleted", f"Saw that {given.where} is gone, and let the object go")

    def overwritten(self, body: Body) -> None:
        """Somebody else wrote the status."""
        self._warn(
            body, "StatusOverwritten", "Somebody wrote this status, which the operator alone writes; it is put right"
        )

    def refused(self, body: Body, error: Exception) -> None:
        """The API server refused the status, which cannot tell of it then; whoever tries again writes the log."""
        self._recorder.warning(body, Reason.WRITE_REFUSED, str(error))

    def left_behind(self, body: Body) -> None:
        """The object went while its endpoint was being made: somebody took the finalizer off."""
        told = "This object went while its endpoint was being made; what was made is deleted again"
        log.warning("%s", told, extra=_facts(body, "LeftBehind"))

    def rollout(self, body: Body, events: Iterable[Event]) -> None:
        """How a rollout stands was recorded, or a request about it does not fit."""
        for event in events:
            if outcome := ENDS.get(event.reason):
                self._metrics.rollout_ends.labels(outcome).inc()
            (self._warn if event.warning else self._tell)(body, event.reason, event.message)

    def wrote(self, body: Body, given: Input, write: Write) -> None:
        """AgentRun accepted a write."""
        paths = ", ".join(difference.path for difference in write.delta) if isinstance(write, Update) else ""
        match write:
            case Create(again=True):
                self._warn(body, Reason.DELETED_OUTSIDE, f"Somebody deleted {given.where}")
                self._metrics.drift.labels("recreated").inc()
                self._tell(body, "Recreated", f"Created {given.where} again")
            case Create():
                self._tell(body, "Created", f"Created {given.where}")
            case Update(drift=True):
                self._metrics.drift.labels("corrected").inc()
                self._tell(body, "DriftCorrected", f"Changed {given.where} back: {paths}")
            case Update():
                self._tell(body, "Updated", f"Updated {given.where}: {paths or 'all fields'}")
            case Delete():
                self._log(body, "Delete", f"Asked AgentRun to delete {given.where}")

    def status(self, body: Body, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """The status was written."""
        if event := _dropped(before, after):
            self.rollout(body, (event,))
        was, now = _synced(before), _synced(after)
        if now.get("status") == "False" and now["reason"] not in NO_FAILURE and now["reason"] != was.get("reason"):
            self._warn(body, now["reason"], now["message"])
        self._exported(body, _condition(before, "Exported"), _condition(after, "Exported"))
        if after.get("drift") and after.get("drift") != before.get("drift") and now["reason"] == Reason.DRIFTED:
            self._metrics.drift.labels("reported").inc()
            self._recorder.normal(body, "DriftDetected", now["message"])
            self._log(body, "DriftDetected", now["message"])
        ready = _condition(after, "Ready")
        odd = _odd(ready)
        if odd and odd != _odd(_condition(before, "Ready")):
            self._warn(body, Reason.UNKNOWN_STATE, odd)
        if ready.get("status") == "True" != _condition(before, "Ready").get("status"):
            self._log(body, "Ready", ready["message"])

    def _exported(self, body: Body, was: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        """What tells apps of the endpoint is not as it is to be."""
        quiet = now.get("reason") in (Reason.EXPORT_WAITING, Reason.PAUSED)
        if now.get("status") == "False" and not quiet and now["reason"] != was.get("reason"):
            self._warn(body, now["reason"], now["message"])

    def _tell(self, body: Body, reason: str, message: str) -> None:
        self._recorder.normal(body, reason, message)
        self._log(body, reason, message)

    def _warn(self, body: Body, reason: str, message: str) -> None:
        self._recorder.warning(body, reason, message)
        log.warning("%s", message, extra=_facts(body, reason))

    def _log(self, body: Body, action: str, message: str) -> None:
        log.info("%s", message, extra=_facts(body, action))


def _facts(body: Body, action: str) -> dict[str, object]:
    key = key_of(body)
    return {
        "namespace": key.namespace,
        "object": key.name,
        "generation": body["metadata"]["generation"],
        "action": str(action),
    }


def _dropped(before: Mapping[str, Any], after: Mapping[str, Any]) -> Event | None:
    """That a rollout under way has no plan any more."""
    was, now = before.get("rollout"), after.get("rollout") or {}
    return dropped(Memory.of(was)) if was and "stableVersion" not in now else None


def _synced(status: Mapping[str, Any]) -> Mapping[str, Any]:
    return _condition(status, "Synced")


def _odd(condition: Mapping[str, Any]) -> str:
    """What a condition tells of an answer that makes no sense in part; empty if nothing."""
    message: str = condition.get("message", "")
    return "".join(message.partition(SAYS)[1:])


def _condition(status: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next((c for c in status.get("conditions") or () if c["type"] == kind), {})
    return found
