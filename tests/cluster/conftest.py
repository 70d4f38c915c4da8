"""One control plane for all tests of a run, and a namespace for each test that asks for one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from agentrun_operator.controlplane import Binaries, ControlPlane, find_binaries, progress_on
from support.cluster import Kubectl

CRDS = Path(__file__).parents[2] / "crds"


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
            plane.run_kubectl("wait", "--for=condition=Established", "--timeout=30s", f"--filename={CRDS}")
        yield plane


@pytest.fixture
def namespace(control_plane: ControlPlane) -> Iterator[str]:
    """The name of a namespace of one's own. It is deleted afterwards; nobody waits for that."""
    kubectl = Kubectl(control_plane)
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"generateName": "test-"}}
    name: str = kubectl.create(manifest)["metadata"]["name"]
    yield name
    kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


@pytest.fixture
def kubectl(control_plane: ControlPlane, namespace: str) -> Kubectl:
    """kubectl in the test's own namespace, as the administrator."""
    return Kubectl(control_plane, namespace)
