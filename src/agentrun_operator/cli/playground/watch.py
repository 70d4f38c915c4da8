"""Shows the endpoints as they change, until somebody has seen enough."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.live import Live

from agentrun_operator.cli.playground.samples.expected import KIND
from agentrun_operator.cli.playground.scene import Scene
from agentrun_operator.cli.playground.table import Row, lines_changed, parse_table, shown, without_age

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.cli.playground.screen import Screen
    from agentrun_operator.cli.playground.stage import Stage

INTERVAL = 1.0  # seconds


def watch(stage: Stage, screen: Screen) -> None:
    """Show the endpoints for ever: in a live table on a terminal, else a line for each that changed.

    Meanwhile the scene goes on.

    Raises:
        ComponentError: The emulator or the operator ended.
        KubectlError: The API server does not answer.
    """
    if screen.console.is_terminal:
        _live(stage, screen)
    else:
        _lines(stage, screen)


def _live(stage: Stage, screen: Screen) -> None:
    with Live(console=screen.console, auto_refresh=False) as live:
        for rows in _looks(stage, screen):
            live.update(shown(rows), refresh=True)


def _lines(stage: Stage, screen: Screen) -> None:
    known: list[Row] = []
    for rows in map(without_age, _looks(stage, screen)):
        for line in lines_changed(rows, known):
            screen.say(line)
        known = rows


def _looks(stage: Stage, screen: Screen) -> Iterator[list[Row]]:
    scene = Scene(stage.cluster)
    while True:
        stage.check()
        if said := scene.go_on():
            screen.say(said)
        yield parse_table(stage.cluster.run_kubectl("get", KIND, "--output=wide"))
        time.sleep(INTERVAL)
