"""For each test: an emulator, a namespace, and an operator that looks after that namespace alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentrun_operator.controlplane import ControlPlane
from agentrun_operator.emulator import Behaviour, Transitions
from support.cluster import Kubectl
from support.emulator import Emulator, running_emulator
from support.endpoints import Endpoints
from support.operator import QUICK, Operator, agentrun_environment

BRISK = Behaviour(transitions=Transitions(create=0.3, update=0.3, delete=0.3))
"""Asynchronous as the service is, but not for long."""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator(BRISK) as (_, emulator):
        yield emulator


@pytest.fixture
def operator(control_plane: ControlPlane, namespace: str, emulator: Emulator, tmp_path: Path) -> Iterator[Operator]:
    """None may tell of a defect of its own."""
    settings = QUICK | {"kubeconfig": str(control_plane.kubeconfig), "namespaces": namespace}
    operator = Operator(tmp_path, agentrun_environment(emulator.url), settings)
    try:
        yield operator.start()
    finally:
        operator.close()
    assert operator.defects() == []


@pytest.fixture
def endpoints(kubectl: Kubectl) -> Endpoints:
    return Endpoints(kubectl)
