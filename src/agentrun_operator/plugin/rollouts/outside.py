"""A rollout's situation as it is seen from outside: from the object alone. Pure.

What the operator has in its memory is not known here. Where the record tells of it, as the cause of a hold does, that
is what is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from agentrun_operator.agentrun.models import MOVING_STATES, READY_STATES
from agentrun_operator.reconcile.rollout.memory import Cause, Memory, Phase, effective
from agentrun_operator.reconcile.rollout.proof.evidence import PROOF, Evidence
from agentrun_operator.reconcile.rollout.situation import Goal, Seen, Situation
from agentrun_operator.reconcile.state.comparable import Weight
from agentrun_operator.resources.names import LATEST
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from agentrun_operator.plugin.rollouts.record import Rolling

UNREADABLE: Final = frozenset(
    {
        Reason.REMOTE_UNAVAILABLE,
        Reason.THROTTLED,
        Reason.STALE,
        Reason.CREDENTIALS_NOT_FOUND,
        Reason.CREDENTIALS_REJECTED,
        Reason.CREDENTIALS_NOT_ALLOWED,
        Reason.REGION_NOT_SERVED,
        Reason.RUNTIME_NOT_FOUND,
        Reason.RUNTIME_AMBIGUOUS,
    }
)
"""Reasons that mean that AgentRun, or the runtime, could not be read."""

UNSURE: Final = frozenset(
    {
        Cause.NO_DATA,
        Cause.PROBE_UNAVAILABLE,
        Cause.CONTROL_FAILED,
        Cause.METRICS_UNAVAILABLE,
        Cause.METRICS_NOT_CONFIGURED,
    }
)
"""Causes that mean that the last round said nothing."""


def situation_of(rolling: Rolling, status: Mapping[str, Any], now: datetime) -> Situation:
    """What the table goes by, as far as the object tells.

    Args:
        rolling: the object.
        status: its status; it passed its schema.
        now: the time of day.
    """
    desired, memory = rolling.desired, rolling.memory
    reasons = {kind: told.reason for kind, told in desired.recorded.conditions.items()}
    return Situation(
        plan=rolling.plan,
        goal=_goal(rolling),
        memory=memory,
        evidence=_evidence(rolling),
        seen=_seen(memory, status),
        request=desired.request,
        now=now.replace(microsecond=0),
        frozen=memory.cause is Cause.FROZEN,
        blind=bool(UNREADABLE & set(reasons.values())),
        paused=desired.paused,
        drifted=memory.cause is Cause.DRIFTED,
        not_converging=reasons.get("Synced") == Reason.NOT_CONVERGING,
    )


def _goal(rolling: Rolling) -> Goal:
    """The goal. Which versions are published is not known here: what the record knows, is."""
    memory, target = rolling.memory, rolling.desired.spec.target_version
    newest = rolling.desired.recorded.resolved_version or memory.canary or memory.stable
    if memory.cause is Cause.VERSION_UNKNOWN:
        return Goal(None, latest=target == LATEST)
    wanted = newest if target == LATEST else target
    known = frozenset({memory.stable, memory.canary, *memory.history, wanted} - {"", LATEST})
    return Goal(wanted or None, latest=target == LATEST, published=known)


def _evidence(rolling: Rolling) -> Evidence:
    """What the record tells of the proof: a gate waits, or the deadline's clock stands with all of its time left."""
    memory, plan = rolling.memory, rolling.plan
    if not memory.running:
        return Evidence()
    stands_full = plan.proves and memory.proof_left == int(plan.deadline)
    other = memory.held or memory.cause in (Cause.FROZEN, Cause.DRIFTED, Cause.REQUESTED)
    proved = memory.phase is Phase.AWAITING_APPROVAL or (stands_full and not other)
    return Evidence(
        number=memory.number,
        step=memory.step,
        since=memory.settled_at,
        passed=PROOF if proved else 0,
        inconclusive=memory.cause if memory.cause in UNSURE else None,
        checks=memory.checks,
    )


def _seen(memory: Memory, status: Mapping[str, Any]) -> Seen | None:
    """What the status tells of the endpoint; None where it was seen by nobody."""
    target, state = status.get("targetVersion"), status.get("state")
    if not target:
        return None
    wire = effective(memory)
    if wire and wire.target == LATEST and status.get("resolvedVersion") == target:
        target = LATEST
    found = (status.get("routing") or {}).get("versionWeights") or ()
    weights = tuple(Weight(each["version"], each["weight"]) for each in found)
    return Seen(target, weights, state in READY_STATES, state in MOVING_STATES)
