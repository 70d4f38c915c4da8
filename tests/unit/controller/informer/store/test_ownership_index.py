from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from agentrun_operator.controller.informer.store.ownership_index import OwnershipIndex
from agentrun_operator.controller.informer.store.reading import leftover_of, trimmed
from agentrun_operator.controller.informer.store.store import Store
from agentrun_operator.controller.keys import ObjectKey, key_of
from agentrun_operator.reconcile.state.observed import RuntimeSeen
from agentrun_operator.resources.names import PAUSED
from support.controller import Body, body, claim, desired, key
from support.objects import a_condition

RUNTIME = RuntimeSeen("runtime-1", "bot", ready=True, state="READY")
OLD, YOUNG = "2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z"


CREATED: dict[str, Any] = {"agentRuntimeId": "runtime-1", "endpointId": "e1"}
"""The status of whoever has the endpoint."""
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class World:
    """A store and the index of it, as the informer keeps them."""

    def __init__(self) -> None:
        self.store = Store()
        self.ownership = OwnershipIndex(self.store, "cn-hangzhou")

    def add(
        self, name: str, held: Body | None = None, status: Mapping[str, Any] | None = None, **fields: Any
    ) -> ObjectKey:
        claimed = {"claim": held} if held else {}
        made = body(name, status=claimed | dict(status or {}), **{"endpointName": "chat", **fields})
        self.store.put(made)
        self.ownership.note(key_of(made), trimmed(made))
        return key_of(made)

    def rival(self, of: ObjectKey) -> str:
        found = self.store.get(of)
        assert found is not None
        return self.ownership.rival(of, found, RUNTIME)


@pytest.fixture
def world() -> World:
    return World()


def test_an_object_alone_has_no_elder(world: World):
    assert world.rival(world.add("mine")) == ""


def test_the_elder_is_told_as_namespace_and_name(world: World):
    mine = world.add("mine", created=YOUNG)
    older = world.add("older", created=OLD)
    assert world.rival(mine) == "team-a/older"
    assert world.rival(older) == ""


def test_objects_of_other_endpoints_are_nobodys_elders(world: World):
    world.add("older", created=OLD, endpointName="other")
    assert world.rival(world.add("mine", created=YOUNG)) == ""


def test_one_that_observes_is_nobodys_elder(world: World):
    world.add("older", created=OLD, managementPolicy="Observe")
    assert world.rival(world.add("mine", created=YOUNG)) == ""


def test_a_change_to_observe_counts_at_once(world: World):
    mine = world.add("mine", created=YOUNG)
    world.add("older", created=OLD)
    world.add("older", created=OLD, version=2, generation=2, managementPolicy="Observe")
    assert world.rival(mine) == ""


def test_other_credentials_count_once_they_have_reached_the_runtime(world: World):
    mine = world.add("mine", created=YOUNG)
    secret: dict[str, Any] = {"credentialsSecretRef": {"name": "aliyun"}}
    world.add("older", created=OLD, **secret)
    assert world.rival(mine) == ""
    world.store.refresh(
        body("older", version=2, created=OLD, endpointName="chat", status={"agentRuntimeId": "runtime-1"}, **secret)
    )
    assert world.rival(mine) == "team-a/older"


def test_one_that_names_my_runtime_and_was_not_led_there_yet_counts(world: World):
    world.add("older", created=OLD, agentRuntimeRef={"name": "bot"})
    assert world.rival(world.add("mine", created=YOUNG)) == "team-a/older"


def test_when_an_object_is_gone_those_of_the_same_endpoint_name_are_told(world: World):
    older, mine, other = world.add("older", created=OLD), world.add("mine"), world.add("other", endpointName="else")
    assert world.ownership.forget(older) == {mine}
    world.store.remove(body("older"))
    assert world.rival(mine) == ""
    assert world.ownership.forget(other) == set()


def test_forgetting_an_unknown_object_is_no_error(world: World):
    assert world.ownership.forget(key("unknown")) == set()


def test_an_object_made_anew_for_another_endpoint_leaves_its_old_place(world: World):
    mine = world.add("mine", created=YOUNG)
    world.add("older", created=OLD)
    world.add("older", created=OLD, version=5, uid="new", endpointName="else")
    assert world.rival(mine) == ""
    assert world.ownership.forget(mine) == set()


def test_nothing_is_kept_of_objects_that_are_gone(world: World):
    for number in range(10):
        world.add(f"object-{number}", endpointName="another")
        again = world.add(f"object-{number}", version=5, uid="new", endpointName=f"name-{number % 3}")
        world.ownership.forget(again)
    assert world.ownership._keys == {}
    assert world.ownership._spots == {}


def test_an_object_that_went_during_its_pass_is_not_indexed_again(world: World):
    mine = world.add("mine")
    world.ownership.forget(mine)
    world.rival(mine)
    assert world.ownership._keys == {}
    assert world.ownership._spots == {}


def test_the_same_endpoint_name_in_other_runtimes_concerns_nobody(world: World):
    mine = world.add("mine", agentRuntimeRef={"id": "runtime-1"})
    for number in range(2, 50):
        world.add(f"of-{number}", created=OLD, agentRuntimeRef={"id": f"runtime-{number}"})
        world.add(f"of-name-{number}", created=OLD, agentRuntimeRef={"name": f"bot-{number}"})
    assert world.rival(mine) == ""
    assert world.ownership.forget(mine) == set()


def test_one_that_was_led_by_name_to_a_runtime_that_was_renamed_since_is_still_met_there(world: World):
    older = world.add("older", created=OLD, agentRuntimeRef={"name": "former-name"})
    world.rival(older)
    world.store.refresh(
        body("older", version=2, created=OLD, endpointName="chat", agentRuntimeRef={"name": "former-name"})
        | {"status": {"agentRuntimeId": "runtime-1"}}
    )
    assert world.rival(world.add("mine", created=YOUNG)) == "team-a/older"


