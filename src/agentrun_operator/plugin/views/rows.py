"""Objects as rows, and rows as the columns of a table. Pure: the time is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.plugin.cluster.ownership import managed_by
from agentrun_operator.plugin.cluster.reading import mapping, number, text
from agentrun_operator.plugin.cluster.standing import Word, standing_of
from agentrun_operator.plugin.screen.table import Column
from agentrun_operator.plugin.screen.times import since
from agentrun_operator.plugin.views.traffic import drawing, numbers, shares_of
from agentrun_operator.printable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

LONGEST = 253
"""Characters of a text in a row."""

MARKS = {
    Word.READY: ("✓", "green"),
    Word.WORKING: ("…", "cyan"),
    Word.ROLLING: ("…", "cyan"),
    Word.WAITING: ("?", "yellow"),
    Word.HELD: ("!", "yellow"),
    Word.PAUSED: ("=", "yellow"),
    Word.PENDING: ("…", "cyan"),
    Word.DELETING: ("…", "cyan"),
    Word.DRIFTED: ("!", "yellow"),
    Word.FAILING: ("✗", "red"),
    Word.STALLED: ("✗", "red"),
    Word.UNKNOWN: ("?", "red"),
    Word.GONE: ("-", ""),
}
"""A mark and a colour for each word; neither ever stands alone."""


class Row(NamedTuple):
    """What a table says of one object; each text is printable."""

    namespace: str
    name: str
    drawn: str
    split: str
    instances: str
    word: Word
    since: str
    rollout: str
    why: str
    runtime: str = ""
    endpoint: str = ""
    url: str = ""
    manager: str = ""

    def differs(self, other: Row | None) -> bool:
        """Whether more than the time that went by is new."""
        return other is None or self._replace(since="") != other._replace(since="")


def row_of(thing: Mapping[str, object], now: datetime) -> Row:
    """What a table says of an object."""
    metadata, status, standing = mapping(thing, "metadata"), mapping(thing, "status"), standing_of(thing)
    shares = shares_of(thing)
    return Row(
        _cell(metadata.get("namespace")),
        _cell(metadata.get("name")),
        drawing(shares),
        numbers(shares, ","),
        instances_of(thing),
        standing.word,
        since(standing.since, now),
        _cell(mapping(status, "rollout").get("summary")),
        _cell(standing.reason) if standing.word is not Word.READY else "-",
        _cell(status.get("agentRuntimeName") or status.get("agentRuntimeId")),
        _cell(status.get("endpointName")),
        _cell(status.get("publicUrl")),
        _cell(managed_by(thing)),
    )


def instances_of(thing: Mapping[str, object]) -> str:
    """How many instances there are, and of how many: `2/3`; `-` where AgentRun does not tell."""
    scaling = mapping(thing, "status", "scaling")
    now, target = number(scaling.get("currentInstances")), number(scaling.get("targetInstances"))
    if now is None:
        return "-" if target is None else f"-/{target}"
    return f"{now}/{target}" if target is not None else str(now)


def columns_of(rows: Sequence[Row], *, everywhere: bool, wide: bool, pipe: bool) -> list[Column]:
    """The columns of a table.

    Args:
        rows: the objects, one at least.
        everywhere: whether namespaces are told.
        wide: whether more is told.
        pipe: for a program, that counts columns: nothing is drawn or marked, and no column is missing.
    """
    words = [each.word if pipe else f"{MARKS[each.word][0]} {each.word}" for each in rows]
    split = [each.split.replace(",", " ") for each in rows]
    first = [Column("NAMESPACE", [each.namespace for each in rows], least=9)] if everywhere else []
    traffic = (
        Column("TRAFFIC", [each.split for each in rows])
        if pipe
        else Column("TRAFFIC", [each.drawn for each in rows], short=split, least=11)
    )
    rolls = pipe or any(each.rollout != "-" for each in rows)
    columns = [
        *first,
        Column("NAME", [each.name for each in rows], least=12),
        traffic,
        Column("INST", [each.instances for each in rows], spare=2),
        Column("STATE", words, styles=[MARKS[each.word][1] for each in rows]),
        Column("SINCE", [each.since for each in rows], spare=1),
        *([Column("ROLLOUT", _joined([each.rollout for each in rows], pipe=pipe), least=14, spare=3)] if rolls else []),
        Column("WHY", [each.why for each in rows], least=12),
    ]
    return columns + (_wide(rows, pipe=pipe) if wide else [])


def _wide(rows: Sequence[Row], *, pipe: bool) -> list[Column]:
    return [
        Column("RUNTIME", [each.runtime for each in rows], least=8, spare=4),
        Column("ENDPOINT", [each.endpoint for each in rows], least=8, spare=5),
        Column("URL", [each.url for each in rows], least=12, spare=6),
        Column("MANAGED-BY", _joined([each.manager for each in rows], pipe=pipe), least=10, spare=7),
    ]


def _joined(cells: list[str], *, pipe: bool) -> list[str]:
    """One word for each cell of a pipe: a program counts by spaces."""
    return [each.replace(" ", "_") for each in cells] if pipe else cells


def _cell(value: object) -> str:
    return printable(text(value)[:LONGEST]) or "-"
