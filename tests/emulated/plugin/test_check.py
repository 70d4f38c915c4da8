"""`check` against AgentRun and a program in kubectl's place: what each part says of what it finds."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from support.emulator import ACCESS_KEY_ID, Emulator
from support.endpoints import manifest
from support.plugin import Plugin

Findings = dict[str, list[tuple[str, str]]]

FORBIDDEN = (
    'Error from server (Forbidden): secrets is forbidden: User "a" cannot get resource "secrets" in API group ""'
)

STAND_IN = """#!/bin/sh
case "$*" in
  *secrets*) {secrets} ;;
  *agentruntimeendpoints*) cat {objects} ;;
  *) echo 'error: nothing else is known here' >&2; exit 1 ;;
esac
"""


def an_object(name: str, secret: str = "", **status: Any) -> dict[str, Any]:
    found = manifest(name)
    found["metadata"] |= {"namespace": "team-a", "uid": name, "creationTimestamp": "2026-01-01T00:00:00Z"}
    found["spec"] |= {"credentialsSecretRef": {"name": secret}} if secret else {}
    return found | ({"status": status} if status else {})


@pytest.fixture
def kubectl(tmp_path: Path, plugin: Plugin):
    """Has objects, and says something of their Secrets."""

    def place(*objects: dict[str, Any], secrets: str = "true") -> None:
        listed = tmp_path / "objects.json"
        listed.write_text(json.dumps({"items": objects}))
        program = tmp_path / "kubectl"
        program.write_text(STAND_IN.format(objects=listed, secrets=secrets))
        program.chmod(0o755)
        plugin.environment["PATH"] = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"

    return place


def findings(plugin: Plugin, **more: Any) -> Findings:
    found: Findings = {}
    for each in json.loads(plugin("check", "-o", "json", **more).out)["findings"]:
        found.setdefault(each["about"], []).append((each["mark"], each["text"]))
    return found


SEEN: dict[str, Any] = {"conditions": [{"type": "Ready"}]}


def test_endpoints_that_no_object_has_are_only_told(plugin, emulator: Emulator, kubectl):
    runtime = emulator.add_runtime("support-bot")
    emulator.add_endpoint(runtime, "free")
    emulator.add_endpoint(runtime, "chat")
    kubectl(an_object("chat", **SEEN))

    found = findings(plugin)

    assert found["account"] == [("ok", "the credentials work; runtimes in cn-hangzhou: 1")]
    (mark, text) = found["endpoints"][0]
    assert (mark, "support-bot/free" in text, "support-bot/chat" in text) == ("told", True, False)


def test_an_object_that_nobody_has_looked_at_is_wrong_and_named(plugin, emulator: Emulator, kubectl):
    kubectl(an_object("chat", **SEEN), an_object("lost"))
    assert findings(plugin)["objects"][0][0] == "wrong"
    assert "team-a/lost" in findings(plugin)["objects"][0][1]


SECRETS = {
    "all there": ("echo secret/key", "ok", "exist"),
    "one missing": ("true", "wrong", "no Secret key"),
    "not to be seen": (f"echo '{FORBIDDEN}' >&2; exit 1", "told", "not shown"),
    "not told": ("echo 'error: broken' >&2; exit 1", "unknown", "broken"),
}


@pytest.mark.parametrize(("secrets", "mark", "said"), SECRETS.values(), ids=SECRETS)
def test_the_secrets_that_objects_name_are_looked_for(plugin, kubectl, secrets, mark, said):
    kubectl(an_object("chat", "key", **SEEN), secrets=secrets)
    (found,) = findings(plugin)["secrets"]
    assert (found[0], said in found[1]) == (mark, True), found


def test_a_key_that_agentrun_refuses_is_wrong(plugin, emulator: Emulator, kubectl):
    kubectl()
    emulator.revoke_account(ACCESS_KEY_ID)
    (found,) = findings(plugin)["account"]
    assert (found[0], "check the key" in found[1]) == ("wrong", True), found


def test_an_agentrun_that_is_out_of_reach_could_not_be_told(plugin, emulator: Emulator, kubectl):
    kubectl()
    assert findings(plugin, AGENTRUN_CONTROL_ENDPOINT="http://127.0.0.1:9")["account"][0][0] == "unknown"
    assert plugin("check").code == 3
    assert findings(plugin, AGENTRUN_CONTROL_ENDPOINT="a b")["account"][0][0] == "unknown"
