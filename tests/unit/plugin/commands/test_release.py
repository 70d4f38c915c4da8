"""What `release` does to an object, what it says stays, and who holds it."""

from copy import deepcopy
from typing import Any

import pytest

from agentrun_operator.plugin.commands.release import left_behind, patch_for, what_it_needs
from agentrun_operator.plugin.exits import PluginError
from agentrun_operator.resources.names import FINALIZER

THING: dict[str, Any] = {
    "metadata": {
        "namespace": "team-a",
        "name": "chat",
        "uid": "uid-1",
        "deletionTimestamp": "2026-06-01T12:00:00Z",
        "finalizers": [FINALIZER],
    },
    "spec": {"deletionPolicy": "Delete"},
    "status": {},
}
CLAIM = {"uid": "uid-1", "account": "1", "region": "cn-hangzhou", "runtimeId": "rt-1", "endpointName": "chat"}


def changed(**parts: dict[str, Any]) -> dict[str, Any]:
    thing = deepcopy(THING)
    for part, fields in parts.items():
        thing[part] |= fields
    return thing


REFUSED = {
    "another object of the name": ({"uid": "uid-2"}, "another object by now"),
    "not being deleted": ({"deletionTimestamp": None}, "is not being deleted"),
    "others hold it": ({"finalizers": ["a/b", "c/d"]}, "its finalizers: a/b, c/d"),
    "nobody holds it": ({"finalizers": []}, "its finalizers: none"),
}


@pytest.mark.parametrize(("metadata", "said"), REFUSED.values(), ids=REFUSED)
def test_an_object_that_is_not_stuck_by_this_operator_is_left_as_it_is(metadata, said):
    with pytest.raises(PluginError, match=said):
        patch_for(THING, changed(metadata=metadata))


def test_one_that_is_stuck_is_orphaned_once():
    assert patch_for(THING, THING) == {"spec": {"deletionPolicy": "Orphan"}}
    assert patch_for(THING, changed(spec={"deletionPolicy": "Orphan"})) is None


STAYS = {
    "nothing was made": ({}, ["Nothing stays at AgentRun"]),
    "another object's claim": ({"claim": CLAIM | {"uid": "uid-2"}}, ["Nothing stays at AgentRun"]),
    "little is known": (
        {"claim": {"uid": "uid-1"}},
        ["(id unknown) of runtime  stays: account unknown, region unknown"],
    ),
    "it costs, and so may its probes": (
        {
            "claim": CLAIM,
            "endpointId": "ep-1",
            "publicUrl": "https://a",
            "rollout": {"probeEndpoints": [{"id": "p-1"}, {"version": "4"}]},
        },
        ["chat (ep-1) of runtime rt-1 stays", "to cost: https://a", "endpoint p-1 may stay", "of version 4 may stay"],
    ),
}


@pytest.mark.parametrize(("status", "lines"), STAYS.values(), ids=STAYS)
def test_what_stays_at_agentrun_is_told_line_by_line(status, lines):
    told = list(left_behind(changed(status=status)))
    assert len(told) == len(lines)
    assert all(part in line for part, line in zip(lines, told, strict=True))


def test_where_a_guardrail_refuses_both_ways_out_are_named():
    assert "agentrun.alibabacloud.com/orphan=allowed" in what_it_needs()
    assert "CredentialsNotFound" in what_it_needs()
