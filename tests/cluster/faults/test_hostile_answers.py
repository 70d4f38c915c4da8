"""An AgentRun that does not mean well, for one runtime: the operator's process stays, in its memory, another runtime's
objects wait for nothing, and all is made up for when it means well again."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.cluster import eventually
from support.emulator import ACCESS_KEY_SECRET
from support.evil_server import Asked, Evil, dripping, endless, success, whole
from support.evil_world import MEMORY_LIMIT, MIB, World, new_world
from support.fault_stage import credentials
from support.measured import Measured

TOKEN = "CAISmade0Up1Token2With3Many4CharactersXYZ"

DOCUMENT = {"agentRuntimeEndpointId": "e", "agentRuntimeEndpointName": "victim", "status": "READY"}


@cache
def bomb() -> bytes:
    """An answer of 400 MiB, packed; made when it is first asked for, since it takes seconds."""
    return gzip.compress(json.dumps({"code": "SUCCESS", "data": {"items": ["a" * 400 * MIB]}}).encode(), 9)


@pytest.fixture(scope="module")
def world(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with new_world(control_plane, tmp_path_factory.mktemp("evil")) as world:
        yield world


ANSWERS: dict[str, Callable[[Asked], Evil | None]] = {
    "200 MiB": lambda _: endless(b"a" * MIB),
    "a bomb of gzip": lambda _: whole(200, bomb(), "Content-Encoding: gzip"),
    "a list of large items without end": lambda asked: whole(
        200,
        success(
            {
                "items": [
                    {"agentRuntimeEndpointId": f"{asked.query}-{number}", "description": "d" * 1000}
                    for number in range(2000)
                ],
                "total": 10**9,
            }
        ),
    ),
    "a long message that says not found": lambda _: whole(404, b'{"code":"X","message":"%b"}' % (b"'\"`" * 4 * MIB)),
    "brackets": lambda _: whole(200, b'{"code":"SUCCESS","data":[' + b"[]," * (5 * MIB) + b"[]]}"),
    "numbers without sense": lambda _: whole(
        200,
        b'{"code":"SUCCESS","data":{"items":[{"agentRuntimeEndpointId":"e","agentRuntimeEndpointName":"victim",'
        b'"status":"READY","scalingStatus":{"minInstances":%d,"currentInstances":1e400},"routingConfiguration":'
        b'{"versionWeights":[{"version":"4","weight":1e308}]}}],"total":1}}' % 10**26,
    ),
    "texts without end": lambda _: whole(
        200, success({"items": [DOCUMENT | {"statusReason": "x" * 2 * MIB, "status": "y" * MIB}], "total": 1})
    ),
    "a byte now and then": lambda _: dripping(success(DOCUMENT), 5.0),
}


@pytest.mark.alone  # the longer an object takes, the more often the evil runtime is asked meanwhile
@pytest.mark.parametrize("kind", ANSWERS)
def test_an_evil_runtime_stays_in_bounds_and_slows_no_other(kind: str, world: World, measured: Measured):
    usual = world.good_takes()
    pid = world.operator.process.pid
    world.evil = ANSWERS[kind]
    calls = len(world.emulator.calls())
    try:
        world.endpoints.change("victim", description=f"edited under {kind}")
        taken = max(world.good_takes() for _ in range(3))
        measured(f"s of work until an object and its edit were done beside {kind}, {usual:.1f} without", taken)
    finally:
        world.evil = None
    assert taken - usual < 4.0  # 2 s for each of two changes
    assert len(world.emulator.calls()) > calls
    assert world.operator.running
    assert world.operator.process.pid == pid
    measured(f"MiB at most after {kind}", world.resident() / MIB)
    assert world.resident() < MEMORY_LIMIT


def test_a_number_that_never_makes_sense_is_told_and_not_corrected_for_ever(world: World):
    world.endpoints.wait_ready("victim", 90)
    victim = json.dumps(world.emulator.endpoint("victim"))[:-1].encode()
    odd = victim + b',"scalingStatus":{"minInstances":%d},"routingConfiguration":{"versionWeights":[%b]}}' % (
        10**26,
        b'{"version":"4","weight":1e308}',
    )
    page = b'{"items":[%b],"total":1}' % odd

    def answer(asked: Asked) -> Evil | None:
        data = page if asked.action.startswith("List") else odd
        return whole(200, b'{"code":"SUCCESS","data":%b}' % data) if "RuntimeEndpoint" in asked.action else None

    world.evil = answer
    world.asked.clear()
    try:
        told = world.endpoints.wait_reason("victim", "NotConverging", kind="Synced", within=40)
        looks = len(world.asked)
        eventually(lambda: len(world.asked) > looks + 5, 30)
        writes = [asked for asked in world.asked if asked.method == "PUT"]
    finally:
        world.evil = None
    assert {each["path"] for each in told["status"]["drift"]} == {"routing.versionWeights", "scaling.minInstances"}
    assert len(writes) == 1


def test_what_was_held_up_is_made_up_for_once_agentrun_means_well(world: World, measured: Measured):
    world.endpoints.wait_ready("victim", 90)
    world.asked.clear()
    world.evil = ANSWERS["a byte now and then"]
    world.endpoints.change("victim", description="held up")
    world.endpoints.apply("late", agentRuntimeRef={"id": world.runtime_id})
    try:
        eventually(lambda: world.asked, 30, "a call that drips")
    finally:
        world.evil = None
    began = time.monotonic()
    world.endpoints.wait_ready("victim", 90)
    world.endpoints.wait_ready("late", 90)
    measured("s until an edit and a new object were done whose calls had dripped", time.monotonic() - began)
    found = world.emulator.endpoint("victim")
    assert found is not None
    assert found["description"] == "held up"


def test_an_object_at_rest_says_that_nothing_is_seen_while_an_answer_drips(world: World, measured: Measured):
    world.endpoints.wait_ready("victim", 90)
    world.evil = ANSWERS["a byte now and then"]
    began = time.monotonic()
    try:
        world.endpoints.wait_reason("victim", "Stale", within=6 + 5 + 5)
        measured("s until an object at rest was Stale (stale-after 6 s)", time.monotonic() - began)
    finally:
        world.evil = None
    world.endpoints.wait_ready("victim", 90)


def test_a_secret_that_agentrun_echoes_is_in_no_log_event_or_status(world: World):
    world.endpoints.kubectl.apply(
        credentials("tenant-ak", "tenant-secret-of-some-length", name="tenant")
        | {
            "metadata": {"name": "tenant"},
            "stringData": {
                "accessKeyId": "tenant-ak",
                "accessKeySecret": "tenant-secret-of-some-length",
                "securityToken": TOKEN,
            },
        }
    )
    said = {"code": f"Refused.{TOKEN}", "message": f"the token {TOKEN} is wrong", "requestId": TOKEN}
    called_with: set[str] = set()

    def echo(asked: Asked) -> Evil | None:
        called_with.update(asked.headers.values())
        return whole(400, json.dumps(said).encode()) if TOKEN in called_with else None

    world.evil = echo
    try:
        reference = {"id": world.runtime_id}
        world.endpoints.apply("tenant", agentRuntimeRef=reference, credentialsSecretRef={"name": "tenant"})
        world.endpoints.wait_reason("tenant", "Rejected", within=30)
        eventually(lambda: world.endpoints.events("tenant"))
        events = json.dumps(world.endpoints.kubectl.list("events"))
        everything = events + json.dumps(world.endpoints.get("tenant")) + world.operator.all_logs()
        metrics = world.operator.get("/metrics")[1]
    finally:
        world.evil = None
        world.endpoints.delete("tenant")
    assert TOKEN[:12] not in everything
    assert TOKEN[:12] not in metrics
    assert "Refused" in everything
    assert ACCESS_KEY_SECRET not in everything
