"""AgentRun fails in every way it can: nothing is done twice, nothing is lost, Ready does not flap, no restart is
needed."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.cluster import eventually
from support.emulator import Json
from support.endpoints import says
from support.fault_stage import CREATE, DELETE, GET, LIST, SWIFT, UPDATE, Stage, credentials, new_stage
from support.measured import Measured

STALE_AFTER = 6.0

OUTAGE = 60.0
"""Seconds."""


@dataclass(frozen=True)
class Scene:
    """A runtime with objects of every kind of fate, and endpoints that somebody made by hand.

    Attributes:
        stage: Where it is.
        runtime: Its name, and the end of its objects' names.
        runtime_id: Its id.
        theirs: The endpoints that are nobody's.
        spec: What else the objects ask for.
    """

    stage: Stage
    runtime: str
    runtime_id: str
    theirs: list[str]
    spec: dict[str, Any]

    def named(self, name: str) -> str:
        return f"{name}-{self.runtime}"

    def prepare(self) -> None:
        """What is there before anything goes wrong; not Ready yet."""
        for name in ("steady", "edited", "leaving"):
            self.stage.endpoints.apply(self.named(name), self.runtime, description="before", **self.spec)

    def wait_prepared(self) -> None:
        for name in ("steady", "edited", "leaving"):
            self.stage.endpoints.wait_ready(self.named(name))

    def begin(self) -> None:
        """A user makes, edits and deletes."""
        endpoints = self.stage.endpoints
        endpoints.apply(self.named("fresh"), self.runtime, description="after", **self.spec)
        endpoints.change(self.named("edited"), description="after")
        endpoints.delete(self.named("leaving"))

    def wait_done(self, within: float = 30.0) -> None:
        endpoints = self.stage.endpoints
        endpoints.wait_ready(self.named("fresh"), within)
        endpoints.wait_ready(self.named("edited"), within)
        endpoints.wait_gone(self.named("leaving"), within)

    def check(self) -> None:
        """What a user asked for is there once, and nothing else was touched."""
        stage = self.stage
        assert stage.wavered(self.named("steady")) == []
        assert {name: each.get("description", "") for name, each in self.endpoints().items()} == {
            self.named("steady"): "before",
            self.named("edited"): "after",
            self.named("fresh"): "after",
        } | dict.fromkeys(self.theirs, "")
        effects = [call for call in stage.emulator.effects() if call.runtime_id == self.runtime_id]
        made = [str(call.endpoint_name) for call in effects if call.action == CREATE]
        assert sorted(made) == sorted(self.named(name) for name in ("steady", "edited", "leaving", "fresh"))
        assert [call.action for call in effects].count(DELETE) == 1

    def clear(self) -> None:
        """The runtime is of no interest to the operator any more."""
        for name in ("steady", "edited", "fresh"):
            self.stage.endpoints.delete(self.named(name))

    def endpoints(self) -> dict[str, Json]:
        """The runtime's endpoints by name."""
        found = self.stage.emulator.endpoints(self.runtime_id)
        return {each["agentRuntimeEndpointName"]: each for each in found}


def new_scene(stage: Stage, runtime: str, account_id: str | None = None, **spec: Any) -> Scene:
    runtime_id = stage.emulator.add_runtime(runtime, versions=4, account_id=account_id)
    theirs = [f"theirs-{number}" for number in range(3)]
    stage.emulator.add_endpoints(runtime_id, theirs)
    return Scene(stage, runtime, runtime_id, theirs, spec)


def taken_under(scene: Scene, **behaviour: Any) -> float:
    """Seconds for a create, an update and a deletion while the whole service behaves like this."""
    scene.prepare()
    scene.wait_prepared()
    scene.stage.emulator.behave(**behaviour)
    began = time.monotonic()
    scene.begin()
    scene.wait_done()
    taken = time.monotonic() - began
    scene.check()
    scene.clear()
    return taken


@pytest.mark.parametrize(
    ("name", "behaviour"),
    [
        pytest.param("lagging", {"listLag": 2.0}, id="lists that lag"),
        pytest.param("overlapping", {"listDrift": 1, "pageLimit": 3}, id="pages that overlap"),
        pytest.param("gapping", {"listDrift": -1, "pageLimit": 3}, id="pages that leave gaps"),
    ],
)
def test_a_service_that_is_slow_to_show_things_loses_and_doubles_nothing(
    name: str, behaviour: dict[str, Any], stage: Stage, measured: Measured
):
    measured(
        f"s for a create, an update and a deletion with {name} lists", taken_under(new_scene(stage, name), **behaviour)
    )


@pytest.fixture
def hasty_stage(control_plane: ControlPlane, tmp_path: Path) -> Iterator[Stage]:
    """With a `stale-after` that a test can wait for."""
    with new_stage(control_plane, tmp_path, SWIFT | {"stale-after": f"{STALE_AFTER:g}"}) as stage:
        stage.operator.start()
        yield stage


