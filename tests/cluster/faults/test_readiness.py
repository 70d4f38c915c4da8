"""Ready follows the service's READY within two seconds, with the settings that people get without asking."""

from collections.abc import Iterator

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.fault_stage import CREATE, Stage, new_stage
from support.measured import Measured

pytestmark = pytest.mark.alone

CREATION = 1.5
"""Seconds from a create to READY."""


@pytest.fixture(scope="module")
def default_stage(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    with new_stage(control_plane, folder, {"leader-elect": "false"}, direct=True) as stage:
        stage.emulator.behave(transitions={"create": CREATION})
        stage.operator.environment.pop("COVERAGE_PROCESS_CONFIG", None)  # measuring its lines takes 0.3 s of the two
        stage.operator.start()
        yield stage


@pytest.mark.parametrize("count", [1, 100])
def test_ready_follows_the_service_within_two_seconds(count: int, default_stage: Stage, measured: Measured):
    stage = default_stage
    names = [f"one-of-{count}-{number}" for number in range(count)]
    for name in names:
        stage.endpoints.apply(name)
    for name in names:
        stage.endpoints.wait_ready(name, within=30)

    delays = sorted(first_true(stage, name) - served_since(stage)[name] for name in names)

    p95 = delays[int(0.95 * (count - 1))]
    measured(f"s from READY to Ready, median of {count}", delays[count // 2])
    measured(f"s from READY to Ready, p95 of {count}", p95)
    assert 0 <= p95 <= 5.0  # 2 s is the target; the machine may be busy, and the figure is in the report


def first_true(stage: Stage, name: str) -> float:
    return next(said.at for said in stage.recorder.ready(name) if said.status == "True")


def served_since(stage: Stage) -> dict[str, float]:
    """When each endpoint became READY; seconds since the epoch."""
    made = [call for call in stage.emulator.effects() if call.action == CREATE]
    return {call.endpoint_name or "": call.at + CREATION for call in made}
