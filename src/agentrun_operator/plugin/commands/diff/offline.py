"""What can be said of an object without the cluster: the rules that need no other object, and its endpoint as its own.

Pure. The API server knows more: defaults of webhooks, what is immutable, and whose the endpoint is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import to_json

from agentrun_operator.reconcile.conditions import timestamp
from agentrun_operator.reconcile.state.claim import Claim
from agentrun_operator.resources.names import API_VERSION, FINALIZER
from agentrun_operator.resources.refusals import refusals
from agentrun_operator.resources.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from agentrun_operator.reconcile.state.observed import Observed

Body = dict[str, Any]

UID = "unknown"
"""Stands for the uid of an object that nobody asked for."""

SHOWN = 10
"""Refusals that are told of one object."""


def refused(manifest: Mapping[str, Any]) -> str:
    """Why the API server would refuse an object, as far as that needs no other; empty if it would not."""
    if manifest.get("apiVersion") != API_VERSION:
        return f"apiVersion {manifest.get('apiVersion')} is not {API_VERSION}"
    if not isinstance(manifest.get("spec"), dict):
        return "spec: there is none"
    found = refusals(manifest)
    return "; ".join([*found[:SHOWN], *([f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else [])])


def body_of(manifest: Mapping[str, Any], now: datetime) -> Body:
    """An object that was just made, as the API server would hold it."""
    metadata = manifest["metadata"]
    known = {"uid": UID, "generation": 1, "creationTimestamp": timestamp(now)}
    return {"spec": manifest["spec"], "status": {}, "metadata": metadata | known | {"annotations": _texts(metadata)}}


def merged(live: Mapping[str, Any], manifest: Mapping[str, Any]) -> Body:
    """A live object with the spec of a manifest, for somebody who may read objects and not try an apply."""
    metadata = live["metadata"]
    edited = _parsed(live["spec"]) != _parsed(manifest["spec"])
    changed = {
        "generation": metadata["generation"] + edited,
        "annotations": (metadata.get("annotations") or {}) | _texts(manifest["metadata"]),
    }
    return {"status": {}, **live, "spec": manifest["spec"], "metadata": metadata | changed}


def as_its_own(body: Body, observed: Observed, now: datetime) -> Body:
    """The object, with what its status would say if the endpoint that is there were its own: the usual case."""
    runtime, endpoint = observed.runtime, observed.endpoint
    if runtime is None or endpoint is None:
        return body
    name = str(body["spec"].get("endpointName") or body["metadata"]["name"])
    claim = Claim(UID, runtime.account, runtime.region, runtime.id, name, since=timestamp(now))
    status = {"claim": claim.document(), "agentRuntimeId": runtime.id, "endpointId": endpoint.id}
    return body | {"status": status, "metadata": body["metadata"] | {"finalizers": [FINALIZER]}}


def _parsed(spec: object) -> object:
    try:
        return Spec.model_validate_json(to_json(spec))
    except ValidationError:
        return spec


def _texts(metadata: Mapping[str, Any]) -> dict[str, str]:
    """The annotations, as far as they are what the API server takes."""
    found = metadata.get("annotations")
    return {name: each for name, each in found.items() if isinstance(each, str)} if isinstance(found, dict) else {}
