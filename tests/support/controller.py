"""Builders for tests of the controller: custom resources as the API server holds them, endpoints, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentrun_operator.agentrun.models import Endpoint
from agentrun_operator.controller.keys import ObjectKey
from agentrun_operator.reconcile.desired import Desired, desired_of
from agentrun_operator.reconcile.state.claim import Claim
from agentrun_operator.resources.names import API_VERSION, KIND

if TYPE_CHECKING:
    from collections.abc import Mapping

Body = dict[str, Any]

NAMESPACE = "team-a"
CREATED = "2026-11-22T09:00:00Z"


def key(name: str = "chat", namespace: str = NAMESPACE) -> ObjectKey:
    return ObjectKey(namespace, name)


def body(
    name: str = "chat",
    *,
    namespace: str = NAMESPACE,
    version: int = 1,
    uid: str = "",
    generation: int = 1,
    created: str = CREATED,
    deleted: str = "",
    finalizers: tuple[str, ...] = (),
    annotations: Mapping[str, str] | None = None,
    status: Mapping[str, Any] | None = None,
    **spec: Any,
) -> Body:
    """A custom resource; `spec` holds its fields as they are written in YAML. Its runtime is `runtime-1` by id."""
    metadata = {
        "namespace": namespace,
        "name": name,
        "uid": uid or f"uid-of-{name}",
        "resourceVersion": str(version),
        "generation": generation,
        "creationTimestamp": created,
        "annotations": dict(annotations or {}),
    }
    metadata |= {"deletionTimestamp": deleted} if deleted else {}
    metadata |= {"finalizers": list(finalizers)} if finalizers else {}
    made = {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata}
    made |= {"spec": {"agentRuntimeRef": {"id": "runtime-1"}, **spec}}
    return made | ({"status": dict(status)} if status else {})


def claim(
    uid: str = "uid-of-chat",
    runtime_id: str = "runtime-1",
    name: str = "chat",
    *,
    adopted: bool = False,
    since: str = CREATED,
) -> Body:
    """A claim as the status holds it."""
    return Claim(uid, "", "", runtime_id, name, adopted, since).document()


def desired(name: str = "chat", **fields: Any) -> Desired:
    """What such an object asks for."""
    return desired_of(body(name, **fields))


def endpoint(endpoint_id: str, name: str = "", status: str = "READY", **fields: Any) -> Endpoint:
    """An endpoint as AgentRun tells it; its name is its id unless it is given."""
    return Endpoint(
        agent_runtime_endpoint_id=endpoint_id, agent_runtime_endpoint_name=name or endpoint_id, status=status, **fields
    )
