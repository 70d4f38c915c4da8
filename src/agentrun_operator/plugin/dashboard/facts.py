"""What the page shows in an object's row: the plugin's decisions, with numbers for what is drawn. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from agentrun_operator.plugin.cluster.reading import entries, mapping, number, text
from agentrun_operator.plugin.cluster.standing import (
    DELETED_AFTER,
    UNSEEN_AFTER,
    is_problem,
    standing_of,
)
from agentrun_operator.plugin.views.rolling import CHECKS, plan_of
from agentrun_operator.plugin.views.rows import MARKS, row_of
from agentrun_operator.plugin.views.traffic import SHOWN, shares_of
from agentrun_operator.printable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Facts = dict[str, Any]

STEPS = 20
MESSAGE = 200
"""Characters of a message in a row."""

BARELY = timedelta(seconds=1)


def facts_of(thing: Mapping[str, object], now: datetime) -> Facts:
    """What a row shows. Times are seconds since 1970, so that the browser lets them go on."""
    row, standing = row_of(thing, now), standing_of(thing)
    mark, style = MARKS[standing.word]
    return {
        "namespace": row.namespace,
        "name": row.name,
        "word": standing.word.value,
        "mark": mark,
        "style": style,
        "since": _seconds(standing.since),
        "troubledAt": _troubled_at(thing, now),
        "why": row.why,
        "message": shown(standing.message[:MESSAGE]),
        "shares": [[each.version, each.percent] for each in shares_of(thing)[:SHOWN]],
        "instances": row.instances,
        "runtime": row.runtime,
        "endpoint": row.endpoint,
        "rollout": course_of(thing),
    }


def course_of(thing: Mapping[str, object]) -> Facts | None:
    """How far a rollout is, step by step, and on what evidence; None where there is none."""
    told = mapping(thing, "status", "rollout")
    if not told or not mapping(thing, "spec", "rollout"):
        return None
    plan, phase, place = plan_of(thing)[:STEPS], text(told.get("phase")), number(told.get("step")) or 0
    return {
        "summary": shown(text(told.get("summary"))),
        "phase": shown(phase),
        "stable": shown(text(told.get("stableVersion"))),
        "canary": shown(text(told.get("canaryVersion"))),
        "steps": [
            {
                "weight": each.weight,
                "bake": each.bake,
                "approval": each.approval,
                "state": _state(index, place, len(plan), phase),
            }
            for index, each in enumerate(plan, 1)
        ],
        "checks": [
            {field: shown(text(each.get(field))[:MESSAGE]) for field in ("name", "verdict", "value", "limit", "stable")}
            for each in entries(told.get("checks"), CHECKS)
        ],
    }


def shown(said: str) -> str:
    """A text of somebody else's, as it may be shown."""
    return printable(said)


def _state(index: int, place: int, last: int, phase: str) -> str:
    """Of a step: rest (none is under way), done, here, back (given up at it) or todo."""
    if not phase or (phase == "RolledBack" and not place):
        return "rest"
    here = min(place, last)
    if index == here:
        return "back" if phase == "RolledBack" else "here"
    return "done" if index < here else "todo"


def _troubled_at(thing: Mapping[str, object], now: datetime) -> float | None:
    """From when the object is a problem, if nobody touches it; None: never."""
    if is_problem(thing, now):
        return 0
    since = standing_of(thing).since
    for after in (UNSEEN_AFTER, DELETED_AFTER):
        if since is not None and is_problem(thing, since + after + BARELY):
            return _seconds(since + after)
    return None


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
