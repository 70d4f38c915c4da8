"""Whatever AgentRun answers for one runtime, in size, pace, encoding, nesting and values: the process stays, in its
memory, and another runtime's objects wait for nothing."""

import os
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import example, given

from agentrun_operator.controlplane import ControlPlane
from support.affordable import affordable
from support.cluster import eventually
from support.drawn_answers import ACTIONS, WORLDS, Answering, Delivery, Drawn
from support.endpoints import KIND, manifest, says
from support.evil_world import MEMORY_LIMIT, MIB, World, new_world
from support.measured import Measured

pytestmark = pytest.mark.alone  # the longer an object takes, the more often the evil runtime is asked meanwhile

OBJECTS = int(os.environ.get("ANSWER_OBJECTS", "20"))
BATCH = 100


@pytest.fixture(scope="module")
def world(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """With objects at rest beside."""
    with new_world(control_plane, tmp_path_factory.mktemp("drawn")) as world:
        resting = [f"resting-{number}" for number in range(OBJECTS)]
        for first in range(0, OBJECTS, BATCH):
            made = [manifest(name) for name in resting[first : first + BATCH]]
            world.endpoints.kubectl.apply({"apiVersion": "v1", "kind": "List", "items": made})
        for name in resting:
            world.endpoints.wait_ready(name, 300)
        world.usual = max(world.good_takes() for _ in range(2))
        yield world


MILLIONS = Drawn(200, "[]", 5_000_000, 0, "UTF-8", "", Delivery.AT_ONCE)
"""Fifteen MiB, and a third of a GiB in memory."""

ENDLESS = Drawn(200, '{"agentRuntimeEndpointId":"e"}', 10_000, 0, "UTF-8", "", Delivery.ENDLESS)


@example(drawn=dict.fromkeys(ACTIONS, MILLIONS)).via("values by the million")
@example(drawn=dict.fromkeys(ACTIONS, ENDLESS)).via("an answer without end")
@affordable(8, "ANSWER_EXAMPLES")
@given(drawn=WORLDS)
def test_whatever_is_answered_no_other_runtime_waits(world: World, drawn: Mapping[str, Drawn]):
    pid = world.operator.process.pid
    fresh = f"fresh-{world.number}"
    world.asked.clear()
    world.evil = answers = Answering(drawn)
    try:
        world.endpoints.change("victim", description=f"edit {world.number}")
        world.endpoints.apply(fresh, "evil-bot")
        eventually(lambda: len(world.asked) > 0, 60, "the evil runtime asked")
        taken = world.good_takes()
        world.endpoints.delete(fresh)
        taken = max(taken, world.good_takes())
    finally:
        world.evil = None
        answers.end()
    assert taken < world.usual + 4.0  # 2 s for each of two changes
    assert world.operator.running
    assert world.operator.process.pid == pid
    assert world.resident() < MEMORY_LIMIT


def test_what_rested_beside_rests(world: World, measured: Measured):
    found = [each for each in world.endpoints.kubectl.list(KIND) if each["metadata"]["name"].startswith("resting-")]
    assert [says(each, "Ready") for each in found] == ["True"] * OBJECTS
    measured(f"MiB at most beside any answers, {OBJECTS} objects at rest", world.resident() / MIB)


def test_then_everything_is_made_up_for(world: World):
    world.endpoints.change("victim", description="at last")
    world.endpoints.wait_ready("victim", 90)
    found = world.emulator.endpoint("victim")
    assert found is not None
    assert found["description"] == "at last"
    eventually(lambda: not [name for name in names(world) if name.startswith("fresh-")], 90, "what was deleted gone")


def names(world: World) -> list[str]:
    return [each["metadata"]["name"] for each in world.endpoints.kubectl.list(KIND)]
