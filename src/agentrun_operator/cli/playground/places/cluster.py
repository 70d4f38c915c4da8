"""What the playground needs of a cluster, wherever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class Cluster(Protocol):
    """A cluster to play in: it serves the custom resource, and kubectl works in a namespace that is ours."""

    @property
    def how_to_reach(self) -> str:
        """What a person types in another terminal before kubectl does there what it does here."""

    def plugin(self, *args: str) -> str:
        """A command of the kubectl plugin as a person types it in that terminal then."""

    @property
    def program(self) -> Path:
        """Kubectl."""

    @property
    def flags(self) -> Sequence[str]:
        """Which cluster and which namespace in it, as kubectl is told."""

    @property
    def operator_flags(self) -> Sequence[str]:
        """How the operator is told of it."""

    @property
    def operator_settings(self) -> Mapping[str, str]:
        """What else the operator is told, as variables of its environment."""

    def run_kubectl(self, *args: str, input: str | None = None) -> str:  # noqa: A002 - subprocess's own word
        """Run kubectl and return what it printed.

        Args:
            args: Its arguments.
            input: Its standard input.

        Raises:
            KubectlError: It failed.
        """
