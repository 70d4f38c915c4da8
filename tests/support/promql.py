"""Reads PromQL: which metrics and labels an expression names. Parses only; nothing is evaluated."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import promql_parser

OF_THE_TARGET = frozenset({"namespace", "job", "instance", "pod"})
"""Labels that Prometheus gives to everything that it scrapes."""


@dataclass(frozen=True)
class Selected:
    """A metric that an expression selects, and the labels by which."""

    name: str
    labels: frozenset[str]


def parsed(expression: str) -> Any:
    """The expression, with Grafana's variables filled in.

    Raises:
        ValueError: it is no PromQL.
    """
    return promql_parser.parse(expression.replace("$__rate_interval", "5m").replace("$", ""))


def selected(expression: str) -> list[Selected]:
    """Every metric of an expression with the labels that it is selected by."""
    return [
        Selected(node.name, frozenset(matcher.name for matcher in node.matchers.matchers) - OF_THE_TARGET)
        for node in nodes(expression)
        if isinstance(node, promql_parser.VectorSelector) and node.name
    ]


def grouped(expression: str) -> frozenset[str]:
    """Every label that an expression groups by."""
    modifiers = [node.modifier for node in nodes(expression) if isinstance(node, promql_parser.AggregateExpr)]
    return frozenset(label for modifier in modifiers if modifier for label in modifier.labels) - OF_THE_TARGET


def nodes(expression: str) -> Iterator[Any]:
    """Every part of an expression."""
    found: list[Any] = []
    promql_parser.walk(parsed(expression), found.append)
    yield from found
