"""Whether the custom resource is in a cluster already, and is the one that this operator knows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from agentrun_operator.cli.errors import CommandError
from agentrun_operator.resources.crd import crd
from agentrun_operator.resources.names import CRD_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.cli.playground.places.at_hand.cluster import ClusterAtHand

CRDS = "customresourcedefinitions.apiextensions.k8s.io"


def is_installed(cluster: ClusterAtHand) -> bool:
    """Whether the custom resource is there, as this operator knows it.

    Raises:
        CommandError: Another version of it is there, which is not ours to change.
        KubectlError: The cluster does not tell.
    """
    found = cluster.run_kubectl("get", CRDS, CRD_NAME, "--ignore-not-found", "--output=json")
    if not found.strip():
        return False
    if where := difference(crd(), json.loads(found)):
        raise CommandError(
            f"{CRD_NAME} is in {cluster.name} already, and is another version than this one ({where}). It is not ours "
            "to change: take another cluster, or the playground's own, without --context and --kubeconfig"
        )
    return True


def difference(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    """Where two definitions say other things, as a path; empty where both mean the same resource.

    What the API server fills in by itself is none, and no columns, labels or descriptions are.
    """
    if theirs["metadata"].get("deletionTimestamp"):
        return "it is being deleted"
    ours, theirs = _meant(ours["spec"]), _meant(theirs["spec"])
    return _path(ours, theirs, "spec")


def _meant(spec: Mapping[str, Any]) -> dict[str, Any]:
    """What decides about which objects are taken."""
    versions = {
        each["name"]: {"schema": _untold(each["schema"]), "served": each["served"]} for each in spec["versions"]
    }
    return {"scope": spec["scope"], "versions": versions}


def _untold(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """A schema without its words for people; a property may be called `description`, too."""
    if isinstance(schema, dict):
        items = schema.items()
        return {key: _untold(value) for key, value in items if key != "description" or not isinstance(value, str)}
    return [_untold(each) for each in schema] if isinstance(schema, list) else schema


def _path(ours: object, theirs: object, path: str) -> str:
    if ours == theirs:
        return ""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        keys = [*ours, *(key for key in theirs if key not in ours)]
        return next(
            _path(ours.get(key), theirs.get(key), f"{path}.{key}") for key in keys if ours.get(key) != theirs.get(key)
        )
    return path
