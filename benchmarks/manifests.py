"""The objects of the load and the patches that change them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agentrun_operator.resources.names import API_VERSION, KIND

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Load:
    """How many objects there are, over how many runtimes they are spread, one after the other, and these over how many
    accounts, each with a Secret; no account is the operator's own.
    """

    objects: int
    runtimes: int = 1
    accounts: int = 0

    def __str__(self) -> str:
        runtimes = f" in {self.runtimes:,} runtimes" if self.runtimes > 1 else ""
        return f"{self.objects:,}{runtimes}" + (f" of {self.accounts} accounts" if self.accounts else "")


DESCRIPTION = "Made for a measurement"


def names(count: int, prefix: str = "load") -> list[str]:
    """Names of objects."""
    return [f"{prefix}-{number:05}" for number in range(count)]


def number_of(name: str) -> int:
    """Which of its kind an object is."""
    return int(name.rpartition("-")[2])


def endpoint(name: str, runtime: str, secret: str = "") -> Body:
    """An object as a user writes it; its credentials come from a Secret if one is named."""
    spec: Body = {
        "agentRuntimeRef": {"name": runtime},
        "description": DESCRIPTION,
        "targetVersion": "3",
        "routing": {"versionWeights": [{"version": "4", "weight": 10}]},
    }
    if secret:
        spec["credentialsSecretRef"] = {"name": secret}
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": name}, "spec": spec}


def secret(name: str) -> Body:
    """A Secret with the access key of an account, both of the same name."""
    return {"metadata": {"name": name}, "stringData": {"accessKeyId": name, "accessKeySecret": f"{name}-secret"}}


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


def _says(status: Body, kind: str) -> str:
    return next((each["status"] for each in status.get("conditions") or () if each["type"] == kind), "")
