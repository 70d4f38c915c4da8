"""Objects go from one shard to another: each is looked after by one operator, and its endpoint is made once."""

from functools import partial

from agentrun_operator.resources.names import ENDPOINT_LABEL, FINALIZER
from support.cluster import Kubectl, eventually
from support.emulator import Emulator
from support.endpoints import KIND
from support.shards import SHARD_KEY, Shards

CREATE, UPDATE, DELETE = (f"{verb}AgentRuntimeEndpoint" for verb in ("Create", "Update", "Delete"))


def effects(emulator: Emulator) -> list[str]:
    """What was changed in AgentRun, in order."""
    return [call.action for call in emulator.effects()]


def description(emulator: Emulator, name: str) -> str:
    return str((emulator.endpoint(name) or {}).get("description"))


def says(emulator: Emulator, text: str) -> bool:
    return description(emulator, "chat") == text


def test_an_object_that_moves_is_looked_after_by_the_other_operator(shards: Shards, emulator: Emulator):
    shards.apply("chat", "blue", description="one")
    shards.endpoints.wait_ready("chat")
    eventually(lambda: shards.blue.told("chat") == ["Created", "Ready"])

    shards.move("chat", "green")
    shards.endpoints.change("chat", description="two")

    eventually(lambda: description(emulator, "chat") == "two")
    shards.endpoints.wait_ready("chat")
    eventually(lambda: "Updated" in shards.green.told("chat"))
    assert "Updated" not in shards.blue.told("chat")
    assert effects(emulator) == [CREATE, UPDATE]


def test_an_object_that_goes_back_and_forth_at_once_is_never_unowned_or_doubled(shards: Shards, emulator: Emulator):
    shards.apply("chat", "blue", description="0")
    for turn in range(1, 9):
        shards.move("chat", "green" if turn % 2 else "blue")
        if turn % 3 == 0:
            shards.endpoints.change("chat", description=str(turn))
            eventually(partial(says, emulator, str(turn)))

    shards.endpoints.change("chat", description="last")
    eventually(lambda: description(emulator, "chat") == "last")
    shards.endpoints.wait_ready("chat")
    assert [effects(emulator).count(action) for action in (CREATE, DELETE)] == [1, 0]
    assert len(emulator.endpoints()) == 1
    shards.endpoints.delete("chat")
    shards.endpoints.wait_gone("chat")
    assert emulator.endpoints() == []


def test_an_object_that_moves_while_its_endpoint_is_made_keeps_it(shards: Shards, emulator: Emulator):
    emulator.fault(CREATE, drop="after")
    emulator.behave(transitions={"create": 2.0})
    shards.apply("chat", "blue")
    eventually(lambda: emulator.endpoint("chat"))

    shards.move("chat", "green")

    found = shards.endpoints.wait_ready("chat", within=25)
    assert found["status"]["endpointId"] == (emulator.endpoint("chat") or {})["agentRuntimeEndpointId"]
    assert effects(emulator) == [CREATE]


def test_an_object_that_nobody_covers_is_left_as_it_is_and_taken_up_again(
    shards: Shards, emulator: Emulator, kubectl: Kubectl
):
    shards.apply("chat", "blue", description="one")
    shards.apply("other", "blue")
    shards.endpoints.wait_ready("chat")
    shards.endpoints.wait_ready("other")

    shards.move("chat", None)
    shards.endpoints.change("chat", description="two")
    shards.endpoints.change("other", description="seen after it")
    shards.endpoints.wait_ready("other")

    found = shards.endpoints.get("chat")
    assert FINALIZER in found["metadata"]["finalizers"]
    assert found["status"]["observedGeneration"] == 1
    assert description(emulator, "chat") == "one"
    assert DELETE not in effects(emulator)
    shards.move("chat", "blue")
    eventually(lambda: description(emulator, "chat") == "two")
    assert kubectl.get(KIND, "chat") is not None


def test_the_endpoints_label_comes_with_the_finalizer_and_comes_back(shards: Shards, emulator: Emulator):
    shards.apply("chat", "blue")
    before = shards.endpoints.wait_ready("chat")["metadata"]["labels"]
    eventually(lambda: shards.blue.writes() == {"finalizer": 1, "claim": 1, "status": 1})

    shards.endpoints.kubectl.patch(KIND, "chat", {"metadata": {"labels": {ENDPOINT_LABEL: None}}})

    eventually(lambda: shards.endpoints.get("chat")["metadata"]["labels"] == before)
    assert set(before) == {SHARD_KEY, ENDPOINT_LABEL}
    eventually(lambda: shards.blue.writes() == {"finalizer": 1, "claim": 1, "status": 1, "label": 1})
    shards.endpoints.delete("chat")
    shards.endpoints.wait_gone("chat")
    eventually(lambda: shards.blue.writes() == {"finalizer": 1, "claim": 1, "status": 1, "label": 1, "release": 1})
    assert effects(emulator) == [CREATE, DELETE]
