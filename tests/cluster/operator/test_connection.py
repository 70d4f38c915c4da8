"""`spec.connection`: what apps are told is there before the first Ready, follows the endpoint, and goes with it."""

import base64
from collections import Counter
from typing import Any

import pytest

from support.cluster import Kubectl, condition, eventually
from support.emulator import Emulator
from support.endpoints import Endpoints
from support.operator import Operator

Object = dict[str, Any]

MAP = {"configMap": {"name": "chat-endpoint"}}
SECRET = {"secret": {"name": "chat-binding"}}
LABEL = {"app.kubernetes.io/managed-by": "agentrun-operator"}


@pytest.fixture
def operator(stopped_operator: Operator, emulator: Emulator) -> Operator:
    """One that looks at rest after a short time, too."""
    return stopped_operator.start(resync_interval="2")


def held(kubectl: Kubectl, kind: str = "configmap", name: str = "chat-endpoint") -> Object:
    """What an object tells; a Secret's values are decoded."""
    found = kubectl.get(kind, name)
    assert found is not None
    data: Object = found.get("data", {})
    return data if kind == "configmap" else {key: base64.b64decode(text).decode() for key, text in data.items()}


def told(endpoints: Endpoints, name: str = "chat") -> tuple[str, str]:
    """What Exported says."""
    found = condition(endpoints.get(name), "Exported") or {}
    return found.get("status", ""), found.get("reason", "")


def wait_exported(endpoints: Endpoints, name: str = "chat") -> Object:
    return endpoints.wait_reason(name, "Exported", kind="Exported")


def test_a_config_map_and_a_secret_tell_how_the_endpoint_is_reached(
    endpoints: Endpoints, kubectl: Kubectl, operator: Operator, runtime_id: str
):
    endpoints.apply("chat", connection=MAP | SECRET)
    found = endpoints.wait_ready("chat")

    url = found["status"]["publicUrl"]
    expected = {
        "type": "agentrun",
        "provider": "alibaba-cloud",
        "uri": url,
        "host": "1000000000000001.agentrun-data.cn-hangzhou.aliyuncs.com",
        "openai-base-url": f"{url}/openai/v1",
        "model": "support-bot",
        "runtime": "support-bot",
        "endpoint": "chat",
        "region": "cn-hangzhou",
    }
    assert held(kubectl) == expected
    assert held(kubectl, "secret", "chat-binding") == expected
    secret, config_map = kubectl.get("secret", "chat-binding"), kubectl.get("configmap", "chat-endpoint")
    assert secret is not None
    assert config_map is not None
    assert secret["type"] == "servicebinding.io/agentrun"
    for each in (secret, config_map):
        assert each["metadata"]["labels"] == LABEL
        (owner,) = each["metadata"]["ownerReferences"]
        assert owner == {
            "apiVersion": found["apiVersion"],
            "kind": found["kind"],
            "name": "chat",
            "uid": found["metadata"]["uid"],
        }
    status = found["status"]
    assert status["openaiBaseUrl"] == f"{url}/openai/v1"
    assert status["binding"] == {"name": "chat-binding"}
    assert status["exports"] == [
        {"kind": "ConfigMap", "name": "chat-endpoint", "uid": config_map["metadata"]["uid"]},
        {"kind": "Secret", "name": "chat-binding", "uid": secret["metadata"]["uid"]},
    ]
    exported = condition(found, "Exported") or {}
    assert (exported["status"], exported["reason"], exported["observedGeneration"]) == ("True", "Exported", 1)
    assert exported["message"] == "ConfigMap chat-endpoint and Secret chat-binding tell how the endpoint is reached"


