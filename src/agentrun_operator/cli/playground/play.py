"""The playground from its beginning to its end: what is started, shown, and left behind."""

from __future__ import annotations

import shutil
import signal
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from rich.console import Console

from agentrun_operator.cli.errors import CommandError
from agentrun_operator.cli.playground.advice import advice
from agentrun_operator.cli.playground.page import running_page
from agentrun_operator.cli.playground.places.at_hand import Destination, visit
from agentrun_operator.cli.playground.places.here import cluster_here
from agentrun_operator.cli.playground.samples.objects import apply
from agentrun_operator.cli.playground.screen import Screen
from agentrun_operator.cli.playground.stage import Stage, running_stage
from agentrun_operator.cli.playground.tour import StepError, tour
from agentrun_operator.cli.playground.watch import watch
from agentrun_operator.controlplane import ControlPlaneError, Download

if TYPE_CHECKING:
    from collections.abc import Iterator


def play(*, once: bool, elsewhere: Destination | None, download: Download) -> None:
    """Run the playground until Ctrl-C, or once through its steps.

    Args:
        once: Whether to go through the steps and end, instead of staying.
        elsewhere: The cluster to play in; None for one of the playground's own.
        download: Whether the programs of its own one may be fetched.

    Raises:
        CommandError: Something could not be started, or a step failed; says where the logs are.
    """
    screen = Screen(Console())
    _end_in_order()
    with _logs() as logs:
        place = visit(screen, elsewhere) if elsewhere else cluster_here(screen, logs, download)
        with place as cluster, running_stage(screen, logs, cluster) as stage:
            if once:
                tour(stage, screen)
            else:
                _stay(stage, screen)


def _end_in_order() -> None:
    """What was made is taken away, too, when somebody ends this process or closes its terminal: as by Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, signal.default_int_handler)


def _stay(stage: Stage, screen: Screen) -> None:
    apply(stage.cluster)
    screen.say(advice(stage))
    with running_page(stage.cluster, stage.logs) as page:
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
        if any(folder.iterdir()):
            raise CommandError(f"{error}\nThe logs are in {folder}") from error
        folder.rmdir()
        raise CommandError(str(error)) from error
    except BaseException:
        shutil.rmtree(folder)
        raise
    shutil.rmtree(folder)
