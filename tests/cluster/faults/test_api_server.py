"""The API server is killed, frozen, or out of reach for the operator: it goes on by itself, with nothing lost."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentrun_operator.controlplane import Binaries, ControlPlane
from support.cluster import eventually
from support.endpoints import KIND, Endpoints
from support.fault_stage import CREATE, Stage, new_stage
from support.measured import Measured

UNANSWERED = "did not answer to PATCH"
CRDS = Path(__file__).parents[3] / "crds"


@pytest.fixture(scope="module")
def plane(binaries: Binaries) -> Iterator[ControlPlane]:
    """A control plane of its own, since all connections are cut."""
    with ControlPlane(binaries) as plane:
        plane.run_kubectl("apply", f"--filename={CRDS}")
        plane.run_kubectl("wait", "--for=condition=Established", "--timeout=120s", f"--filename={CRDS}")
        yield plane


@pytest.fixture(scope="module")
def own_stage(plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with new_stage(plane, tmp_path_factory.mktemp("stage")) as stage:
        stage.operator.start()
        yield stage


def steady(stage: Stage, name: str) -> str:
    """An object that is Ready and should stay so; the id of its endpoint."""
    stage.endpoints.apply(name, description="one")
    return str(stage.endpoints.wait_ready(name)["status"]["endpointId"])


def rivals(stage: Stage, older: str, younger: str) -> None:
    """Two objects for one endpoint; once the older is gone, the younger may take it over."""
    stage.endpoints.apply(older, endpointName="shared")
    stage.endpoints.wait_ready(older)
    stage.endpoints.apply(younger, endpointName="shared", adoptionPolicy="Adopt", description="inherited")
    stage.endpoints.wait_reason(younger, "Conflict")


def vanish(endpoints: Endpoints, name: str) -> None:
    """Delete an object past its finalizer."""
    endpoints.kubectl.patch(KIND, name, {"metadata": {"finalizers": None}})
    endpoints.delete(name)
    endpoints.wait_gone(name)


def test_an_api_server_that_is_killed_and_comes_back_finds_the_operator_at_work(
    own_stage: Stage, plane: ControlPlane, measured: Measured
):
    stage, endpoints, pid = own_stage, own_stage.endpoints, own_stage.operator.process.pid
    steady(stage, "edited")
    rivals(stage, "older", "younger")
    stage.emulator.behave(transitions={"create": 1.0})
    endpoints.apply("begun")
    eventually(lambda: stage.emulator.endpoint("begun"))
    plane.apiserver.kill()
    eventually(lambda: (stage.emulator.endpoint("begun") or {})["status"] == "READY")
    stage.kubernetes_way.stop()  # nobody will ever tell the operator of what vanishes now
    plane.apiserver.start()
    vanish(endpoints, "older")

    stage.kubernetes_way.start()
    back = time.monotonic()
    endpoints.apply("fresh")
    endpoints.change("edited", description="two")
    endpoints.wait_ready("fresh", within=30)
    endpoints.wait_ready("begun", within=30)
    eventually(lambda: (stage.emulator.endpoint("edited") or {})["description"] == "two", within=30)
    measured("s until all was Ready again after an API server was killed", time.monotonic() - back)
    endpoints.wait_ready("younger", within=30)
    measured("s until the end of an object was noticed that nobody told of", time.monotonic() - back)

    assert stage.operator.running
    assert stage.operator.process.pid == pid
    assert [stage.creates(name) for name in ("edited", "begun", "fresh", "shared")] == [1, 1, 1, 1]


def test_an_api_server_that_is_frozen_past_every_timeout_is_waited_for(
    own_stage: Stage, plane: ControlPlane, measured: Measured
):
    stage = own_stage
    stage.calm()
    steady(stage, "patient")
    drifting = steady(stage, "drifting")
    moved = steady(stage, "moved")
    unanswered = stage.operator.log().count(UNANSWERED)
    plane.apiserver.pause()
    frozen = time.monotonic()
    try:
        stage.emulator.patch_endpoint(moved, status="HIBERNATING")  # a status to be written
        stage.emulator.patch_endpoint(drifting, description="theirs")
        eventually(lambda: (stage.emulator.endpoint("drifting") or {})["description"] == "one")
        eventually(lambda: stage.operator.log().count(UNANSWERED) > unanswered, within=45)
    finally:
        plane.apiserver.resume()
    back = time.monotonic()
    plane.apiserver.wait_until_ready()
    stage.endpoints.wait_reason("moved", "UnknownState", within=30)
    assert stage.wavered("patient") == []
    stage.endpoints.change("patient", description="two")
    stage.endpoints.wait_ready("patient", within=30)

    measured("s for which the API server was frozen", back - frozen)
    measured("s until all was told after it went on", time.monotonic() - back)
    assert [call.endpoint_name for call in stage.emulator.effects() if call.action == CREATE] == [
        "patient",
        "drifting",
        "moved",
    ]


def test_what_happened_while_the_operator_was_cut_off_is_made_up_for(stage: Stage, measured: Measured):
    endpoints = stage.endpoints
    for name in ("edited", "deleted"):
        steady(stage, name)
    rivals(stage, "older", "younger")

    stage.kubernetes_way.stop()
    endpoints.apply("made")
    endpoints.change("edited", description="two")
    endpoints.delete("deleted")
    vanish(endpoints, "older")
    stage.kubernetes_way.start()
    back = time.monotonic()

    endpoints.wait_ready("made", within=30)
    eventually(lambda: (stage.emulator.endpoint("edited") or {})["description"] == "two", within=30)
    endpoints.wait_gone("deleted", within=30)
    endpoints.wait_ready("younger", within=45)
    measured("s until all was made up for after the operator was cut off", time.monotonic() - back)
    assert stage.emulator.endpoint("deleted") is None
    assert (stage.emulator.endpoint("shared") or {})["description"] == "inherited"
    assert [stage.creates(name) for name in ("made", "edited", "deleted", "shared")] == [1, 1, 1, 1]
