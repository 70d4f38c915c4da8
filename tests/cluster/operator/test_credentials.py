"""Whose credentials an object uses, and what happens when they are missing, wrong, rotated, or gone first."""

import base64

import pytest

from support.cluster import Kubectl, condition, eventually
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, ACCOUNT_ID, Emulator
from support.endpoints import KIND, Endpoints
from support.operator import Operator

TENANT = ("tenant-ak", "tenant-sk", "2000000000000002")


def secret(key_id: str, key_secret: str, name: str = "agentrun") -> dict[str, object]:
    data = {"accessKeyId": key_id, "accessKeySecret": key_secret}
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": encoded}


@pytest.fixture
def tenant_runtime(emulator: Emulator) -> str:
    """A runtime in another account than the operator's own."""
    emulator.add_account(*TENANT)
    return emulator.add_runtime("tenant-bot", account_id=TENANT[2])


@pytest.mark.usefixtures("operator", "tenant_runtime")
def test_an_object_uses_the_secret_that_it_names(endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl):
    kubectl.apply(secret(*TENANT[:2]))

    endpoints.apply("chat", runtime="tenant-bot", credentialsSecretRef={"name": "agentrun"})
    endpoints.wait_ready("chat")

    assert {call.access_key_id for call in emulator.effects()} == {TENANT[0]}


@pytest.mark.usefixtures("operator", "tenant_runtime")
def test_a_missing_secret_is_told_and_picked_up_when_it_comes(endpoints: Endpoints, kubectl: Kubectl):
    endpoints.apply("chat", runtime="tenant-bot", credentialsSecretRef={"name": "agentrun"})
    found = endpoints.wait_reason("chat", "CredentialsNotFound")
    assert "/agentrun does not exist" in (condition(found, "Ready") or {})["message"]

    kubectl.apply(secret(*TENANT[:2]))

    endpoints.wait_ready("chat", within=40)


@pytest.mark.usefixtures("operator", "tenant_runtime")
def test_a_secret_that_goes_is_told_though_nothing_is_to_be_done(endpoints: Endpoints, kubectl: Kubectl):
    kubectl.apply(secret(*TENANT[:2]))
    endpoints.apply("chat", runtime="tenant-bot", credentialsSecretRef={"name": "agentrun"})
    endpoints.wait_ready("chat")

    kubectl("delete", "secret", "agentrun")

    endpoints.wait_reason("chat", "CredentialsNotFound", within=40)
    kubectl.apply(secret(*TENANT[:2]))
    endpoints.wait_ready("chat", within=40)


@pytest.mark.usefixtures("operator", "tenant_runtime")
def test_a_secret_without_a_key_is_told_by_the_keys_name(endpoints: Endpoints, kubectl: Kubectl):
    incomplete = secret(*TENANT[:2]) | {"data": {"accessKeyId": "dGVuYW50LWFr"}}
    kubectl.apply(incomplete)

    endpoints.apply("chat", runtime="tenant-bot", credentialsSecretRef={"name": "agentrun"})

    found = endpoints.wait_reason("chat", "CredentialsNotFound")
    assert "accessKeySecret" in (condition(found, "Ready") or {})["message"]


@pytest.mark.usefixtures("operator", "tenant_runtime")
def test_a_wrong_key_is_told_and_a_corrected_secret_is_picked_up(endpoints: Endpoints, kubectl: Kubectl):
    kubectl.apply(secret(TENANT[0], "wrong"))
    endpoints.apply("chat", runtime="tenant-bot", credentialsSecretRef={"name": "agentrun"})
    endpoints.wait_reason("chat", "CredentialsRejected")

    kubectl.apply(secret(*TENANT[:2]))

    endpoints.wait_ready("chat", within=40)


@pytest.mark.usefixtures("tenant_runtime")
def test_a_rotated_key_is_used_without_a_restart_and_ready_does_not_flap(
    operator: Operator, endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl
):
    kubectl.apply(secret(*TENANT[:2]))
    endpoints.apply("chat", runtime="tenant-bot", credentialsSecretRef={"name": "agentrun"})
    since = (condition(endpoints.wait_ready("chat"), "Ready") or {})["lastTransitionTime"]

    emulator.add_account("rotated-ak", "rotated-sk", TENANT[2])
    kubectl.apply(secret("rotated-ak", "rotated-sk"))
    emulator.revoke_account(TENANT[0])

    eventually(lambda: {c.access_key_id for c in emulator.calls() if c.status == 200} >= {"rotated-ak"}, within=30)
    ready = condition(endpoints.get("chat"), "Ready") or {}
    assert (ready["status"], ready["lastTransitionTime"]) == ("True", since)


@pytest.mark.usefixtures("operator", "tenant_runtime")
def test_a_namespace_goes_with_its_secret_and_its_endpoints(
    endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl, namespace: str
):
    emulator.behave(transitions={"delete": 2})
    kubectl.apply(secret(*TENANT[:2]))
    for name in ("one", "two", "three"):
        endpoints.apply(name, runtime="tenant-bot", credentialsSecretRef={"name": "agentrun"})
    for name in ("one", "two", "three"):
        endpoints.wait_ready(name)

    kubectl("delete", "namespace", namespace, "--timeout=120s")

    assert emulator.endpoints() == []


