from importlib import resources

import pytest
import yaml

from agentrun_operator.cli.playground.expected import BUILT_IN, CREATED, NAMES, differences, manifests

SAMPLES = {sample["metadata"]["name"]: sample for sample in yaml.safe_load_all(manifests())}


def test_every_sample_file_is_used_and_named_like_its_object():
    files = resources.files("agentrun_operator.cli.playground") / "samples"
    assert sorted(file.name for file in files.iterdir()) == sorted(f"{name}.yaml" for name in SAMPLES)
    assert set(SAMPLES) == set(NAMES)


def test_there_is_an_expectation_for_every_sample():
    assert {sample["spec"].get("endpointName", name) for name, sample in SAMPLES.items()} == set(CREATED)
    assert SAMPLES["built-in"]["spec"]["endpointName"] == BUILT_IN


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
