"""An edit in the text of a manifest changes what it is about, and no other byte."""

import difflib
import json
from textwrap import dedent
from typing import Any

import pytest

from agentrun_operator.plugin.edits.edit import Edit, NotPossibleError
from agentrun_operator.plugin.edits.manifests import edited
from agentrun_operator.plugin.exits import UnknownError, UsageError

HEAD = "apiVersion: agentrun.alibabacloud.com/v1alpha1\nkind: AgentRuntimeEndpoint\n"

WHOLE = """\
# of the file
apiVersion: v1
kind: ConfigMap
metadata: {name:   x}   # oddly written
data:
    {{- if .Values.template }}
    a: {{ .Values.template }}
---   # the endpoint
# about it
apiVersion: agentrun.alibabacloud.com/v1alpha1
kind: AgentRuntimeEndpoint
metadata:
    name:  chat   # two spaces
    namespace: team-a
spec:
    # which runtime
    agentRuntimeRef: {name: support-bot}
    targetVersion: '3'   # stable
    # the canaries
    routing:
        versionWeights:
          - version: "4"  # new
            weight: 10    # ten
          # a second one
          - {version: "5", weight: 5}

    # how many
    scaling:
        minInstances: 1
---
kind: Other
"""


def a_manifest(name: str = "chat", namespace: str = "", target: str = "3", more: str = "") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return (
        f"{HEAD}metadata: {{name: {name}{where}}}\n"
        f'spec:\n  agentRuntimeRef: {{name: bot}}\n  targetVersion: "{target}"\n{more}'
    )


def changes(text: str, edit: dict[str, Any], name: str = "chat", namespace: str = "") -> list[str]:
    """The lines that an edit takes away and brings."""
    after, _, _ = edited(text, name, namespace, lambda: "default", lambda _: Edit(edit))
    found = difflib.unified_diff(text.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in found if not line.startswith(("---", "+++", "@@"))]


def canaries(**weights: int) -> dict[str, Any]:
    found = [{"version": name.removeprefix("v"), "weight": weight} for name, weight in weights.items()]
    return {"routing": {"versionWeights": found}}


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        pytest.param(
            {"targetVersion": "4"},
            ["-    targetVersion: '3'   # stable", "+    targetVersion: '4'   # stable"],
            id="a value keeps its quotes and its comment",
        ),
        pytest.param(
            canaries(v4=25, v5=5),
            ["-            weight: 10    # ten", "+            weight: 25    # ten"],
            id="a share keeps its comment",
        ),
        pytest.param(
            canaries(v4=10, v5=5, v6=1),
            ['+          - version: "6"', "+            weight: 1"],
            id="a canary is added as deep as the others",
        ),
        pytest.param(
            canaries(v5=5),
            ['-          - version: "4"  # new', "-            weight: 10    # ten"],
            id="what is said of the next canary stays",
        ),
        pytest.param(
            {"routing": None},
            [
                "-    routing:",
                "-        versionWeights:",
                '-          - version: "4"  # new',
                "-            weight: 10    # ten",
                "-          # a second one",
                '-          - {version: "5", weight: 5}',
            ],
            id="what is said of the next field stays",
        ),
        pytest.param({"description": "3"}, ['+    description: "3"'], id="a text that looks like a number"),
        pytest.param({"description": None}, [], id="what is not there need not go"),
    ],
)
def test_nothing_else_changes(edit: dict[str, Any], expected: list[str]):
    assert changes(WHOLE, edit) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param(
            "", ["+  routing:", "+    versionWeights:", '+    - version: "4"', "+      weight: 1"], id="a spec"
        ),
        pytest.param(
            "  routing: {}\n",
            ["-  routing: {}", "+  routing:", "+    versionWeights:", '+    - version: "4"', "+      weight: 1"],
            id="an empty one",
        ),
        pytest.param(
            '  routing: {versionWeights: [{version: "5", weight: 3}]}  # by hand\n',
            [
                '-  routing: {versionWeights: [{version: "5", weight: 3}]}  # by hand',
                '+  routing: {versionWeights: [{version: "4", weight: 1}]}  # by hand',
            ],
            id="one on a line",
        ),
        pytest.param(
            '  routing:\n    versionWeights:\n    # first\n    - weight: 3\n      version: "4"\n# the end\n',
            ["-    - weight: 3", "+    - weight: 1"],
            id="one with its fields the other way round",
        ),
    ],
)
def test_canaries_are_written_into(more: str, expected: list[str]):
    assert changes(a_manifest(more=more), canaries(v4=1)) == expected


def test_a_comment_at_the_end_stays_when_the_last_field_goes():
    text = a_manifest(more='  routing:\n    versionWeights:\n    - {version: "4", weight: 1}\n# the end\n')
    after, _, _ = edited(text, "chat", "", lambda: "default", lambda _: Edit({"routing": None}))
    assert after == a_manifest(more="# the end\n")


