"""Which version gets which share of the requests, as AgentRun was last seen to hold it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.plugin.cluster.reading import entries, mapping, number, text
from agentrun_operator.plugin.screen.bar import bar
from agentrun_operator.printable import printable
from agentrun_operator.resources.names import LATEST

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN = 4
"""Shares that are shown in a row; there are two as a rule."""


class Share(NamedTuple):
    """A version and its percent."""

    version: str
    percent: int


def shares_of(thing: Mapping[str, object]) -> list[Share]:
    """The shares, the target version's first; none where no endpoint was seen."""
    status = mapping(thing, "status")
    target = text(status.get("targetVersion"))
    weights = entries(mapping(status, "routing").get("versionWeights"))
    canaries = [Share(_version(each.get("version")), _percent(each.get("weight"))) for each in weights]
    if not target:
        return []
    resolved = text(status.get("resolvedVersion"))
    named = f"{LATEST}({_version(resolved)})" if target == LATEST and resolved else _version(target)
    return [Share(named, _percent(100 - sum(each.percent for each in canaries))), *canaries]


def numbers(shares: list[Share], between: str = " ") -> str:
    """The shares in words: `3:90% 4:10%`; `-` where there are none."""
    told = [f"{each.version}:{each.percent}%" for each in shares[:SHOWN]]
    more = [f"+{len(shares) - SHOWN}"] if len(shares) > SHOWN else []
    return between.join((*told, *more)) or "-"


def drawing(shares: list[Share]) -> str:
    """The shares as a bar with the numbers beside it; `-` where there are none."""
    return f"{bar([each.percent for each in shares])} {numbers(shares)}" if shares else "-"


def _version(value: object) -> str:
    return printable(text(value)[:20]).replace(" ", "_")


def _percent(value: object) -> int:
    return min(100, max(0, number(value) or 0))
