"""A real Kubernetes control plane for playing and for tests: found, else built, and run on this machine.

    with progress_on(Console(stderr=True)) as progress:
        binaries = find_binaries(os.environ, progress)
    with ControlPlane(binaries) as plane:
        plane.run_kubectl("get", "namespaces")

Runs on Linux and macOS. Imports nothing else of the package, and no Kubernetes library: it is what those are tested
with.
"""

from __future__ import annotations

from agentrun_operator.controlplane.access import ADMIN, NOBODY, User
from agentrun_operator.controlplane.errors import (
    AddressInUseError,
    BinariesNotFoundError,
    BuildError,
    ComponentError,
    ControlPlaneError,
    FetchError,
    KubectlError,
)
from agentrun_operator.controlplane.finding.binaries import Binaries, find_binaries
from agentrun_operator.controlplane.finding.playing import Download, find_kubectl, find_to_play
from agentrun_operator.controlplane.kubectl import Kubectl
from agentrun_operator.controlplane.plane import ControlPlane
from agentrun_operator.controlplane.progress import Progress, progress_on
from agentrun_operator.controlplane.running.component import Component
from agentrun_operator.controlplane.running.ports import LOOPBACK, free_port, with_free_ports
from agentrun_operator.controlplane.running.probe import answers
from agentrun_operator.controlplane.running.processes import ProcessGroup

__all__ = [
    "ADMIN",
    "LOOPBACK",
    "NOBODY",
    "AddressInUseError",
    "Binaries",
    "BinariesNotFoundError",
    "BuildError",
    "Component",
    "ComponentError",
    "ControlPlane",
    "ControlPlaneError",
    "Download",
    "FetchError",
    "Kubectl",
    "KubectlError",
    "ProcessGroup",
    "Progress",
    "User",
    "answers",
    "find_binaries",
    "find_kubectl",
    "find_to_play",
    "free_port",
    "progress_on",
    "with_free_ports",
]
