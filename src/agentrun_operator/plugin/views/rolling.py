"""How far a rollout is: its step, what is left of its bake, what it waits for, and what its checks say. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from agentrun_operator.durations import duration, exactly
from agentrun_operator.plugin.cluster.reading import entries, mapping, moment, number, text
from agentrun_operator.plugin.screen.page import Line
from agentrun_operator.plugin.screen.times import since
from agentrun_operator.resources.rollout.fields import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

DEFAULT_STEPS: Final = ({"weight": 10}, {"weight": 50})
DEFAULT_BAKE: Final = "5m"
"""As `spec.rollout` has them where it says nothing; a test compares them with the resource."""

CHECKS = 20


class Step(NamedTuple):
    """A step of the plan: its share in percent, its least seconds, and whether a person has to agree."""

    weight: int
    bake: int
    approval: bool


def plan_of(thing: Mapping[str, object]) -> list[Step]:
    """The steps that the spec asks for."""
    steps = list(entries(mapping(thing, "spec", "rollout").get("steps"))) or list(DEFAULT_STEPS)
    return [
        Step(number(each.get("weight")) or 0, _bake(each.get("bake")), each.get("approval") is True) for each in steps
    ]


def rollout_lines(thing: Mapping[str, object], now: datetime) -> list[Line]:
    """What a page says of a rollout; nothing where none was ever under way."""
    told = mapping(thing, "status", "rollout")
    if not told:
        return []
    number_told = number(told.get("number"))
    lines = [Line("number", str(number_told))] if number_told else []
    if text(told.get("phase")):
        lines += _under_way(thing, told, now)
    else:
        lines.append(Line("stable", text(told.get("stableVersion")) or "-"))
    return [*lines, *_checks(told)]


def _under_way(thing: Mapping[str, object], told: Mapping[str, object], now: datetime) -> Iterator[Line]:
    cause = text(told.get("cause"))
    yield Line("phase", text(told.get("phase")) + (f" ({cause})" if cause else ""))
    yield Line("versions", f"{text(told.get('stableVersion'))} → {text(told.get('canaryVersion')) or '-'}")
    place, plan = number(told.get("step")), plan_of(thing)
    if place and place > 0 and text(told.get("canaryVersion")):
        yield Line("step", f"{place} of {len(plan)}, {number(told.get('weight')) or 0}% to the new version")
        yield Line("waits for", awaited(told, plan[min(place, len(plan)) - 1], now))
    if by := moment(told.get("provedBy")):
        yield Line("proof by", f"{duration((by - now).total_seconds())} from now, else it is taken back or held")
    if failures := number(told.get("failures")):
        yield Line("failures", f"{failures} failing rounds in this step")


def awaited(told: Mapping[str, object], step: Step, now: datetime) -> str:
    """What a rollout waits for in its step."""
    settled = moment(told.get("settledAt"))
    if settled is None:
        return "AgentRun to serve this split"
    left = (settled + timedelta(seconds=step.bake) - now).total_seconds()
    if left > 0:
        return f"the bake, {duration(left)} of {exactly(step.bake)} left"
    phase = text(told.get("phase"))
    if phase == "AwaitingApproval":
        return "a person's approval"
    if phase == "Held":
        return "the hold to end"
    return f"proof; baked since {since(settled, now)}"


def _checks(told: Mapping[str, object]) -> Iterator[Line]:
    for each in entries(told.get("checks"), CHECKS):
        name, verdict, value, limit, stable = (
            text(each.get(field)) for field in ("name", "verdict", "value", "limit", "stable")
        )
        measured = f", measured {value}" if value else ""
        asked = f", asked for {limit}" if limit else ""
        beside = f", stable {stable}" if stable else ""
        style = "red" if verdict == "Fail" else ""
        yield Line("check", f"{name}: {verdict}{measured}{asked}{beside}", style)


def _bake(value: object) -> int:
    return seconds(text(value)[:16] or DEFAULT_BAKE)
