"""deploy/policies in a control plane that other tests share: narrowed to namespaces of one test, and taken away."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from agentrun_operator.controlplane import ControlPlane
from support.chart import INSTALL, NAME, NAMESPACE, POLICIES
from support.cluster import Kubectl

Object = dict[str, Any]

OPERATOR = f"system:serviceaccount:{NAMESPACE}:{NAME}"
BINDING = "ValidatingAdmissionPolicyBinding"


def policy_objects() -> list[Object]:
    """Every policy and every binding: those of deploy/policies, and of the status, which is there by default."""
    texts = [path.read_text() for path in sorted(POLICIES.glob("*.yaml"))] + [INSTALL.read_text()]
    objects = [each for text in texts for each in yaml.safe_load_all(text)]
    return [each for each in objects if each["kind"].startswith("ValidatingAdmissionPolicy")]


def narrowed(found: Object, namespaces: list[str]) -> Object:
    """A policy or binding under a name of its own, for these namespaces alone, as by the chart's `namespaces`."""
    name = f"{found['metadata']['name']}.{namespaces[0]}"
    spec = dict(found["spec"])
    if found["kind"] == BINDING:
        here = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": namespaces}
        spec |= {"policyName": name, "matchResources": {"namespaceSelector": {"matchExpressions": [here]}}}
    return found | {"metadata": {"name": name}, "spec": spec}


@contextmanager
def policies_in(plane: ControlPlane, *namespaces: str) -> Iterator[list[Object]]:
    """The policies in force in some namespaces, until the end. They come into force within about a second."""
    objects = [narrowed(each, list(namespaces)) for each in policy_objects()]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    kubectl = Kubectl(plane)
    kubectl("apply", "--filename=-", input=text)
    try:
        yield objects
    finally:
        kubectl("delete", "--filename=-", input=text)
