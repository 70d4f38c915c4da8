"""What k9s is given: plugins whose lines `kubectl agentrun` takes, and columns that the resource has."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from agentrun_operator.plugin.exits import ExitCode
from agentrun_operator.resources.crd import COLUMNS
from agentrun_operator.resources.names import API_VERSION, PLURAL
from support.plugin import Plugin

HERE, K9S = Path(__file__).parent, Path(__file__).parents[3] / "deploy" / "k9s"
PLUGINS: dict[str, Any] = yaml.safe_load((K9S / "plugins.yaml").read_text())["plugins"]
(VIEW,) = yaml.safe_load((K9S / "views.yaml").read_text())["views"].items()

KNOWN = {"NAMESPACE": "team-a", "NAME": "chat", "CONTEXT": "prod; exit 9"}
"""What k9s puts in for variables, with a context that a shell must not run."""

MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: chat}\n"
"""What a plugin that reads an object is given."""

TAKEN = {f"Shift-{letter}" for letter in "AGJNOPS"}
"""Keys that k9s itself has where a resource is listed."""

FIELDS = {"shortCut", "description", "scopes", "confirm", "dangerous", "command", "args"}
LOOKING = {"status", "watch", "history", "rollout-status", "rollout-explain", "diff"}


def substituted(argument: str) -> str:
    """An argument as k9s makes it: variables that it does not know stay."""
    return re.sub(r"\$(!?)([\w-]+)", lambda found: KNOWN.get(found[2].upper(), found[0]), argument)


@pytest.fixture
def plugin(tmp_path: Path) -> Plugin:
    """The plugin, with a kubectl that writes down its words, a line for each call, and knows no cluster."""
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(f'#!/bin/sh\nwords=$(printf "%s\\t" "$@")\necho "$words" >> {tmp_path}/calls\nexit 7\n')
    kubectl.chmod(0o755)
    return Plugin({"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)})


def ran(name: str, plugin: Plugin) -> tuple[str, list[list[str]]]:
    """What a plugin of k9s shows, and the calls of kubectl."""
    entry = PLUGINS[name]
    line = [entry["command"], *map(substituted, entry["args"])]
    shown = subprocess.run(  # noqa: S603 - the line of the file that is tested
        line, input="\n", capture_output=True, text=True, check=True, timeout=60, env=plugin.environment
    )
    calls = (Path(plugin.environment["HOME"]) / "calls").read_text().splitlines()
    return shown.stdout, [call.rstrip("\t").split("\t") for call in calls]


@pytest.mark.parametrize("what", ["plugins", "views"])
def test_k9s_own_schema_takes_the_file(what: str):
    schema = json.loads((HERE / "schemas" / f"{what}.json").read_text())
    Draft7Validator(schema).validate(yaml.safe_load((K9S / f"{what}.yaml").read_text()))


def test_each_plugin_has_a_key_of_its_own_that_k9s_does_not_use():
    keys = [entry["shortCut"] for entry in PLUGINS.values()]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch("Shift-[A-Z]", key) for key in keys)
    assert not TAKEN & set(keys)


@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_is_for_endpoints_and_what_writes_is_off_while_k9s_is_read_only(name: str):
    entry = PLUGINS[name]
    assert entry.keys() == FIELDS, "k9s passes over what it does not know"
    assert entry["scopes"] == [PLURAL]
    assert entry["dangerous"] is (name.removeprefix("agentrun-") not in LOOKING)


@pytest.mark.parametrize("name", PLUGINS)
def test_the_line_of_a_plugin_is_one_that_kubectl_agentrun_takes(name: str, plugin: Plugin):
    shown, calls = ran(name, plugin)

    (words,) = (call for call in calls if call[0] == "agentrun")
    assert words[-2:] == ["--namespace=team-a", "--context=prod; exit 9"]
    assert shown.endswith("\nExit code 7. Enter goes back to k9s. ")
    told = plugin(*words[1:], input=MANIFEST)
    assert told.code != ExitCode.USAGE, told.err


def test_a_line_that_it_does_not_take_would_be_seen(plugin: Plugin):
    assert plugin("status", "chat", "--watching").code == ExitCode.USAGE
    assert plugin("rollout", "approval", "chat").code == ExitCode.USAGE


def test_the_view_is_of_the_resource_and_its_columns_are_there():
    resource, view = VIEW
    assert resource == f"{API_VERSION}/{PLURAL}"
    columns = {str(column["name"]).upper() for column in COLUMNS} | {"NAMESPACE", "NAME"}
    plain = {each.partition("|")[0] for each in view["columns"] if ":" not in each}
    assert plain == columns, "each is there, and none that is not"
    assert view["sortColumn"].partition(":")[0] in plain
