from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.controller.informer.lanes import lane_of
from agentrun_operator.controller.informer.store.fields import UnreadableError
from agentrun_operator.controller.informer.store.news import Trigger
from agentrun_operator.controller.informer.store.reading import (
    ANNOTATION_LIMIT,
    FINALIZERS_LIMIT,
    trimmed,
)
from agentrun_operator.controller.informer.store.store import Store
from agentrun_operator.observation.ownership import may_manage, place_of
from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.resources.names import FINALIZER, PAUSED, RECONCILE_REQUESTED_AT
from support.controller import body, claim, key

REGION = "cn-hangzhou"
READY = {"type": "Ready", "status": "True", "reason": "Available", "message": "", "lastTransitionTime": "2026-01-01"}


def odd(**parts: Any) -> dict[str, Any]:
    """An object of which whole parts are something else; None takes a part away."""
    return {name: part for name, part in (body("chat") | parts).items() if part is not None}


ODD: list[Any] = [
    pytest.param(odd(spec=None), "spec: ", id="no spec"),
    pytest.param(odd(spec={}), "spec.agentRuntimeRef", id="an empty spec"),
    pytest.param(odd(spec="text"), "spec: ", id="a text for the spec"),
    pytest.param(odd(spec=[1]), "spec: ", id="a list for the spec"),
    pytest.param(odd(spec={"agentRuntimeRef": None}), "spec.agentRuntimeRef", id="null for the runtime"),
    pytest.param(odd(spec={"agentRuntimeRef": "bot"}), "spec.agentRuntimeRef", id="a text for the runtime"),
    pytest.param(odd(spec={"agentRuntimeRef": {}}), "names no AgentRuntime", id="a runtime that is not named"),
    pytest.param(odd(spec={"agent_runtime_ref": {"id": "a"}}), "agentRuntimeRef", id="a field by another name"),
    pytest.param(body("chat", credentialsSecretRef="aliyun"), "credentialsSecretRef", id="a text for a Secret"),
    pytest.param(body("chat", credentialsSecretRef={"name": 5}), "credentialsSecretRef.name", id="a number for a name"),
    pytest.param(body("chat", region=["a"]), "spec.region", id="a list for the region"),
    pytest.param(body("chat", endpointName="../x"), "spec.endpointName", id="a name that the rules do not let in"),
    pytest.param(body("chat", managementPolicy="Maybe"), "spec.managementPolicy", id="a policy that is none"),
    pytest.param(odd(status="text"), "status: ", id="a text for the status"),
    pytest.param(odd(status=[1]), "status: ", id="a list for the status"),
    pytest.param(body("chat", status={"conditions": "text"}), "status.conditions", id="a text for the conditions"),
    pytest.param(body("chat", status={"conditions": [{}]}), "status.conditions.0", id="a condition without a type"),
    pytest.param(body("chat", status={"conditions": [READY | {"reason": 5}]}), "reason", id="a number for a reason"),
    pytest.param(
        body("chat", status={"conditions": [READY | {"lastTransitionTime": 5}]}), "", id="a number for a time"
    ),
    pytest.param(body("chat", status={"drift": [{"path": "a"}]}), "status.drift.0", id="half of a difference"),
    pytest.param(body("chat", status={"agentRuntimeId": {}}), "status.agentRuntimeId", id="an object for an id"),
    pytest.param(body("chat", finalizers=("a/b",) * FINALIZERS_LIMIT), "finalizers", id="finalizers without end"),
    pytest.param(body("chat", status={"state": "a" * 600_000}), "status", id="a status without end"),
    pytest.param(body("chat", deleted="yesterday"), "", id="a deletion at no time"),
]


@pytest.mark.parametrize(("found", "told"), ODD)
def test_what_cannot_be_read_says_where_in_few_words(found: dict[str, Any], told: str):
    with pytest.raises(UnreadableError) as refused:
        trimmed(found)
    assert told in str(refused.value)
    assert len(str(refused.value)) <= 500
    assert "\n" not in str(refused.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)
SPEC = st.fixed_dictionaries(
    {"agentRuntimeRef": JSON | st.just({"id": "runtime-1"})},
    optional=dict.fromkeys(("endpointName", "region", "credentialsSecretRef", "managementPolicy", "routing"), JSON),
)
STATUS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("agentRuntimeId", "observedGeneration", "drift"), JSON)
    | {"conditions": JSON | st.lists(st.fixed_dictionaries(dict.fromkeys(READY, JSON), optional={}), max_size=2)},
)


@given(spec=JSON | SPEC, status=JSON | STATUS, annotations=JSON, finalizers=JSON)
def test_whatever_is_kept_can_be_used_everywhere(spec: Any, status: Any, annotations: Any, finalizers: Any):
    found = odd(spec=spec, status=status)
    found["metadata"] |= {"annotations": annotations, "finalizers": finalizers}
    store = Store()
    try:
        kept = trimmed(found)
    except UnreadableError:
        store.put(found)
        unread = store.unreadable(key("chat"))
        assert unread is not None
        assert list(store) == []
        return
    desired_of(kept)
    lane_of(kept, REGION)
    place_of(kept, REGION)
    may_manage(kept)
    Trigger.of(kept)
    assert store.put(found)
    for condition in kept["status"].get("conditions") or ():  # which become labels of a metric
        assert all(isinstance(condition[name], str) for name in ("type", "status", "reason"))


GOING: dict[str, Any] = {"deleted": "2026-11-22T10:00:00Z", "finalizers": (FINALIZER,)}
OWN: dict[str, Any] = {"claim": claim(), "agentRuntimeId": "runtime-1", "endpointId": "e-1"}


