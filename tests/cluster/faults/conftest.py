"""One stage for all tests of a module; each test finds the emulator calm and its log empty."""

from collections.abc import Iterator

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.fault_stage import Stage, new_stage


@pytest.fixture(scope="module")
def shared_stage(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with new_stage(control_plane, tmp_path_factory.mktemp("stage")) as stage:
        stage.operator.start()
        yield stage


@pytest.fixture
def stage(shared_stage: Stage) -> Stage:
    """The module's stage, whatever the test before has left: with a working operator and ways that are open."""
    shared_stage.calm()
    shared_stage.service.start()
    shared_stage.kubernetes_way.start()
    shared_stage.agentrun_way.start()
    if not shared_stage.operator.running:
        shared_stage.operator.start()
    return shared_stage
