"""A change freeze: no rollout goes forward while the operator is told to hold, and what fails is still taken back."""

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.cluster import eventually
from support.rollouts import rollout_of, rollout_stage, steps


def test_nothing_begins_in_a_change_freeze_and_goes_on_after_it(
    control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory
):
    with rollout_stage(control_plane, tmp_path_factory.mktemp("frozen")) as stage:
        stage.make("begun", rollout=steps(10, 50, bake="1h"))
        stage.make("waits", rollout=steps(10, bake="1s"))
        stage.endpoints.change("begun", targetVersion="4")
        eventually(lambda: stage.rollout("begun").get("settledAt"), 20)

        stage.operator.terminate()
        stage.operator.start(rollouts="hold")
        stage.endpoints.change("waits", targetVersion="4")

        found = stage.wait("waits", "RolloutHeld")
        assert rollout_of(found)["cause"] == "Frozen"
        assert stage.split("waits") == ("3", ())
        assert rollout_of(stage.wait("begun", "RolloutHeld"))["cause"] == "Frozen"
        stage.endpoints.annotate("begun", rollout="abort 1")
        stage.wait("begun", "RolledBack")
        eventually(lambda: stage.split("begun") == ("3", ()), 20)

        stage.operator.terminate()
        stage.operator.start(rollouts="run")
        stage.wait("waits", "RolledOut")
        eventually(lambda: stage.split("waits") == ("4", ()), 20)
