"""What the page of an object says that its rollout waits for."""

from datetime import UTC, datetime

import pytest

from agentrun_operator.plugin.views.rolling import awaited, plan_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SETTLED = "2026-06-01T11:50:00Z"
(STEP,) = plan_of({"spec": {"rollout": {"steps": [{"weight": 5, "bake": "15m"}]}}})[:1]

WAITS = {
    "not settled": ({}, "AgentRun to serve this split"),
    "baking": ({"settledAt": SETTLED}, "the bake, 5m of 15m left"),
    "for a person": ({"settledAt": "2026-06-01T11:00:00Z", "phase": "AwaitingApproval"}, "a person's approval"),
    "held": ({"settledAt": "2026-06-01T11:00:00Z", "phase": "Held"}, "the hold to end"),
    "for proof": ({"settledAt": "2026-06-01T11:00:00Z", "phase": "Progressing"}, "proof; baked since"),
}


@pytest.mark.parametrize(("told", "said"), WAITS.values(), ids=WAITS)
def test_a_rollout_waits_for_one_thing_at_a_time(told, said):
    assert awaited(told, STEP, NOW).startswith(said)
