"""The life of some endpoints in six steps, each checked in Kubernetes and in AgentRun."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentrun_operator.cli.playground.samples import expected, objects
from agentrun_operator.cli.playground.samples.expected import ROLLED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentrun_operator.cli.playground.screen import Screen
    from agentrun_operator.cli.playground.stage import Stage

TIMEOUT = 60.0  # seconds, for a step; a rollout takes about twelve
INTERVAL = 0.2  # seconds between two looks
WRITES = ("CreateAgentRuntimeEndpoint", "UpdateAgentRuntimeEndpoint", "DeleteAgentRuntimeEndpoint")


class StepError(Exception):
    """A step did not end as it should."""


@dataclass(frozen=True)
class Step:
    """Something that happens, and what must be true soon after it.

    Args:
        title: For people.
        act: Does it.
        problems: What is not yet so in Kubernetes, in words.
        endpoints: What AgentRun holds then.
        writes: How many creates, updates and deletes AgentRun was asked for by then; not one more.
        progress: What to show meanwhile, whenever it changes.
    """

    title: str
    act: Callable[[Stage], object]
    problems: Callable[[Stage], list[str]]
    endpoints: Mapping[str, expected.Fields]
    writes: tuple[int, int, int]
    progress: Callable[[Stage], str] = lambda _stage: ""

    def all_problems(self, stage: Stage) -> list[str]:
        """What is not yet so in Kubernetes and in AgentRun."""
        calls = stage.control.calls()
        return [
            *self.problems(stage),
            *expected.differences(self.endpoints, stage.control.endpoints()),
            *expected.differences(
                {"calls": dict(zip(WRITES, self.writes, strict=True))},
                {"calls": {action: calls.get(action, 0) for action in WRITES}},
            ),
        ]


def _drift(stage: Stage) -> None:
    stage.control.change("chat", {"description": "Changed by hand", "targetVersion": "1"})


def _after_drift(stage: Stage) -> list[str]:
    return objects.not_ready(stage.cluster) + objects.without_event(stage.cluster, "chat", "DriftCorrected")


def _progress(stage: Stage) -> str:
    return objects.progress(stage.cluster, ROLLED)


def _after_promotion(stage: Stage) -> list[str]:
    return [
        *objects.without(stage.cluster, ROLLED, objects.READY, objects.PROMOTED),
        *objects.without_event(stage.cluster, ROLLED, "RolloutPromoted"),
    ]


def _after_revert(stage: Stage) -> list[str]:
    return [
        *objects.without(stage.cluster, ROLLED, objects.READY, objects.TAKEN_BACK),
        *objects.without_event(stage.cluster, ROLLED, "RolledBack"),
    ]


STEPS = (
    Step(
        "Create: apply the samples",
        lambda stage: objects.apply(stage.cluster),
        lambda stage: objects.not_ready(stage.cluster),
        endpoints=expected.CREATED,
        writes=(4, 0, 0),
    ),
    Step(
        "Update: give everybody version 4, and stop scaling",
        lambda stage: objects.patch(stage.cluster, expected.CHANGES),
        lambda stage: objects.not_ready(stage.cluster),
        endpoints=expected.UPDATED,
        writes=(4, 2, 0),
    ),
    Step(
        "Drift: change an endpoint by hand, and see it corrected",
        _drift,
        _after_drift,
        endpoints=expected.UPDATED,
        writes=(4, 3, 0),
    ),
    # Each rollout makes an endpoint for its probes, and deletes it.
    Step(
        "Promote: a good version gets its traffic step by step",
        lambda stage: objects.patch(stage.cluster, expected.GOOD),
        _after_promotion,
        endpoints=expected.PROMOTED,
        writes=(5, 6, 1),  # two steps and the promotion
        progress=_progress,
    ),
    Step(
        "Revert: a bad version is taken back by itself",
        lambda stage: objects.patch(stage.cluster, expected.BAD),
        _after_revert,
        endpoints=expected.PROMOTED,
        writes=(6, 8, 2),  # the first step, and back
        progress=_progress,
    ),
    Step(
        "Delete: delete the samples, and keep what is not ours",
        lambda stage: objects.delete(stage.cluster),
        lambda stage: objects.left(stage.cluster),
        endpoints=expected.DELETED,
        writes=(6, 8, 6),
    ),
)


def tour(stage: Stage, screen: Screen) -> None:
    """Go through all steps, and show each.

    Raises:
        StepError: Something is not as it must be; says what.
        ControlPlaneError: A program ended, or kubectl failed.
    """
    for step in STEPS:
        with screen.doing(step.title):
            step.act(stage)
            _settle(step, stage, screen)


def _settle(step: Step, stage: Stage, screen: Screen) -> None:
    deadline = time.monotonic() + TIMEOUT
    shown = step.progress(stage)
    while problems := step.all_problems(stage):
        shown = _show_progress(step.progress(stage), shown, screen)
        stage.check()
        if time.monotonic() >= deadline:
            raise StepError(f"{step.title}: not so after {TIMEOUT:g} s: {'; '.join(problems)}")
        time.sleep(INTERVAL)


def _show_progress(progress: str, shown: str, screen: Screen) -> str:
    if progress and progress != shown:
        screen.say(f"  {progress}")
    return progress
