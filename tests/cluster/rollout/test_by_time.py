"""A rollout by time alone: its steps, what is recorded before what is sent, requests by annotation, the way back."""

from collections.abc import Callable
from typing import Any

import pytest

from support.cluster import eventually
from support.emulator import Emulator
from support.endpoints import Endpoints, Object, says

pytestmark = pytest.mark.usefixtures("operator")

BRIEF: list[dict[str, Any]] = [{"weight": 10, "bake": "2s"}, {"weight": 50, "bake": "2s"}]


def rolled_out(found: Object) -> dict[str, Any]:
    return found["status"].get("rollout") or {}


def test_a_new_version_gets_its_traffic_step_by_step(endpoints: Endpoints, emulator: Emulator, runtime_id: str):
    endpoints.apply("chat", targetVersion="3", rollout={"steps": BRIEF})
    made = endpoints.wait_ready("chat")
    assert rolled_out(made)["stableVersion"] == "3"
    assert says(made, "RolledOut") == "True"
    emulator.forget_requests()

    endpoints.change("chat", targetVersion="4")
    seen = splits_until(lambda: says(endpoints.get("chat"), "RolledOut") == "True", emulator, runtime_id)
    done = endpoints.get("chat")

    assert seen == [("3", []), ("3", [("4", 0.1)]), ("3", [("4", 0.5)]), ("4", [])]
    assert len(emulator.effects()) == 3
    assert rolled_out(done) == {"number": 1, "stableVersion": "4", "history": ["3"]}
    assert says(done, "Ready") == "True"
    events = endpoints.events("chat")
    assert [each for each in events if each.startswith("Rollout")] == [
        "RolloutStarted",
        "RolloutStepped",
        "RolloutPromoted",
    ]


def splits_until(done: Callable[[], bool], emulator: Emulator, runtime_id: str) -> list[Any]:
    """How the traffic was split, one after the other, until something is so."""
    seen: list[Any] = []

    def look() -> bool:
        found = emulator.endpoint("chat", runtime_id) or {}
        weights = (found.get("routingConfiguration") or {}).get("versionWeights") or []
        split = found["targetVersion"], [(each["version"], each["weight"]) for each in weights]
        if seen[-1:] != [split]:
            seen.append(split)
        return done()

    eventually(look, 60)
    return seen
