from typing import Any

import pytest

from agentrun_operator.controller.informer.ownership_index import OwnershipIndex
from agentrun_operator.controller.informer.store import Store, trimmed
from agentrun_operator.controller.keys import ObjectKey
from agentrun_operator.reconcile.observed import RuntimeSeen
from agentrun_operator.resources.names import CLAIM
from support.controller import body, key

RUNTIME = RuntimeSeen("runtime-1", "bot", ready=True, state="READY")
OLD, YOUNG = "2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z"


class World:
    """A store and the index of it, as the informer keeps them."""

    def __init__(self) -> None:
        self.store = Store()
        self.ownership = OwnershipIndex(self.store, "cn-hangzhou")

    def add(self, name: str, claim: str = "", **fields: Any) -> ObjectKey:
        made = body(name, annotations={CLAIM: claim} if claim else {}, **{"endpointName": "chat", **fields})
        self.store.put(made)
        self.ownership.note(key(name), trimmed(made))
        return key(name)

    def elder(self, of: ObjectKey) -> str:
        found = self.store.get(of)
        assert found is not None
        return self.ownership.elder(of, found, RUNTIME)


@pytest.fixture
def world() -> World:
    return World()


def test_an_object_alone_has_no_elder(world: World):
    assert world.elder(world.add("mine")) == ""


def test_the_elder_is_told_as_namespace_and_name(world: World):
    mine = world.add("mine", created=YOUNG)
    older = world.add("older", created=OLD)
    assert world.elder(mine) == "team-a/older"
    assert world.elder(older) == ""


def test_objects_of_other_endpoints_are_nobodys_elders(world: World):
    world.add("older", created=OLD, endpointName="other")
    assert world.elder(world.add("mine", created=YOUNG)) == ""


def test_one_that_observes_is_nobodys_elder(world: World):
    world.add("older", created=OLD, managementPolicy="Observe")
    assert world.elder(world.add("mine", created=YOUNG)) == ""


def test_a_change_to_observe_counts_at_once(world: World):
    mine = world.add("mine", created=YOUNG)
    world.add("older", created=OLD)
    world.add("older", created=OLD, version=2, generation=2, managementPolicy="Observe")
    assert world.elder(mine) == ""


def test_other_credentials_count_once_they_have_reached_the_runtime(world: World):
    mine = world.add("mine", created=YOUNG)
    secret: dict[str, Any] = {"credentialsSecretRef": {"name": "aliyun"}}
    world.add("older", created=OLD, **secret)
    assert world.elder(mine) == ""
    world.store.refresh(
        body("older", version=2, created=OLD, endpointName="chat", status={"agentRuntimeId": "runtime-1"}, **secret)
    )
    assert world.elder(mine) == "team-a/older"


def test_one_that_names_my_runtime_and_was_not_led_there_yet_counts(world: World):
    world.add("older", created=OLD, agentRuntimeRef={"name": "bot"})
    assert world.elder(world.add("mine", created=YOUNG)) == "team-a/older"


def test_when_an_object_is_gone_those_of_the_same_endpoint_name_are_told(world: World):
    older, mine, other = world.add("older", created=OLD), world.add("mine"), world.add("other", endpointName="else")
    assert world.ownership.forget(older) == {mine}
    world.store.remove(body("older"))
    assert world.elder(mine) == ""
    assert world.ownership.forget(other) == set()


def test_forgetting_an_unknown_object_is_no_error(world: World):
    assert world.ownership.forget(key("unknown")) == set()


def test_an_object_made_anew_for_another_endpoint_leaves_its_old_place(world: World):
    mine = world.add("mine", created=YOUNG)
    world.add("older", created=OLD)
    world.add("older", created=OLD, version=5, uid="new", endpointName="else")
    assert world.elder(mine) == ""
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
    world.elder(mine)
    assert world.ownership._keys == {}
    assert world.ownership._spots == {}


def test_the_same_endpoint_name_in_other_runtimes_concerns_nobody(world: World):
    mine = world.add("mine", agentRuntimeRef={"id": "runtime-1"})
    for number in range(2, 50):
        world.add(f"of-{number}", created=OLD, agentRuntimeRef={"id": f"runtime-{number}"})
        world.add(f"of-name-{number}", created=OLD, agentRuntimeRef={"name": f"bot-{number}"})
    assert world.elder(mine) == ""
    assert world.ownership.forget(mine) == set()


def test_one_that_was_led_by_name_to_a_runtime_that_was_renamed_since_is_still_met_there(world: World):
    older = world.add("older", created=OLD, agentRuntimeRef={"name": "former-name"})
    world.elder(older)
    world.store.refresh(
        body("older", version=2, created=OLD, endpointName="chat", agentRuntimeRef={"name": "former-name"})
        | {"status": {"agentRuntimeId": "runtime-1"}}
    )
    assert world.elder(world.add("mine", created=YOUNG)) == "team-a/older"


def test_an_object_that_comes_with_a_recorded_runtime_is_met_there(world: World):
    world.add("older", created=OLD, agentRuntimeRef={"name": "former"}, status={"agentRuntimeId": "runtime-1"})
    assert world.elder(world.add("mine", created=YOUNG)) == "team-a/older"


def test_one_that_waited_by_name_is_told_when_the_one_by_id_is_gone(world: World):
    older = world.add("older", created=OLD, agentRuntimeRef={"id": "runtime-1"})
    waiting = world.add("waiting", created=YOUNG, agentRuntimeRef={"name": "bot"})
    assert world.elder(waiting) == "team-a/older"
    assert world.ownership.forget(older) == {waiting}


OTHER_RUNTIME = "another/runtime-1/chat"
"""A claim that was copied with an object: its uid is another's."""


def claim_of(name: str) -> str:
    return f"uid-of-{name}/runtime-1/chat"


def test_an_older_one_that_has_no_claim_takes_nothing_from_one_that_has(world: World):
    world.add("older", created=OLD)
    mine = world.add("mine", created=YOUNG, claim=claim_of("mine"))
    assert world.elder(mine) == ""


def test_an_older_one_that_adopted_it_has_it(world: World):
    world.add("older", created=OLD, claim=claim_of("older"))
    mine = world.add("mine", created=YOUNG, claim=claim_of("mine"))
    assert world.elder(mine) == "team-a/older"


def test_a_copied_claim_is_none(world: World):
    world.add("older", created=OLD)
    mine = world.add("mine", created=YOUNG, claim=OTHER_RUNTIME)
    assert world.elder(mine) == "team-a/older"


@pytest.mark.parametrize(
    ("fields", "heir"),
    [
        pytest.param({"claim": claim_of("other")}, "team-a/other", id="adopted it"),
        pytest.param({}, "", id="only wants it"),
        pytest.param({"claim": OTHER_RUNTIME}, "", id="a copied claim"),
        pytest.param({"claim": claim_of("other"), "deleted": YOUNG}, "", id="is being deleted too"),
        pytest.param({"claim": claim_of("other"), "managementPolicy": "Observe"}, "", id="observes now"),
        pytest.param({"claim": claim_of("other"), "endpointName": "prod"}, "", id="another endpoint now"),
    ],
)
def test_who_inherits_the_endpoint_of_an_object_that_goes(world: World, fields: dict[str, Any], heir: str):
    mine = world.add("mine", claim=claim_of("mine"), deleted=YOUNG)
    world.add("other", **fields)
    found = world.store.get(mine)
    assert found is not None
    assert world.ownership.heir(mine, found, RUNTIME) == heir
