"""One control plane for all tests of a run; for a test that asks for them, a namespace, an emulator, and an operator
that looks after that namespace alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from agentrun_operator.controlplane import Binaries, ControlPlane, find_binaries, progress_on
from agentrun_operator.emulator import Behaviour, EmulatorServer, Transitions
from support import kube_api
from support.cluster import Kubectl, new_namespace
from support.emulator import Emulator, running_emulator
from support.endpoints import Endpoints
from support.operator import QUICK, Operator, agentrun_environment

CRDS = Path(__file__).parents[2] / "crds"

BRISK = Behaviour(transitions=Transitions(create=0.3, update=0.3, delete=0.3))
"""Asynchronous as the service is, but not for long."""


@pytest.fixture(scope="session", autouse=True)
def _connections_are_closed() -> Iterator[None]:
    yield
    kube_api.close()


@pytest.fixture(scope="session")
def binaries(request: pytest.FixtureRequest) -> Binaries:
    """Found, or built for minutes: pytest's capturing is lifted, so that the progress is seen."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled(), progress_on(Console(stderr=True)) as progress:
        return find_binaries(os.environ, progress)


@pytest.fixture(scope="session")
def control_plane(binaries: Binaries) -> Iterator[ControlPlane]:
    """Serves, and knows our custom resource once there is one."""
    with ControlPlane(binaries) as plane:
        if any(CRDS.glob("*.yaml")):
            plane.run_kubectl("apply", f"--filename={CRDS}")
            plane.run_kubectl("wait", "--for=condition=Established", "--timeout=120s", f"--filename={CRDS}")
        yield plane


@pytest.fixture
def namespace(control_plane: ControlPlane) -> Iterator[str]:
    """The name of a namespace of the test's own."""
    with new_namespace(control_plane) as name:
        yield name


@pytest.fixture
def kubectl(control_plane: ControlPlane, namespace: str) -> Kubectl:
    """kubectl in the test's own namespace, as the administrator."""
    return Kubectl(control_plane, namespace)


@pytest.fixture
def service() -> Iterator[tuple[EmulatorServer, Emulator]]:
    with running_emulator(BRISK) as running:
        yield running


@pytest.fixture
def emulator(service: tuple[EmulatorServer, Emulator]) -> Emulator:
    """The client of its control routes; a runtime `support-bot` with versions 1 to 4 is there."""
    emulator = service[1]
    emulator.add_runtime("support-bot", versions=4)
    return emulator


@pytest.fixture
def runtime_id(emulator: Emulator) -> str:
    return str(emulator.runtimes()[0]["agentRuntimeId"])


@pytest.fixture
def stopped_operator(
    control_plane: ControlPlane, namespace: str, service: tuple[EmulatorServer, Emulator], tmp_path: Path
) -> Iterator[Operator]:
    """An operator for the test's namespace that was not started yet; none may tell of a defect of its own."""
    settings = QUICK | {"kubeconfig": str(control_plane.kubeconfig), "namespaces": namespace}
    operator = Operator(tmp_path, agentrun_environment(service[0].url), settings)
    yield operator
    operator.close()
    assert operator.defects() == []


@pytest.fixture
def operator(stopped_operator: Operator, emulator: Emulator) -> Operator:
    return stopped_operator.start()


@pytest.fixture
def endpoints(kubectl: Kubectl) -> Endpoints:
    return Endpoints(kubectl)
