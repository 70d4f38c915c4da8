"""`history` and `rollback` on a control plane: what was asked for before is asked for again."""

import json
from typing import Any

import yaml

from support.cluster import eventually
from support.emulator import Emulator
from support.endpoints import Endpoints
from support.operator import Operator
from support.plugin import Plugin
from support.rollouts import Split, split_of


def split(emulator: Emulator, runtime_id: str) -> Split:
    return split_of(emulator.endpoint("chat", runtime_id) or {"targetVersion": ""})


def results(endpoints: Endpoints) -> list[tuple[str, str | None]]:
    kept: list[dict[str, Any]] = endpoints.get("chat")["status"].get("history", [])
    return [(each["spec"]["targetVersion"], each.get("result")) for each in kept]


def test_it_goes_back_and_forth(
    plugin: Plugin, operator: Operator, endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    endpoints.apply("chat", targetVersion="3", description="proved")
    endpoints.wait_ready("chat")
    nothing = plugin("rollback", "chat")
    assert nothing.code == 1
    assert "no Ready entry that differs" in nothing.err

    endpoints.change("chat", targetVersion="4", description="new")
    endpoints.wait_ready("chat")
    eventually(lambda: results(endpoints) == [("4", "Ready"), ("3", "Ready")])

    told = plugin("rollback", "chat", "--wait")
    assert told.code == 0, told
    assert "targetVersion: 4 → 3\n" in told.out
    assert 'description: "new" → "proved"\n' in told.out
    assert "back to generation 1, which was Ready" in told.err
    assert split(emulator, runtime_id) == ("3", ())

    assert plugin("rollback", "chat", "--to", "2", "--wait=30s").code == 0
    assert split(emulator, runtime_id) == ("4", ())
    assert [each.method for each in emulator.effects()] == ["POST", "PUT", "PUT", "PUT"]
    assert plugin("rollback", "chat", "--to", "99").code == 1

    kept = endpoints.get("chat")["status"]["history"]
    assert json.loads(plugin("history", "chat", "-o", "json").out) == kept
    assert yaml.safe_load(plugin("history", "chat", "-o", "yaml").out) == kept
    lines = plugin("history", "chat").out.splitlines()
    assert lines[0].split() == ["GENERATION", "AGE", "READY", "IN", "RESULT", "SPEC"]
    assert len(lines) == len(kept) + 1


def test_with_a_rollout_it_leads_to_the_version_and_leaves_the_split_to_the_operator(
    plugin: Plugin, operator: Operator, endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    endpoints.apply("chat", targetVersion="3", routing={"versionWeights": [{"version": "2", "weight": 10}]})
    endpoints.wait_ready("chat")
    endpoints.change("chat", targetVersion="4", routing=None, rollout={"strategy": "Immediate"})
    endpoints.wait_reason("chat", "RolledOut", kind="RolledOut")
    eventually(lambda: results(endpoints) == [("4", "Ready"), ("3", "Ready")])

    told = plugin("rollback", "chat", "--wait")
    assert told.code == 0, told
    assert "`routing` is left out" in told.err
    assert endpoints.get("chat")["spec"].get("routing") is None
    assert split(emulator, runtime_id) == ("3", ())


def test_an_object_that_is_kept_elsewhere_is_not_rolled_back(plugin: Plugin, operator: Operator, endpoints: Endpoints):
    endpoints.apply("chat", annotations={"meta.helm.sh/release-name": "shop"}, targetVersion="3")
    endpoints.wait_ready("chat")
    endpoints.change("chat", targetVersion="4")
    endpoints.wait_ready("chat")

    told = plugin("rollback", "chat")
    assert told.code == 1
    assert told.out.endswith("targetVersion: 4 → 3\n")
    assert "Helm (release shop)" in told.err
    assert endpoints.get("chat")["spec"]["targetVersion"] == "4"
