"""`spec.connection`: what apps are told is there before the first Ready, follows the endpoint, and goes with it."""

import base64
from collections import Counter
from typing import Any

import pytest

from support.cluster import Kubectl, condition, eventually
from support.emulator import Emulator
from support.endpoints import KIND, Endpoints
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
    assert secret and config_map
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
    versions = [each["metadata"]["resourceVersion"] for each in objects(kubectl)]
    rest(emulator)
    endpoints.delete("chat")
    endpoints.wait_gone("chat")
    gone = writes(operator, 11)

    assert plain == {"finalizer": 1, "claim": 1, "status": 1}
    assert made - plain == {"finalizer": 1, "claim": 1, "status": 1, "export": 2}
    assert gone - made == {"export": 2, "release": 1}
    assert versions
    assert int(max(versions)) <= int(version)
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
