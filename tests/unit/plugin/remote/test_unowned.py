from typing import Any

import pytest

from agentrun_operator.agentrun import Endpoint, Runtime
from agentrun_operator.plugin.remote.unowned import Remote, unowned

ID = "rt-1"
ARN = "acs:agentrun:cn-hangzhou:1234567890:runtimes/rt-1"

SUPPORT = Runtime(agent_runtime_id=ID, agent_runtime_name="support-bot", agent_runtime_arn=ARN)
SALES = Runtime(agent_runtime_id="rt-2", agent_runtime_name="sales-bot")


def remote(name: str = "chat", runtime: Runtime = SUPPORT) -> Remote:
    return Remote(runtime, Endpoint(agent_runtime_endpoint_name=name, agent_runtime_id=runtime.agent_runtime_id))


def an_object(
    reference: dict[str, str], status: dict[str, Any] | None = None, name: str = "chat", **spec: Any
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "metadata": {"name": name, "namespace": "team-a", "uid": "uid-1"},
        "spec": {"agentRuntimeRef": reference} | spec,
    }
    return found if status is None else found | {"status": status}


def a_claim(uid: str = "uid-1", runtime_id: str = ID, endpoint_name: str = "chat") -> dict[str, Any]:
    return {"claim": {"uid": uid, "runtimeId": runtime_id, "endpointName": endpoint_name}}


BY_ID, BY_NAME = {"id": ID}, {"name": "support-bot"}

HAS = {
    "by its claim, though the runtime was renamed": an_object({"name": "old-name"}, a_claim()),
    "by its status, without a claim: it only observes": an_object({"name": "old-name"}, {"agentRuntimeId": ID}),
    "by the id that it names, before anybody looked at it": an_object(BY_ID),
    "by the name that it names, before anybody looked at it": an_object(BY_NAME, {"observedGeneration": -1}),
    "by the name, in the region that it names": an_object(BY_NAME, region="cn-hangzhou"),
    "by its own endpointName": an_object(BY_ID, name="other", endpointName="chat"),
}

HAS_NOT = {
    "it has another endpoint": an_object(BY_ID, name="other"),
    "it has another endpoint in spite of its name": an_object(BY_ID, endpointName="other"),
    "it has the endpoint of another runtime": an_object({"id": "rt-2"}),
    "it was led to another runtime of this name": an_object(BY_NAME, {"agentRuntimeId": "rt-of-others"}),
    "it looks for the runtime in another region": an_object(BY_NAME, region="cn-beijing"),
    "its claim was copied from another object": an_object({"id": "rt-2"}, a_claim(uid="uid-of-the-original")),
}


@pytest.mark.parametrize("found", HAS.values(), ids=HAS.keys())
def test_an_object_has_its_endpoint(found):
    assert unowned([remote()], [found]) == []


@pytest.mark.parametrize("found", HAS_NOT.values(), ids=HAS_NOT.keys())
def test_an_endpoint_is_not_taken_for_another(found):
    assert unowned([remote()], [found]) == [remote()]


def test_those_that_are_left_keep_their_order():
    remotes = [remote("b"), remote("chat"), remote("a"), remote("chat", SALES), remote("")]
    assert unowned(remotes, [an_object(BY_ID)]) == [remote("b"), remote("a"), remote("chat", SALES), remote("")]


def test_whoever_has_no_objects_has_no_endpoint():
    assert unowned([remote()], []) == [remote()]
