"""The samples in Kubernetes, through kubectl: put there, changed, and looked at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from agentrun_operator.cli.playground.expected import KIND, NAMES, manifests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.controlplane import ControlPlane

Object = dict[str, Any]


def apply(plane: ControlPlane) -> None:
    """Create the samples."""
    plane.run_kubectl("apply", "--filename=-", input=manifests())


def patch(plane: ControlPlane, changes: Mapping[str, Mapping[str, object]]) -> None:
    """Change fields of the spec, by the sample's name."""
    for name, fields in changes.items():
        plane.run_kubectl("patch", KIND, name, "--type=merge", f"--patch={json.dumps({'spec': fields})}")


def delete(plane: ControlPlane) -> None:
    """Ask for the samples' deletion, without waiting for it."""
    plane.run_kubectl("delete", KIND, *NAMES, "--wait=false")


def left(plane: ControlPlane) -> list[str]:
    """Which objects are still there, in words."""
    return [f"{name} is still there" for name in _all(plane)]


def not_ready(plane: ControlPlane) -> list[str]:
    """Which samples are not Ready as they are asked for now, and why, in words."""
    found = _all(plane)
    return [f"{name} is {why}" for name in NAMES if (why := _why_not_ready(found.get(name)))]


def without_event(plane: ControlPlane, name: str, reason: str) -> list[str]:
    """A sample that nobody was told something about, in words."""
    selector = f"--field-selector=involvedObject.name={name},reason={reason}"
    events = plane.run_kubectl("get", "events", selector, "--output=name")
    return [] if events.strip() else [f"{name} has no event {reason}"]


def _all(plane: ControlPlane) -> dict[str, Object]:
    items: list[Object] = json.loads(plane.run_kubectl("get", KIND, "--output=json"))["items"]
    return {item["metadata"]["name"]: item for item in items}


def _why_not_ready(found: Object | None) -> str:
    if found is None:
        return "missing"
    status = found.get("status", {})
    if status.get("observedGeneration") != found["metadata"]["generation"]:
        return "not seen by the operator yet"
    ready: Object = next((each for each in status.get("conditions", []) if each["type"] == "Ready"), {})
    if ready.get("status") == "True":
        return ""
    return f"not Ready ({ready.get('reason', 'no condition')}: {ready.get('message', '')})"
