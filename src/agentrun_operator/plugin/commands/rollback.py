"""`rollback`: back to what was asked for before, and served."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentrun_operator.plugin.cluster.changes import existing
from agentrun_operator.plugin.cluster.reading import full_name
from agentrun_operator.plugin.cluster.waiting import seconds_of
from agentrun_operator.plugin.edits.edit import Edit, NotPossibleError
from agentrun_operator.plugin.edits.making import File, Force, make
from agentrun_operator.plugin.exits import UnknownError, UsageError
from agentrun_operator.plugin.flags import Wait, with_flags
from agentrun_operator.plugin.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping


@with_flags
def rollback(
    session: Session,
    name: Annotated[str, typer.Argument(help="The object.", show_default=False)],
    *,
    to: Annotated[int | None, typer.Option(min=1, metavar="N", help="To this generation of `history`.")] = None,
    file: File = None,
    force: Force = False,
    wait: Wait = "",
) -> None:
    """Go back to what was last Ready and differs from the present spec, or to a generation of `history`.

    With spec.rollout, targetVersion is restored, and routing is left out: the operator splits the traffic.
    """
    from agentrun_operator.plugin.rollouts.waiting import wait_ready  # noqa: PLC0415 - the help needs none of it

    if wait and file is not None:
        raise UsageError("--wait waits for the cluster, and -f edits a file: one of the two")
    within = seconds_of(wait or "0s")
    kept = existing(session.kubectl, name) if file is not None else None
    after = make(session, name, partial(planned, kept, to), file=file, force=force)
    if wait and after is not None:
        wait_ready(session, name, within)


def planned(kept: Mapping[str, Any] | None, to: int | None, found: Mapping[str, Any]) -> Edit:
    """The edit of a rollback.

    Args:
        kept: the object of the cluster, with its history; None if `found` is that.
        to: the generation to go back to; None: the last one that was Ready.
        found: the object that is edited, in the cluster or in a file.

    Raises:
        NotPossibleError: there is nothing to go back to.
        UnknownError: the spec cannot be read, since the CRD is newer than this program.
    """
    from agentrun_operator.reconcile.history.entries import entries_of  # noqa: PLC0415 - the help needs none of it
    from agentrun_operator.reconcile.history.rollback import NoTargetError, rollback_target  # noqa: PLC0415 - as above
    from agentrun_operator.resources.spec import Spec  # noqa: PLC0415 - as above

    source = found if kept is None else kept
    try:
        target = rollback_target(
            entries_of((source.get("status") or {}).get("history")), Spec.model_validate(found["spec"]), to
        )
    except NoTargetError as error:
        raise NotPossibleError(f"{full_name(source)}: {error}") from None
    except ValueError as error:
        first = str(error).partition("\n")[0]
        raise UnknownError(f"{full_name(source)} cannot be read by this version: {first}") from None
    back = f"back to generation {target.entry.generation}, which was {target.entry.result or 'left open'}"
    return Edit(target.patch, (back, *target.notes))
