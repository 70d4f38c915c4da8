"""Whoever may not use the operator's own credentials has no agent invoked by them."""

import time

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.cluster import eventually
from support.rollouts import rollout_stage

PLAN = {
    "steps": [{"weight": 10, "bake": "1h"}],
    "analysis": {"probes": {"interval": "10s", "prompts": [{"name": "greets", "messages": [{"content": "Hello"}]}]}},
}


def test_a_namespace_that_lost_the_right_to_the_operators_credentials_has_no_agent_asked(
    control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory
):
    with rollout_stage(control_plane, tmp_path_factory.mktemp("fence")) as stage:
        stage.make("asked", rollout=PLAN)
        stage.endpoints.change("asked", targetVersion="4")
        eventually(lambda: sum(stage.emulator.invocations().values()) > 1, 40, "it is asked while it may be")

        stage.operator.terminate()
        stage.operator.start(ambient_credentials_namespaces="another")
        stage.endpoints.wait_reason("asked", "CredentialsNotAllowed", kind="Synced")
        asked = sum(stage.emulator.invocations().values())
        over = time.monotonic() + 12  # longer than an interval of probes
        eventually(lambda: time.monotonic() > over, 20, "a round would have been due")
        assert sum(stage.emulator.invocations().values()) == asked
