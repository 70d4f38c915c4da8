"""Objects with a rollout, as the cluster has them: version 4 is rolled out over version 3, by a plan of three steps."""

from datetime import UTC, datetime
from typing import Any

from agentrun_operator.plugin.rollouts.record import Rolling, rolling_of
from agentrun_operator.reconcile.rollout.plan import block_digest, plan_of
from agentrun_operator.resources.names import PAUSED, ROLLOUT
from agentrun_operator.resources.rollout.plan import Rollout

Object = dict[str, Any]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

PROMPTS = [{"name": "refund", "messages": [{"content": "How long can I return an item?"}]}]
STEPS = [
    {"weight": 5, "bake": "10m"},
    {"weight": 25, "bake": "20m", "approval": True},
    {"weight": 100, "bake": "30m"},
]
BY_PROOF: Object = {"steps": STEPS, "analysis": {"probes": {"prompts": PROMPTS}}}
BY_TIME: Object = {"steps": STEPS}

CLAIM = {
    "uid": "uid-1",
    "account": "1234567890",
    "region": "cn-hangzhou",
    "runtimeId": "rt-1",
    "endpointName": "chat",
    "since": "2026-11-22T11:00:00Z",
}

WAITING: Object = {
    "number": 7,
    "phase": "AwaitingApproval",
    "stableVersion": "3",
    "canaryVersion": "4",
    "step": 2,
    "weight": 25,
    "settledAt": "2026-11-22T11:30:00Z",
    "proofLeft": 3600,
    "history": ["2"],
}
"""In its second step, whose gate waits."""

FIRST: Object = WAITING | {
    "phase": "Progressing",
    "step": 1,
    "weight": 5,
    "settledAt": "2026-11-22T11:55:00Z",
    "proofLeft": None,
    "provedBy": "2026-11-22T12:20:00Z",
}
"""In its first step, which bakes for five minutes more."""

AT_REST: Object = {"number": 7, "stableVersion": "3", "history": ["2"]}
BACK: Object = AT_REST | {"phase": "RolledBack", "cause": "Aborted", "lastRequest": "abort 7"}


def plan_id(block: Object, version: str) -> str:
    """The id of a plan for a version."""
    return plan_of(Rollout.model_validate(block), block_digest(block)).id(version)


def an_object(
    record: Object,
    block: Object | None = BY_PROOF,
    *,
    asked: str = "",
    paused: bool = False,
    status: Object | None = None,
    **spec: Any,
) -> Object:
    """An object whose status has this record of its rollout.

    Args:
        record: `status.rollout`; the plan is that of the block.
        block: `spec.rollout`; None for none.
        asked: the annotation about it.
        paused: whether it is paused.
        status: fields of the status that differ.
        spec: fields of the spec that differ.
    """
    kept = {name: value for name, value in record.items() if value is not None}
    if block is not None:
        plan = plan_id(block, "4")
        kept |= {"plan": plan} if "canaryVersion" in kept else {}
        kept |= {"failedPlan": plan} if kept.get("phase") == "RolledBack" else {}
    weights = [{"version": "4", "weight": kept["weight"]}] if 0 < kept.get("weight", 0) < 100 else []
    told: Object = {
        "observedGeneration": 2,
        "state": "READY",
        "targetVersion": "3",
        "routing": {"versionWeights": weights},
        "claim": CLAIM,
        "rollout": kept,
    }
    wanted = {"agentRuntimeRef": {"name": "support-bot"}, "targetVersion": "4", "rollout": block} | spec
    annotations = {ROLLOUT: asked, PAUSED: "true" if paused else ""}
    return {
        "metadata": {
            "namespace": "team-a",
            "name": "chat",
            "uid": "uid-1",
            "generation": 2,
            "resourceVersion": "42",
            "annotations": {name: value for name, value in annotations.items() if value},
        },
        "spec": {name: value for name, value in wanted.items() if value is not None},
        "status": told | (status or {}),
    }


def a_rolling(record: Object, block: Object = BY_PROOF, **more: Any) -> Rolling:
    """The same as it is read."""
    return rolling_of(an_object(record, block, **more))
