from typing import Any

import pytest

from agentrun_operator.controller.informer.lanes import lane_of
from agentrun_operator.controller.keys import AccountKey
from agentrun_operator.observation.ownership import (
    account_of,
    age_of,
    first_rival,
    may_manage,
    place_of,
    same_endpoint,
)
from agentrun_operator.resources.names import FINALIZER, PAUSED
from support.controller import body, claim, key

REGION = "cn-hangzhou"
BY_ID: dict[str, Any] = {"agentRuntimeRef": {"id": "r1"}}
BY_NAME: dict[str, Any] = {"agentRuntimeRef": {"name": "bot"}}
SEEN: dict[str, Any] = {"status": {"agentRuntimeId": "r1"}}
SECRET: dict[str, Any] = {"credentialsSecretRef": {"name": "aliyun"}}


def test_credentials_come_from_the_secret_that_is_named_else_from_the_operator():
    assert account_of(body("chat", **SECRET), REGION) == AccountKey("team-a", "aliyun", REGION)
    assert account_of(body("chat"), REGION) == AccountKey("", "", REGION)


def test_the_operators_own_credentials_are_one_source_for_all_namespaces():
    assert account_of(body("chat", namespace="a"), REGION) == account_of(body("chat", namespace="b"), REGION)


def test_a_region_in_the_spec_wins_over_the_operators():
    assert account_of(body("chat", region="cn-beijing"), REGION)[2] == "cn-beijing"


def test_a_source_is_told_without_anything_secret():
    assert str(AccountKey("team-a", "aliyun", REGION)) == "team-a/aliyun"
    assert str(AccountKey("", "", REGION)) == "the operator's own credentials"


def test_a_lane_is_an_account_and_a_runtime():
    assert lane_of(body("a", **BY_ID), REGION) == lane_of(body("b", **BY_ID), REGION)
    assert lane_of(body("a", **BY_ID), REGION) != lane_of(body("a", **BY_NAME), REGION)
    assert lane_of(body("a", **BY_ID), REGION) != lane_of(body("a", **BY_ID, **SECRET), REGION)
    assert lane_of(body("a", **BY_ID), REGION) != lane_of(body("a", **BY_ID, region="cn-beijing"), REGION)


@pytest.mark.parametrize(
    ("spec", "manages"),
    [
        pytest.param({}, True, id="by default"),
        pytest.param({"managementPolicy": "Manage"}, True, id="Manage"),
        pytest.param({"managementPolicy": "Observe"}, False, id="Observe never writes, so it competes with nobody"),
    ],
)
def test_who_counts_as_managing_an_endpoint(spec: dict[str, Any], *, manages: bool):
    assert may_manage(body("chat", **spec)) is manages


@pytest.mark.parametrize(
    ("finalizers", "manages"),
    [
        pytest.param((FINALIZER,), True, id="its endpoint is not gone yet"),
        pytest.param(("backup.example.com/held",), False, id="we let it go, others hold it"),
    ],
)
def test_of_an_object_that_is_being_deleted_our_finalizer_tells(finalizers: tuple[str, ...], *, manages: bool):
    assert may_manage(body("chat", deleted="2026-11-22T10:00:00Z", finalizers=finalizers)) is manages


def test_a_paused_object_counts_while_it_has_an_endpoint():
    held = {"claim": claim(runtime_id="r1")}
    status = {"agentRuntimeId": "r1", "endpointId": "e1"}
    assert may_manage(body("chat", annotations={PAUSED: "true"}, status=held | status))
    assert not may_manage(body("chat", annotations={PAUSED: "true"}, status=held))


@pytest.mark.parametrize(
    ("mine", "other", "same"),
    [
        pytest.param(BY_ID, BY_ID, True, id="the same id"),
        pytest.param(BY_ID, {"agentRuntimeRef": {"id": "r2"}}, False, id="another id"),
        pytest.param(BY_NAME, BY_NAME, True, id="the same name, the other not resolved yet"),
        pytest.param(BY_ID, BY_NAME, True, id="mine by id, the other by the name of that runtime"),
        pytest.param(BY_NAME, BY_ID, True, id="mine by name, the other by the id that it led to"),
        pytest.param(BY_ID, {"agentRuntimeRef": {"name": "else"}}, False, id="the other by another name"),
        pytest.param(BY_ID, BY_NAME | SEEN, True, id="the other by name, resolved to mine"),
        pytest.param(
            BY_ID,
            BY_NAME | {"status": {"agentRuntimeId": "r9"}},
            False,
            id="the other by my runtime's name, but resolved to an earlier runtime of that name",
        ),
        pytest.param(BY_ID, BY_ID | {"endpointName": "other"}, False, id="another endpoint"),
        pytest.param(BY_ID, BY_ID | {"region": "cn-beijing"}, False, id="another region"),
        pytest.param(BY_ID, BY_ID | {"region": REGION}, True, id="my region, written out"),
        pytest.param(BY_ID, BY_ID | SECRET, False, id="other credentials that were never seen to reach the runtime"),
        pytest.param(BY_ID, BY_ID | SECRET | SEEN, True, id="other credentials that have reached it"),
        pytest.param(BY_NAME, BY_NAME | SECRET, False, id="the same name under other credentials is another runtime"),
        pytest.param(BY_ID | SECRET, BY_ID | SECRET, True, id="the same Secret"),
    ],
)
def test_who_manages_the_same_endpoint(mine: dict[str, Any], other: dict[str, Any], *, same: bool):
    mine_place = place_of(body("mine", **{"endpointName": "chat", **mine}), REGION)
    other_body = body("other", **{"endpointName": "chat", **other})
    seen = bool(other_body.get("status", {}).get("agentRuntimeId"))
    assert same_endpoint(mine_place, "r1", "bot", place_of(other_body, REGION), seen) is same


def test_the_endpoints_name_is_the_objects_unless_it_is_given():
    assert place_of(body("chat"), REGION).endpoint_name == "chat"
    assert place_of(body("chat", endpointName="Chat"), REGION).endpoint_name == "Chat"


YOUNG, OLD = "2026-11-22T09:00:01Z", "2026-11-22T09:00:00Z"


@pytest.mark.parametrize(
    ("mine", "others", "winner"),
    [
        pytest.param(("m", YOUNG), [("z", OLD)], "z", id="the older one wins, whatever its name"),
        pytest.param(("m", OLD), [("a", YOUNG)], None, id="a younger one does not"),
        pytest.param(("m", OLD), [("a", OLD)], "a", id="of the same second, the first by name"),
        pytest.param(("a", OLD), [("m", OLD)], None, id="of the same second, the first by name: mine"),
        pytest.param(("m", YOUNG), [("b", OLD), ("a", OLD)], "a", id="of several, the first of all"),
        pytest.param(("m", YOUNG), [], None, id="nobody else"),
    ],
)
def test_the_older_object_wins(mine: tuple[str, str], others: list[tuple[str, str]], winner: str | None):
    made = [(key(name), body(name, created=created)) for name, created in others]
    found = first_rival(key(mine[0]), body(mine[0], created=mine[1]), made, "runtime-1", "chat")
    assert found == (key(winner) if winner else None)


def test_of_the_same_second_and_name_the_namespace_decides():
    a, b = key("chat", "a"), key("chat", "b")
    assert age_of(a, body("chat", namespace="a")) < age_of(b, body("chat", namespace="b"))
