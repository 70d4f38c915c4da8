"""The playground from its beginning to its end: what is started, shown, and left behind."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from rich.console import Console

from agentrun_operator.cli.errors import CommandError
from agentrun_operator.cli.playground.advice import advice
from agentrun_operator.cli.playground.page import running_page
from agentrun_operator.cli.playground.samples.objects import apply
from agentrun_operator.cli.playground.screen import Screen
from agentrun_operator.cli.playground.stage import Stage, running_stage
from agentrun_operator.cli.playground.tour import StepError, tour
from agentrun_operator.cli.playground.watch import watch
from agentrun_operator.controlplane import ControlPlaneError

if TYPE_CHECKING:
    from collections.abc import Iterator


def play(*, once: bool) -> None:
    """Run the playground until Ctrl-C, or once through its steps.

    Args:
        once: Whether to go through the steps and end, instead of staying.

    Raises:
        CommandError: Something could not be started, or a step failed; says where the logs are.
    """
    screen = Screen(Console())
    with _logs() as logs, running_stage(screen, logs) as stage:
        if once:
            tour(stage, screen)
        else:
            _stay(stage, screen)


def _stay(stage: Stage, screen: Screen) -> None:
    apply(stage.plane)
    screen.say(advice(stage))
    with running_page(stage.plane.kubectl, [f"--kubeconfig={stage.plane.kubeconfig}"], stage.logs) as page:
        screen.say(f"The endpoints in a browser, as they change: {page}\n")
        try:
            watch(stage, screen)
        except KeyboardInterrupt:
            screen.say("Stopping")


@contextmanager
def _logs() -> Iterator[Path]:
    """A folder for logs, which stays when something failed."""
    folder = Path(mkdtemp(prefix="agentrun-playground-"))
    try:
        yield folder
    except (ControlPlaneError, StepError) as error:
        raise CommandError(f"{error}\nThe logs are in {folder}") from error
    except BaseException:
        shutil.rmtree(folder)
        raise
    shutil.rmtree(folder)