@pytest.mark.alone
def test_a_service_out_of_reach_makes_nobody_waver_before_stale_after_and_is_made_up_for(
    hasty_stage: Stage, measured: Measured
):
    stage = hasty_stage
    scene = new_scene(stage, "unreachable")
    scene.prepare()
    scene.wait_prepared()
    pid = stage.operator.process.pid

    stage.service.stop()
    gone = time.monotonic()
    scene.begin()
    for name in ("fresh", "leaving"):
        stage.endpoints.wait_reason(scene.named(name), "RemoteUnavailable")
    eventually(lambda: stage.operator.metrics()["agentrun_poll_age_seconds"] > 0.8 * STALE_AFTER)
    assert stage.wavered(scene.named("steady")) == []
    found = stage.endpoints.wait_reason(scene.named("steady"), "Stale")
    assert time.monotonic() - gone >= STALE_AFTER - 1.2  # the last look is a poll interval old, at most
    assert says(found, "Ready") == "Unknown"

    stage.service.start()
    back = time.monotonic()
    stage.endpoints.wait_ready(scene.named("steady"))
    measured("s until Ready was True again after AgentRun was out of reach", time.monotonic() - back)
    scene.wait_done()
    measured("s until all was made up for", time.monotonic() - back)

    assert [said.status for said in stage.recorder.ready(scene.named("steady"))][-3:] == ["True", "Unknown", "True"]
    assert [stage.creates(scene.named(name)) for name in ("steady", "edited", "leaving", "fresh")] == [1, 1, 1, 1]
    assert stage.emulator.endpoint(scene.named("leaving")) is None
    assert stage.operator.process.pid == pid
    scene.clear()


@pytest.fixture
def patient_stage(control_plane: ControlPlane, tmp_path: Path) -> Iterator[Stage]:
    """With the default `stale-after`."""
    with new_stage(control_plane, tmp_path) as stage:
        stage.operator.start()
        yield stage


def test_a_service_out_of_reach_for_a_minute_is_waited_for(patient_stage: Stage, measured: Measured):
    scene = new_scene(patient_stage, "away")
    scene.prepare()
    scene.wait_prepared()

    patient_stage.service.stop()
    scene.begin()
    eventually(lambda: patient_stage.operator.metrics()["agentrun_poll_age_seconds"] > OUTAGE, within=2 * OUTAGE)
    patient_stage.service.start()
    back = time.monotonic()

    scene.wait_done()
    measured("s until all was made up for after AgentRun was out of reach for a minute", time.monotonic() - back)
    scene.check()


FAULTS: dict[str, dict[str, Any]] = {
    "error": {"status": 500},
    "html": {"answer": "html"},
    "html-that-says-ok": {"answer": "html", "status": 200},
    "half-an-answer": {"answer": "malformed"},
    "dropped-before-the-effect": {"drop": "before"},
    "dropped-after-the-effect": {"drop": "after"},
    "empty-after-the-effect": {"answer": "empty", "afterEffect": True},
    "silent-after-the-effect": {"hang": 1.0, "afterEffect": True},
    "error-after-the-effect": {"status": 503, "afterEffect": True},
}
"""What happens to the first two calls of each action."""


@pytest.fixture(scope="module")
def failing(shared_stage: Stage) -> dict[str, Scene]:
    """A runtime for each fault; they fail at the same time, and everything is under way."""
    scenes = {name: new_scene(shared_stage, name) for name in FAULTS}
    for scene in scenes.values():
        scene.prepare()
    for scene in scenes.values():
        scene.wait_prepared()
    for name, scene in scenes.items():
        for action in (CREATE, UPDATE, DELETE, LIST, GET):
            shared_stage.emulator.fault(action, runtimeId=scene.runtime_id, times=2, **FAULTS[name])
    for scene in scenes.values():
        scene.begin()
    return scenes


def test_runtimes_that_fail_slow_no_other(shared_stage: Stage, failing: dict[str, Scene], measured: Measured):
    began = time.monotonic()
    shared_stage.endpoints.apply("unconcerned")
    shared_stage.endpoints.wait_ready("unconcerned")
    taken = time.monotonic() - began

    measured(f"s until an object was Ready while {len(failing)} other runtimes failed", taken)


@pytest.mark.parametrize("fault", FAULTS)
def test_calls_that_fail_lose_and_double_nothing(fault: str, failing: dict[str, Scene]):
    failing[fault].wait_done()
    failing[fault].check()
    failing[fault].clear()


def test_an_account_that_may_make_two_calls_a_second_gets_its_way_and_loses_and_doubles_nothing(
    stage: Stage, measured: Measured
):
    stage.emulator.add_account("tenant-ak", "tenant-sk", "2000000000000002")
    stage.endpoints.kubectl.apply(credentials("tenant-ak", "tenant-sk", name="tenant"))
    scene = new_scene(stage, "throttled", "2000000000000002", credentialsSecretRef={"name": "tenant"})

    taken = taken_under(scene, throttling={"qps": 2})
    calls = stage.emulator.calls()

    measured("s for a create, an update and a deletion at two calls a second", taken)
    assert 0 < [call.status for call in calls].count(429) <= 60