def test_a_create_costs_one_write_more_for_each_object_a_deletion_too_and_rest_none(
    endpoints: Endpoints, kubectl: Kubectl, operator: Operator, emulator: Emulator
):
    endpoints.apply("plain")
    endpoints.wait_ready("plain")
    plain = writes(operator, 3)
    endpoints.apply("chat", connection=MAP | SECRET)
    version = endpoints.wait_ready("chat")["metadata"]["resourceVersion"]
    made = writes(operator, 8)
    versions = [int(each["metadata"]["resourceVersion"]) for each in objects(kubectl)]
    rest(emulator)
    endpoints.delete("chat")
    endpoints.wait_gone("chat")
    gone = writes(operator, 11)

    assert plain == {"finalizer": 1, "claim": 1, "status": 1}
    assert made - plain == {"finalizer": 1, "claim": 1, "status": 1, "export": 2}
    assert gone - made == {"export": 2, "release": 1}
    assert len(versions) == 2
    assert max(versions) < int(version)  # the API server counts all writes in one row: Ready came last
    assert objects(kubectl) == []


def objects(kubectl: Kubectl) -> list[Object]:
    """What was made in the namespace."""
    made = (each for kind in ("configmap", "secret") for each in kubectl.list(kind))
    return [each for each in made if (each["metadata"].get("labels") or {}) == LABEL]


def writes(operator: Operator, at_least: int) -> Counter[str]:
    eventually(lambda: operator.writes().total() >= at_least, what=f"{at_least} writes")
    return operator.writes()


def rest(emulator: Emulator) -> None:
    """Until the operator has looked at everything some times more."""
    emulator.forget_requests()
    eventually(lambda: emulator.counts().get("ListAgentRuntimeEndpoints", 0) >= 4, within=30)


def test_it_follows_the_url_and_the_spec_and_an_edit_by_hand_is_put_right(
    endpoints: Endpoints, kubectl: Kubectl, emulator: Emulator, operator: Operator
):
    endpoints.apply("chat", connection=MAP | SECRET | {"keys": {"URL": "{publicUrl}", "MODEL": "{runtimeName}"}})
    endpoint_id = endpoints.wait_ready("chat")["status"]["endpointId"]
    moved = "https://moved.example.test/x"

    emulator.patch_endpoint(endpoint_id, endpointPublicUrl=moved)
    for kind, name in (("configmap", "chat-endpoint"), ("secret", "chat-binding")):
        eventually(lambda kind=kind, name=name: held(kubectl, kind, name)["URL"] == moved)  # type: ignore[misc]
    endpoints.wait_status("chat", openaiBaseUrl=f"{moved}/invocations/openai/v1")

    endpoints.change("chat", connection={"keys": {"URL": None, "BASE": "{openaiBaseUrl}"}})
    expected = {"BASE": f"{moved}/invocations/openai/v1", "MODEL": "support-bot"}
    eventually(lambda: held(kubectl) == expected)
    eventually(lambda: held(kubectl, "secret", "chat-binding") == expected)

    kubectl.patch("configmap", "chat-endpoint", {"data": {"MODEL": "other", "EXTRA": "x"}})
    eventually(lambda: held(kubectl) == expected, within=20, what="the edit put right")
    uid = (kubectl.get("configmap", "chat-endpoint") or {})["metadata"]["uid"]
    kubectl("delete", "configmap", "chat-endpoint")
    eventually(lambda: kubectl.get("configmap", "chat-endpoint") and held(kubectl) == expected, within=20)
    again = (kubectl.get("configmap", "chat-endpoint") or {})["metadata"]["uid"]
    assert again != uid
    eventually(lambda: endpoints.get("chat")["status"]["exports"][0]["uid"] == again)

    emulator.patch_endpoint(endpoint_id, endpointPublicUrl=None)
    eventually(lambda: held(kubectl) == {"MODEL": "support-bot"})
    eventually(lambda: "openaiBaseUrl" not in endpoints.get("chat")["status"], what="the status without a URL")
    exported = condition(endpoints.get("chat"), "Exported") or {}
    assert exported["message"].endswith("; the endpoint has no public URL: without BASE")
    assert told(endpoints) == ("True", "Exported")


