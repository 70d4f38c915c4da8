"""How fast objects become Ready while AgentRun complains of too many calls, with default settings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from support.cluster import Kubectl, eventually
from support.endpoints import KIND, manifest, says
from support.operator import Operator, agentrun_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agentrun_operator.controlplane import ControlPlane
    from agentrun_operator.emulator import EmulatorServer
    from support.emulator import Emulator
    from support.measured import Measured

OBJECTS, MANY = 60, 240

SIXTEENTH = 1 / 16
"""The share of stray complaints."""


@pytest.fixture
def default_operator(
    control_plane: ControlPlane, namespace: str, service: tuple[EmulatorServer, Emulator], tmp_path: Path
) -> Iterator[Operator]:
    """An operator with default settings; it was not started yet."""
    settings = {"kubeconfig": str(control_plane.kubeconfig), "namespaces": namespace, "leader-elect": "false"}
    operator = Operator(tmp_path, agentrun_environment(service[0].url), settings)
    yield operator
    operator.close()
    assert operator.defects() == []


def seconds_until_ready(kubectl: Kubectl, name: str, within: float, count: int = OBJECTS) -> float:
    """How long it takes until so many new objects are Ready."""
    items = [manifest(f"{name}-{number}") for number in range(count)]
    kubectl.apply({"apiVersion": "v1", "kind": "List", "items": items})
    began = time.monotonic()
    eventually(lambda: all(says(found, "Ready") == "True" for found in kubectl.list(KIND)), within, "all Ready")
    return time.monotonic() - began


def limit(operator: Operator) -> float:
    """The calls a second that may be made now."""
    return next(rate for name, rate in operator.metrics().items() if "remote_limit_qps" in name)


@pytest.mark.alone
@pytest.mark.usefixtures("runtime_id")
def test_one_call_in_sixteen_refused_costs_little(
    default_operator: Operator, emulator: Emulator, kubectl: Kubectl, measured: Measured
):
    emulator.fault("*", status=429, code="Throttling.User", fraction=SIXTEENTH)
    default_operator.start()
    took = seconds_until_ready(kubectl, "chat", within=150, count=MANY)
    measured(f"s for {MANY} objects, one call in sixteen refused", took)
    assert took < 40
    assert limit(default_operator) >= 20 / 2


@pytest.mark.alone
@pytest.mark.usefixtures("runtime_id")
def test_a_true_limit_is_kept_to_and_forgotten_once_it_is_lifted(
    default_operator: Operator, emulator: Emulator, kubectl: Kubectl, measured: Measured
):
    emulator.behave(throttling={"qps": 5})
    default_operator.start()
    took = seconds_until_ready(kubectl, "slow", within=120)
    calls = emulator.calls()
    refused = sum(call.status == 429 for call in calls)
    measured(f"s for {OBJECTS} objects at five calls a second, {refused} of {len(calls)} refused", took)
    assert took < 40

    emulator.behave(throttling=None)
    eventually(lambda: limit(default_operator) == 20, within=11, what="the full rate")
    assert seconds_until_ready(kubectl, "fast", within=60) < 15
