"""Objects that no CRD of this version would let in: somebody loosened it, and what came in then stops nobody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from agentrun_operator.controlplane import Binaries, ControlPlane
from support.cluster import Kubectl, condition, eventually
from support.endpoints import KIND, Endpoints, says
from support.operator import QUICK, Operator, agentrun_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.emulator import EmulatorServer
    from support.emulator import Emulator

(CRD,) = (Path(__file__).parents[3] / "crds").glob("*.yaml")
ANYTHING = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}

GOOD = {"agentRuntimeRef": {"name": "support-bot"}}
ODD: dict[str, dict[str, Any]] = {
    "no-spec": {},
    "text-for-spec": {"spec": "text"},
    "number-for-runtime": {"spec": {"agentRuntimeRef": 5}},
    "list-for-secret": {"spec": GOOD | {"credentialsSecretRef": []}},
    "text-for-status": {"spec": GOOD, "status": "text"},
    "odd-condition": {"spec": GOOD, "status": {"conditions": [{"type": 1}]}},
}


@pytest.fixture
def loosened(binaries: Binaries) -> Iterator[ControlPlane]:
    """A control plane of one's own, whose custom resource takes anything."""
    found = yaml.safe_load(CRD.read_text())
    found["spec"]["versions"][0]["schema"]["openAPIV3Schema"] = ANYTHING
    found["spec"]["versions"][0].pop("additionalPrinterColumns", None)
    with ControlPlane(binaries) as plane:
        plane.run_kubectl("apply", "--filename=-", input=json.dumps(found))
        plane.run_kubectl("wait", "--for=condition=Established", "--timeout=120s", f"crd/{found['metadata']['name']}")
        yield plane


@pytest.fixture
def operator(loosened: ControlPlane, service: tuple[EmulatorServer, Emulator], tmp_path: Path) -> Iterator[Operator]:
    settings = QUICK | {"kubeconfig": str(loosened.kubeconfig), "namespaces": "default", "resync-interval": "1"}
    operator = Operator(tmp_path, agentrun_environment(service[0].url), settings)
    yield operator
    operator.close()
    assert operator.defects() == []


def put(kubectl: Kubectl, name: str, parts: dict[str, Any]) -> None:
    """Makes an object; its status is written as what it is, below the object."""
    head = {"apiVersion": "agentrun.alibabacloud.com/v1alpha1", "kind": "AgentRuntimeEndpoint"}
    kubectl.create(head | {"metadata": {"name": name}} | {key: part for key, part in parts.items() if key != "status"})
    if "status" in parts:
        kubectl.patch(KIND, name, {"status": parts["status"]}, subresource="status")


def told(operator: Operator) -> list[str]:
    """The names of the objects that the log says cannot be read."""
    return sorted(each["object"] for each in operator.records() if "cannot be read" in each["message"])


def test_objects_that_cannot_be_read_are_told_once_and_stop_nobody_else_at_the_start_neither(
    loosened: ControlPlane, operator: Operator, emulator: Emulator
):
    kubectl = Kubectl(loosened, "default")
    endpoints = Endpoints(kubectl)
    at_the_start = ("no-spec", *(name for name, parts in ODD.items() if "status" in parts))
    for name in at_the_start:
        put(kubectl, name, ODD[name])
    operator.start()
    for name in ODD.keys() - set(at_the_start):
        put(kubectl, name, ODD[name])
    endpoints.apply("chat")
    endpoints.wait_ready("chat")
    eventually(lambda: set(told(operator)) == set(ODD), 20, "every odd object told")
    ready = condition(kubectl.wait_for(KIND, "no-spec", lambda found: found["status"]["conditions"]), "Ready")

    assert ready is not None
    assert (ready["status"], ready["reason"]) == ("Unknown", "UnknownState")
    assert "spec" in ready["message"]

    versions = {name: (kubectl.get(KIND, name) or {})["metadata"]["resourceVersion"] for name in ("no-spec", "chat")}
    assert operator.terminate() == 0
    operator.start()
    eventually(lambda: set(told(operator)) == set(ODD), 20, "every odd object told again")
    endpoints.apply("other")
    endpoints.wait_ready("other")

    assert told(operator) == sorted(ODD)  # once, though each second all objects are compared
    assert {name: (kubectl.get(KIND, name) or {})["metadata"]["resourceVersion"] for name in versions} == versions
    assert {each["agentRuntimeEndpointName"] for each in emulator.endpoints()} == {"chat", "other"}

    kubectl.patch(KIND, "no-spec", {"spec": GOOD})
    endpoints.wait_ready("no-spec")
    kubectl.delete(KIND, "text-for-spec")
    kubectl.wait_gone(KIND, "text-for-spec")


def test_after_a_rollback_objects_with_newer_words_are_told_deleted_and_let_go(
    loosened: ControlPlane, operator: Operator, emulator: Emulator
):
    kubectl = Kubectl(loosened, "default")
    endpoints = Endpoints(kubectl)
    operator.start()
    newer = {"drifting": {"driftPolicy": "Heal"}, "kept": {"deletionPolicy": "Snapshot"}}
    for name, words in newer.items():
        endpoints.apply(name)
        endpoints.wait_ready(name)
        kubectl.patch(KIND, name, {"spec": words})
        kubectl.wait_for(KIND, name, lambda found: says(found, "Ready") == "Unknown")
    assert operator.terminate() == 0
    operator.start()

    for name in newer:
        kubectl.delete(KIND, name)
    kubectl.wait_gone(KIND, "drifting", 30)
    told = kubectl.wait_for(
        KIND, "kept", lambda found: "Orphan lets it go" in (condition(found, "Ready") or {})["message"], 30
    )

    assert "Snapshot" in (condition(told, "Ready") or {})["message"] or "deletionPolicy" in str(told["status"])
    assert {each["agentRuntimeEndpointName"] for each in emulator.endpoints()} == {"kept"}
    kubectl.patch(KIND, "kept", {"spec": {"deletionPolicy": "Orphan"}})
    kubectl.wait_gone(KIND, "kept", 30)
    assert {each["agentRuntimeEndpointName"] for each in emulator.endpoints()} == {"kept"}
