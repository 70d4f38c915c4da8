"""`history`: what was asked of AgentRun lately, and what came of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentrun_operator.plugin.cluster.changes import existing
from agentrun_operator.plugin.cluster.reading import full_name
from agentrun_operator.plugin.flags import with_flags
from agentrun_operator.plugin.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from agentrun_operator.plugin.screen.table import Column
    from agentrun_operator.resources.history import HistoryEntry, PastSpec


class Output(StrEnum):
    """The form of what is told."""

    TEXT = "text"
    JSON = "json"
    YAML = "yaml"


@with_flags
def history(
    session: Session,
    name: Annotated[str, typer.Argument(help="The object.", show_default=False)],
    *,
    output: Annotated[
        Output, typer.Option("--output", "-o", help="How data is written; json and yaml are status.history as it is.")
    ] = (Output.TEXT),
) -> None:
    """Show what was asked of AgentRun lately, and what came of it, newest first."""
    from agentrun_operator.plugin.screen.table import table  # noqa: PLC0415 - the help needs none of it
    from agentrun_operator.reconcile.history.entries import entries_of  # noqa: PLC0415 - the help needs none of it

    found = existing(session.kubectl, name)
    kept = (found.get("status") or {}).get("history") or []
    if output is not Output.TEXT:
        session.screen.write(_written(kept, output))
        return
    if not kept:
        session.screen.hint(f"{full_name(found)} has no history yet")
        return
    for line in table(columns_of(entries_of(kept), session.now()), session.screen.width):
        session.screen.show(line)


def _written(kept: list[Any], output: Output) -> str:
    if output is Output.JSON:
        import json  # noqa: PLC0415 - as above

        return json.dumps(kept, indent=2, ensure_ascii=False)
    import yaml  # noqa: PLC0415 - as above

    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True)


def columns_of(entries: Sequence[HistoryEntry], now: datetime) -> list[Column]:
    """The columns of the table.

    Args:
        entries: newest first.
        now: the time of day.
    """
    from agentrun_operator.durations import duration  # noqa: PLC0415 - as above
    from agentrun_operator.plugin.screen.table import Column  # noqa: PLC0415 - as above

    def took(entry: HistoryEntry) -> str:
        return duration((entry.ready_at - entry.applied_at).total_seconds()) if entry.ready_at else "-"

    return [
        Column("GENERATION", [str(each.generation) for each in entries]),
        Column("AGE", [duration((now - each.applied_at).total_seconds()) for each in entries]),
        Column("READY IN", [took(each) for each in entries]),
        Column("RESULT", [each.result or "open" for each in entries]),
        Column("SPEC", [asked_for(each.spec) for each in entries], broken=True),
    ]


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
