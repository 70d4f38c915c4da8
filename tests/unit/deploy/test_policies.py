"""The guardrails' files: what the oldest Kubernetes that has such policies understands, and words that help."""

import re

import pytest
import yaml

from agentrun_operator.plugin.commands.release import EXEMPT
from support import chart

SOURCES = sorted((chart.CHART / "policies").glob("*.yaml"))
OBJECTS = [each for path in chart.POLICIES.glob("*.yaml") for each in yaml.safe_load_all(path.read_text())]
RULES = {each["metadata"]["name"]: each["spec"] for each in OBJECTS if each["kind"] == "ValidatingAdmissionPolicy"}

KNOWN_TO_1_30 = {
    *("has", "duration", "all", "exists", "contains", "startsWith", "split", "trim"),
    *("value", "hasValue", "orValue", "none"),
    *("group", "resource", "check", "allowed"),
}
"""Functions and macros of CEL that Kubernetes 1.30 has, as far as they are used."""

WAYS = ("ask who administers the cluster", "ask somebody with the cluster-wide right override")


def expressions(spec: dict[str, list[dict[str, str]]]) -> list[str]:
    parts = [each for part in ("matchConditions", "variables", "validations") for each in spec[part]]
    return [each[kind] for each in parts for kind in ("expression", "messageExpression") if kind in each]


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES)
def test_expressions_use_what_kubernetes_1_30_has(spec: dict[str, list[dict[str, str]]]):
    texts = [re.sub(r"'[^']*'|\"[^\"]*\"", "''", each) for each in expressions(spec)]

    assert {name for each in texts for name in re.findall(r"(\w+)\(", each)} - {"in"} <= KNOWN_TO_1_30


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES)
def test_each_refusal_says_what_to_set_and_whom_to_ask(spec: dict[str, list[dict[str, str]]]):
    for validation in spec["validations"]:
        said = [validation["message"], validation.get("messageExpression", validation["message"])]
        assert all("agentrun.alibabacloud.com" in each and any(way in each for way in WAYS) for each in said), said
        assert all(re.search(r"\b(set|let|leave|take) ", each, re.IGNORECASE) for each in said), said
        assert "\n" not in validation["message"]


def test_the_way_out_of_a_stuck_deletion_is_the_one_that_the_plugin_tells():
    text = (chart.CHART / "policies" / "orphan.yaml").read_text()

    listed = re.search(r"each\.reason in\s*\[(.*?)\]", text)
    assert listed is not None
    assert re.findall(r"\w+", listed[1]) == [str(reason) for reason in EXEMPT]
    said = re.search(r"status says (.*?)\n  - ", text, re.DOTALL)
    assert said is not None
    assert re.findall(r"\b[A-Z]\w+", said[1]) == [str(reason) for reason in EXEMPT]


def test_each_policy_of_the_chart_has_a_file_and_the_kustomization_names_them_all():
    kustomization = yaml.safe_load((chart.POLICIES / "kustomization.yaml").read_text())

    assert kustomization["resources"] == [path.name for path in SOURCES]
    assert {path.name for path in SOURCES} | {"kustomization.yaml"} == {path.name for path in chart.POLICIES.iterdir()}
