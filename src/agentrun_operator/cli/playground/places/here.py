"""A control plane of the playground's own, on this machine: it ends with it, and all that was made in it."""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentrun_operator.cli.playground.places.plugin import PLUGIN
from agentrun_operator.controlplane import ControlPlane, Download, find_to_play, progress_on
from agentrun_operator.resources.crd import crd_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from agentrun_operator.cli.playground.screen import Screen


@dataclass(frozen=True)
class ClusterHere:
    """A cluster of a control plane.

    Args:
        plane: The control plane.
    """

    plane: ControlPlane

    @property
    def how_to_reach(self) -> str:
        before, after = (shlex.quote(str(program.parent)) for program in (self.plane.kubectl, PLUGIN))
        return f'export KUBECONFIG={self.plane.kubeconfig}\n  export PATH={before}:"$PATH":{after}'

    def plugin(self, *args: str) -> str:
        return shlex.join(["kubectl", "agentrun", *args])

    @property
    def program(self) -> Path:
        return self.plane.kubectl

    @property
    def flags(self) -> Sequence[str]:
        return (f"--kubeconfig={self.plane.kubeconfig}",)

    @property
    def operator_flags(self) -> Sequence[str]:
        return self.flags

    @property
    def operator_settings(self) -> Mapping[str, str]:
        return {}

    def run_kubectl(self, *args: str, input: str | None = None) -> str:  # noqa: A002 - subprocess's own word
        return self.plane.run_kubectl(*args, input=input or "")


@contextmanager
def cluster_here(screen: Screen, logs: Path, download: Download) -> Iterator[ClusterHere]:
    """A new cluster for as long as the block takes.

    Args:
        screen: Told what is done.
        logs: The folder for the logs of its programs.
        download: Whether its programs may be fetched.

    Raises:
        ControlPlaneError: The control plane cannot be found, fetched, built or started.
    """
    with progress_on(screen.console) as progress:
        binaries = find_to_play(os.environ, progress, download)
    with screen.doing("Starting a control plane"):
        plane = ControlPlane(binaries, logs=logs)
    with plane:
        with screen.doing("Installing the custom resource"):
            crd = crd_yaml()
            plane.run_kubectl("apply", "--filename=-", input=crd)
            plane.run_kubectl("wait", "--for=condition=Established", "--filename=-", "--timeout=30s", input=crd)
        yield ClusterHere(plane)
