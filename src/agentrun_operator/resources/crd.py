"""The CustomResourceDefinition, made from the models. `crds/` holds what this prints, and `make check` compares
them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from agentrun_operator.resources import names
from agentrun_operator.resources.part import rule, rules
from agentrun_operator.resources.schema import structural
from agentrun_operator.resources.spec import Spec
from agentrun_operator.resources.status import Status

if TYPE_CHECKING:
    from pydantic.config import JsonDict

REMOTE_NAME = "(has({0}.spec.endpointName) ? {0}.spec.endpointName : {0}.metadata.name)"

# At the root, because only there a rule can see the object's name, which is the endpoint's name by default.
NAME_RULES = rules(
    rule(
        f"has(self.spec.endpointName) || self.metadata.name.matches('{names.ENDPOINT_NAME_PATTERN}')",
        "spec.endpointName is needed, because metadata.name is no endpoint name: a letter, then up to 63 letters,"
        " digits, '-' or '_'",
        path=".spec.endpointName",
    ),
    rule(
        f"!{REMOTE_NAME.format('self')}.matches('{names.PROBE_NAME_PATTERN}')",
        "endpoint names are-<16 hex digits>-c and -s are reserved for probes: choose another spec.endpointName",
        path=".spec.endpointName",
    ),
    rule(
        f"{REMOTE_NAME.format('self')} == {REMOTE_NAME.format('oldSelf')}",
        "spec.endpointName is immutable: delete the object and create it anew",
        path=".spec.endpointName",
    ),
)


# Nobody has looked at a new object yet, and it has to say so: kstatus, which Helm and Flux wait with, takes an object
# without any status for one that is done.
UNSEEN: JsonDict = {"default": {"observedGeneration": -1}}


def column(name: str, path: str, *, kind: str = "string", wide: bool = False, description: str = "") -> JsonDict:
    """A column of `kubectl get`; `wide` ones show with `-o wide` only."""
    found: JsonDict = {"name": name, "type": kind, "jsonPath": path}
    return found | ({"description": description} if description else {}) | ({"priority": 1} if wide else {})


COLUMNS = [
    column("Runtime", ".status.agentRuntimeName", description="The AgentRuntime that the endpoint belongs to"),
    column("Version", ".status.targetVersion", description="The version that gets what the canaries leave"),
    column("Rollout", ".status.rollout.summary", description="How far the rollout of a new version is"),
    column("State", ".status.state", description="The service's own word for the endpoint's state"),
    column("Ready", '.status.conditions[?(@.type=="Ready")].status', description="Whether it serves what is asked for"),
    column("Age", ".metadata.creationTimestamp", kind="date"),
    column("URL", ".status.publicUrl", wide=True, description="Where the endpoint is reached"),
    column("Reason", '.status.conditions[?(@.type=="Ready")].reason', wide=True, description="Why it is Ready, or not"),
]


def root_schema() -> JsonDict:
    """The schema of the whole object."""
    head: JsonDict = {
        "type": "object",
        "description": "An endpoint of an Alibaba Cloud AgentRun runtime, kept as this object says.",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": structural(Spec),
            "status": structural(Status) | UNSEEN,
        },
    }
    return head | NAME_RULES


def crd() -> JsonDict:
    """The CustomResourceDefinition as a plain object."""
    version: JsonDict = {
        "name": names.VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": list(COLUMNS),
        "schema": {"openAPIV3Schema": root_schema()},
    }
    spec: JsonDict = {
        "group": names.GROUP,
        "scope": "Namespaced",
        "names": {
            "kind": names.KIND,
            "listKind": f"{names.KIND}List",
            "plural": names.PLURAL,
            "singular": names.KIND.lower(),
            "shortNames": [names.SHORT_NAME],
            "categories": [names.CATEGORY],
        },
        "versions": [version],
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": names.CRD_NAME, "labels": {"servicebinding.io/provisioned-service": "true"}},
        "spec": spec,
    }


def crd_yaml() -> str:
    """The CustomResourceDefinition as YAML, in the order in which people read it."""
    return yaml.safe_dump(crd(), sort_keys=False, allow_unicode=True, width=120)