def test_an_object_that_comes_with_a_recorded_runtime_is_met_there(world: World):
    world.add("older", created=OLD, agentRuntimeRef={"name": "former"}, status={"agentRuntimeId": "runtime-1"})
    assert world.rival(world.add("mine", created=YOUNG)) == "team-a/older"


def test_one_that_waited_by_name_is_told_when_the_one_by_id_is_gone(world: World):
    older = world.add("older", created=OLD, agentRuntimeRef={"id": "runtime-1"})
    waiting = world.add("waiting", created=YOUNG, agentRuntimeRef={"name": "bot"})
    assert world.rival(waiting) == "team-a/older"
    assert world.ownership.forget(older) == {waiting}


COPIED = claim("another")
"""A claim that was copied with an object: its uid is another's."""


def claim_of(name: str, since: str = YOUNG) -> Body:
    return claim(f"uid-of-{name}", since=since)


def test_an_older_one_that_has_no_claim_takes_nothing_from_one_that_has(world: World):
    world.add("older", created=OLD)
    mine = world.add("mine", created=YOUNG, held=claim_of("mine"))
    assert world.rival(mine) == ""


def test_of_two_claims_the_earlier_one_stands_whoever_is_older(world: World):
    older = world.add("older", created=OLD, held=claim_of("older", since=YOUNG))
    mine = world.add("mine", created=YOUNG, held=claim_of("mine", since=OLD))
    assert world.rival(mine) == ""
    assert world.rival(older) == "team-a/mine"


def test_whose_endpoint_was_seen_keeps_it_from_an_earlier_claim_that_has_none(world: World):
    """Somebody claims, pauses before the create, and wants the endpoint when another has made it."""
    early = world.add("early", created=OLD, held=claim_of("early", since=OLD), adoptionPolicy="Adopt")
    holder = world.add("holder", created=YOUNG, held=claim_of("holder", since=YOUNG), status=CREATED)
    assert world.rival(early) == "team-a/holder"
    assert world.rival(holder) == ""


def test_who_has_an_endpoint_and_only_observes_it_now_keeps_it(world: World):
    world.add("holder", created=YOUNG, held=claim_of("holder"), status=CREATED, managementPolicy="Observe")
    assert world.rival(world.add("other", created=OLD, adoptionPolicy="Adopt")) == "team-a/holder"


def test_what_a_torn_away_object_left_behind_is_told_by_the_objects_name(world: World):
    left = leftover_of(
        body("torn", endpointName="chat", status={"claim": claim_of("torn")}),
        desired("torn", endpointName="chat"),
        NOON,
    )
    world.store.keep_leftover(left)
    world.ownership.note(key_of(left), left)
    assert world.rival(world.add("other", created=OLD)) == "team-a/torn"


def test_of_two_claims_of_one_second_one_stands(world: World):
    first, second = (world.add(name, held=claim_of(name)) for name in ("a", "b"))
    assert (world.rival(first), world.rival(second)) == ("", "team-a/a")


def test_a_copied_claim_is_none(world: World):
    world.add("older", created=OLD)
    mine = world.add("mine", created=YOUNG, held=COPIED)
    assert world.rival(mine) == "team-a/older"


def test_a_younger_one_that_has_it_keeps_it_from_an_older_one_that_only_wants_it(world: World):
    """Somebody made an object early, which only observed, and lets it adopt the endpoint now."""
    early = world.add("early", created=OLD, adoptionPolicy="Adopt")
    world.add("holder", created=YOUNG, held=claim_of("holder"))
    assert world.rival(early) == "team-a/holder"


def refused(reason: str, **status: Any) -> dict[str, Any]:
    return {"status": status | {"conditions": [a_condition("Synced", f"False {reason}")]}}


@pytest.mark.parametrize(
    ("older", "counts"),
    [
        pytest.param(refused("CredentialsRejected"), False, id="its key may only read"),
        pytest.param(refused("CredentialsNotFound"), False, id="its Secret is gone"),
        pytest.param(refused("CredentialsNotAllowed"), False, id="it may not use the operator's credentials"),
        pytest.param(refused("RuntimeNotFound"), False, id="it has no such runtime"),
        pytest.param(refused("RegionNotServed"), False, id="its region is not served"),
        pytest.param({"annotations": {PAUSED: "true"}}, False, id="it is paused"),
        pytest.param({"annotations": {PAUSED: "false"}}, True, id="it is not paused"),
        pytest.param(refused("Rejected"), True, id="AgentRun refuses what it asks for: an edit may mend that"),
        pytest.param(refused("Throttled"), True, id="it waits its turn"),
        pytest.param({"held": claim_of("older")} | refused("CredentialsRejected"), False, id="a bare claim"),
        pytest.param({"held": claim_of("older")} | refused("CredentialsRejected", **CREATED), True, id="it has it"),
        pytest.param({"held": COPIED} | refused("CredentialsRejected", **CREATED), False, id="a copied claim"),
    ],
)
def test_who_cannot_work_does_not_count_unless_it_has_the_endpoint(
    world: World, older: dict[str, Any], *, counts: bool
):
    world.add("older", created=OLD, **older)
    assert bool(world.rival(world.add("mine", created=YOUNG))) is counts


def test_a_rival_in_another_namespace_is_not_named(world: World):
    world.add("secret-project", namespace="team-b", created=OLD)
    assert world.rival(world.add("mine", created=YOUNG)) == "an object of another namespace"
