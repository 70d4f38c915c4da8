"""The life of some endpoints in four steps, each checked in Kubernetes and in AgentRun."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentrun_operator.cli.playground import expected, objects

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentrun_operator.cli.playground.screen import Screen
    from agentrun_operator.cli.playground.stage import Stage

TIMEOUT = 30.0  # seconds, for a step
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
    """

    title: str
    act: Callable[[Stage], object]
    problems: Callable[[Stage], list[str]]
    endpoints: Mapping[str, expected.Fields]
    writes: tuple[int, int, int]

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
    return objects.not_ready(stage.plane) + objects.without_event(stage.plane, "chat", "DriftCorrected")


STEPS = (
    Step(
        "Create: apply the samples",
        lambda stage: objects.apply(stage.plane),
        lambda stage: objects.not_ready(stage.plane),
        endpoints=expected.CREATED,
        writes=(3, 0, 0),
    ),
    Step(
        "Update: give everybody version 4, and stop scaling",
        lambda stage: objects.patch(stage.plane, expected.CHANGES),
        lambda stage: objects.not_ready(stage.plane),
        endpoints=expected.UPDATED,
        writes=(3, 2, 0),
    ),
    Step(
        "Drift: change an endpoint by hand, and see it corrected",
        _drift,
        _after_drift,
        endpoints=expected.UPDATED,
        writes=(3, 3, 0),
    ),
    Step(
        "Delete: delete the samples, and keep what is not ours",
        lambda stage: objects.delete(stage.plane),
        lambda stage: objects.left(stage.plane),
        endpoints=expected.DELETED,
        writes=(3, 3, 3),
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
            _settle(step, stage)


def _settle(step: Step, stage: Stage) -> None:
    deadline = time.monotonic() + TIMEOUT
    while problems := step.all_problems(stage):
        stage.check()
        if time.monotonic() >= deadline:
            raise StepError(f"{step.title}: not so after {TIMEOUT:g} s: {'; '.join(problems)}")
        time.sleep(INTERVAL)
