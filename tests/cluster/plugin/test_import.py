from typing import Any

import pytest
import yaml

from support.endpoints import KIND
from support.fault_stage import CREATE, DELETE, UPDATE

WRITES = (CREATE, UPDATE, DELETE)

HOSTILE = "\x1b[2J\u202e---\nkind: Secret\r\n... &a *b !!python/none \0\u2028\ufeff\ufffe🚀 \"'#: "

REMOTE: dict[str, dict[str, Any]] = {
    "Default": {"description": "默认"},
    "A" * 64: {"targetVersion": "LATEST"},
    "y": {"description": "1e3", "targetVersion": "3"},
    "Chat__EU-": {
        "description": HOSTILE,
        "targetVersion": "3",
        "routingConfiguration": {"versionWeights": [{"version": "4", "weight": 0.125}]},
    },
    "latest-canary": {
        "targetVersion": "1",
        "routingConfiguration": {"versionWeights": [{"version": "LATEST", "weight": 0.07}]},
    },
    "closed": {"disablePublicNetworkAccess": True, "targetVersion": "2"},
    "scaled": {
        "targetVersion": "2",
        "scalingStatus": {
            "minInstances": 2,
            "scheduledPolicies": [
                {
                    "name": HOSTILE,
                    "scheduleExpression": "cron(0 0 8 * * 1-5)",
                    "target": 3,
                    "startTime": "2026-01-01T00:00:00Z",
                    "timeZone": "Asia/Shanghai",
                },
                {"name": "y", "scheduleExpression": "0o17", "target": 0},
            ],
        },
    },
}
"""What the endpoints of `support-bot` are like, by their names; each serves, and can be said but for a share."""

CHANGED: dict[str, dict[str, Any]] = {
    "failed": {"status": "UPDATE_FAILED"},
    "odd": {"targetVersion": "v3", "description": "x" * 2**20},
}
"""Those that the operator would change."""


@pytest.fixture
def remote(emulator, runtime_id):
    """The endpoints above, and the service's own in another runtime; by name and runtime, as they are."""
    for name, fields in (REMOTE | CHANGED).items():
        emulator.patch_endpoint(emulator.add_endpoint(runtime_id, name), **fields)
    emulator.add_runtime("sales-bot", default_endpoint=True)
    emulator.forget_requests()
    return emulator.endpoints()


@pytest.mark.usefixtures("operator")
def test_what_is_imported_and_applied_is_left_as_it_is_and_outlives_its_object(plugin, emulator, endpoints, remote):
    imported = plugin("import", "--all")
    assert imported.code == 0
    documents = list(yaml.safe_load_all(imported.out))
    assert len(documents) == len(remote)

    endpoints.kubectl.apply(imported.out)
    paused = {each["metadata"]["name"] for each in documents if "annotations" in each["metadata"]}
    assert paused == CHANGED.keys()
    for each in documents:
        name = each["metadata"]["name"]
        if name in paused:
            endpoints.wait_reason(name, "Paused", "Synced")
        else:
            endpoints.wait_ready(name)
            found = endpoints.wait_reason(name, "InSync", "Synced")
            assert found["status"]["claim"]["adopted"]
            assert found["spec"].get("description", "") == each["spec"].get("description", "")

    again = plugin("import", "--all")
    assert (again.code, list(yaml.safe_load_all(again.out))) == (0, [])
    assert f"Objects have {len(remote)} of {len(remote)} endpoints already" in again.err

    for each in documents:
        endpoints.delete(each["metadata"]["name"])
    for each in documents:
        endpoints.wait_gone(each["metadata"]["name"])
    assert {action: emulator.counts().get(action, 0) for action in WRITES} == dict.fromkeys(WRITES, 0)
    assert emulator.endpoints() == remote


def test_names_that_objects_have_are_not_taken_again(plugin, endpoints, emulator, runtime_id):
    emulator.add_endpoint(runtime_id, "chat")
    endpoints.apply("chat", runtime="another-bot")
    (manifest,) = yaml.safe_load_all(plugin("import", "support-bot").out)
    assert manifest["metadata"]["name"] == "support-bot-chat"
    assert manifest["spec"]["endpointName"] == "chat"


def test_what_an_object_of_another_namespace_has_is_not_imported(plugin, endpoints, emulator, runtime_id):
    emulator.add_endpoint(runtime_id, "chat")
    endpoints.apply("mine", endpointName="chat")
    told = plugin("import", "support-bot", "-n", "default")
    assert (told.code, told.out) == (0, "")
    assert "Objects have 1 of 1 endpoints already" in told.err


def test_without_rights_everything_is_imported_with_a_word_about_each(plugin, emulator, runtime_id):
    emulator.add_endpoint(runtime_id, "chat")
    told = plugin("import", "support-bot", "--as", "nobody-in-particular")
    assert told.code == 0
    assert [each["metadata"]["name"] for each in yaml.safe_load_all(told.out)] == ["chat"]
    assert "Warning: You may not see which endpoints have objects, so all are imported: " in told.err
    assert "resources: [agentruntimeendpoints], verbs: [list]}" in told.err
    assert "Warning: The API server was not asked whether it takes the manifests: " in told.err
    assert "resources: [agentruntimeendpoints], verbs: [create]}" in told.err


def test_whoever_sees_one_namespace_alone_is_told_that_others_may_have_objects(
    plugin, kubectl, endpoints, emulator, runtime_id
):
    emulator.add_endpoints(runtime_id, ["chat", "other"])
    endpoints.apply("chat")
    kubectl("create", "role", "own", "--verb=list,create", f"--resource={KIND}")
    kubectl("create", "rolebinding", "own", "--role=own", "--user=somebody")
    told = plugin("import", "support-bot", "--as", "somebody")
    assert told.code == 0
    assert [each["metadata"]["name"] for each in yaml.safe_load_all(told.out)] == ["other"]
    assert "Warning: You may not see which endpoints have objects in other namespaces: " in told.err
    assert "was not asked" not in told.err


def test_what_the_api_server_refuses_fails_alone_in_its_words(plugin, kubectl, endpoints, emulator, runtime_id):
    emulator.add_endpoints(runtime_id, ["chat", "fine", "other"])
    endpoints.apply("fine", runtime="another-bot")  # which somebody cannot see
    kubectl("create", "role", "writer", "--verb=create", f"--resource={KIND}")
    kubectl("create", "rolebinding", "writer", "--role=writer", "--user=somebody")
    told = plugin("import", "support-bot", "--as", "somebody")
    assert told.code == 1
    assert [each["metadata"]["name"] for each in yaml.safe_load_all(told.out)] == ["chat", "other"]
    assert "Error: endpoint fine of runtime support-bot: the API server would refuse it: " in told.err
    assert "already exists" in told.err
    assert [each["metadata"]["name"] for each in kubectl.list(KIND)] == ["fine"]
