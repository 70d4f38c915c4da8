"""The operator's writes, as a proxy recognises them on the wire. Pure."""

import json

FINALIZER = "agentrun.alibabacloud.com/endpoint"
OBJECTS = "/agentruntimeendpoints/"

REMOTE = {"POST": "create", "PUT": "update", "DELETE": "delete"}


def kubernetes_write(method: str, path: str, body: bytes) -> str:
    """`finalizer`, `claim`, `release` (of the finalizer), `status <reason of Ready>` or `event <reason>`."""
    if method == "POST" and path.endswith("/events"):
        return f"event {json.loads(body)['reason']}"
    if method != "PATCH" or OBJECTS not in path:
        return ""
    patch = json.loads(body)
    if path.endswith("/status"):
        status = patch["status"]
        return "claim" if status.get("claim") else f"status {_ready_reason(status.get('conditions') or [])}"
    return "finalizer" if FINALIZER in patch["metadata"]["finalizers"] else "release"


def agentrun_write(method: str, path: str, body: bytes) -> str:
    """`create`, `update` or `delete`."""
    return REMOTE.get(method, "") if "/endpoints" in path else ""


def _ready_reason(conditions: list[dict[str, str]]) -> str:
    return next((condition["reason"] for condition in conditions if condition["type"] == "Ready"), "")
