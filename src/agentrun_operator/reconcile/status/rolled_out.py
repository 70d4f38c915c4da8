"""What the conditions say of a rollout, beside what they say of the endpoint. Pure; in words for people.

`Ready` stays True while versions change places: dependents are not to be cut off. `RolledOut` tells whether the goal
has all traffic.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from agentrun_operator.reconcile.rollout.memory import FAIL, Cause, Memory, Phase
from agentrun_operator.reconcile.status.statements import ready_by_state
from agentrun_operator.reconcile.verdict import Statement, bad, good
from agentrun_operator.resources.names import LATEST
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from agentrun_operator.reconcile.input import Input
    from agentrun_operator.reconcile.rollout.plan import Plan
    from agentrun_operator.reconcile.verdict import Verdict

SPLIT_QUIET = timedelta(seconds=60)
"""How long a step may take to be set before the status tells of it again: most are set by then, and a write is
spared."""

WHY = {
    Cause.ANALYSIS_FAILED: "too many rounds failed",
    Cause.DEADLINE_EXCEEDED: "there was no proof before the deadline was over",
    Cause.ABORTED: "a person aborted it",
    Cause.NO_DATA: "there is no data to judge it by",
    Cause.PROBE_UNAVAILABLE: "the probes cannot be made",
    Cause.CONTROL_FAILED: "the stable version fails the same probes, so they say nothing",
    Cause.METRICS_UNAVAILABLE: "Prometheus does not answer",
    Cause.METRICS_NOT_CONFIGURED: "the operator has no prometheus-url, or this namespace is not in metrics-namespaces",
    Cause.DRIFTED: "somebody changed the split outside, and driftPolicy Report leaves it",
    Cause.NOT_CONVERGING: "AgentRun accepts the split and keeps another",
    Cause.VERSION_UNKNOWN: "the version is not published, or AgentRun does not say which are",
    Cause.FROZEN: "the operator's setting `rollouts` is `hold`",
    Cause.REQUESTED: "a person asked for it",
}
"""What each cause means, to go after "since" """


def with_rollout(given: Input, verdict: Verdict) -> Verdict:
    """A verdict that tells of the rollout too; the same where there is none.

    Args:
        given: the object, with what is recorded of its rollout, and the last look.
        verdict: what the checks say of the endpoint.
    """
    plan, memory = given.desired.plan, given.desired.recorded.rollout
    if plan is None or not given.desired.rolls or given.desired.deleting or not memory.stable:
        return verdict
    told = replace(verdict, rolled_out=rolled_out(memory, plan, _mute(given, memory)), ready=_ready(given, verdict))
    if memory.phase is Phase.ROLLED_BACK:
        return replace(told, stalled=True)
    if memory.phase is None and not memory.running:
        return _at_rest(given, told)
    if memory.running and _holds_failed(memory, plan):
        return replace(told, stalled=True, reconciling=False)
    return replace(told, reconciling=True) if memory.running else told


def _at_rest(given: Input, told: Verdict) -> Verdict:
    """Nothing rolls out; but what was promoted may be on its way yet, or somebody may have split the traffic."""
    stable = given.desired.recorded.rollout.stable
    creating = told.ready is not None and told.ready.reason is Reason.CREATING
    if not creating and not _being_set(given, told):
        return told
    if told.drifted is not None:
        held = f"Version {stable} is to have all traffic, and AgentRun holds another split, which is left so"
        return replace(told, rolled_out=bad(Reason.ROLLOUT_HELD, held))
    promoting = bad(Reason.ROLLING_OUT, f"Version {stable} is getting all traffic")
    return replace(told, rolled_out=promoting, reconciling=True)


def rolled_out(memory: Memory, plan: Plan, mute: str = "") -> Statement:
    """The condition RolledOut.

    Args:
        memory: what is recorded.
        plan: what the object asks for.
        mute: why the proof says nothing, for people; empty if that is not known.
    """
    if memory.phase is Phase.ROLLED_BACK:
        return bad(
            Reason.ROLLED_BACK, f"Version {memory.stable} has all traffic again{_since(memory)}{_failed(memory)}"
        )
    if not memory.running:
        if memory.phase is Phase.HELD:
            return bad(Reason.ROLLOUT_HELD, f"Version {memory.stable} has all traffic{_since(memory)}")
        return good(Reason.ROLLED_OUT, f"Version {memory.stable} has all traffic")
    where = f"Version {memory.canary} has {memory.weight}% in step {memory.step} of {len(plan.steps)}"
    if memory.phase is Phase.AWAITING_APPROVAL:
        wanted = f'"approve {memory.number} {memory.weight}"'
        return bad(Reason.AWAITING_APPROVAL, f"{where} and waits for the annotation `rollout` to be {wanted}")
    if memory.phase is Phase.HELD:
        return bad(Reason.ROLLOUT_HELD, f"{where} and is held{_since(memory, mute)}{_failed(memory)}")
    return bad(Reason.ROLLING_OUT, f"{where}, beside version {memory.stable}")


def split_quiet(given: Input) -> float | None:
    """Seconds until the status is to tell that a step is being set, which its record has told; None when it is time."""
    synced = given.desired.recorded.conditions.get("Synced")
    if not given.desired.rolls or synced is None or synced.reason != Reason.UPDATING:
        return None
    left = (synced.since + SPLIT_QUIET - given.written_at).total_seconds()
    return left if 0 < left <= SPLIT_QUIET.total_seconds() else None  # longer, and a clock was set back


def way_out(given: Input) -> str:
    """What to do when AgentRun refuses a split since the stable version is gone, as a further sentence; else empty."""
    memory, runtime = given.desired.recorded.rollout, given.observed.runtime
    published = runtime.versions if runtime else None
    if not given.desired.rolls or published is None or memory.stable in published or memory.stable in ("", LATEST):
        return ""
    left = [f"version {version}" for version in memory.history if version in published]
    return (
        f". Version {memory.stable} does not exist any more; of those before it, there is {', '.join(left) or 'none'}:"
        " set targetVersion to a version that exists, with strategy Immediate"
    )


def unprotected(memory: Memory) -> str:
    """What `paused` means for a rollout under way, as a further sentence; empty where none is."""
    if not memory.running:
        return ""
    return f". Version {memory.canary} stays at {memory.weight}%, unprotected: nothing is taken back while paused"


def _since(memory: Memory, mute: str = "") -> str:
    return f", since {mute or WHY[memory.cause]}" if memory.cause else ""


def _mute(given: Input, memory: Memory) -> str:
    """Why the last round of the recorded step said nothing, with what to do about it; empty after a restart."""
    evidence = given.evidence
    fits = evidence.is_of(memory.number, memory.step) and evidence.inconclusive is memory.cause
    return evidence.told if fits else ""


def _failed(memory: Memory) -> str:
    """The checks that failed, with numbers; empty if none did."""
    failed = [check for check in memory.checks if check.verdict == FAIL]
    shown = ", ".join(f"{check.name} {check.value}".strip() for check in failed[:5])
    return f" ({shown})" if shown else ""


def _holds_failed(memory: Memory, plan: Plan) -> bool:
    """Whether it failed, and `onFailure: Hold` leaves it where it is."""
    return not plan.reverts and memory.cause in (Cause.ANALYSIS_FAILED, Cause.DEADLINE_EXCEEDED)


def _ready(given: Input, verdict: Verdict) -> Statement | None:
    """Ready stays True while a step is being set, or cannot be sent: until then, the endpoint serves the split before
    it.
    """
    ready = verdict.ready
    if ready is None or ready.status != "False" or not _being_set(given, verdict):
        return ready
    if ready.reason is Reason.UPDATING:
        return good(Reason.AVAILABLE, f"The endpoint serves while its traffic is split anew: {ready.message}")
    return ready_by_state(given.endpoint) if given.split_unsent and given.serves and _of_split_alone(given) else ready


def _of_split_alone(given: Input) -> bool:
    """Whether nothing else than the split of the traffic differs."""
    return given.delta == given.split_delta


def _being_set(given: Input, verdict: Verdict) -> bool:
    """Whether what changes is the split of the traffic."""
    memory = given.desired.recorded.rollout
    if given.observed.problem or given.observed.endpoint is None or not given.ours:
        return False
    unsettled = memory.running and memory.settled_at is None
    unsent = given.desired.recorded.applied_generation == 0 and not verdict.applied
    return bool(given.split_delta) or unsettled or unsent
