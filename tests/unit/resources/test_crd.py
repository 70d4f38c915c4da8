"""The CustomResourceDefinition as a whole: names that others rely on, and a schema that the API server takes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agentrun_operator.resources import names
from agentrun_operator.resources.crd import crd, crd_yaml

Schema = dict[str, Any]

CRD_FILE = Path(__file__).parents[3] / "crds" / "agentrun.alibabacloud.com_agentruntimeendpoints.yaml"

SPEC = {
    "agentRuntimeRef",
    "endpointName",
    "description",
    "targetVersion",
    "routing",
    "rollout",
    "connection",
    "scaling",
    "disablePublicNetworkAccess",
    "region",
    "credentialsSecretRef",
    "managementPolicy",
    "adoptionPolicy",
    "deletionPolicy",
    "driftPolicy",
}
STATUS = {
    "observedGeneration",
    "agentRuntimeId",
    "agentRuntimeName",
    "endpointId",
    "endpointName",
    "endpointArn",
    "publicUrl",
    "openaiBaseUrl",
    "state",
    "stateReason",
    "targetVersion",
    "resolvedVersion",
    "routing",
    "scaling",
    "drift",
    "rollout",
    "history",
    "binding",
    "exports",
    "claim",
    "lastHandledReconcileAt",
    "conditions",
}
POLICY = {"name", "scheduleExpression", "target", "startTime", "endTime", "timeZone"}
PROBES = {"interval", "repeat", "minPassRate", "timeout", "maxTokens", "againstStable", "prompts"}
METRIC = {"name", "query", "samplesQuery", "minSamples", "min", "max", "maxRatioToStable", "noData"}
ROLLOUT_STATUS = {
    "summary",
    "number",
    "phase",
    "cause",
    "stableVersion",
    "canaryVersion",
    "step",
    "weight",
    "settledAt",
    "failures",
    "held",
    "plan",
    "provedBy",
    "proofLeft",
    "failedPlan",
    "history",
    "lastRequest",
    "checks",
    "probeEndpoints",
}


def below(schema: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """Every schema in a schema, with its path."""
    yield path, schema
    for name, field in schema.get("properties", {}).items():
        yield from below(field, f"{path}.{name}")
    if "items" in schema:
        yield from below(schema["items"], f"{path}[]")


WHOLE: Schema = yaml.safe_load(crd_yaml())
VERSION: Schema = WHOLE["spec"]["versions"][0]
FIELDS = dict(below(VERSION["schema"]["openAPIV3Schema"], ""))
OURS = {path: schema for path, schema in FIELDS.items() if path.startswith((".spec", ".status"))}
WRITTEN = {path: schema for path, schema in OURS.items() if path.startswith(".spec")}


def test_the_file_is_what_the_models_say():
    assert CRD_FILE.read_text() == crd_yaml(), "run `make generate`"


def test_the_yaml_says_the_same_as_the_object_and_has_no_anchors():
    assert yaml.safe_load(crd_yaml()) == crd()
    assert "&id" not in crd_yaml()


def test_the_names_are_the_ones_that_manifests_rely_on():
    assert WHOLE["metadata"]["name"] == "agentruntimeendpoints.agentrun.alibabacloud.com"
    assert WHOLE["spec"]["group"] == "agentrun.alibabacloud.com"
    assert WHOLE["spec"]["scope"] == "Namespaced"
    assert WHOLE["spec"]["names"] == {
        "kind": "AgentRuntimeEndpoint",
        "listKind": "AgentRuntimeEndpointList",
        "plural": "agentruntimeendpoints",
        "singular": "agentruntimeendpoint",
        "shortNames": ["are"],
        "categories": ["agentrun"],
    }


def test_there_is_one_version_served_and_stored_with_a_status_of_its_own():
    (only,) = WHOLE["spec"]["versions"]
    assert (only["name"], only["served"], only["storage"]) == ("v1alpha1", True, True)
    assert only["subresources"] == {"status": {}}


def test_finalizer_and_annotations_are_the_ones_that_scripts_rely_on():
    assert names.FINALIZER == "agentrun.alibabacloud.com/endpoint"
    assert names.ANNOTATIONS == (
        "agentrun.alibabacloud.com/paused",
        "agentrun.alibabacloud.com/reconcile-requested-at",
        "agentrun.alibabacloud.com/rollout",
    )


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (".spec", SPEC),
        (".spec.agentRuntimeRef", {"id", "name"}),
        (".spec.connection", {"configMap", "secret", "keys"}),
        (".spec.connection.configMap", {"name"}),
        (".spec.connection.secret", {"name"}),
        (".status.binding", {"name"}),
        (".status.exports[]", {"kind", "name", "uid"}),
        (".spec.routing", {"versionWeights"}),
        (".spec.routing.versionWeights[]", {"version", "weight"}),
        (".spec.scaling", {"minInstances", "scheduledPolicies"}),
        (".spec.scaling.scheduledPolicies[]", POLICY),
        (".spec.credentialsSecretRef", {"name"}),
        (".spec.rollout", {"strategy", "steps", "deadline", "onFailure", "rollbackWindow", "analysis"}),
        (".spec.rollout.steps[]", {"weight", "bake", "approval"}),
        (".spec.rollout.analysis", {"interval", "failureLimit", "probes", "metrics"}),
        (".spec.rollout.analysis.probes", PROBES),
        (".spec.rollout.analysis.probes.againstStable", {"maxLatencyRatio", "maxTokenRatio", "maxPassRateDrop"}),
        (".spec.rollout.analysis.probes.prompts[]", {"name", "required", "messages", "expect"}),
        (".spec.rollout.analysis.probes.prompts[].messages[]", {"role", "content"}),
        (
            ".spec.rollout.analysis.probes.prompts[].expect",
            {"contains", "notContains", "toolCalls", "maxLatency", "maxTokens"},
        ),
        (".spec.rollout.analysis.metrics[]", METRIC),
        (".status", STATUS),
        (".status.rollout", ROLLOUT_STATUS),
        (".status.rollout.checks[]", {"name", "verdict", "value", "limit", "stable"}),
        (".status.rollout.probeEndpoints[]", {"role", "version", "id"}),
        (".status.routing", {"versionWeights"}),
        (".status.routing.versionWeights[]", {"version", "weight"}),
        (
            ".status.scaling",
            {"minInstances", "scheduledPolicies", "currentInstances", "targetInstances", "error"},
        ),
        (".status.scaling.scheduledPolicies[]", POLICY),
        (".status.drift[]", {"path", "desired", "observed"}),
        (".status.history[]", {"generation", "appliedAt", "readyAt", "result", "spec"}),
        (
            ".status.history[].spec",
            {"targetVersion", "routing", "scaling", "description", "disablePublicNetworkAccess"},
        ),
        (".status.history[].spec.routing.versionWeights[]", {"version", "weight"}),
        (".status.history[].spec.scaling", {"minInstances", "scheduledPolicies"}),
        (".status.history[].spec.scaling.scheduledPolicies[]", POLICY),
        (".status.claim", {"uid", "account", "region", "runtimeId", "endpointName", "adopted", "since"}),
        (
            ".status.conditions[]",
            {"type", "status", "reason", "message", "lastTransitionTime", "observedGeneration"},
        ),
    ],
)
def test_the_fields_are_the_promised_ones(path, fields):
    assert FIELDS[path]["properties"].keys() == fields


@pytest.mark.parametrize(
    ("path", "default"),
    [
        (".spec.description", ""),
        (".spec.targetVersion", "LATEST"),
        (".spec.scaling.minInstances", 0),
        (".spec.disablePublicNetworkAccess", False),
        (".spec.managementPolicy", "Manage"),
        (".spec.adoptionPolicy", "Refuse"),
        (".spec.deletionPolicy", "Delete"),
        (".spec.driftPolicy", "Correct"),
        (".spec.rollout.strategy", "Canary"),
        (
            ".spec.rollout.steps",
            [{"weight": 10, "bake": "5m", "approval": False}, {"weight": 50, "bake": "5m", "approval": False}],
        ),
        (".spec.rollout.steps[].bake", "5m"),
        (".spec.rollout.steps[].approval", False),
        (".spec.rollout.deadline", "1h"),
        (".spec.rollout.onFailure", "Revert"),
        (".spec.rollout.rollbackWindow", 3),
        (".spec.rollout.analysis.interval", "60s"),
        (".spec.rollout.analysis.failureLimit", 1),
        (".spec.rollout.analysis.probes.interval", "5m"),
        (".spec.rollout.analysis.probes.repeat", 1),
        (".spec.rollout.analysis.probes.minPassRate", 100),
        (".spec.rollout.analysis.probes.timeout", "30s"),
        (".spec.rollout.analysis.probes.maxTokens", 1024),
        (".spec.rollout.analysis.probes.prompts[].required", False),
        (".spec.rollout.analysis.probes.prompts[].messages[].role", "user"),
        (".spec.rollout.analysis.metrics[].noData", "Hold"),
        (".status", {"observedGeneration": -1}),
    ],
)
def test_the_defaults_are_the_promised_ones(path, default):
    assert FIELDS[path]["default"] == default


def test_nothing_else_has_a_default():
    assert sum("default" in schema for schema in FIELDS.values()) == 26


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (".spec.managementPolicy", ["Manage", "Observe"]),
        (".spec.adoptionPolicy", ["Refuse", "Adopt"]),
        (".spec.deletionPolicy", ["Delete", "Orphan"]),
        (".spec.driftPolicy", ["Correct", "Report"]),
        (".spec.rollout.strategy", ["Canary", "Immediate"]),
        (".spec.rollout.onFailure", ["Revert", "Hold"]),
        (".spec.rollout.analysis.probes.prompts[].messages[].role", ["system", "user", "assistant"]),
        (".spec.rollout.analysis.metrics[].noData", ["Hold", "Pass", "Fail"]),
        (".status.conditions[].status", ["True", "False", "Unknown"]),
        (".status.history[].result", ["Ready", "Failed", "Superseded"]),
    ],
)
def test_the_words_of_a_choice_are_the_promised_ones(path, words):
    assert FIELDS[path]["enum"] == words


@pytest.mark.parametrize(
    ("path", "required"),
    [
        ("", ["spec"]),
        (".spec", ["agentRuntimeRef"]),
        (".spec.routing.versionWeights[]", ["version", "weight"]),
        (".spec.scaling.scheduledPolicies[]", ["name", "scheduleExpression", "target"]),
        (".spec.credentialsSecretRef", ["name"]),
        (".spec.rollout.steps[]", ["weight"]),
        (".spec.rollout.analysis.probes", ["prompts"]),
        (".spec.rollout.analysis.probes.prompts[]", ["name", "messages"]),
        (".spec.rollout.analysis.probes.prompts[].messages[]", ["content"]),
        (".spec.rollout.analysis.metrics[]", ["name", "query"]),
    ],
)
def test_only_what_cannot_be_guessed_is_required(path, required):
    assert FIELDS[path]["required"] == required


@pytest.mark.parametrize(
    "path", [".spec.rollout", ".spec.rollout.analysis", ".spec.rollout.analysis.probes.againstStable"]
)
def test_a_rollout_that_names_nothing_has_nothing_that_is_required(path):
    assert "required" not in FIELDS[path]


@pytest.mark.parametrize(
    ("path", "limits"),
    [
        (".spec.rollout.steps", (1, 20)),
        (".spec.rollout.steps[].weight", (0, 100)),
        (".spec.rollout.rollbackWindow", (0, 10)),
        (".spec.rollout.analysis.failureLimit", (0, 20)),
        (".spec.rollout.analysis.metrics", (None, 10)),
        (".spec.rollout.analysis.metrics[].query", (1, 1024)),
        (".spec.rollout.analysis.metrics[].samplesQuery", (1, 1024)),
        (".spec.rollout.analysis.probes.repeat", (1, 5)),
        (".spec.rollout.analysis.probes.minPassRate", (1, 100)),
        (".spec.rollout.analysis.probes.prompts", (1, 20)),
        (".spec.rollout.analysis.probes.prompts[].messages", (1, 8)),
        (".spec.rollout.analysis.probes.prompts[].messages[].content", (1, 2048)),
        (".spec.rollout.analysis.probes.prompts[].expect.contains", (None, 10)),
        (".spec.rollout.analysis.probes.prompts[].expect.notContains", (None, 10)),
        (".spec.rollout.analysis.probes.prompts[].expect.toolCalls", (None, 10)),
        (".spec.rollout.analysis.probes.againstStable.maxPassRateDrop", (0, 100)),
    ],
)
def test_the_limits_of_a_rollout_are_the_promised_ones(path, limits):
    least, most = {"array": ("minItems", "maxItems"), "string": ("minLength", "maxLength")}.get(
        FIELDS[path]["type"], ("minimum", "maximum")
    )
    assert (FIELDS[path].get(least), FIELDS[path].get(most)) == limits


def test_the_schema_is_structural():
    """The API server refuses any other; and additionalProperties would let misspelt fields in, unless they are keys."""
    refused = {"$ref", "$defs", "anyOf", "oneOf", "allOf", "not", "const", "additionalProperties", "nullable"}
    types = {"object", "array", "string", "integer", "boolean"}
    assert [path for path, schema in FIELDS.items() if refused & schema.keys()] == [".spec.connection.keys"]
    assert FIELDS[".spec.connection.keys"]["additionalProperties"] == {"type": "string", "maxLength": 256}
    assert [path for path, schema in FIELDS.items() if schema["type"] not in types] == []
    assert [path for path, schema in FIELDS.items() if (schema["type"] == "array") != ("items" in schema)] == []


def test_every_field_is_explained_in_whole_sentences():
    """An entry that is a mere text is explained by its list."""
    texts = {
        path: schema.get("description", "")
        for path, schema in OURS.items()
        if not (path.endswith("[]") and schema["type"] == "string")
    }
    assert [path for path, text in texts.items() if not text.endswith(".")] == []
    assert [path for path, text in texts.items() if len(text.split()) < 2] == []


def test_every_list_says_how_it_merges():
    """Without this, two managers of a server-side apply take away each other's entries."""
    lists = {path: schema for path, schema in OURS.items() if schema["type"] == "array"}
    assert {path: schema["x-kubernetes-list-type"] for path, schema in lists.items()} == {
        ".spec.routing.versionWeights": "map",
        ".spec.scaling.scheduledPolicies": "map",
        ".spec.rollout.steps": "map",
        ".spec.rollout.analysis.probes.prompts": "map",
        ".spec.rollout.analysis.probes.prompts[].messages": "atomic",
        ".spec.rollout.analysis.probes.prompts[].expect.contains": "atomic",
        ".spec.rollout.analysis.probes.prompts[].expect.notContains": "atomic",
        ".spec.rollout.analysis.probes.prompts[].expect.toolCalls": "atomic",
        ".spec.rollout.analysis.metrics": "map",
        ".status.routing.versionWeights": "atomic",
        ".status.scaling.scheduledPolicies": "atomic",
        ".status.drift": "atomic",
        ".status.exports": "atomic",
        ".status.rollout.history": "atomic",
        ".status.rollout.checks": "atomic",
        ".status.rollout.probeEndpoints": "atomic",
        ".status.history": "atomic",
        ".status.history[].spec.routing.versionWeights": "atomic",
        ".status.history[].spec.scaling.scheduledPolicies": "atomic",
        ".status.conditions": "map",
    }


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (".spec.routing.versionWeights", "version"),
        (".spec.scaling.scheduledPolicies", "name"),
        (".spec.rollout.steps", "weight"),
        (".spec.rollout.analysis.probes.prompts", "name"),
        (".spec.rollout.analysis.metrics", "name"),
        (".status.conditions", "type"),
    ],
)
def test_a_list_that_is_a_map_has_a_key_that_its_entries_must_have(path, key):
    assert FIELDS[path]["x-kubernetes-list-map-keys"] == [key]
    assert key in FIELDS[path]["items"]["required"]


