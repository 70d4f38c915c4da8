"""The objects of the load and the patches that change them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agentrun_operator.resources.names import API_VERSION, KIND
from benchmarks.plans import NEW, OLD, RolloutPlan, block

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Load:
    """How many objects there are, over how many runtimes they are spread, one after the other, and these over how many
    accounts, each with a Secret; no account is the operator's own. And how they roll out new versions.
    """

    objects: int
    runtimes: int = 1
    accounts: int = 0
    plan: RolloutPlan = RolloutPlan.LITERAL

    def __str__(self) -> str:
        runtimes = f" in {self.runtimes:,} runtimes" if self.runtimes > 1 else ""
        accounts = f" of {self.accounts} accounts" if self.accounts else ""
        return f"{self.objects:,}{runtimes}{accounts}" + (f" that roll out by {self.plan}" if self.plan else "")


DESCRIPTION = "Made for a measurement"


def names(count: int, prefix: str = "load") -> list[str]:
    """Names of objects."""
    return [f"{prefix}-{number:05}" for number in range(count)]


def number_of(name: str) -> int:
    """Which of its kind an object is."""
    return int(name.rpartition("-")[2])


def account_id(name: str) -> str:
    """The number of an account."""
    return str(2 * 10**15 + number_of(name))


def endpoint(name: str, runtime: str, secret: str = "", plan: RolloutPlan = RolloutPlan.LITERAL) -> Body:
    """An object as a user writes it; its credentials come from a Secret if one is named."""
    spec: Body = {"agentRuntimeRef": {"name": runtime}, "description": DESCRIPTION, "targetVersion": OLD}
    spec |= {"rollout": block(plan)} if plan else {"routing": {"versionWeights": [{"version": NEW, "weight": 10}]}}
    if secret:
        spec["credentialsSecretRef"] = {"name": secret}
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": name}, "spec": spec}


def secret(name: str) -> Body:
    """A Secret with the access key of an account, both of the same name."""
    key = {"accessKeyId": name, "accessKeySecret": f"{name}-secret", "accountId": account_id(name)}
    return {"metadata": {"name": name}, "stringData": key}


def edit(description: str) -> Body:
    """A merge patch with which a user changes an object."""
    return {"spec": {"description": description}}


def is_ready(body: Body) -> bool:
    """Whether the object is Ready as it is now, not as it was before the last edit."""
    status = body.get("status") or {}
    return status.get("observedGeneration") == body["metadata"]["generation"] and _says(status, "Ready") == "True"


def is_in_sync(body: Body) -> bool:
    """Whether it is Ready, and AgentRun agrees with it."""
    return is_ready(body) and _says(body["status"], "Synced") == "True"


def rollout_reason(body: Body) -> str:
    """Why the object's rollout is where it is, as it is now; empty as long as that is not told."""
    status = body.get("status") or {}
    fresh = status.get("observedGeneration") == body["metadata"]["generation"]
    return _condition(status, "RolledOut").get("reason", "") if fresh else ""


def _says(status: Body, kind: str) -> str:
    return _condition(status, kind).get("status", "")


def _condition(status: Body, kind: str) -> dict[str, str]:
    return next((each for each in status.get("conditions") or () if each["type"] == kind), {})
