"""`canary`: gives versions a share of the traffic."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentrun_operator.plugin.edits.making import File, Force, make
from agentrun_operator.plugin.edits.shares import canaries, no_canaries, shares_of
from agentrun_operator.plugin.exits import UsageError
from agentrun_operator.plugin.flags import with_flags
from agentrun_operator.plugin.rollouts.standing_in import request_for_shares, rolls
from agentrun_operator.plugin.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.plugin.edits.edit import Edit


@with_flags
def canary(
    session: Session,
    name: Annotated[str, typer.Argument(help="The object.", show_default=False)],
    shares: Annotated[
        list[str] | None,
        typer.Argument(metavar="VERSION=PERCENT", help="The canaries' shares from now on; 0 takes one away."),
    ] = None,
    *,
    abort: Annotated[bool, typer.Option("--abort", help="Take all canaries away.")] = False,
    file: File = None,
    force: Force = False,
) -> None:
    """Give versions a share of the traffic, in percent. targetVersion gets the rest.

    With spec.rollout, the steps split the traffic: the share of the next step approves it, 0 or --abort takes it back.
    """
    if abort == bool(shares):
        raise UsageError("name shares, such as 4=10, or --abort: one of the two")
    wanted = {} if abort else shares_of(shares or ())
    if file is None and rolls(session, name):
        from agentrun_operator.plugin.rollouts.sending import send  # noqa: PLC0415 - most objects have no rollout

        send(session, name, partial(request_for_shares, wanted))
    else:
        make(session, name, partial(_planned, wanted), file=file, force=force)


def _planned(wanted: Mapping[str, int], found: Mapping[str, Any]) -> Edit:
    return canaries(found["spec"], wanted) if wanted else no_canaries(found["spec"])
