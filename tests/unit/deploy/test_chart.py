"""The chart's files agree with each other, with the settings, and with the package."""

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest
import yaml

from agentrun_operator.controller.settings import Settings
from support import chart

VALUES = chart.defaults()
METADATA = yaml.safe_load((chart.CHART / "Chart.yaml").read_text())
SCHEMA = chart.parsed_schema()

AGAIN = "run `make generate`"


def camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def nodes(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of a schema, however deep."""
    for name, node in schema.get("properties", {}).items():
        yield f"{path}{name}", node
        yield from nodes(node, f"{path}{name}.")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_a_value_with_the_same_default(name: str):
    value = VALUES[camel(name)]
    read = Settings(**({} if value == "auto" else {name: value}))

    assert getattr(read, name) == Settings.model_fields[name].default


def test_every_value_has_a_text():
    documented = {".".join(value.path) for value in chart.documented_values()}
    free = re.compile(
        r"(resources|podSecurityContext|securityContext|livenessProbe|readinessProbe|dashboard\.labels)\."
    )
    groups = {path for path, node in nodes(SCHEMA) if node.get("properties") and path != "resources"}

    said = {path for path, _ in nodes(SCHEMA) if path not in groups and not free.match(path)}

    assert said - documented == {"global"}


def test_the_schema_knows_every_value_and_no_other():
    def known(values: dict[str, Any], schema: dict[str, Any]) -> None:
        declared = schema["properties"].keys() - {"global"}
        assert values.keys() == declared
        for name, node in schema["properties"].items():
            if node.get("properties") and not node.get("items") and name != "resources":
                known(values[name], node)

    known(VALUES, SCHEMA)


def test_the_schema_types_every_value_and_takes_no_unknown_one():
    for path, node in nodes(SCHEMA):
        assert {"type", "anyOf", "$ref"} & node.keys(), path
        if "properties" in node:
            assert node["additionalProperties"] is False, path


def test_the_schema_says_what_values_yaml_says():
    assert chart.SCHEMA.read_text() == chart.schema(), AGAIN


def test_the_readme_has_the_values_of_values_yaml():
    assert chart.README.read_text() == chart.readme(), AGAIN


def test_the_charts_crd_is_the_generated_one():
    assert chart.CHART_CRD.read_bytes() == chart.CRD.read_bytes(), AGAIN


def test_the_charts_version_is_the_packages():
    assert METADATA["appVersion"] == METADATA["version"] == version("agentrun-operator")


def test_the_kustomization_is_the_generated_manifest():
    kustomization = yaml.safe_load((chart.INSTALL.parent / "kustomization.yaml").read_text())

    assert kustomization["resources"] == [chart.INSTALL.name]
