"""`rollout simulate`: a rollout lived through on a virtual clock, by the very function that decides in production."""

from __future__ import annotations

from typing import Annotated

import typer

from agentrun_operator.cli.rollout.manifest import File, read

BadFrom = Annotated[
    int | None, typer.Option(metavar="WEIGHT", min=0, max=100, help="The new version fails from this weight on.")
]
NoData = Annotated[int, typer.Option(metavar="N", min=0, help="The first N rounds of each step say nothing.")]
Crash = Annotated[bool, typer.Option("--crash", help="The operator dies now and then between a record and its PUT.")]
Seed = Annotated[int, typer.Option(help="Another one: other durations, other crashes.")]


def simulate(
    filename: File,
    *,
    bad_from: BadFrom = None,
    no_data: NoData = 0,
    crash: Crash = False,
    seed: Seed = 0,
) -> None:
    """Show each decision, PUT and event of a rollout on a virtual clock, and its outcome.

    Somebody approves a minute after they are asked. Nothing is asked of a cluster or of AgentRun. A file that the API
    server would refuse is refused: exit code 2.
    """
    from agentrun_operator.cli.rollout.rehearsal import rehearse  # noqa: PLC0415 - the help needs none of it
    from agentrun_operator.cli.rollout.story import story  # noqa: PLC0415 - as above

    for line in story(rehearse(read(filename), bad_from=bad_from, no_data=no_data, crash=crash, seed=seed)):
        typer.echo(line)
