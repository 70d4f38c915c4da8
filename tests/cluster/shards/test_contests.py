"""Two shards want one endpoint, or one shard ends: neither fights, and neither waits for the other."""

from typing import Any

import pytest

from support.cluster import condition, eventually
from support.emulator import Emulator
from support.endpoints import Endpoints, Object, says
from support.shards import SHARD_KEY, NewOperator, Shards

UPDATE = "UpdateAgentRuntimeEndpoint"
LIST = "ListAgentRuntimeEndpoints"


def reason(found: Object) -> str:
    return str((condition(found, "Ready") or {}).get("reason"))


def looked_again(emulator: Emulator) -> None:
    """Both operators have looked at AgentRun since."""
    before = emulator.counts()[LIST]
    eventually(lambda: emulator.counts()[LIST] >= before + 4, within=15)


def test_two_that_adopt_one_endpoint_do_not_fight(shards: Shards, emulator: Emulator, runtime_id: str):
    emulator.add_endpoint(runtime_id, "chat", description="by hand")
    shards.apply("first", "blue", endpointName="chat", description="blue", adoptionPolicy="Adopt")
    shards.apply("second", "green", endpointName="chat", description="green", adoptionPolicy="Adopt")
    both = ("first", "second")

    def settled() -> list[str]:
        found = sorted(both, key=lambda name: says(shards.endpoints.get(name), "Ready"))
        return found if [reason(shards.endpoints.get(name)) for name in found] == ["Conflict", "Available"] else []

    loser, winner = eventually(settled, within=20, what="one that has it and one in conflict")
    looked_again(emulator)

    assert settled() == [loser, winner]
    assert len(emulator.calls(UPDATE)) == 1
    wanted = shards.endpoints.get(winner)["spec"]["description"]
    assert (emulator.endpoint("chat") or {})["description"] == wanted
    assert "claim" not in shards.endpoints.get(loser)["status"]
    shards.endpoints.delete(loser)
    shards.endpoints.wait_gone(loser)
    assert emulator.endpoint("chat") is not None


def test_who_made_an_endpoint_keeps_it_from_who_would_adopt_it(shards: Shards, emulator: Emulator):
    shards.apply("maker", "blue", endpointName="chat", description="blue")
    shards.endpoints.wait_ready("maker")

    shards.apply("taker", "green", endpointName="chat", description="green", adoptionPolicy="Adopt")

    found = shards.endpoints.wait_reason("taker", "Conflict")
    assert "belongs to" in (condition(found, "Ready") or {})["message"]
    assert "finalizers" not in found["metadata"]
    assert emulator.calls(UPDATE) == []
    shards.endpoints.delete("maker")
    shards.endpoints.wait_gone("maker")
    shards.endpoints.annotate("taker", reconcile_requested_at="now")
    shards.endpoints.wait_ready("taker")


def test_a_shard_that_is_killed_slows_the_other_by_nothing(shards: Shards, emulator: Emulator):
    shards.apply("of-blue", "blue")
    shards.endpoints.wait_ready("of-blue")

    shards.blue.kill()
    shards.apply("of-green", "green")

    shards.endpoints.wait_ready("of-green", within=5)
    assert shards.green.get("/readyz")[0] == 200
    shards.blue.start(wait=False)
    shards.blue.wait_leading(within=30)
    shards.endpoints.change("of-blue", description="edited")
    eventually(lambda: (emulator.endpoint("of-blue") or {})["description"] == "edited")


@pytest.mark.parametrize("selector", [f"{SHARD_KEY} in (blue, red)", ""], ids=["an overlap", "no selector"])
def test_an_operator_that_may_cover_the_same_objects_waits(new_operator: NewOperator, selector: str):
    blue, other = new_operator(f"{SHARD_KEY}=blue"), new_operator(selector)
    blue.start().wait_leading()

    other.start(wait=False)

    eventually(lambda: "waiting: " in other.get("/readyz")[1])
    status, told = other.get("/readyz")
    assert status == 503
    assert f"looks after objects with {SHARD_KEY}=blue" in told
    assert other.metrics()["agentrun_leader"] == 0
    assert blue.terminate() == 0
    other.wait_leading()
    eventually(lambda: other.get("/readyz")[0] == 200)
    assert other.log().count("Not working yet") == 1


def test_of_operators_that_start_at_once_for_the_same_objects_one_leads(new_operator: NewOperator):
    selectors = [f"{SHARD_KEY} in (blue, {each})" for each in ("green", "red", "grey")]
    racers = [new_operator(selector) for selector in selectors]

    for each in racers:
        each.start(wait=False)

    def leading() -> list[Any]:
        return [each for each in racers if each.metrics().get("agentrun_leader")]

    eventually(leading, within=30)
    for left in (2, 1):
        (leader,) = leading()
        assert leader.terminate() == 0
        racers.remove(leader)
        eventually(lambda: len(leading()) == 1, within=40, what=f"one of {left} leading")


def test_an_operator_without_a_selector_sees_to_objects_whatever_their_labels(
    new_operator: NewOperator, endpoints: Endpoints
):
    plain = new_operator("").start()
    Shards(plain, plain, endpoints).apply("chat", "blue")

    endpoints.wait_ready("chat")

    eventually(lambda: plain.writes() == {"finalizer": 1, "claim": 1, "status": 1})
