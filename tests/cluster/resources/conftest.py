"""A namespace for a whole module: objects that are refused leave nothing behind."""

from collections.abc import Iterator

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.cluster import Kubectl


@pytest.fixture(scope="module")
def shared(control_plane: ControlPlane) -> Iterator[Kubectl]:
    """kubectl in a namespace that all tests of a module share."""
    kubectl = Kubectl(control_plane)
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"generateName": "test-"}}
    name: str = kubectl.create(manifest)["metadata"]["name"]
    yield kubectl.in_namespace(name)
    kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")
