"""For each test: an emulator, a namespace, and an operator that looks after that namespace alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentrun_operator.controlplane import ControlPlane
from agentrun_operator.emulator import Behaviour, EmulatorServer, Transitions
from support.cluster import Kubectl
from support.emulator import Emulator, running_emulator
from support.endpoints import Endpoints
from support.operator import QUICK, Operator, agentrun_environment

BRISK = Behaviour(transitions=Transitions(create=0.3, update=0.3, delete=0.3))
"""Asynchronous as the service is, but not for long."""


@pytest.fixture
def service() -> Iterator[tuple[EmulatorServer, Emulator]]:
    with running_emulator(BRISK) as running:
        yield running


@pytest.fixture
def emulator(service: tuple[EmulatorServer, Emulator]) -> Emulator:
    """The way behind the service's back; a runtime `support-bot` with versions 1 to 4 is there."""
    emulator = service[1]
    emulator.add_runtime("support-bot", versions=4)
    return emulator


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
