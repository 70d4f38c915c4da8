"""`diff` on a real control plane: what it says is what an apply then does, and it writes nothing on either side."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from support.endpoints import KIND as RESOURCE
from support.endpoints import manifest

PAUSED = {"agentrun.alibabacloud.com/paused": "true"}

Object = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """A situation.

    Args:
        name: of the object; the test's id.
        after: what is applied in the end: fields of the spec.
        before: what stands before; None if nothing does.
        says: action and reason.
        fields: the paths that change.
        calls: what AgentRun is asked for then.
    """

    name: str
    after: Object
    says: str
    before: Object | None = None
    fields: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    annotations: dict[str, str] = field(default_factory=dict)


CREATE, UPDATE, DELETE = (f"{verb}AgentRuntimeEndpoint" for verb in ("Create", "Update", "Delete"))
PLAIN: Object = {"targetVersion": "2"}
CANARY = {"routing": {"versionWeights": [{"version": "3", "weight": 10}]}}
SCALED = {
    "scaling": {"minInstances": 1, "scheduledPolicies": [{"name": "day", "scheduleExpression": "x", "target": 2}]}
}
STEPS = {"rollout": {"steps": [{"weight": 5}, {"weight": 50}]}}

ROWS = (
    Row("new", PLAIN, "create", fields=("targetVersion",), calls=(CREATE,)),
    Row(
        "new-full",
        PLAIN | CANARY | SCALED | {"description": "d", "disablePublicNetworkAccess": True},
        "create",
        fields=(
            "description",
            "targetVersion",
            "routing.versionWeights",
            "scaling.minInstances",
            "scaling.scheduledPolicies",
            "disablePublicNetworkAccess",
        ),
        calls=(CREATE,),
    ),
    Row("new-latest", {}, "create", fields=("targetVersion",), calls=(CREATE,)),
    Row("new-paused", PLAIN, "blocked Paused", fields=("targetVersion",), annotations=PAUSED),
    Row("new-observed", PLAIN | {"managementPolicy": "Observe"}, "blocked NotFound"),
    Row("new-rolled", PLAIN | STEPS, "create", fields=("targetVersion",), calls=(CREATE,)),
    Row("same", PLAIN, "none", before=PLAIN),
    Row("same-latest", {}, "none", before={}),
    Row("description", PLAIN | {"description": "new"}, "update", PLAIN, ("description",), (UPDATE,)),
    Row("version", {"targetVersion": "3"}, "update", PLAIN, ("targetVersion",), (UPDATE,)),
    Row("canary", PLAIN | CANARY, "update", PLAIN, ("routing.versionWeights",), (UPDATE,)),
    Row("scaling", PLAIN | SCALED, "update", PLAIN, ("scaling.minInstances", "scaling.scheduledPolicies"), (UPDATE,)),
    Row(
        "closed",
        PLAIN | {"disablePublicNetworkAccess": True},
        "update",
        PLAIN,
        ("disablePublicNetworkAccess",),
        (UPDATE,),
    ),
    Row("to-latest", {}, "update", PLAIN, ("targetVersion",), (UPDATE,)),
    Row("policy-alone", PLAIN | {"deletionPolicy": "Orphan"}, "none", PLAIN),
    Row("edit-paused", PLAIN | {"description": "new"}, "blocked Paused", PLAIN, ("description",), annotations=PAUSED),
    Row("exists", PLAIN, "blocked AlreadyExists"),
    Row("adopted", PLAIN | {"adoptionPolicy": "Adopt"}, "adopt", fields=("targetVersion",), calls=(UPDATE,)),
    Row("adopted-same", {"targetVersion": "1", "adoptionPolicy": "Adopt"}, "adopt"),
    Row("rolled", {"targetVersion": "3"} | STEPS, "update", PLAIN | STEPS, ("routing.versionWeights",), (UPDATE,)),
    Row("twin-b", PLAIN | {"endpointName": "twin"}, "blocked Conflict"),
)
"""What is no single endpoint of the same name stands in `given_before`."""

REFUSED: dict[str, tuple[Object | None, Object, str]] = {
    "immutable": (PLAIN, PLAIN | {"region": "cn-beijing"}, "region is immutable"),
    "unknown": (None, PLAIN | {"descripton": "x"}, 'unknown field "'),
}


def listed(*objects: Object) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})


def after(row: Row) -> Object:
    return manifest(row.name, annotations=row.annotations, **row.after)


@pytest.fixture
def situations(endpoints, emulator, runtime_id, operator):
    """What stands before: objects that are Ready, and endpoints that somebody made."""
    twin = manifest("twin-a", endpointName="twin", **PLAIN)
    before = [manifest(row.name, **row.before) for row in ROWS if row.before is not None]
    refused = [manifest(name, **given) for name, (given, *_) in REFUSED.items() if given is not None]
    endpoints.kubectl.apply(listed(twin, *before, *refused))
    for each in ("exists", "adopted", "adopted-same"):
        emulator.add_endpoint(runtime_id, each, targetVersion="1")
    for made in [twin, *before, *refused]:
        endpoints.wait_ready(made["metadata"]["name"], within=60)
    emulator.forget_requests()


def versions_of(endpoints) -> dict[str, str]:
    found = endpoints.kubectl.list(RESOURCE)
    return {each["metadata"]["name"]: each["metadata"]["resourceVersion"] for each in found}


def told(change: Object) -> str:
    return f"{change['action']} {change['reason']}".strip()


def test_what_a_diff_says_is_what_an_apply_then_does(plugin, endpoints, emulator, situations):
    names = {row.name: row for row in ROWS}
    refused = [manifest(name, **spec) for name, (_, spec, _) in REFUSED.items()]
    before = versions_of(endpoints)
    result = plugin("diff", "-f", "-", "-o", "json", input=listed(*map(after, ROWS), *refused))
    assert (result.code, bool(result.out)) == (3, True), result.err
    changes = {each["object"].partition("/")[2]: each for each in json.loads(result.out)["changes"]}

    assert {name: told(changes[name]) for name in names} == {row.name: row.says for row in ROWS}
    assert {name: tuple(each["path"] for each in changes[name]["fields"]) for name in names} == {
        row.name: row.fields for row in ROWS
    }
    for name, (*_, words) in REFUSED.items():
        assert changes[name]["action"] == "refused"
        assert words in changes[name]["message"]
    assert emulator.effects() == []
    assert versions_of(endpoints) == before

    endpoints.kubectl.apply(listed(*map(after, ROWS)))
    for row in ROWS:
        wait_until_done(endpoints, row)
    sent = [(call.endpoint_name, call.action) for call in emulator.effects()]
    first = {name: tuple(action for about, action in sent if about == name)[:1] for name in names}
    assert first == {row.name: row.calls for row in ROWS}
    assert not [each for each in sent if each[0] not in names]


def wait_until_done(endpoints, row: Row) -> None:
    reason = row.says.partition(" ")[2]
    if reason:
        endpoints.wait_reason(row.name, reason, within=30)
    elif row.name == "rolled":
        endpoints.wait_reason(row.name, "RollingOut", "RolledOut", within=30)
    else:
        endpoints.wait_ready(row.name, within=30)


@pytest.fixture
def alone(plugin, endpoints, emulator, runtime_id):
    """The plugin, a cluster without an operator, and AgentRun; what a diff writes there is seen afterwards."""
    emulator.forget_requests()
    yield plugin
    assert emulator.effects() == []
    assert endpoints.kubectl.list(RESOURCE) == []


def changes_of(result) -> dict[str, Object]:
    assert result.out, result.err
    return {each["object"].partition("/")[2]: each for each in json.loads(result.out)["changes"]}


def test_what_keeps_the_operator_from_creating_is_told_as_it_would_tell(alone, emulator, endpoints):
    emulator.set_runtime_status(emulator.add_runtime("busy"), "UPDATING")
    key = {"accessKeyId": "d3Jvbmc=", "accessKeySecret": "d3Jvbmc="}
    endpoints.kubectl.create({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "wrong"}, "data": key})
    objects = [
        manifest("not-found", "nobody"),
        manifest("not-ready", "busy"),
        manifest("twin-a", endpointName="twin"),
        manifest("twin-b", endpointName="twin"),
        manifest("rejected", credentialsSecretRef={"name": "wrong"}),
        manifest("no-secret", credentialsSecretRef={"name": "none"}),
    ]
    result = alone("diff", "-f", "-", "-o", "json", "--secret-from-cluster", input=listed(*objects))
    assert {name: told(each) for name, each in changes_of(result).items()} == {
        "not-found": "blocked RuntimeNotFound",
        "not-ready": "blocked RuntimeNotReady",
        "twin-a": "create",
        "twin-b": "blocked Conflict",
        "rejected": "blocked CredentialsRejected",
        "no-secret": "blocked CredentialsNotFound",
    }
    assert (result.code, result.err) == (1, "")


def test_without_the_cluster_a_diff_asks_it_for_nothing_and_knows_less(alone, emulator, runtime_id):
    emulator.add_endpoint(runtime_id, "there", targetVersion="1")
    objects = [manifest("there", targetVersion="2"), manifest("new"), manifest("wrong", targetVersion="0")]
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}
    given = listed(*objects, config)
    result = alone("diff", "--offline", "-f", "-", "-o", "json", input=given, PATH="/nowhere")
    found = {name: told(each) for name, each in changes_of(result).items()}
    assert found == {"there": "update", "new": "create", "wrong": "refused"}
    assert result.code == 3
    assert "Passed over, not AgentRuntimeEndpoints: ConfigMap/c" in result.err
    assert "Offline: " in result.err


def test_a_missing_right_is_named_and_the_rest_is_shown(alone):
    result = alone("diff", "-f", "-", "-o", "json", "--as", "nobody", input=listed(manifest("chat")))
    assert told(changes_of(result)["chat"]) == "create"
    assert "resources: [agentruntimeendpoints], verbs: [" in result.err


def test_agentrun_out_of_reach_is_not_told_as_a_difference(alone):
    result = alone(
        "diff", "-f", "-", input=listed(manifest("chat")), AGENTRUN_ACCESS_KEY_SECRET="another", COLUMNS="300"
    )
    assert result.code == 3
    assert "chat  cannot tell (CredentialsRejected)" in result.out


def test_a_server_side_apply_is_tried_as_such(alone):
    result = alone(
        "diff", "--server-side", "-f", "-", input=listed(manifest("chat"), manifest("wrong", descripton="x"))
    )
    assert (result.code, result.err) == (3, "")
    assert "+ " in result.out
    assert "unknown field" in result.out or "field not declared in schema" in result.out
    assert "1 to create, 1 refused" in result.out


def test_flags_that_contradict_each_other_are_wrong_usage(alone):
    for flags in (("--offline", "--prune", "-l", "a=b"), ("--prune",), ("-l", "a=b"), ("-n", "elsewhere")):
        named = manifest("chat")
        named["metadata"]["namespace"] = "here"
        assert alone("diff", "-f", "-", *flags, input=listed(named)).code == 2


def test_what_no_file_has_would_be_pruned_and_its_endpoint_with_it(plugin, endpoints, emulator, operator):
    for name, policy in (("deleted", "Delete"), ("left", "Orphan"), ("kept", "Delete")):
        made = manifest(name, targetVersion="2", deletionPolicy=policy)
        made["metadata"]["labels"] = {"app": "shop"}
        endpoints.kubectl.apply(made)
    for name in ("deleted", "left", "kept"):
        endpoints.wait_ready(name)
    before = versions_of(endpoints)
    emulator.forget_requests()
    kept = manifest("kept", targetVersion="2")
    result = plugin("diff", "-f", "-", "--prune", "-l", "app=shop", "-o", "json", input=listed(kept))
    found = changes_of(result)
    assert {name: told(each) for name, each in found.items()} == {"kept": "none", "deleted": "prune", "left": "prune"}
    assert "is deleted" in found["deleted"]["message"]
    assert "stays in AgentRun" in found["left"]["message"]
    assert (emulator.effects(), versions_of(endpoints)) == ([], before)
