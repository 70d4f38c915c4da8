"""`history`: what was asked of AgentRun lately, and what came of it."""

from __future__ import annotations

import textwrap
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentrun_operator.plugin.cluster.changes import existing
from agentrun_operator.plugin.cluster.reading import full_name
from agentrun_operator.plugin.flags import with_flags
from agentrun_operator.plugin.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from agentrun_operator.resources.history import HistoryEntry, PastSpec


class Output(StrEnum):
    """The form of what is told."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


HEAD = f"{'GENERATION':<12}{'AGE':<8}{'READY IN':<10}{'RESULT':<12}"


@with_flags
def history(
    session: Session,
    name: Annotated[str, typer.Argument(help="The object.", show_default=False)],
    *,
    output: Annotated[
        Output, typer.Option("--output", "-o", help="How data is written: status.history as it is, or a table.")
    ] = (Output.TABLE),
) -> None:
    """Show what was asked of AgentRun lately, and what came of it, newest first."""
    from agentrun_operator.reconcile.history.entries import entries_of  # noqa: PLC0415 - the help needs none of it

    found = existing(session.kubectl, name)
    kept = (found.get("status") or {}).get("history") or []
    if output is not Output.TABLE:
        session.screen.write(_written(kept, output))
        return
    if not kept:
        session.screen.hint(f"{full_name(found)} has no history yet")
        return
    for line in table(entries_of(kept), session.now(), session.screen.console.width):
        session.screen.write(line)


def _written(kept: list[Any], output: Output) -> str:
    if output is Output.JSON:
        import json  # noqa: PLC0415 - as above

        return json.dumps(kept, indent=2, ensure_ascii=False)
    import yaml  # noqa: PLC0415 - as above

    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True)


def table(entries: Iterable[HistoryEntry], now: datetime, width: int) -> Iterator[str]:
    """The lines of the table.

    Args:
        entries: newest first.
        now: the time of day.
        width: columns of the screen; what was asked for is broken where it is longer.
    """
    from agentrun_operator.plugin.screen.times import duration  # noqa: PLC0415 - as above

    yield f"{HEAD}SPEC"
    for entry in entries:
        age = duration((now - entry.applied_at).total_seconds())
        ready = duration((entry.ready_at - entry.applied_at).total_seconds()) if entry.ready_at else "-"
        head = f"{entry.generation:<12}{age:<8}{ready:<10}{entry.result or 'open':<12}"
        lines = textwrap.wrap(asked_for(entry.spec), max(width - len(HEAD), len(HEAD) // 2))
        yield from (f"{head if index == 0 else ' ' * len(HEAD)}{line}" for index, line in enumerate(lines))


def asked_for(spec: PastSpec) -> str:
    """What a spec asked for, in few words; what equals its default is left out."""
    from agentrun_operator.printable import printable  # noqa: PLC0415 - as above

    weights = spec.routing.version_weights if spec.routing else []
    scaling = spec.scaling
    parts = [
        f"version {spec.target_version}",
        *(f"{each.version}={each.weight}%" for each in weights),
        *([f"{scaling.min_instances} instances"] if scaling and scaling.min_instances else []),
        *([f"{len(scaling.scheduled_policies)} policies"] if scaling and scaling.scheduled_policies else []),
        *(["no public network"] if spec.disable_public_network_access else []),
        *([f'"{spec.description}"'] if spec.description else []),
        *(["the rest was too long to be kept"] if spec.cut else []),
    ]
    return printable(", ".join(parts))
