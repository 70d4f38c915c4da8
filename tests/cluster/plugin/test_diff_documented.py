"""What docs/plugin.md shows of `diff` is what it says of just these objects."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from support.guide import Command, parts
from support.objects import Case, a_look, a_new_object, an_edited_object, an_endpoint, an_object
from support.staged import Scene, Stage

DOCUMENT = (Path(__file__).parents[3] / "docs" / "plugin.md").read_text()
SECTION = DOCUMENT.partition("\n## diff\n")[2].partition("\n## ")[0]

SPEC: dict[str, Any] = {"description": "", "targetVersion": "3"}

SCENES = [
    Scene("chat", Case(a_new_object(**SPEC), a_look())),
    Scene("hr", Case(an_object(region="cn-hangzhou", **SPEC), a_look(an_endpoint(description="")))),
    Scene("orders", Case(a_new_object(**SPEC), a_look(an_endpoint()))),
    Scene(
        "sales",
        Case(
            an_edited_object(scaling={"minInstances": 2}, **SPEC),
            a_look(an_endpoint(description="", scaling_status={"min_instances": 1, "scheduled_policies": []})),
        ),
    ),
]


@pytest.fixture
def folder(endpoints, emulator, tmp_path):
    """Files with the objects; what they say of `hr` is refused."""
    Stage(endpoints, emulator).set_up(SCENES)
    for each in SCENES:
        moved = {"region": "cn-beijing"} if each.name == "hr" else {}
        (tmp_path / f"{each.name}.json").write_text(json.dumps(each.wanted | {"spec": each.spec | moved}))
    return tmp_path


def named_as_documented(text: str, namespace: str) -> str:
    return text.replace(namespace, "team-a").replace(SCENES[0].runtime, "support-bot")


def test_the_output_in_the_documentation_is_what_a_diff_prints(plugin, namespace, folder):
    (command,) = [each for each in parts(SECTION) if isinstance(each, Command)]
    result = plugin("diff", "-f", folder, COLUMNS="200")
    assert (command.text, result.code) == ("kubectl agentrun diff -f endpoints/", 3)
    assert named_as_documented(result.out, namespace).rstrip() == command.printed

    (document,) = re.findall(r"^```json\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)
    told = plugin("diff", "-f", folder / "sales.json", "-o", "json")
    assert json.loads(named_as_documented(told.out, namespace)) == json.loads(document)
