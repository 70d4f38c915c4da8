"""How the objects of a load roll out a new version: the blocks, and the patches that begin, approve and hold. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from agentrun_operator.resources.names import ROLLOUT

Body = dict[str, Any]

OLD, NEW = "3", "4"
"""The version that an object begins with, and the one that is rolled out."""

PROMPTS = 5
LENGTH = 1024
"""Characters of a golden prompt."""

WORD = "thirty days"
"""What an answer has to say. The emulator says what it heard, so that a version without manners answers well."""

FILLER = "How long can I return an item? " * 40

INTERVAL = 10
"""Seconds between two rounds of probes: the shortest that is allowed."""

FAILURE_LIMIT = 1
"""Failing rounds that a step bears: the default."""


class RolloutPlan(StrEnum):
    """How a new version gets its traffic."""

    LITERAL = ""
    """There is no rollout block."""

    TIME = "time"
    """Four steps, by time alone."""

    GATED = "gate"
    """Four steps with a probe, the first without traffic, and a person's approval before the last."""

    PROOF = "proof"
    """Five golden prompts, about as large as such blocks are; one step that lasts."""

    BRIEF = "brief-proof"
    """One golden prompt and one step that is over as soon as it is proved, in a minute at most."""


def block(plan: RolloutPlan) -> Body:
    """What stands in `spec.rollout`; there must be something."""
    match plan:
        case RolloutPlan.TIME:
            bakes = zip((5, 25, 60, 100), ("1s", "2s", "1s", "2s"), strict=True)
            return {"steps": [{"weight": weight, "bake": bake} for weight, bake in bakes]}
        case RolloutPlan.GATED:
            steps: list[Body] = [{"weight": weight, "bake": "2s"} for weight in (0, 5, 25, 100)]
            steps[2]["approval"] = True
            return {"steps": steps, "analysis": _analysis(1)}
        case RolloutPlan.PROOF:
            return {"steps": [{"weight": 20, "bake": "1h"}], "analysis": _analysis(PROMPTS)}
        case RolloutPlan.BRIEF:
            return {"steps": [{"weight": 20, "bake": "1s"}], "deadline": "1m", "analysis": _analysis(1)}
    raise LookupError(f"no block for {plan!r}")


def goal(version: str = NEW) -> Body:
    """A merge patch with which a user asks for a version."""
    return {"spec": {"targetVersion": version}}


def request(text: str) -> Body:
    """A merge patch with which a user asks something of a rollout: `approve 1 25`."""
    return {"metadata": {"annotations": {ROLLOUT: text}}}


def _analysis(prompts: int) -> Body:
    asked = [
        {"name": f"prompt-{number}", "messages": [{"content": _prompt(number)}], "expect": {"contains": [WORD]}}
        for number in range(prompts)
    ]
    interval = f"{INTERVAL}s"
    return {"interval": interval, "failureLimit": FAILURE_LIMIT, "probes": {"interval": interval, "prompts": asked}}


def _prompt(number: int) -> str:
    """No two are alike, as no two golden prompts are."""
    return f"Question {number} of a customer who was told {WORD}. {FILLER}"[:LENGTH]
