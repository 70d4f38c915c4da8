"""What the page shows of one object: what `status NAME` shows, and the lines to copy. Pure."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from agentrun_operator.plugin.cluster.reading import mapping, text
from agentrun_operator.plugin.cluster.standing import conditions
from agentrun_operator.plugin.dashboard.facts import facts_of, shown
from agentrun_operator.plugin.views.rolling import rollout_lines
from agentrun_operator.plugin.views.sheet import LONGEST, sheet
from agentrun_operator.plugin.views.upcoming import upcoming
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Connection
    from agentrun_operator.plugin.screen.page import Line

Sheet = dict[str, Any]

DRAWN = {"state", "traffic"}
"""Facts that the page draws above the others."""

OTHERWISE = {"Conditions", "Rollout", "Events", "Next"}
"""Sections that the page shows in a way of its own."""

REMEDIES = {reason.value: reason.remedy for reason in Reason if reason.remedy != "Nothing."}


def sheet_of(thing: Mapping[str, object], now: datetime, connection: Connection) -> Sheet:
    """All about one object, but for its events, which are asked for apart.

    Args:
        thing: the object.
        now: the time.
        connection: which cluster, for the lines to copy.
    """
    first, *others = sheet(thing, [], now, str)
    following: list[str] = []
    said = upcoming(thing, partial(_noted, following))
    return {
        "facts": facts_of(thing, now),
        "about": lines_of(each for each in first.lines if each.label not in DRAWN),
        "conditions": _conditions(thing),
        "rollout": lines_of(each for each in rollout_lines(thing, now) if each.label != "check"),
        "sections": [
            {"title": each.title, "lines": lines_of(each.lines)}
            for each in others
            if each.lines and each.title not in OTHERWISE
        ],
        "next": shown(said.rstrip()),
        "commands": _commands(thing, following, connection),
    }


def lines_of(lines: Iterable[Line]) -> list[dict[str, str]]:
    """Lines as the browser takes them."""
    return [{"label": shown(each.label), "text": shown(each.text), "style": each.style} for each in lines]


def _conditions(thing: Mapping[str, object]) -> list[dict[str, object]]:
    return [
        {
            "type": shown(name[:LONGEST]),
            "status": shown(told.status[:LONGEST]),
            "reason": shown(told.reason[:LONGEST]),
            "message": shown(told.message[:LONGEST]),
            "since": told.since.timestamp() if told.since else None,
            "remedy": REMEDIES.get(told.reason, ""),
        }
        for name, told in conditions(thing).items()
    ]


def _commands(thing: Mapping[str, object], following: Sequence[str], connection: Connection) -> list[dict[str, str]]:
    """What somebody would type, and what for; what comes next stands first, for which `next` has the words."""
    metadata = mapping(thing, "metadata")
    there = replace(connection, namespace=text(metadata.get("namespace")))
    name = text(metadata.get("name"))
    wanted = [("", each) for each in following]
    wanted.append(("this, in a terminal", f"status {name} -w"))
    if mapping(thing, "spec", "rollout"):
        wanted.append(("why the rollout is where it is", f"rollout explain {name}"))
    wanted.append(("what was asked for before", f"history {name}"))
    return [{"what": what, "line": shown(there.again(line))} for line, what in _turned(wanted)]


def _turned(wanted: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """By line, so that none is shown twice; the first purpose stays."""
    kept: dict[str, str] = {}
    for what, line in wanted:
        kept.setdefault(line, what)
    return list(kept.items())


def _noted(kept: list[str], command: str) -> str:
    """Take a command out of what is said, to show it beside that."""
    kept.append(command)
    return ""
