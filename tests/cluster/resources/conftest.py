"""A namespace for a whole module: objects that are refused leave nothing behind."""

from collections.abc import Iterator

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.cluster import Kubectl, new_namespace


@pytest.fixture(scope="module")
def shared(control_plane: ControlPlane) -> Iterator[Kubectl]:
    """kubectl in a namespace that all tests of a module share."""
    with new_namespace(control_plane) as name:
        yield Kubectl(control_plane, name)
