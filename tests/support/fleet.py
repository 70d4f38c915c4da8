"""A fleet to look at: one endpoint for each way in which an object may stand, by its spec and its status."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from agentrun_operator.resources.names import PAUSED
from support.cluster import Kubectl

Object = dict[str, Any]

KIND = "agentruntimeendpoints.agentrun.alibabacloud.com"
SPLIT = {"versionWeights": [{"version": "4", "weight": 10}]}
MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>alert(1)</script>"
"""What the service may say."""


class Member(NamedTuple):
    """One object: where it is, what it asks for, and what its status says."""

    namespace: str
    name: str
    spec: Object
    status: Object
    paused: bool = False


def ago(**units: float) -> str:
    """A time that is so long over."""
    return (datetime.now(UTC) - timedelta(**units)).strftime("%Y-%m-%dT%H:%M:%SZ")


def said(kind: str, text: str, message: str, since: str) -> Object:
    """A condition; the text is its status and reason."""
    status, reason = text.split()
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": since}


def status(*conditions: Object, **fields: Any) -> Object:
    """A status as an operator leaves it."""
    told = {each["type"]: each for each in conditions}
    since = ago(hours=26)
    told.setdefault("Ready", said("Ready", "True Available", "The endpoint serves version 3.", since))
    told.setdefault("Synced", said("Synced", "True InSync", "AgentRun agrees with the spec.", since))
    return {
        "observedGeneration": 1,
        "agentRuntimeName": "support-bot",
        "agentRuntimeId": "0ba7b923-f1ec-4506-a953-0943db622ac5",
        "endpointName": "chat",
        "state": "READY",
        "targetVersion": "3",
        "conditions": list(told.values()),
        **fields,
    }


def rolling(phase: str, step: int, weight: int, *checks: Object, **fields: Any) -> Object:
    """`status.rollout` of a rollout from 3 to 4."""
    return {
        "summary": f"3→4 {weight}% ({step}/4)" if phase != "RolledBack" else "4 rolled back",
        "number": 7,
        "phase": phase,
        "stableVersion": "3",
        "canaryVersion": "4",
        "step": step,
        "weight": weight,
        "settledAt": ago(minutes=4),
        "provedBy": ago(minutes=-50),
        "checks": list(checks),
        **fields,
    }


def check(name: str, verdict: str, value: str, limit: str, stable: str) -> Object:
    """What a check last said."""
    return {"name": name, "verdict": verdict, "value": value, "limit": limit, "stable": stable}


PLAN = {
    "steps": [
        {"weight": 5, "bake": "5m"},
        {"weight": 25, "bake": "10m"},
        {"weight": 50, "bake": "30m", "approval": True},
        {"weight": 75, "bake": "1h"},
    ]
}
GOOD = (check("refund", "Pass", "4/4", "4/4", "4/4"), check("latency p99", "Pass", "0.82", "≤ 1.2", "0.79"))
BAD = (check("refund", "Fail", "1/4", "4/4", "4/4"), check("latency p99", "Inconclusive", "", "≤ 1.2", "0.79"))


def fleet() -> Iterator[Member]:
    """All of them."""
    target = {"targetVersion": "3"}
    canary = target | {"routing": SPLIT}
    rolls = {"targetVersion": "4", "rollout": PLAN}
    scaled = {"currentInstances": 2, "targetInstances": 3}
    routed = {"versionWeights": [{"version": "4", "weight": 25}]}
    yield Member("team-a", "chat", canary, status(routing=SPLIT, scaling=scaled))
    told = said("RolledOut", "False RollingOut", "Version 4 has 25% of the traffic, step 2 of 4.", ago(minutes=4))
    yield Member("team-a", "orders", rolls, status(told, routing=routed, rollout=rolling("Progressing", 2, 25, *GOOD)))
    told = said("RolledOut", "False AwaitingApproval", "Step 3 of 4 waits for approval.", ago(minutes=40))
    half = {"versionWeights": [{"version": "4", "weight": 50}]}
    yield Member(
        "team-a", "search", rolls, status(told, routing=half, rollout=rolling("AwaitingApproval", 3, 50, *GOOD))
    )
    told = said("RolledOut", "False RolledBack", "Version 4 failed its proof: refund 1/4.", ago(minutes=12))
    back = rolling("RolledBack", 1, 0, *BAD, cause="ProofFailed", settledAt=None, provedBy=None)
    yield Member("team-b", "refunds", rolls, status(told, rollout=back))
    lost = "Secret team-b/agentrun-key has no key accessKeySecret."
    yield Member(
        "team-b",
        "sales",
        target,
        status(
            said("Ready", "False CredentialsNotFound", lost, ago(hours=3)),
            said("Synced", "False CredentialsNotFound", lost, ago(hours=3)),
            said("Stalled", "True CredentialsNotFound", lost, ago(hours=3)),
        ),
    )
    drift = [{"path": "scaling.minInstances", "desired": "2", "observed": "1"}]
    told = said("Drifted", "True Drifted", "AgentRun differs in scaling.minInstances.", ago(days=2))
    yield Member("team-b", "legal", target, status(told, drift=drift))
    told = said("Synced", "False Paused", "The annotation paused stops every write.", ago(days=12))
    yield Member("team-b", "billing", target, status(told), paused=True)
    told = said("Ready", "False Updating", "AgentRun is applying a change.", ago(seconds=8))
    yield Member("team-c", "onboarding", target, status(told))
    yield Member("team-c", "pending", target, {})
    hostile = status(
        said("Ready", "False UpdateFailed", MARKUP, ago(minutes=1)),
        stateReason=MARKUP,
        agentRuntimeName=MARKUP,
        state="UPDATE_FAILED",
        drift=[{"path": "description", "desired": MARKUP, "observed": "\u202eevil\x1b[31m"}],
    )
    yield Member("team-c", "stranger", target, hostile)


def create(kubectl: Kubectl, member: Member) -> None:
    """Have the cluster hold one, its status too."""
    manifest = {
        "apiVersion": "agentrun.alibabacloud.com/v1alpha1",
        "kind": "AgentRuntimeEndpoint",
        "metadata": {"name": member.name, "annotations": {PAUSED: "true"} if member.paused else {}},
        "spec": {"agentRuntimeRef": {"name": "support-bot"}, **member.spec},
    }
    there = kubectl.in_namespace(member.namespace)
    there.make(KIND, manifest)
    if member.status:
        there.patch(KIND, member.name, {"status": member.status}, subresource="status")
