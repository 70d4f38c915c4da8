from importlib import resources
from typing import Any

import pytest
import yaml

from agentrun_operator.cli.playground.samples.agents import MANNERS
from agentrun_operator.cli.playground.samples.expected import BUILT_IN, CREATED, NAMES, ROLLED, differences, manifests
from agentrun_operator.emulator.faults.manners import Manners
from agentrun_operator.resources.spec import Spec

SAMPLES = {sample["metadata"]["name"]: sample for sample in yaml.safe_load_all(manifests())}


def test_every_sample_file_is_used_and_named_like_its_object():
    files = resources.files("agentrun_operator.cli.playground.samples")
    found = {file.name for file in files.iterdir() if file.name.endswith(".yaml")}
    assert found == {f"{name}.yaml" for name in SAMPLES}
    assert set(SAMPLES) == set(NAMES)


def test_there_is_an_expectation_for_every_sample():
    assert {sample["spec"].get("endpointName", name) for name, sample in SAMPLES.items()} == set(CREATED)
    assert SAMPLES["built-in"]["spec"]["endpointName"] == BUILT_IN


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_is_what_the_custom_resource_takes(name):
    spec = SAMPLES[name]["spec"]
    assert Spec.model_validate(spec).model_dump(mode="json", by_alias=True, exclude_unset=True) == spec


def test_the_versions_answer_what_the_golden_prompts_expect_but_for_the_last():
    prompts = SAMPLES[ROLLED]["spec"]["rollout"]["analysis"]["probes"]["prompts"]
    answers = {version: [answered(version, prompt) for prompt in prompts] for version in MANNERS}
    assert answers == {"1": [True, True], "2": [True, True], "3": [False, True]}


def answered(version: str, prompt: dict[str, Any]) -> bool:
    """Whether a version answers a prompt as it expects, by the emulator's own choice of manners."""
    manners = Manners(lambda: 0.0)
    manners.put("runtime", version, list(MANNERS[version]))
    manner = manners.pick("runtime", version, prompt["messages"][-1]["content"])
    expect = prompt["expect"]
    return all(text in (manner.text or "") for text in expect.get("contains", [])) and all(
        name in (manner.tool_calls or ()) for name in expect.get("toolCalls", [])
    )


@pytest.mark.parametrize(
    ("expected", "found", "told"),
    [
        pytest.param({"a": {"x": 1}}, {"a": {"x": 1, "y": 2}}, [], id="fields that do not matter"),
        pytest.param({"a": {"x": {"y": 1}}}, {"a": {"x": {"y": 1, "z": 2}}}, [], id="inner fields that do not matter"),
        pytest.param({"a": {"x": None}}, {"a": {}}, [], id="nothing there, as expected"),
        pytest.param({"a": {}}, {}, ["a is missing"], id="an endpoint too few"),
        pytest.param({}, {"a": {}}, ["a is there"], id="an endpoint too many"),
        pytest.param({"a": {"x": 1}}, {"a": {"x": 2}}, ["a.x is 2 instead of 1"], id="another value"),
        pytest.param({"a": {"x": {"y": 1}}}, {"a": {"x": {"y": 2}}}, ["a.x.y is 2 instead of 1"], id="an inner value"),
        pytest.param({"a": {"x": None}}, {"a": {"x": {}}}, ["a.x is {} instead of None"], id="something there"),
    ],
)
def test_differences_are_told_in_words(expected, found, told):
    assert differences(expected, found) == told
