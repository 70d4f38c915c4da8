"""`rollout` and its requests on a control plane: the annotation is set, and what the operator answers is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentrun_operator.controlplane import Binaries, ControlPlane
from support.cluster import eventually
from support.endpoints import KIND
from support.operator import agentrun_environment
from support.plugin import Plugin, plugin_environment
from support.rollouts import RolloutStage, rollout_stage, steps

SLOW = steps(10, 50, bake="1h")
GATE = {"steps": [{"weight": 10, "bake": "1s", "approval": True}, {"weight": 60, "bake": "1h"}]}


@pytest.fixture(scope="module")
def stage(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RolloutStage]:
    with rollout_stage(control_plane, tmp_path_factory.mktemp("rollouts")) as stage:
        yield stage


@pytest.fixture
def plugin(binaries: Binaries, control_plane: ControlPlane, stage: RolloutStage, home: Path) -> Plugin:
    """In the stage's namespace, whose objects it shares."""
    return Plugin(
        plugin_environment(binaries.kubectl, control_plane.kubeconfig, home, agentrun_environment("http://nowhere"))
    )


@pytest.fixture
def asked(plugin: Plugin, stage: RolloutStage) -> Any:
    def ask(*arguments: str) -> Any:
        return plugin(*arguments, "--namespace", stage.endpoints.kubectl.namespace)

    return ask


def rolling(stage: RolloutStage, name: str, plan: Any, weight: int = 10) -> None:
    """An object whose version 4 is being rolled out, and has its first share."""
    stage.make(name, rollout=plan)
    stage.endpoints.change(name, targetVersion="4")
    eventually(lambda: stage.split(name) == ("3", (("4", weight / 100),)), 20)


def annotation(stage: RolloutStage, name: str) -> str:
    return str(stage.endpoints.get(name)["metadata"]["annotations"]["agentrun.alibabacloud.com/rollout"])


def test_a_gate_is_approved_by_its_share_and_the_rest_is_skipped(stage: RolloutStage, asked: Any):
    rolling(stage, "gate", GATE)
    stage.wait("gate", "AwaitingApproval")
    shown = asked("rollout", "status", "gate")
    assert (shown.code, shown.err) == (0, "")
    assert "here: AwaitingApproval" in shown.out
    assert "`approve 1 10` → next_step" in asked("rollout", "explain", "gate").out

    told = asked("rollout", "approve", "gate")
    assert (told.code, told.err) == (0, "")
    assert "'approve 1 10' is answered: Progressing, version 4 is to have 60%, in step 2" in told.out
    assert stage.rollout("gate")["weight"] == 60

    again = asked("rollout", "approve", "gate")
    assert again.code == 1
    assert "waits for no approval now" in again.err
    assert annotation(stage, "gate") == "approve 1 10"

    promoted = asked("rollout", "promote", "gate", "--wait=60s")
    assert promoted.code == 0, promoted
    assert "Version 4 has all traffic" in promoted.out
    assert stage.split("gate") == ("4", ())


def test_an_approval_that_came_too_early_is_made_anew(stage: RolloutStage, asked: Any):
    stage.make(
        "early", rollout={"steps": [{"weight": 10, "bake": "6s", "approval": True}, {"weight": 60, "bake": "1h"}]}
    )
    stage.endpoints.change("early", targetVersion="4")
    stage.wait("early", "RollingOut")
    stage.endpoints.annotate("early", rollout="approve 1 10")
    stage.wait("early", "AwaitingApproval")

    assert asked("rollout", "approve", "early").code == 0
    assert stage.rollout("early")["weight"] == 60


def test_it_is_held_resumed_aborted_and_tried_again(stage: RolloutStage, asked: Any):
    rolling(stage, "turns", SLOW)

    assert "'hold 1' is answered: Held (Requested)" in asked("rollout", "hold", "turns").out
    assert stage.rollout("turns")["held"]
    twice = asked("rollout", "hold", "turns")
    assert (twice.code, twice.err) == (0, "'hold 1' was answered before\n")
    assert "'resume 1' is answered: Progressing" in asked("rollout", "resume", "turns").out
    assert "held" not in stage.rollout("turns")

    assert "'abort 1' is answered: RolledBack (Aborted), version 3" in asked("rollout", "abort", "turns").out
    eventually(lambda: stage.split("turns") == ("3", ()), 20)
    waited = asked("rollout", "status", "turns", "--wait")
    assert waited.code == 1
    assert "version 3 has all traffic again" in waited.err.lower()

    assert "'retry 1' is answered: Progressing, version 4 is to have 10%" in asked("rollout", "retry", "turns").out
    eventually(lambda: stage.split("turns") == ("3", (("4", 0.1),)), 20)
    late = asked("rollout", "status", "turns", "--wait=1s")
    assert late.code == 3
    assert "not within 1s" in late.err


def test_shares_and_promotions_are_requests_where_a_rollout_splits_the_traffic(stage: RolloutStage, asked: Any):
    rolling(stage, "instead", GATE)
    stage.wait("instead", "AwaitingApproval")
    generation = stage.endpoints.get("instead")["metadata"]["generation"]

    assert asked("canary", "instead", "4=10").code == 0
    refused = asked("canary", "instead", "4=30")
    assert refused.code == 1
    assert "60% comes next" in refused.err
    assert "'approve 1 10' is answered" in asked("canary", "instead", "4=60").out
    assert "'abort 1' is answered" in asked("canary", "instead", "--abort").out
    eventually(lambda: stage.split("instead") == ("3", ()), 20)
    assert "'promote 1' is answered" in asked("promote", "instead").out
    eventually(lambda: stage.split("instead") == ("4", ()), 20)
    assert stage.endpoints.get("instead")["metadata"]["generation"] == generation


def test_a_request_to_an_object_that_argo_cd_keeps_is_sent(stage: RolloutStage, asked: Any):
    rolling(stage, "kept", SLOW)
    tracked = {"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "shop:x"}}}
    stage.endpoints.kubectl.patch(KIND, "kept", tracked)
    assert asked("rollout", "abort", "kept").code == 0


def test_a_paused_one_is_not_asked(stage: RolloutStage, asked: Any):
    rolling(stage, "still", SLOW)
    stage.endpoints.annotate("still", paused="true")
    told = asked("rollout", "abort", "still")
    assert told.code == 1
    assert "is paused" in told.err
    assert "paused: the annotation `paused` stops every write" in asked("rollout", "explain", "still").out


def test_without_an_answer_it_cannot_be_told(stage: RolloutStage, asked: Any):
    rolling(stage, "alone", SLOW)
    stage.operator.pause()
    try:
        told = asked("rollout", "abort", "alone", "--timeout", "1s")
    finally:
        stage.operator.resume()
    assert told.code == 3
    assert "is not answered yet" in told.err
    assert annotation(stage, "alone") == "abort 1"
    eventually(lambda: stage.split("alone") == ("3", ()), 30)
