"""The samples in Kubernetes, through kubectl: put there, changed, and looked at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agentrun_operator.cli.playground.samples.expected import KIND, NAMES, manifests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.cli.playground.places.cluster import Cluster

Object = dict[str, Any]


@dataclass(frozen=True)
class Condition:
    """A condition that is waited for; `reason` only if there is one."""

    type: str
    status: str
    reason: str = ""


READY = Condition("Ready", "True")
PROMOTED = Condition("RolledOut", "True")
TAKEN_BACK = Condition("RolledOut", "False", "RolledBack")


def apply(cluster: Cluster) -> None:
    """Create the samples."""
    cluster.run_kubectl("apply", "--filename=-", input=manifests())


def patch(cluster: Cluster, changes: Mapping[str, Mapping[str, object]]) -> None:
    """Change fields of the spec, by the sample's name."""
    for name, fields in changes.items():
        cluster.run_kubectl("patch", KIND, name, "--type=merge", f"--patch={json.dumps({'spec': fields})}")


def delete(cluster: Cluster) -> None:
    """Ask for the samples' deletion, without waiting for it."""
    cluster.run_kubectl("delete", KIND, *NAMES, "--wait=false")


def left(cluster: Cluster) -> list[str]:
    """Which objects are still there, in words."""
    return [f"{name} is still there" for name in _all(cluster)]


def not_ready(cluster: Cluster) -> list[str]:
    """Which samples are not Ready as they are asked for now, and why, in words."""
    found = _all(cluster)
    return [f"{name} is {why}" for name in NAMES if (why := why_not(found.get(name), READY))]


def without(cluster: Cluster, name: str, *wanted: Condition) -> list[str]:
    """Which conditions a sample does not have as it is asked for now, and why, in words."""
    found = look(cluster, name)
    return [f"{name} is {why}" for condition in wanted if (why := why_not(found, condition))]


def look(cluster: Cluster, name: str) -> Object | None:
    """A sample as it is now; None if there is none."""
    return _all(cluster).get(name)


def progress(cluster: Cluster, name: str) -> str:
    """How far the rollout of a sample is, for people; empty when there is nothing to roll out."""
    found = look(cluster, name) or {}
    return str(found.get("status", {}).get("rollout", {}).get("summary", ""))


def without_event(cluster: Cluster, name: str, reason: str) -> list[str]:
    """A sample that nobody was told something about, in words."""
    selector = f"--field-selector=involvedObject.name={name},reason={reason}"
    events = cluster.run_kubectl("get", "events", selector, "--output=name")
    return [] if events.strip() else [f"{name} has no event {reason}"]


def _all(cluster: Cluster) -> dict[str, Object]:
    items: list[Object] = json.loads(cluster.run_kubectl("get", KIND, "--output=json"))["items"]
    return {item["metadata"]["name"]: item for item in items}


def why_not(found: Mapping[str, Any] | None, wanted: Condition) -> str:
    """Why an object does not have a condition for what it asks for now, in words; empty if it has."""
    if found is None:
        return "missing"
    status = found.get("status", {})
    if status.get("observedGeneration") != found["metadata"]["generation"]:
        return "not seen by the operator yet"
    has: Object = next((each for each in status.get("conditions", []) if each["type"] == wanted.type), {})
    if has.get("status") == wanted.status and wanted.reason in ("", has.get("reason")):
        return ""
    expected = f"{wanted.type}={wanted.status}" + (f" {wanted.reason}" if wanted.reason else "")
    return f"not {expected} ({has.get('reason', 'no condition')}: {has.get('message', '')})"
