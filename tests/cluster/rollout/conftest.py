"""One operator for all rollouts of a module: each test has an object of its own."""

from collections.abc import Iterator

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.rollouts import RolloutStage, rollout_stage


@pytest.fixture(scope="module")
def stage(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RolloutStage]:
    with rollout_stage(control_plane, tmp_path_factory.mktemp("rollouts")) as stage:
        yield stage
