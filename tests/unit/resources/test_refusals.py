"""What the API server would refuse is found without one, and told in its words."""

from typing import Any

import pytest

from agentrun_operator.resources.crd import NAME_RULES, crd
from agentrun_operator.resources.refusals import HOLDS, RULES, refusals

PROMPT = {"name": "refund", "messages": [{"content": "How?"}]}
METRIC = {"name": "errors", "query": 'x{version="$(version)"}', "max": "0.02"}


def manifest(block: object, **spec: object) -> dict[str, Any]:
    known = {"agentRuntimeRef": {"name": "bot"}, "targetVersion": "4", "rollout": block}
    return {"metadata": {"name": "bot"}, "spec": known | spec}


def rules(value: object) -> set[str]:
    """The messages of all rules that need no object before."""
    if isinstance(value, list):
        return {message for each in value for message in rules(each)}
    if not isinstance(value, dict):
        return set()
    own = {rule["message"] for rule in value.get(RULES, ()) if "oldSelf" not in rule["rule"]}
    return own | {message for each in value.values() for message in rules(each)}


def test_each_rule_of_the_schema_has_its_meaning_here_and_no_other_has():
    assert rules(crd()) - rules(NAME_RULES) == set(HOLDS)


@pytest.mark.parametrize(
    "rollout",
    [
        {},
        {"steps": [{"weight": 5}, {"weight": 100, "bake": "1h30m"}]},
        {"steps": [{"weight": 0}], "analysis": {"probes": {"prompts": [PROMPT]}}},
        {"analysis": {"metrics": [METRIC]}, "onFailure": "Hold", "strategy": "Immediate"},
        {"analysis": None},
    ],
)
def test_what_the_api_server_takes_is_taken(rollout):
    assert refusals(manifest(rollout)) == []


@pytest.mark.parametrize(
    ("rollout", "why"),
    [
        ({"steps": [{"weight": 50}, {"weight": 5}]}, "spec.rollout.steps: the weights of rollout.steps must rise"),
        ({"steps": [{"weight": 5}, {"weight": 5}]}, "spec.rollout.steps[1]: Duplicate value: weight 5"),
        ({"steps": [{"weight": 0}]}, "spec.rollout.steps: a step of weight 0 gets no traffic: it needs"),
        (
            {"steps": [{"weight": 100}], "analysis": {"metrics": [{**METRIC, "max": None, "maxRatioToStable": "1.5"}]}},
            "spec.rollout.steps: a step of weight 100 leaves the stable version nothing to be measured by",
        ),
        ({"deadline": "59s"}, "spec.rollout.deadline: rollout.deadline must be 1m at least"),
        (
            {"deadline": "1m", "analysis": {"interval": "31s", "metrics": [METRIC]}},
            "spec.rollout.deadline: rollout.deadline must be twice analysis.interval at least",
        ),
        (
            {"deadline": "9m59s", "analysis": {"probes": {"prompts": [PROMPT]}}},
            "spec.rollout.deadline: rollout.deadline must be twice analysis.probes.interval at least",
        ),
        ({"analysis": {}}, "spec.rollout.analysis: analysis needs probes or metrics"),
        (
            {"analysis": {"interval": "9s", "metrics": [METRIC]}},
            "spec.rollout.analysis.interval: analysis.interval must be 10s at least",
        ),
        (
            {"analysis": {"probes": {"prompts": [PROMPT], "interval": "9s"}}},
            "spec.rollout.analysis.probes.interval: probes.interval must be 10s at least",
        ),
        (
            {"analysis": {"probes": {"prompts": [PROMPT], "timeout": "121s"}}},
            "spec.rollout.analysis.probes.timeout: probes.timeout must be from 1s to 120s",
        ),
        (
            {"analysis": {"probes": {"prompts": [PROMPT], "againstStable": {}}}},
            "spec.rollout.analysis.probes.againstStable: againstStable needs maxLatencyRatio",
        ),
        (
            {"analysis": {"probes": {"prompts": [PROMPT, PROMPT]}}},
            "spec.rollout.analysis.probes.prompts[1]: Duplicate value: name refund",
        ),
        (
            {"analysis": {"metrics": [{**METRIC, "max": None}]}},
            "spec.rollout.analysis.metrics[0]: a metric needs min, max or maxRatioToStable",
        ),
        (
            {"analysis": {"metrics": [{**METRIC, "query": "up"}]}},
            "spec.rollout.analysis.metrics[0].query: query must contain $(version)",
        ),
        (
            {"analysis": {"metrics": [{**METRIC, "minSamples": 1}]}},
            "spec.rollout.analysis.metrics[0].samplesQuery: samplesQuery and minSamples belong together",
        ),
        ({"stepz": []}, 'spec.rollout: unknown field "spec.rollout.stepz"'),
        ({"steps": [{"weight": 5, "bakes": "1m"}]}, 'unknown field "spec.rollout.steps[0].bakes"'),
        ({"steps": [{"weight": "5"}]}, "spec.rollout.steps[0].weight: Input should be a valid integer"),
        ({"steps": [{"weight": 101}]}, "spec.rollout.steps[0].weight: Input should be less than or equal to 100"),
        ({"steps": [{"weight": 5, "bake": "soon"}]}, "spec.rollout.steps[0].bake: String should match pattern"),
        ({"steps": []}, "spec.rollout.steps: List should have at least 1 item"),
        ({"strategy": "BlueGreen"}, "spec.rollout.strategy: Input should be 'Canary' or 'Immediate'"),
    ],
)
def test_what_the_api_server_refuses_is_refused_with_the_field_and_the_reason(rollout, why):
    found = refusals(manifest(rollout))
    assert any(why in each for each in found), found


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"agentRuntimeRef": {}}, "agentRuntimeRef needs exactly one of id and name"),
        (
            {"routing": {"versionWeights": [{"version": "3", "weight": 5}]}},
            "spec.routing: rollout and routing.versionWeights exclude each other",
        ),
        (
            {"rollout": None, "routing": {"versionWeights": [{"version": "4", "weight": 5}]}},
            "a version in routing.versionWeights must differ from targetVersion",
        ),
        (
            {"routing": {"versionWeights": [{"version": "2", "weight": 50}, {"version": "3", "weight": 50}]}},
            "must add up to 99 or less",
        ),
        ({"endpointName": "are-0123456789abcdef-c"}, "are reserved for probes"),
    ],
)
def test_the_rest_of_the_object_is_looked_at_too(spec, why):
    found = refusals(manifest({}, **spec))
    assert any(why in each for each in found), found
