"""The status that an object is to have, and the smallest patch that gives it to it.

A plain dict in the resource's notation, so that it compares with what the API server holds: equal means no write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentrun_operator.cut import cut
from agentrun_operator.reconcile.conditions import merged
from agentrun_operator.reconcile.connection.steps import intended
from agentrun_operator.reconcile.connection.told import documents, exported_fields, with_exported
from agentrun_operator.reconcile.history.entries import packed, unpacked
from agentrun_operator.reconcile.history.history import history_after, told_of
from agentrun_operator.reconcile.rollout.memory import Memory
from agentrun_operator.reconcile.state.comparable import INT32, NO_COUNT, NO_PERCENT
from agentrun_operator.resources.names import LATEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.reconcile.desired import Desired
    from agentrun_operator.reconcile.input import Input
    from agentrun_operator.reconcile.state.claim import Claim
    from agentrun_operator.reconcile.state.comparable import Policy
    from agentrun_operator.reconcile.state.observed import EndpointSeen
    from agentrun_operator.reconcile.verdict import Verdict

Json = dict[str, Any]

ENTRIES = 100
"""Canaries, or scheduled policies, that are shown: as many as a spec may ask for."""


def status_of(given: Input, verdict: Verdict, before: Mapping[str, Any]) -> Json:
    """The whole status that the object is to have.

    Args:
        given: the object and the last look; what that did not see stays as it was.
        verdict: what the conditions are to say.
        before: the status so far.
    """
    desired, conditions = given.desired, before.get("conditions") or ()
    verdict, kept = with_exported(given, verdict, conditions)
    status = dict(before) | _mirrored(given, before) | exported_fields(given, before)
    status["observedGeneration"] = desired.generation
    if desired.requested_at:
        status["lastHandledReconcileAt"] = desired.requested_at
    status["claim"] = claim.document() if (claim := desired.current_claim) else None
    status["rollout"] = rollout_of(desired, before)
    status["drift"] = [difference._asdict() for difference in verdict.drift]
    status["conditions"] = merged(verdict, desired.generation, given.written_at, conditions) + kept
    status["history"] = _history(given, before, status["conditions"])
    return _filled(status)


def claimed_status(given: Input, claim: Claim, verdict: Verdict | None, before: Mapping[str, Any]) -> Json:
    """The status with which a claim is written: what the verdict says, and that nothing is handled yet.

    Args:
        given: the object, with what is to be recorded of its rollout, and the last look.
        claim: the claim.
        verdict: what the conditions are to say; None leaves them.
        before: the status so far.
    """
    own = {"history": _own_history(given.desired, before)}
    status = status_of(given, verdict, before) if verdict else dict(before) | own
    handled = before.get("lastHandledReconcileAt")
    rollout = rollout_of(given.desired, before)
    marks: Json = {"claim": claim.document(), "lastHandledReconcileAt": handled, "rollout": rollout}
    marks["exports"] = documents(intended(given.desired))
    if not given.desired.managed_id:
        marks["endpointId"] = None  # what was only observed is not ours, now that there is a claim
    return _filled(status | marks)


def recorded_status(given: Input, rollout: Memory, verdict: Verdict | None, before: Mapping[str, Any]) -> Json:
    """The status with which it is recorded how a rollout stands.

    Args:
        given: the object and the last look.
        rollout: what is recorded.
        verdict: what the conditions are to say once it is; None leaves them.
        before: the status so far.
    """
    recorded = given._replace(desired=given.desired.with_rollout(rollout))
    if verdict is not None:
        return status_of(recorded, verdict, before)
    return _filled(dict(before) | {"rollout": rollout_of(recorded.desired, before)})


def rollout_of(desired: Desired, before: Mapping[str, Any]) -> Json | None:
    """What the status is to tell of a rollout. Without one: what is left of its probes, and its number, which requests
    name, and which is never used again.
    """
    if desired.observes:
        found: Json | None = before.get("rollout")
        return found
    memory = desired.recorded.rollout
    if desired.plan is None:
        if not (memory.number or memory.probe_endpoints):
            return None
        left = Memory(memory.number, last_request=memory.last_request, probe_endpoints=memory.probe_endpoints)
        return left.document(0)
    return memory.document(len(desired.plan.steps))


def _history(given: Input, before: Mapping[str, Any], conditions: list[Json]) -> bytes | None:
    """The history, packed. What was told before is no news, so that none is written but beside other news."""
    desired, found = given.desired, _own_history(given.desired, before)
    if desired.deleting or desired.observes:
        return found
    was, now = (
        told_of(each, desired.generation, rolls=desired.rolls) for each in (before.get("conditions") or (), conditions)
    )
    if now == was:
        return found
    return packed(history_after(unpacked(found), now, desired.literal, desired.generation, given.written_at))


def _own_history(desired: Desired, before: Mapping[str, Any]) -> bytes | None:
    """The history so far; that of another object, whose claim came along with a copy, goes with it."""
    copied = desired.claim is not None and desired.current_claim is None
    return None if copied else before.get("history")


def status_patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> Json:
    """The merge patch that makes `after` of `before`; empty when they are the same."""
    patch: Json = {name: None for name in before if name not in after}
    for name, value in after.items():
        old = before.get(name)
        if old != value:
            patch[name] = status_patch(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return patch


def _mirrored(given: Input, before: Mapping[str, Any]) -> Json:
    """What was seen of the runtime and of our endpoint; nothing new where the look failed."""
    if given.observed.runtime is None:
        return {}
    runtime: Json = {"agentRuntimeId": given.runtime.id, "agentRuntimeName": given.runtime.name}
    seen = given.observed.endpoint
    if seen is not None and not (given.ours or given.desired.observes):
        seen = None
    follows = given.desired.follows_latest or (seen is not None and LATEST in seen.comparable.words)
    resolved = given.runtime.newest_version if follows else None
    return runtime | _endpoint(seen) | {"endpointId": _recorded_id(given, before), "resolvedVersion": resolved}


def _recorded_id(given: Input, before: Mapping[str, Any]) -> str | None:
    """The id to remember.

    An endpoint on its way out is not recorded anew, and one whose creation failed is forgotten: when either is gone,
    that is no deletion outside.
    """
    recorded: str | None = before.get("endpointId")
    seen = given.observed.endpoint
    if seen is None or seen.state == "DELETING" or not (given.ours or given.desired.observes):
        return recorded if before.get("agentRuntimeId") in (None, given.runtime.id) else None
    if (
        seen.state == "CREATE_FAILED"
        and given.claimed
        and not given.wanted_claim.adopted
        and not given.desired.observes
    ):
        return None
    return seen.id


def _endpoint(seen: EndpointSeen | None) -> Json:
    if seen is None:
        return dict.fromkeys(
            ("endpointName", "endpointArn", "publicUrl", "state", "stateReason", "targetVersion", "routing", "scaling")
        )
    shown = [weight for weight in seen.comparable.weights if weight.percent != NO_PERCENT][:ENTRIES]
    weights = [{"version": cut(weight.version), "weight": weight.percent} for weight in shown]
    return {
        "endpointName": seen.wire.agent_runtime_endpoint_name,
        "endpointArn": seen.wire.agent_runtime_endpoint_arn,
        "publicUrl": seen.wire.endpoint_public_url,
        "state": seen.state,
        "stateReason": seen.wire.status_reason,
        "targetVersion": seen.comparable.target_version,
        "routing": {"versionWeights": weights} if weights else None,
        "scaling": _scaling(seen),
    }


def _scaling(seen: EndpointSeen) -> Json:
    wire = seen.wire.scaling_status
    if wire is None:
        return {}
    return _filled(
        {
            "minInstances": _shown(wire.min_instances),
            "scheduledPolicies": [_policy(policy) for policy in seen.comparable.policies[:ENTRIES]],
            "currentInstances": _shown(wire.current_instances),
            "targetInstances": _shown(wire.target_instances),
            "error": wire.current_error,
        }
    )


def _shown(number: int | None) -> int | None:
    """What the status can hold; anything else is shown as a difference only."""
    return number if number is not None and number in INT32 else None


def _policy(policy: Policy) -> Json:
    return _filled(
        {
            "name": policy.name,
            "scheduleExpression": policy.schedule_expression,
            "target": None if policy.target == NO_COUNT else policy.target,
            "startTime": policy.start_time,
            "endTime": policy.end_time,
            "timeZone": policy.time_zone,
        }
    )


def _filled(fields: Mapping[str, Any]) -> Json:
    """What is there, each text cut: whatever the service says fills no object."""
    kept = {name: value for name, value in fields.items() if value is not None and value not in ("", [], {})}
    return {name: cut(value) if isinstance(value, str) else value for name, value in kept.items()}
