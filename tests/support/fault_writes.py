"""The operator's writes, as a proxy recognises them on the wire. Pure."""

import json
from typing import Any

FINALIZER = "agentrun.alibabacloud.com/endpoint"
OBJECTS = "/agentruntimeendpoints/"

REMOTE = {"POST": "create", "PUT": "update", "DELETE": "delete"}


def kubernetes_write(method: str, path: str, body: bytes) -> str:
    """`finalizer`, `claim`, `release` (of it), `rollout <news>`, `status <reason of Ready>` or `event <reason>`."""
    if method == "POST" and path.endswith("/events"):
        return f"event {json.loads(body)['reason']}"
    if method != "PATCH" or OBJECTS not in path:
        return ""
    patch = json.loads(body)
    if path.endswith("/status"):
        status = patch["status"]
        if status.get("claim"):
            return "claim"
        news = _rollout_news(status.get("rollout") or {})
        return f"rollout {news}" if news else f"status {_ready_reason(status.get('conditions') or [])}"
    return "finalizer" if FINALIZER in patch["metadata"]["finalizers"] else "release"


def agentrun_write(method: str, path: str, body: bytes) -> str:
    """`create`, `update` or `delete`; `create probe` for an endpoint that pins a version."""
    name = REMOTE.get(method, "") if "/endpoints" in path else ""
    return f"{name} probe" if name == "create" and b'"are-' in body else name


def _rollout_news(patch: dict[str, Any]) -> str:
    """What a patch tells of a rollout: `promoted`, `RolledBack`, `at step <n>`, `settled`, `probes <ids> of <all>`."""
    if patch.get("stableVersion"):
        return "promoted"
    if patch.get("phase") == "RolledBack":
        return "RolledBack"
    if patch.get("step"):
        return f"at step {patch['step']}"
    if patch.get("settledAt"):
        return "settled"
    if "probeEndpoints" in patch:
        known = [each for each in patch["probeEndpoints"] or [] if each.get("id")]
        return f"probes {len(known)} of {len(patch['probeEndpoints'] or [])}"
    return ""


def _ready_reason(conditions: list[dict[str, str]]) -> str:
    return next((condition["reason"] for condition in conditions if condition["type"] == "Ready"), "")
