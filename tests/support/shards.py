"""Operators that share a namespace by the labels of its objects."""

from collections.abc import Callable
from typing import Any, NamedTuple

from support.endpoints import GROUP, KIND, Endpoints, manifest
from support.operator import Operator

SHARD_KEY = f"sharding.{GROUP}/key"
"""The label that the chart's policy knows."""

NewOperator = Callable[[str], Operator]
"""Makes an operator by its selector."""


class Shards(NamedTuple):
    """The two operators, and the objects."""

    blue: Operator
    green: Operator
    endpoints: Endpoints

    def apply(self, name: str, shard: str, **spec: Any) -> None:
        """Make an object of a shard."""
        made = manifest(name, **spec)
        self.endpoints.kubectl.apply(made | {"metadata": made["metadata"] | {"labels": {SHARD_KEY: shard}}})

    def move(self, name: str, shard: str | None) -> None:
        """Give an object to another shard; None: to nobody."""
        self.endpoints.kubectl.patch(KIND, name, {"metadata": {"labels": {SHARD_KEY: shard}}})
