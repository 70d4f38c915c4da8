"""One object on one page. Pure: the time, and what was read beside the object, are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.plugin.cluster.ownership import managed_by
from agentrun_operator.plugin.cluster.reading import entries, full_name, mapping, moment, number, text
from agentrun_operator.plugin.cluster.standing import conditions, is_paused, standing_of
from agentrun_operator.plugin.screen.page import Line, Section
from agentrun_operator.plugin.screen.times import since
from agentrun_operator.plugin.views.rolling import rollout_lines
from agentrun_operator.plugin.views.rows import MARKS, instances_of
from agentrun_operator.plugin.views.traffic import drawing, shares_of
from agentrun_operator.plugin.views.upcoming import upcoming
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

LONGEST = 1024
"""Characters of a message that are shown."""

DRIFTS = 20
GENERATIONS = 5


def sheet(
    thing: Mapping[str, object], events: Sequence[Line], now: datetime, again: Callable[[str], str]
) -> list[Section]:
    """The sections of the page.

    Args:
        thing: the object.
        events: what is said of its events.
        now: the time.
        again: how a person types another command for the same cluster.
    """
    standing = standing_of(thing)
    mark, style = MARKS[standing.word]
    headline = Line("state", f"{mark} {standing.word}, for {since(standing.since, now)}", style)
    return [
        Section(full_name(thing), [headline, *_facts(thing)]),
        Section("Conditions", list(_conditions(thing, now))),
        Section("What to do", list(_remedies(thing))),
        Section("Drift", list(_drift(thing))),
        Section("Rollout", rollout_lines(thing, now)),
        Section("History", list(_history(thing, now))),
        Section("Events", events),
        Section("Next", [Line("", upcoming(thing, again))]),
    ]


def _facts(thing: Mapping[str, object]) -> Iterator[Line]:
    status, metadata = mapping(thing, "status"), mapping(thing, "metadata")
    runtime = text(status.get("agentRuntimeName")) or text(status.get("agentRuntimeId"))
    if runtime:
        yield Line("endpoint", f"{text(status.get('endpointName')) or '-'} of runtime {_cut(runtime)}")
    state, reason = text(status.get("state")), text(status.get("stateReason"))
    if state:
        yield Line("AgentRun says", f"{state}: {_cut(reason)}" if reason else state)
    yield Line("traffic", drawing(shares_of(thing)))
    if (instances := instances_of(thing)) != "-":
        error = text(mapping(status, "scaling").get("error"))
        yield Line("instances", f"{instances}, cannot scale: {_cut(error)}" if error else instances)
    if url := text(status.get("publicUrl")):
        yield Line("URL", _cut(url))
    yield Line("managed by", managed_by(thing) or "nobody that is known: kubectl, or a tool that leaves no mark")
    yield Line("generation", _generation(metadata, status))
    if is_paused(thing):
        yield Line("paused", "nothing is written to AgentRun", "yellow")


def _generation(metadata: Mapping[str, object], status: Mapping[str, object]) -> str:
    now, seen = number(metadata.get("generation")), number(status.get("observedGeneration"))
    return f"{now}" if now == seen else f"{now}, and the operator has seen {'none' if seen is None else seen}"


def _conditions(thing: Mapping[str, object], now: datetime) -> Iterator[Line]:
    for name, told in conditions(thing).items():
        yield Line(_cut(name), f"{told.status}  {_cut(told.reason)}, for {since(told.since, now)}")
        if told.message:
            yield Line("", _cut(told.message))


def _remedies(thing: Mapping[str, object]) -> Iterator[Line]:
    """For each reason that is told, once; those that ask for nothing are left out."""
    known = {reason.value: reason for reason in Reason}
    for told in dict.fromkeys(each.reason for each in conditions(thing).values()):
        if told in known and known[told].remedy != "Nothing.":
            yield Line(told, known[told].remedy)


def _drift(thing: Mapping[str, object]) -> Iterator[Line]:
    for each in entries(mapping(thing, "status").get("drift"), DRIFTS):
        path, wanted, seen = (_cut(text(each.get(name))) for name in ("path", "desired", "observed"))
        yield Line(path, f"spec {wanted or '(nothing)'}, AgentRun {seen or '(nothing)'}")


def _history(thing: Mapping[str, object], now: datetime) -> Iterator[Line]:
    for each in entries(mapping(thing, "status").get("history"), GENERATIONS):
        spec = mapping(each, "spec")
        weights = entries(mapping(spec, "routing").get("versionWeights"))
        canaries = " ".join(f"{_cut(text(one.get('version')))}:{number(one.get('weight'))}%" for one in weights)
        version = _cut(text(spec.get("targetVersion"))) or "-"
        result = _cut(text(each.get("result"))) or "under way"
        ago = since(moment(each.get("appliedAt")), now)
        split = f"version {version}{f', canaries {canaries}' if canaries else ''}"
        yield Line(f"generation {number(each.get('generation'))}", f"{result}, {split}, {ago} ago")


def _cut(said: str) -> str:
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