def test_what_is_not_asked_for_any_more_is_taken_away(endpoints: Endpoints, kubectl: Kubectl, operator: Operator):
    endpoints.apply("chat", connection=MAP | SECRET)
    endpoints.wait_ready("chat")

    endpoints.change("chat", connection={"configMap": {"name": "renamed"}, "secret": None})
    eventually(lambda: [each["metadata"]["name"] for each in objects(kubectl)] == ["renamed"])
    eventually(lambda: [each["name"] for each in endpoints.get("chat")["status"]["exports"]] == ["renamed"])
    assert "binding" not in endpoints.get("chat")["status"]

    endpoints.change("chat", connection=None)
    eventually(lambda: objects(kubectl) == [])
    eventually(lambda: "exports" not in endpoints.get("chat")["status"])
    assert {"openaiBaseUrl", "binding"} & endpoints.get("chat")["status"].keys() == set()
    assert told(endpoints) == ("", "")


def test_what_is_somebody_elses_is_never_touched_however_large_it_is(
    endpoints: Endpoints, kubectl: Kubectl, operator: Operator
):
    theirs = {"metadata": {"name": "chat-endpoint", "labels": LABEL}, "data": {"uri": "theirs", "big": "x" * 900_000}}
    kubectl.create({"apiVersion": "v1", "kind": "ConfigMap"} | theirs)
    kubectl("create", "secret", "generic", "chat-binding", "--from-literal=uri=theirs")
    versions = [kubectl.get("configmap", "chat-endpoint"), kubectl.get("secret", "chat-binding")]

    endpoints.apply("chat", connection=MAP | SECRET)
    found = endpoints.wait_ready("chat")

    assert told(endpoints) == ("False", "ExportConflict")
    exported = condition(found, "Exported") or {}
    for name in ("ConfigMap chat-endpoint", "Secret chat-binding"):
        assert f"{name} exists and was not made for this object" in exported["message"]
    assert "binding" not in found["status"]
    assert eventually(lambda: "ExportConflict" in endpoints.events("chat"))

    kubectl("delete", "secret", "chat-binding")
    endpoints.annotate("chat", reconcile_requested_at="now")
    eventually(lambda: "openai-base-url" in held(kubectl, "secret", "chat-binding"), what="the free name taken")
    endpoints.wait_status("chat", binding={"name": "chat-binding"})
    assert told(endpoints) == ("False", "ExportConflict")
    endpoints.delete("chat")
    endpoints.wait_gone("chat")
    assert kubectl.get("configmap", "chat-endpoint") == versions[0]
    assert kubectl.get("secret", "chat-binding") is None


def test_of_an_endpoint_that_is_only_observed_apps_are_told_before_it_is_ready(
    endpoints: Endpoints, kubectl: Kubectl, emulator: Emulator, runtime_id: str, operator: Operator
):
    emulator.add_endpoint(runtime_id, "chat")
    endpoints.apply("chat", connection=MAP, managementPolicy="Observe")

    found = endpoints.wait_ready("chat")

    assert held(kubectl)["uri"] == found["status"]["publicUrl"]
    assert told(endpoints) == ("True", "Exported")
    (made,) = objects(kubectl)
    assert int(made["metadata"]["resourceVersion"]) < int(found["metadata"]["resourceVersion"])
    assert emulator.effects() == []
    eventually(lambda: operator.writes() == {"exports": 1, "export": 1, "status": 1})
    endpoints.delete("chat")
    endpoints.wait_gone("chat")
    eventually(lambda: objects(kubectl) == [], within=60, what="the garbage collected")


def test_while_paused_nothing_is_written(
    endpoints: Endpoints, kubectl: Kubectl, operator: Operator, emulator: Emulator
):
    endpoints.apply("chat", connection=MAP, annotations={"agentrun.alibabacloud.com/paused": "true"})
    endpoints.wait_reason("chat", "Paused", kind="Exported")
    assert objects(kubectl) == []

    endpoints.annotate("chat", paused=None)
    wait_exported(endpoints)
    assert "uri" in held(kubectl)
