"""One endpoint that AgentRun tells of in a way that makes no sense: its own object says so, and no other notices."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from agentrun_operator.controller.worker.object_memory import LIST_LAG
from agentrun_operator.controlplane import ControlPlane
from support.cluster import eventually
from support.endpoints import says
from support.evil_server import Asked, Evil, whole
from support.evil_world import World, new_world
from support.fault_stage import CREATE, GET, LIST, UPDATE

REQUEST = "request-that-was-odd"
MARK = '"@"'

Json = dict[str, Any]


@pytest.fixture(scope="module")
def world(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with new_world(control_plane, tmp_path_factory.mktemp("odd")) as world:
        world.endpoints.apply("beside", "evil-bot")
        world.endpoints.wait_ready("beside")
        yield world


def without(document: Json, *names: str) -> Json:
    return {name: value for name, value in document.items() if name not in names}


def weights(*canaries: object) -> Json:
    return {"routingConfiguration": {"versionWeights": list(canaries)}}


ID, NAME = "agentRuntimeEndpointId", "agentRuntimeEndpointName"
TOLD: dict[str, Callable[[Json], str]] = {
    "half an emoji": lambda found: json.dumps(found | {"statusReason": "\ud83d"}),
    "an object for a description": lambda found: json.dumps(found | {"description": {"a": 1}}),
    "a word for a weight": lambda found: json.dumps(found | weights({"version": "4", "weight": "ten"})),
    "no number for a weight": lambda found: json.dumps(found | weights({"version": "4", "weight": float("nan")})),
    "canaries that are none": lambda found: json.dumps(found | weights(None, 5, "x")),
    "a list for a state": lambda found: json.dumps(found | {"status": ["READY"]}),
    "a list for an address": lambda found: json.dumps(found | {"endpointPublicUrl": [1]}),
    "no id": lambda found: json.dumps(without(found, ID)),
    "an object for an id": lambda found: json.dumps(found | {ID: {"a": 1}}),
    "an object for a name": lambda found: json.dumps(found | {NAME: {"a": 1}}),
    "nested without end": lambda found: json.dumps(found | {"scalingStatus": "@"}).replace(
        MARK, "[" * 5000 + "]" * 5000
    ),
}
UNTOLD: dict[str, Callable[[Json], str]] = {
    "no name": lambda found: json.dumps(without(found, NAME)),
    "neither": lambda found: json.dumps(without(found, ID, NAME)),
    "null": lambda _: "null",
    "a text": lambda _: '"victim"',
    "nothing": lambda _: "{}",
    "a number without end": lambda found: json.dumps(found | {"mood": "@"}).replace(MARK, "9" * 5000),
    "twice": lambda found: f"{json.dumps(found)},{json.dumps(found | {NAME: ['x']})}",
}


def answering(world: World, odd: Callable[[Json], str], name: str = "victim") -> Callable[[Asked], Evil | None]:
    """Whatever is asked of the one endpoint is answered oddly, and what else is on a page as it is.

    No list is handed on: one that was asked for before the endpoint was made may be answered after, with its name.
    """

    def answer(asked: Asked) -> Evil | None:
        there = {each[NAME]: each for each in world.emulator.endpoints() if each["agentRuntimeId"] == world.runtime_id}
        if asked.action == LIST:
            told = [odd(each) if each[NAME] == name else json.dumps(each) for each in there.values()]
            return success(f'{{"items":[{",".join(told)}]}}')
        if asked.action == GET and name in there and odd in TOLD.values():
            return success(odd(there[name])) if asked.path.endswith(there[name][ID]) else None
        return None

    return answer


def success(data: str) -> Evil:
    return whole(200, f'\ufeff{{"code":"SUCCESS","requestId":"{REQUEST}","data":{data}}}'.encode())


@pytest.mark.parametrize("shape", TOLD | UNTOLD)
def test_an_odd_endpoint_hides_no_other_and_is_never_taken_for_absent(shape: str, world: World):
    world.endpoints.wait_ready("victim", 90)
    eventually(lambda: REQUEST not in message(world), 30, "the one before is odd no longer")
    began = now()
    before = world.emulator.endpoint("victim")
    assert before is not None
    calls = len(world.emulator.calls())
    world.evil = answering(world, (TOLD | UNTOLD)[shape])
    world.asked.clear()
    try:
        world.endpoints.change("beside", description=f"edited beside {shape}")
        world.endpoints.wait_ready("beside", 20)
        world.endpoints.apply("later", "evil-bot")
        world.endpoints.wait_ready("later", 20)
        world.endpoints.delete("later")
        eventually(lambda: world.emulator.endpoint("later") is None, 20, "later gone")
        if shape in TOLD:
            eventually(lambda: REQUEST in message(world), 20, "the victim told with the request")
            eventually(lambda: warnings(world, "victim", since=began), 20, "an event")
        looks = len([asked for asked in world.asked if asked.action == LIST])
        eventually(lambda: len([asked for asked in world.asked if asked.action == LIST]) > looks + 3, 30, "more looks")
    finally:
        world.evil = None
    beside = world.emulator.endpoint("beside")
    assert beside is not None
    assert beside["description"] == f"edited beside {shape}"
    after = world.emulator.endpoint("victim")
    assert after is not None
    assert after[ID] == before[ID]
    writes = [call for call in world.emulator.calls()[calls:] if call.action in (CREATE, UPDATE)]
    assert len([call for call in writes if call.action == CREATE]) == 1  # later
    assert len(writes) <= 3  # at most one to mend what cannot be read
    assert [each for each in warnings(world, "beside") if REQUEST in each["message"]] == []


def test_what_is_odd_is_told_once(world: World):
    world.endpoints.wait_ready("victim", 90)
    eventually(lambda: REQUEST not in message(world), 30, "the one before is odd no longer")
    began = now()
    world.evil = answering(world, TOLD["a list for an address"])
    try:
        eventually(lambda: REQUEST in message(world), 20, "the victim told")
        version = world.endpoints.get("victim")["metadata"]["resourceVersion"]
        world.asked.clear()
        eventually(lambda: len([asked for asked in world.asked if asked.action == LIST]) > 5, 40, "more looks")
        assert world.endpoints.get("victim")["metadata"]["resourceVersion"] == version
        assert says(world.endpoints.get("victim"), "Ready") == "True"
    finally:
        world.evil = None
    assert len(warnings(world, "victim", since=began)) <= 1
    eventually(lambda: REQUEST not in message(world), 30, "it is odd no longer")


@pytest.mark.parametrize(
    "data",
    [{}, [], "x", {ID: ["x"], "status": {}}, {"description": "\ud83d", "status": 7}, {"status": "READY", ID: None}],
    ids=repr,
)
def test_an_odd_answer_to_a_write_fails_no_write_and_has_none_sent_again(data: object, world: World):
    world.number += 1
    name = f"written-{world.number}"
    odd = {"status": 200, "body": {"code": "SUCCESS", "requestId": REQUEST, "data": data}, "afterEffect": True}
    for action in (CREATE, UPDATE):
        world.emulator.fault(action, endpointName=name, **odd)
    calls = len(world.emulator.calls())
    world.endpoints.apply(name)
    world.endpoints.wait_ready(name, 30)
    world.endpoints.change(name, description="edited")
    world.endpoints.wait_ready(name, 30)
    sent = [call.action for call in world.emulator.calls()[calls:] if call.action in (CREATE, UPDATE)]
    world.emulator.heal()
    assert sent == [CREATE, UPDATE]
    assert {each["reason"] for each in warnings(world, name)} <= {"UnknownState"}


@pytest.mark.parametrize(
    "shape", ["an object for a description", "a list for a state", "no id", "an object for a name"]
)
def test_an_odd_endpoint_is_deleted_and_its_object_goes_once_it_is_gone(shape: str, world: World):
    world.endpoints.apply("going", "evil-bot")
    world.endpoints.wait_ready("going", 30)
    world.evil = answering(world, TOLD[shape], "going")
    try:
        eventually(lambda: REQUEST in message(world, "going"), 20, "it told")
        world.endpoints.delete("going")
        world.endpoints.wait_gone("going", 30)
    finally:
        world.evil = None
    assert world.emulator.endpoint("going") is None


@pytest.mark.parametrize("shape", ["neither", "an object for a name"])
def test_nothing_is_made_twice_where_agentrun_tells_no_name_of_what_was_made(shape: str, world: World):
    world.number += 1
    name = f"made-{world.number}"
    answer = {"status": 200, "body": {"code": "SUCCESS", "requestId": REQUEST, "data": {}}, "afterEffect": True}
    world.emulator.fault(CREATE, endpointName=name, **answer)
    world.evil = answering(world, (TOLD | UNTOLD)[shape], name)
    calls = len(world.emulator.calls())
    try:
        world.endpoints.apply(name, "evil-bot")
        found = world.endpoints.wait_reason(name, "RemoteUnavailable", within=30)
        over = time.monotonic() + LIST_LAG + 5
        eventually(lambda: time.monotonic() > over, LIST_LAG + 10, "lists lag no longer than that")
    finally:
        world.evil = None
        world.emulator.heal()
    assert f"which may be {name}" in json.dumps(found)
    world.endpoints.wait_ready(name, 60)
    assert [call.action for call in world.emulator.calls()[calls:] if call.action == CREATE] == [CREATE]


def message(world: World, name: str = "victim") -> str:
    found = world.endpoints.get(name)["status"]["conditions"]
    return str(next(each["message"] for each in found if each["type"] == "Ready"))


def now() -> str:
    """The time as events have it. One that an earlier test caused may be posted only during the next."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def warnings(world: World, name: str, since: str = "") -> list[Json]:
    """Of what was told since a time, whenever it was posted."""
    found = [event for event in world.endpoints.kubectl.list("events") if event["involvedObject"]["name"] == name]
    return [event for event in found if event["type"] == "Warning" and event["eventTime"] >= since]
