"""Operators at work in a cluster already: they would take the samples for theirs, and bring them to a real account."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from agentrun_operator.cli.playground.places.at_hand.cluster import ClusterAtHand

APP = "agentrun-operator"
FRESH = timedelta(minutes=5)  # a Lease that nobody renewed for so long is nobody's

Object = dict[str, Any]


def bystanders(cluster: ClusterAtHand, now: datetime) -> list[str]:
    """Which operators work there, in words.

    Args:
        cluster: Where to look, in every namespace.
        now: The time, with its zone.

    Raises:
        KubectlError: The cluster does not tell.
    """
    selector = f"--selector=app.kubernetes.io/name={APP}"
    deployments = _items(cluster, "deployments.apps", selector)
    leases = _items(cluster, "leases.coordination.k8s.io")
    return [*_deployed(deployments), *_held(leases, now)]


def _items(cluster: ClusterAtHand, kind: str, *flags: str) -> list[Object]:
    items: list[Object] = json.loads(cluster.run_kubectl("get", kind, "--all-namespaces", "--output=json", *flags))[
        "items"
    ]
    return items


def _deployed(deployments: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Those without a replica do nothing; one that is not ready may wait for nothing but the custom resource."""
    for each in deployments:
        if each.get("spec", {}).get("replicas", 1):
            yield f"Deployment {_name(each)}"


def _held(leases: Iterable[Mapping[str, Any]], now: datetime) -> Iterator[str]:
    for each in leases:
        spec = each.get("spec") or {}
        if APP in each["metadata"]["name"] and spec.get("holderIdentity") and _is_fresh(spec.get("renewTime"), now):
            yield f"Lease {_name(each)}, which {spec['holderIdentity']} holds"


def _is_fresh(renewed: object, now: datetime) -> bool:
    try:
        return now - datetime.fromisoformat(str(renewed)) < FRESH
    except (ValueError, TypeError):  # who does not say when is believed to be there
        return True


def _name(found: Mapping[str, Any]) -> str:
    return f"{found['metadata'].get('namespace', '')}/{found['metadata']['name']}"