def test_every_rule_names_in_its_message_the_field_that_it_is_about():
    names = {path.rsplit(".", 1)[-1].removesuffix("[]") for path in OURS}
    found = [rule["message"] for schema in FIELDS.values() for rule in schema.get("x-kubernetes-validations", [])]
    assert len(found) == 26
    assert [message for message in found if not any(name in message for name in names)] == []


def test_every_text_and_list_that_users_write_is_bounded():
    """The API server refuses rules over what may be endlessly long."""
    bounds = {"array": "maxItems", "string": "maxLength"}
    bounded = {path: schema for path, schema in WRITTEN.items() if schema["type"] in bounds and "enum" not in schema}
    assert [path for path, schema in bounded.items() if bounds[schema["type"]] not in schema] == []


def test_the_columns_are_the_promised_ones():
    columns = [(each["name"], each.get("priority", 0)) for each in VERSION["additionalPrinterColumns"]]
    always, wide = ("Runtime", "Version", "Rollout", "State", "Ready", "Age"), ("URL", "Reason")
    assert columns == [*((name, 0) for name in always), *((name, 1) for name in wide)]


def test_every_column_shows_a_field_that_exists():
    paths = {each["jsonPath"].split("[?")[0] for each in VERSION["additionalPrinterColumns"]}
    assert paths <= FIELDS.keys() | {".metadata.creationTimestamp"}