LIST = dedent(
    """\
    apiVersion: v1
    kind: List
    items:
    - apiVersion: agentrun.alibabacloud.com/v1alpha1
      kind: AgentRuntimeEndpoint
      metadata: {name: other}
      spec: {agentRuntimeRef: {name: bot}, targetVersion: "3"}
    - apiVersion: agentrun.alibabacloud.com/v1alpha1
      kind: AgentRuntimeEndpoint
      metadata: {name: chat}  # this one
      spec:
        agentRuntimeRef: {name: bot}
        targetVersion: "3"
    """
)


def test_in_a_list_the_object_of_the_name_is_edited():
    assert changes(LIST, {"targetVersion": "4"}) == ['-    targetVersion: "3"', '+    targetVersion: "4"']


TWO = a_manifest(namespace="team-a") + "---\n" + a_manifest(namespace="team-b", target="2")


@pytest.mark.parametrize(
    ("namespace", "before"),
    [pytest.param("team-a", "3", id="the first"), pytest.param("team-b", "2", id="the second")],
)
def test_of_two_of_a_name_the_one_in_the_namespace_is_edited(namespace: str, before: str):
    expected = [f'-  targetVersion: "{before}"', '+  targetVersion: "4"']
    assert changes(TWO, {"targetVersion": "4"}, namespace=namespace) == expected


def test_a_manifest_without_a_namespace_is_in_any():
    assert changes(a_manifest(), {"targetVersion": "4"}, namespace="team-a")


def test_of_two_of_a_name_the_one_where_the_context_is_gets_it():
    after, before, _ = edited(TWO, "chat", "", lambda: "team-b", lambda _: Edit({"targetVersion": "4"}))
    assert before["metadata"]["namespace"] == "team-b"
    assert after == TWO.replace('"2"', '"4"')


def test_json_stays_json():
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [_as_json("other"), _as_json("chat")]}, indent=2)
    after, _, _ = edited(text, "chat", "", lambda: "default", lambda _: Edit({"targetVersion": "4"}))
    assert [each["spec"]["targetVersion"] for each in json.loads(after)["items"]] == ["3", "4"]
    assert after.startswith('{\n  "apiVersion"')


def _as_json(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "agentrun.alibabacloud.com/v1alpha1",
        "kind": "AgentRuntimeEndpoint",
        "metadata": {"name": name},
        "spec": {"agentRuntimeRef": {"name": "bot"}, "targetVersion": "3"},
    }


SHARED = "kind: List\nitems:\n" + "".join(
    f"- apiVersion: agentrun.alibabacloud.com/v1alpha1\n  kind: AgentRuntimeEndpoint\n"
    f"  metadata: {{name: {name}}}\n  spec: {spec}\n"
    for name, spec in (("other", '&spec {agentRuntimeRef: {name: bot}, targetVersion: "3"}'), ("chat", "*spec"))
)
BOMB = HEAD + "metadata: {name: chat}\nx: &x [1]\nspec: {a: [" + "*x, " * 30 + "1]}\n"
DEEP = HEAD + "metadata: {name: chat}\nspec: " + "[" * 100 + "]" * 100 + "\n"


@pytest.mark.parametrize(
    ("text", "namespace", "kind", "said"),
    [
        pytest.param(
            a_manifest("other"),
            "",
            NotPossibleError,
            "has no AgentRuntimeEndpoint chat; what it has: other",
            id="another name",
        ),
        pytest.param("", "", UsageError, "it is empty", id="nothing"),
        pytest.param("# chat\n---\n", "", UsageError, "it is empty", id="comments alone"),
        pytest.param("chat\n", "", UsageError, "holds no object", id="a text"),
        pytest.param("a: [\n", "", UsageError, "no YAML in line", id="no YAML"),
        pytest.param(
            "apiVersion: v1\nkind: Service\n---\nkind: Pod\n",
            "",
            NotPossibleError,
            "Service of v1, Pod",
            id="other kinds",
        ),
        pytest.param(
            WHOLE.replace("v1alpha1", "v9"),
            "",
            NotPossibleError,
            "AgentRuntimeEndpoint of agentrun.alibabacloud.com/v9",
            id="another version",
        ),
        pytest.param(a_manifest(namespace="b"), "a", UsageError, "is in namespace b", id="another namespace"),
        pytest.param(a_manifest() + "---\n" + a_manifest(), "", NotPossibleError, "several", id="twice the same"),
        pytest.param(TWO, "", NotPossibleError, "several", id="neither where the context is"),
        pytest.param(f"{HEAD}spec: {{", "", UsageError, "no YAML in line", id="cut off"),
        pytest.param(a_manifest(target="x"), "", UnknownError, "would refuse", id="refused by the API server"),
        pytest.param(SHARED, "", NotPossibleError, "without changing more", id="a spec that two objects share"),
        pytest.param(BOMB, "", UsageError, "more than 20 aliases", id="a bomb"),
        pytest.param(DEEP, "", UsageError, "more than 64 levels", id="a deep one"),
    ],
)
def test_what_cannot_be_edited_is_left_and_said(text: str, namespace: str, kind: type[Exception], said: str):
    with pytest.raises(kind, match=said):
        edited(text, "chat", namespace, lambda: "default", lambda _: Edit({"targetVersion": "4"}))
