"""What tenants may make large: other people's annotations, and Secrets. The operator's memory does not follow."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from agentrun_operator.controlplane import Binaries, ControlPlane
from support import kube_api
from support.cluster import Kubectl, certificate_of, eventually
from support.endpoints import Endpoints
from support.operator import QUICK, Operator, agentrun_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.emulator import EmulatorServer
    from support.emulator import Emulator
    from support.measured import Measured

CRDS = Path(__file__).parents[3] / "crds"
MIB = 1024 * 1024
SECRETS = "/api/v1/namespaces/default/secrets"
OBJECTS = "/apis/agentrun.alibabacloud.com/v1alpha1/namespaces/default/agentruntimeendpoints"
BOUND = 250
"""MiB that the operator may take at its most; half of the chart's limit."""


@pytest.fixture
def plane(binaries: Binaries) -> Iterator[ControlPlane]:
    """A control plane of one's own: what is put there is not cleared away."""
    with ControlPlane(binaries) as plane:
        plane.run_kubectl("apply", f"--filename={CRDS}")
        plane.run_kubectl("wait", "--for=condition=Established", "--timeout=120s", f"--filename={CRDS}")
        yield plane


@pytest.fixture
def stopped(plane: ControlPlane, service: tuple[EmulatorServer, Emulator], tmp_path: Path) -> Iterator[Operator]:
    settings = QUICK | {"kubeconfig": str(plane.kubeconfig), "namespaces": "default", "resync-interval": "2"}
    operator = Operator(tmp_path, agentrun_environment(service[0].url), settings)
    yield operator
    operator.close()
    assert operator.defects() == []


def peak(operator: Operator) -> float:
    """The most memory that the process ever took, in MiB."""
    lines = Path(f"/proc/{operator.process.pid}/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def put(plane: ControlPlane, resource: str, made: list[dict[str, Any]]) -> None:
    """Create them without kubectl, which takes as long for what is large as the operator does."""
    client = kube_api.client(plane.url, certificate_of(plane))
    for each in made:
        client.post(resource, json=each, headers={"Authorization": f"Bearer {plane.token}"}).raise_for_status()


def an_object(name: str, annotation: str = "", **spec: object) -> dict[str, Any]:
    metadata = {"name": name, "annotations": {"example.com/novel": annotation}}
    spec = {"agentRuntimeRef": {"name": "support-bot"}, "managementPolicy": "Observe"} | spec
    head = {"apiVersion": "agentrun.alibabacloud.com/v1alpha1", "kind": "AgentRuntimeEndpoint"}
    return head | {"metadata": metadata, "spec": spec}


@pytest.mark.usefixtures("emulator")
def test_foreign_annotations_do_not_fill_the_operators_memory(
    plane: ControlPlane, stopped: Operator, measured: Measured
):
    put(plane, OBJECTS, [an_object(f"big-{number:03}", f"{number:06}" * (40 * 1024)) for number in range(500)])

    stopped.start()
    endpoints = Endpoints(Kubectl(plane, "default"))
    endpoints.apply("chat")
    endpoints.wait_ready("chat", within=60)
    eventually(lambda: stopped.metrics().get("agentrun_queue_depth") == 0, 60, "all were looked at")

    measured("MiB at most, 500 objects of 240 KiB", peak(stopped))
    assert peak(stopped) < BOUND


@pytest.mark.usefixtures("emulator")
def test_secrets_with_endless_values_do_not_fill_the_operators_memory(
    plane: ControlPlane, stopped: Operator, measured: Measured
):
    value = base64.b64encode(b"a" * (900 * 1024)).decode()
    data = {"accessKeyId": value, "accessKeySecret": base64.b64encode(b"secret").decode()}
    secret = {"apiVersion": "v1", "kind": "Secret", "data": data}
    put(plane, SECRETS, [secret | {"metadata": {"name": f"big-{number}"}} for number in range(150)])
    users = [an_object(f"user-{number}", credentialsSecretRef={"name": f"big-{number}"}) for number in range(150)]
    put(plane, OBJECTS, users)

    stopped.start()
    endpoints = Endpoints(Kubectl(plane, "default"))
    found = endpoints.wait_reason("user-149", "CredentialsNotFound", within=90)
    eventually(lambda: stopped.metrics().get("agentrun_queue_depth") == 0, 60, "all were looked at")

    assert "accessKeyId is longer than 256 bytes" in str(found["status"]["conditions"])
    measured("MiB at most, 150 Secrets of 0.9 MiB", peak(stopped))
    assert peak(stopped) < BOUND
