"""Asks before anything is made in a cluster that may be somebody's production."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from agentrun_operator.cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class NotAskedError(CommandError):
    """There is nobody to ask: wrong usage, so the exit code is 2."""

    code = 2


def consent(where: str, plan: str, doubts: Sequence[str], ask: Callable[[str], bool] | None = None) -> None:
    """Nothing, where somebody says yes, or where there is no doubt.

    Args:
        where: The cluster, for people.
        plan: What will be made in it.
        doubts: Why it has to be asked, in words.
        ask: Asks a person; by default on this terminal.

    Raises:
        CommandError: The answer is no, or there is nobody to ask.
    """
    if not doubts:
        return
    told = f"{'; '.join(doubts)}.\n{plan}"
    if ask is None and not sys.stdin.isatty():
        raise NotAskedError(f"{told}\nNothing was made: say --yes if that is meant")
    if not (ask or typer.confirm)(f"{told}\nGo on in {where}?"):
        raise CommandError(f"Nothing was made in {where}")
