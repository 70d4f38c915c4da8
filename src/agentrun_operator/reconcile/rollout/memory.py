"""What is recorded of a rollout in `status.rollout`, and what goes to AgentRun because of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.reconcile.conditions import timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

ALL = 100
"""Percent: all traffic."""


PASS, FAIL = "Pass", "Fail"
"""The verdicts of a check that says something."""


class Phase(StrEnum):
    """How a rollout stands; absent when there is nothing to roll out."""

    PROGRESSING = "Progressing"
    AWAITING_APPROVAL = "AwaitingApproval"
    HELD = "Held"
    ROLLED_BACK = "RolledBack"


class Cause(StrEnum):
    """Why a rollout is held or was taken back."""

    ANALYSIS_FAILED = "AnalysisFailed"
    DEADLINE_EXCEEDED = "DeadlineExceeded"
    ABORTED = "Aborted"
    NO_DATA = "NoData"
    PROBE_UNAVAILABLE = "ProbeUnavailable"
    CONTROL_FAILED = "ControlFailed"
    METRICS_UNAVAILABLE = "MetricsUnavailable"
    METRICS_NOT_CONFIGURED = "MetricsNotConfigured"
    DRIFTED = "Drifted"
    NOT_CONVERGING = "NotConverging"
    VERSION_UNKNOWN = "VersionUnknown"
    FROZEN = "Frozen"
    REQUESTED = "Requested"


class Check(NamedTuple):
    """What a check last said: names and numbers only, never a reply's text."""

    name: str
    verdict: str
    value: str = ""
    limit: str = ""
    stable: str = ""


class ProbeEndpoint(NamedTuple):
    """An endpoint that pins a version for the probes; its id is empty until it is known."""

    role: str
    version: str
    id: str = ""


class Wire(NamedTuple):
    """How the traffic is split: a target, and at most one canary with its share in percent."""

    target: str
    canary: str = ""
    weight: int = 0


class Memory(NamedTuple):
    """What is recorded of a rollout; see `resources.rollout.status` for each field.

    Args:
        number: of the rollout; never used again.
        stable: the version that was proved; empty when none is recorded.
        canary: the version that is being rolled out; empty when nothing is under way.
        step: from 1; 0 when nothing is under way.
        weight: the canary's share in percent.
        settled_at: since when AgentRun holds it; None while it is being set.
        proved_by: when the deadline for proof is over; None while its clock stands.
        proof_left: the seconds that are left of the deadline while its clock stands; None while it runs.
        phase: None when there is nothing to roll out.
        cause: None where there is none to tell.
        held: whether a person asked to hold it.
    """

    number: int = 0
    stable: str = ""
    history: tuple[str, ...] = ()
    canary: str = ""
    plan: str = ""
    step: int = 0
    weight: int = 0
    settled_at: datetime | None = None
    failures: int = 0
    held: bool = False
    proved_by: datetime | None = None
    proof_left: int | None = None
    phase: Phase | None = None
    cause: Cause | None = None
    failed_plan: str = ""
    last_request: str = ""
    checks: tuple[Check, ...] = ()
    probe_endpoints: tuple[ProbeEndpoint, ...] = ()

    @property
    def running(self) -> bool:
        """Whether a rollout is under way."""
        return bool(self.canary)

    def unclaimed(self) -> Memory:
        """What stays of it where no claim stands: what was used up, and what is to be deleted. How the traffic is split
        is for a new look to see: whatever has the endpoint's name may be another.
        """
        return Memory(
            number=self.number,
            failed_plan=self.failed_plan,
            last_request=self.last_request,
            probe_endpoints=self.probe_endpoints,
        )

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Memory:
        """What a `status.rollout` that passed the CRD's schema records; an empty one records nothing."""
        phase, cause = found.get("phase"), found.get("cause")
        return cls(
            number=found.get("number") or 0,
            stable=found.get("stableVersion") or "",
            history=tuple(found.get("history") or ()),
            canary=found.get("canaryVersion") or "",
            plan=found.get("plan") or "",
            step=found.get("step") or 0,
            weight=found.get("weight") or 0,
            settled_at=_time(found.get("settledAt")),
            failures=found.get("failures") or 0,
            held=found.get("held") or False,
            proved_by=_time(found.get("provedBy")),
            proof_left=found.get("proofLeft"),
            phase=Phase(phase) if phase in tuple(Phase) else None,
            cause=Cause(cause) if cause in tuple(Cause) else None,
            failed_plan=found.get("failedPlan") or "",
            last_request=found.get("lastRequest") or "",
            checks=tuple(_check(each) for each in found.get("checks") or ()),
            probe_endpoints=tuple(_probe_endpoint(each) for each in found.get("probeEndpoints") or ()),
        )

    def document(self, steps: int) -> dict[str, Any]:
        """The same as `status.rollout`, without what is empty.

        Args:
            steps: how many steps the plan has, for the summary.
        """
        fields: dict[str, Any] = {
            "summary": summary(self, steps),
            "number": self.number,
            "phase": self.phase and self.phase.value,
            "cause": self.cause and self.cause.value,
            "stableVersion": self.stable,
            "canaryVersion": self.canary,
            "step": self.step,
            "weight": self.weight if self.running else None,
            "settledAt": self.settled_at and timestamp(self.settled_at),
            "failures": self.failures,
            "held": self.held,
            "plan": self.plan,
            "provedBy": self.proved_by and timestamp(self.proved_by),
            "proofLeft": self.proof_left,
            "failedPlan": self.failed_plan,
            "history": list(self.history),
            "lastRequest": self.last_request,
            "checks": [_filled(check._asdict()) for check in self.checks],
            "probeEndpoints": [_filled(each._asdict()) for each in self.probe_endpoints],
        }
        kept_at_zero = ("weight", "proofLeft")
        return {
            name: value
            for name, value in fields.items()
            if value is not None and (name in kept_at_zero or value not in ("", [], 0, False))
        }


def effective(memory: Memory) -> Wire | None:
    """How the traffic is to be split, by what is recorded and by nothing else; None while no stable version is."""
    if not memory.stable:
        return None
    if not memory.running or memory.weight == 0:
        return Wire(memory.stable)
    return Wire(memory.canary) if memory.weight == ALL else Wire(memory.stable, memory.canary, memory.weight)


def summary(memory: Memory, steps: int) -> str:
    """For people and for the printer column, for example `3→4 25% (3/4)`; empty when there is nothing to tell."""
    if memory.running:
        return f"{memory.stable}→{memory.canary} {memory.weight}% ({memory.step}/{steps})"
    return f"{memory.stable} {memory.phase}".strip() if memory.phase else ""


def _check(found: Mapping[str, Any]) -> Check:
    return Check(*(found.get(name) or "" for name in Check._fields))


def _probe_endpoint(found: Mapping[str, Any]) -> ProbeEndpoint:
    return ProbeEndpoint(*(found.get(name) or "" for name in ProbeEndpoint._fields))


def _filled(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
