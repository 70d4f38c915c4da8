"""What of agentrun-operator is installed in the cluster: the CRD, the Deployments of operators, and their versions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.observation.operators import lease_name
from agentrun_operator.plugin.cluster.kubectl.rights import Right
from agentrun_operator.resources.names import APP, CRD_NAME, NAME_LABEL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Kubectl

ENV_PREFIX = "AGENTRUN_OPERATOR_"
VERSION_LABEL = "app.kubernetes.io/version"
CRDS = "customresourcedefinitions.apiextensions.k8s.io"
DEPLOYMENTS = "deployments.apps"

GET_CRD = Right("get", "customresourcedefinitions", "apiextensions.k8s.io")
LIST_DEPLOYMENTS = Right("list", "deployments", "apps")

TAG = re.compile(r":(?P<tag>v?\d[\w.+-]*)(?:@|$)")


class Installed(NamedTuple):
    """Something that is installed.

    Args:
        name: its name.
        version: of agentrun-operator; empty where it does not tell.
        ready: how many replicas are; 0 of what has none.
        selector: which objects an operator looks after; empty: all.
        lease: the Lease that it takes.
    """

    name: str
    version: str
    ready: int = 0
    selector: str = ""
    lease: str = APP


def installed_crd(kubectl: Kubectl) -> Installed | None:
    """The CRD, or None where there is none.

    Raises:
        UnknownError: the cluster does not tell.
    """
    found = kubectl.get(CRDS, CRD_NAME, GET_CRD)
    return Installed(CRD_NAME, _label(found)) if found else None


def installed_operators(kubectl: Kubectl, namespace: str) -> list[Installed]:
    """The operators in a namespace, by their Deployments.

    Raises:
        UnknownError: the cluster does not tell.
    """
    found = kubectl.items(DEPLOYMENTS, LIST_DEPLOYMENTS, namespace=namespace, selector=f"{NAME_LABEL}={APP}")
    return [_operator(each) for each in found]


def _operator(deployment: Mapping[str, Any]) -> Installed:
    variables = {each["name"]: str(each.get("value") or "") for each in _container(deployment).get("env") or ()}
    selector = variables.get(f"{ENV_PREFIX}WATCH_LABEL_SELECTOR", "").strip()
    lease = lease_name(variables.get(f"{ENV_PREFIX}LEASE_NAME") or APP, selector)
    return Installed(deployment["metadata"]["name"], _version(deployment), _ready(deployment), selector, lease)


def _container(deployment: Mapping[str, Any]) -> Mapping[str, Any]:
    containers = deployment.get("spec", {}).get("template", {}).get("spec", {}).get("containers") or [{}]
    first: Mapping[str, Any] = containers[0]
    return first


def _version(deployment: Mapping[str, Any]) -> str:
    """The image's tag, which is what runs; else what the label says, else nothing."""
    tag = TAG.search(_container(deployment).get("image", "").rpartition("/")[2])
    return tag["tag"].removeprefix("v") if tag else _label(deployment)


def _ready(deployment: Mapping[str, Any]) -> int:
    return int(deployment.get("status", {}).get("readyReplicas") or 0)


def _label(found: Mapping[str, Any]) -> str:
    label: str = (found["metadata"].get("labels") or {}).get(VERSION_LABEL, "")
    return label
