"""`promote`: gives a version all traffic."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentrun_operator.plugin.edits.making import File, Force, make
from agentrun_operator.plugin.edits.shares import promotion, version_of
from agentrun_operator.plugin.flags import with_flags
from agentrun_operator.plugin.rollouts.standing_in import request_for_promotion, rolls
from agentrun_operator.plugin.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.plugin.edits.edit import Edit


@with_flags
def promote(
    session: Session,
    name: Annotated[str, typer.Argument(help="The object.", show_default=False)],
    version: Annotated[str, typer.Argument(help="The version; else the only canary.", show_default=False)] = "",
    *,
    file: File = None,
    force: Force = False,
) -> None:
    """Give a version all traffic: targetVersion names it, and there are no canaries.

    With spec.rollout, the version that is rolled out skips the steps that are left.
    """
    wanted = version and version_of(version)
    if file is None and rolls(session, name):
        from agentrun_operator.plugin.rollouts.sending import send  # noqa: PLC0415 - most objects have no rollout

        send(session, name, partial(request_for_promotion, wanted))
    else:
        make(session, name, partial(_planned, wanted), file=file, force=force)


def _planned(version: str, found: Mapping[str, Any]) -> Edit:
    return promotion(found["spec"], version)
