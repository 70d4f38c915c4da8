"""Agents that do their worst while they are proved: no byte of an answer is told anywhere, and nobody else waits."""

import json
import time
from typing import Any

import pytest

from support.cluster import eventually
from support.measured import Measured
from support.patience import stretched
from support.rollouts import RolloutStage, rollout_of

MARK = "the-secret-of-an-agent"
PROMPT = {"name": "greets", "messages": [{"content": "Hello"}], "expect": {"contains": ["good day"]}}
PLAN: dict[str, Any] = {
    "steps": [{"weight": 10, "bake": "1h"}],
    "deadline": "10m",
    "onFailure": "Hold",
    "analysis": {"interval": "10s", "probes": {"interval": "10s", "timeout": "3s", "prompts": [PROMPT]}},
}
WORST: dict[str, dict[str, Any]] = {
    "half-a-gigabyte": {"text": MARK, "padding": 500 * 2**20},
    "without-end": {"text": MARK, "endless": True},
    "silent": {"hang": 600},
    "a-bomb": {"text": MARK, "padding": 500 * 2**20, "gzip": True},
    "ten-thousand-tools": {"text": MARK, "toolCalls": [f"{MARK}-{number}" for number in range(10_000)]},
    "escapes": {"text": f"\x1b]0;{MARK}\x07\x1b[2J{MARK}"},
    "an-error": {"status": 500, "body": MARK},
    "elsewhere": {"status": 302, "headers": {"Location": f"http://127.0.0.1:9/{MARK}"}},
}


@pytest.fixture(scope="module")
def attacked(stage: RolloutStage) -> RolloutStage:
    """Each kind of agent is being proved, beside a plain object."""
    stage.endpoints.apply("plain", targetVersion="3")
    for name, manner in WORST.items():
        runtime_id = stage.emulator.add_runtime(name, versions=4)
        stage.emulator.set_manners(runtime_id, "3", {"text": "good day"})
        stage.emulator.set_manners(runtime_id, "4", manner)
        stage.endpoints.apply(name, name, targetVersion="3", rollout=PLAN)
    for name in ("plain", *WORST):
        stage.endpoints.wait_ready(name, 40)
    for name in WORST:
        stage.endpoints.change(name, targetVersion="4")
    return stage


def test_each_is_judged_and_nothing_it_said_is_told(attacked: RolloutStage):
    eventually(lambda: all(attacked.rollout(name).get("failures") for name in WORST), 120, "a failing round of each")
    found = [attacked.endpoints.get(name) for name in WORST]
    events = json.dumps(attacked.endpoints.kubectl.list("events"))
    _, metrics = attacked.operator.get("/metrics")
    for told in (json.dumps(found), events, metrics, attacked.operator.all_logs()):
        assert MARK not in told
        assert "\\u001b" not in told
    verdicts = {check["verdict"] for each in found for check in rollout_of(each)["checks"]}
    assert "Fail" in verdicts


def test_a_plain_edit_is_as_fast_beside_them(attacked: RolloutStage, measured: Measured):
    slowest = 0.0
    for number in range(5):
        began = time.monotonic()
        attacked.endpoints.change("plain", description=f"edit {number}")
        attacked.endpoints.wait_ready("plain", 20)
        slowest = max(slowest, time.monotonic() - began)
    measured("s until a plain edit was Ready, at most, beside eight hostile agents", slowest)
    assert slowest < stretched(10)