@pytest.mark.usefixtures("tenant_runtime")
def test_credentials_that_are_gone_after_a_restart_are_told_and_orphan_is_the_way_out(
    operator: Operator, endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl
):
    kubectl.apply(secret(*TENANT[:2]))
    endpoints.apply("chat", runtime="tenant-bot", credentialsSecretRef={"name": "agentrun"})
    endpoints.wait_ready("chat")
    operator.kill()
    kubectl.delete("secret", "agentrun")
    endpoints.delete("chat")
    operator.start()

    found = endpoints.wait_reason("chat", "CredentialsNotFound")
    assert "Orphan" in (condition(found, "Ready") or {})["message"]
    assert kubectl.get(KIND, "chat") is not None

    endpoints.change("chat", deletionPolicy="Orphan")

    endpoints.wait_gone("chat")
    assert emulator.endpoint("chat") is not None


def test_a_namespace_that_is_not_listed_may_not_use_the_operators_own_credentials(
    stopped_operator: Operator, endpoints: Endpoints, emulator: Emulator
):
    stopped_operator.start(ambient_credentials_namespaces="somewhere,else")

    endpoints.apply("chat")

    endpoints.wait_reason("chat", "CredentialsNotAllowed")
    assert emulator.calls() == []


@pytest.mark.parametrize("fence", ["", "  ", ","])
def test_a_fence_that_names_nobody_lets_nobody_in(
    stopped_operator: Operator, endpoints: Endpoints, emulator: Emulator, fence: str
):
    stopped_operator.environment["AGENTRUN_OPERATOR_AMBIENT_CREDENTIALS_NAMESPACES"] = fence
    stopped_operator.start()

    endpoints.apply("chat")

    endpoints.wait_reason("chat", "CredentialsNotAllowed")
    assert emulator.calls() == []


ACTIONS = {
    "CreateAgentRuntimeEndpoint": ("CredentialsRejected", "CredentialsRejected"),
    "GetAgentRuntimeEndpoint": ("Available", "Available"),
    "ListAgentRuntimeEndpoints": ("CredentialsRejected", "CredentialsRejected"),
    "GetAgentRuntime": ("CredentialsRejected", "CredentialsRejected"),
    "ListAgentRuntimes": ("CredentialsRejected", "Available"),
    "ListAgentRuntimeVersions": ("Available", "Available"),
}
"""What objects say that name their runtime by its name, and by its id, where an action is not allowed."""


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize("action", ACTIONS)
def test_what_lacks_where_the_ram_policy_lacks_an_action(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str, action: str
):
    by_name, by_id = ACTIONS[action]
    emulator.fault(action, status=403, code="NoPermission")

    endpoints.apply("by-name")
    endpoints.apply("by-id", agentRuntimeRef={"id": runtime_id})

    endpoints.wait_reason("by-name", by_name)
    endpoints.wait_reason("by-id", by_id)


@pytest.mark.usefixtures("operator")
def test_an_object_is_held_until_its_endpoint_may_be_seen_gone(endpoints: Endpoints, emulator: Emulator):
    emulator.fault("GetAgentRuntimeEndpoint", status=403, code="NoPermission")
    endpoints.apply("chat")
    endpoints.wait_ready("chat")

    endpoints.delete("chat")
    endpoints.wait_reason("chat", "CredentialsRejected", within=30)

    emulator.heal()
    endpoints.wait_gone("chat", within=40)
    assert emulator.endpoint("chat") is None


@pytest.mark.usefixtures("operator")
def test_whoever_waits_for_a_change_to_end_tells_at_once_that_no_look_is_allowed_any_more(
    endpoints: Endpoints, emulator: Emulator
):
    for name in ("edited", "going", "resting"):
        endpoints.apply(name)
        endpoints.wait_ready(name)
    emulator.behave(transitions={"create": 600, "update": 600, "delete": 600})
    endpoints.apply("made")
    endpoints.wait_reason("made", "Creating")
    endpoints.change("edited", description="one")
    endpoints.wait_reason("edited", "Updating")
    endpoints.delete("going")
    endpoints.wait_reason("going", "Deleting", within=30)
    endpoints.change("edited", description="two")
    endpoints.wait_reason("edited", "Updating")
    at_rest = endpoints.get("resting")["metadata"]["resourceVersion"]

    emulator.revoke_account(ACCESS_KEY_ID)

    for name in ("made", "edited", "going"):
        endpoints.wait_reason(name, "CredentialsRejected")
    assert endpoints.get("resting")["metadata"]["resourceVersion"] == at_rest
    emulator.add_account(ACCESS_KEY_ID, ACCESS_KEY_SECRET, ACCOUNT_ID)
    emulator.behave(transitions={"create": 0.1, "update": 0.1, "delete": 0.1})
    for each in emulator.endpoints():
        emulator.patch_endpoint(each["agentRuntimeEndpointId"], status="READY")
    endpoints.wait_ready("made", within=40)
    endpoints.wait_ready("edited", within=40)
    endpoints.wait_gone("going", within=40)
    assert (emulator.endpoint("edited") or {})["description"] == "two"
