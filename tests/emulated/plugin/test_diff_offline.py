"""`diff --offline`: no cluster is asked, and AgentRun alone says what is there."""

import json
from typing import Any

import pytest

from support.endpoints import manifest

Object = dict[str, Any]


def changes(plugin, *manifests: Object, **environment: str) -> dict[str, Any]:
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests})
    told = plugin("diff", "--offline", "-f", "-", "-o", "json", input=listed, **environment)
    return {each["object"].rpartition("/")[2]: each for each in json.loads(told.out)["changes"]} | {"code": told.code}


@pytest.fixture
def runtime_id(emulator) -> str:
    return str(emulator.add_runtime("support-bot", versions=4))


REFUSED = {
    "another version of the resource": ({"apiVersion": "agentrun.alibabacloud.com/v9"}, "apiVersion"),
    "no spec": ({"spec": None}, "spec"),
    "no reference": ({"spec": {"targetVersion": "2"}}, "agentRuntimeRef"),
}


@pytest.mark.parametrize(("wrong", "said"), REFUSED.values(), ids=REFUSED)
def test_what_the_rules_refuse_needs_no_cluster_to_be_told(plugin, runtime_id, wrong, said):
    found = changes(plugin, manifest("chat") | wrong)
    assert (found["code"], found["chat"]["action"]) == (3, "refused")
    assert said in found["chat"]["message"]


def test_an_endpoint_that_is_there_is_taken_for_the_object_s_own(plugin, emulator, runtime_id):
    emulator.add_endpoint(runtime_id, "same", targetVersion="2")
    emulator.add_endpoint(runtime_id, "other", targetVersion="2")
    emulator.forget_requests()
    found = changes(plugin, manifest("same", targetVersion="2"), manifest("other", targetVersion="3"), manifest("new"))
    assert {name: found[name]["action"] for name in ("same", "other", "new")} == {
        "same": "none",
        "other": "update",
        "new": "create",
    }
    assert found["other"]["fields"] == [{"path": "targetVersion", "from": "2", "to": "3"}]
    assert (found["code"], emulator.effects()) == (1, [])


def test_a_runtime_may_be_named_by_its_id_and_is_asked_for_once(plugin, emulator, runtime_id):
    emulator.forget_requests()
    by_id = [manifest(name) | {"spec": {"agentRuntimeRef": {"id": runtime_id}}} for name in ("one", "two")]
    found = changes(plugin, *by_id)
    assert {found[name]["action"] for name in ("one", "two")} == {"create"}
    counts = {"GetAgentRuntime": 1, "ListAgentRuntimeEndpoints": 1, "ListAgentRuntimeVersions": 1}
    assert emulator.counts() == counts


BLOCKED = {
    "no such name": ({"name": "nope"}, "RuntimeNotFound"),
    "no such id": ({"id": "00000000-0000-0000-0000-000000000000"}, "RuntimeNotFound"),
    "two of that name": ({"name": "twin"}, "RuntimeAmbiguous"),
}


@pytest.mark.parametrize(("reference", "reason"), BLOCKED.values(), ids=BLOCKED)
def test_a_reference_that_leads_nowhere_blocks(plugin, emulator, runtime_id, reference, reason):
    for workspace in ("here", "there"):
        emulator.add_runtime("twin", workspace_id=workspace)
    found = changes(plugin, manifest("chat") | {"spec": {"agentRuntimeRef": reference}})
    assert (found["code"], found["chat"]["action"], found["chat"]["reason"]) == (1, "blocked", reason)


def test_what_latest_stands_for_need_not_be_told_where_nothing_depends_on_it(plugin, emulator, runtime_id):
    emulator.add_endpoint(runtime_id, "chat", targetVersion="LATEST")
    emulator.fault("ListAgentRuntimeVersions", status=403, code="Forbidden")
    assert changes(plugin, manifest("chat"))["chat"]["action"] == "none"
    emulator.add_endpoint(runtime_id, "other", targetVersion="2")
    assert changes(plugin, manifest("other"))["other"]["action"] == "blocked"


def test_an_object_of_a_region_that_the_address_does_not_serve_is_blocked(plugin, runtime_id):
    found = changes(plugin, manifest("chat", region="eu-central-1"))
    assert found["chat"]["reason"] == "RegionNotServed"


def test_an_environment_that_cannot_work_is_wrong_usage(plugin, runtime_id):
    told = plugin("diff", "--offline", "-f", "-", input=json.dumps(manifest("chat")), AGENTRUN_CONTROL_ENDPOINT="a b")
    assert (told.code, told.out) == (2, "")
    assert "control_endpoint" in told.err


def test_an_agentrun_that_is_out_of_reach_is_no_difference_but_could_not_be_told(plugin, runtime_id):
    found = changes(plugin, manifest("chat"), AGENTRUN_CONTROL_ENDPOINT="http://127.0.0.1:9")
    assert (found["code"], found["chat"]["action"]) == (3, "blocked")