@pytest.mark.parametrize(
    ("spec", "status"),
    [
        pytest.param({"driftPolicy": "Heal"}, OWN, id="a newer word that no deletion goes by"),
        pytest.param({"agentRuntimeRef": "x"}, OWN, id="a runtime that the claim tells"),
        pytest.param({"agentRuntimeRef": {}, "endpointName": "../x"}, OWN, id="a place that the claim tells"),
        pytest.param(
            {"routing": 5, "scaling": "x", "description": [], "targetVersion": {}}, OWN, id="all but the place"
        ),
        pytest.param({"driftPolicy": "Heal"}, OWN | {"conditions": "text"}, id="and conditions that are none"),
        pytest.param({}, OWN | {"state": "a" * 600_000, "drift": 5}, id="a status without end"),
        pytest.param({}, OWN | {"conditions": [READY | {"lastTransitionTime": 5}]}, id="a condition at no time"),
        pytest.param({"agentRuntimeRef": {"arn": "x"}}, OWN, id="a newer way to name the runtime"),
    ],
)
def test_an_object_that_cannot_be_read_is_deleted_where_that_goes_by_nothing_unreadable(
    spec: dict[str, Any], status: dict[str, Any]
):
    with pytest.raises(UnreadableError):
        trimmed(body("chat", status=status, **spec))
    desired = desired_of(trimmed(body("chat", status=status, **GOING, **spec)))
    assert (desired.deleting, desired.finalized, desired.orphans) == (True, True, False)
    assert (desired.known_runtime_id, desired.managed_id, desired.endpoint_name) == ("runtime-1", "e-1", "chat")


@pytest.mark.parametrize(
    ("spec", "status"),
    [
        pytest.param({"deletionPolicy": "Snapshot"}, OWN, id="a newer word for what becomes of the endpoint"),
        pytest.param({"managementPolicy": "Watch"}, OWN, id="a newer word for whether anything is written"),
        pytest.param({"credentialsSecretRef": "aliyun"}, OWN, id="credentials that cannot be told"),
        pytest.param({"region": ["a"]}, OWN, id="a region that cannot be told"),
        pytest.param({"driftPolicy": "Heal"}, {"claim": {"uid": 5}}, id="a claim that cannot be read"),
        pytest.param({"driftPolicy": "Heal"}, {"claim": claim(runtime_id="")}, id="a claim on no runtime"),
        pytest.param({"endpointName": 5}, {"claim": claim(name="../x")}, id="a claim on no endpoint"),
        pytest.param(
            {"region": 5}, OWN | {"conditions": [READY | {"lastTransitionTime": 5}]}, id="and a condition at no time"
        ),
    ],
)
def test_one_is_held_where_it_is_not_until_orphan_lets_it_go(spec: dict[str, Any], status: dict[str, Any]):
    with pytest.raises(UnreadableError, match="deletionPolicy Orphan lets it go"):
        trimmed(body("chat", status=status, **GOING, **spec))
    desired = desired_of(trimmed(body("chat", status=status, **GOING, **spec | {"deletionPolicy": "Orphan"})))
    assert desired.orphans
    assert not desired.remote_matters


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(odd(metadata=body("chat", **GOING)["metadata"], spec={}), id="an empty spec"),
        pytest.param(odd(metadata=body("chat", **GOING)["metadata"], spec="text"), id="a text for the spec"),
        pytest.param(body("chat", **GOING, region=["a"], deletionPolicy="Snapshot"), id="words that it never acted on"),
        pytest.param(
            body("chat", **GOING, driftPolicy="Heal", status={"claim": claim(uid="another")}), id="somebody's claim"
        ),
    ],
)
def test_one_that_never_had_an_endpoint_is_let_go(found: dict[str, Any]):
    desired = desired_of(trimmed(found))
    assert desired.finalized
    assert not desired.remote_matters


def test_whose_claim_was_taken_out_of_its_status_is_looked_for_where_the_claim_was():
    found = trimmed(body("chat", **GOING, agentRuntimeRef="x"))
    assert desired_of(found, OWN).known_runtime_id == "runtime-1"


@given(spec=JSON | SPEC, policy=JSON, status=STATUS)
def test_no_endpoint_is_left_behind_by_what_is_in_an_unreadable_object(spec: Any, policy: Any, status: Any):
    found = body("chat", **GOING, status=OWN | status)
    found["spec"] = spec | {"deletionPolicy": policy} if isinstance(spec, dict) else spec
    try:
        desired = desired_of(trimmed(found))
    except UnreadableError:
        return
    assert desired.claim is not None
    assert (desired.claim.runtime_id, desired.claim.endpoint_name) == ("runtime-1", "chat")
    assert policy in ("Delete", "Orphan", None) or not isinstance(spec, dict)
    assert desired.orphans is (policy == "Orphan" and isinstance(spec, dict))


@pytest.mark.parametrize("name", [PAUSED, RECONCILE_REQUESTED_AT])
@pytest.mark.parametrize(
    ("text", "kept"), [("a" * ANNOTATION_LIMIT, True), ("é" * 129, False), ("a" * 1_000_000, False)]
)
def test_an_annotation_of_ours_that_is_too_long_is_none(name: str, text: str, kept: bool):  # noqa: FBT001 - a row
    found = trimmed(body("chat", annotations={name: text}))["metadata"]["annotations"]
    assert (name in found) is kept


def test_fields_that_nobody_knows_are_not_kept():
    found = trimmed(body("chat", novelty="a" * 1000, status={"state": "READY", "novelty": "a" * 1_000_000}))
    assert found["spec"] == {"agentRuntimeRef": {"id": "runtime-1"}}
    assert found["status"] == {"state": "READY"}
