"""What everything is measured on: a real control plane and an emulated AgentRun, each in processes of its own."""

from __future__ import annotations

import os
import sys
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import aiohttp

from agentrun_operator.controlplane import (
    LOOPBACK,
    Component,
    ControlPlane,
    ProcessGroup,
    answers,
    find_binaries,
    free_port,
    progress_on,
    with_free_ports,
)
from agentrun_operator.resources.crd import crd_yaml
from benchmarks.agentrun import AgentRun
from benchmarks.kubernetes import Cluster, connected
from benchmarks.programs import Premises

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from rich.console import Console

LATENCY = 0.01
TRANSITION = 0.5
"""Seconds that the emulator takes for a call, and for a change."""


@dataclass(frozen=True)
class Stage:
    """A control plane and an AgentRun.

    Attributes:
        premises: where programs run.
        agentrun: the way behind the emulator's back.
        pids: the processes besides the program that is measured, by name.
        console: where progress is shown.
    """

    premises: Premises
    agentrun: AgentRun
    pids: dict[str, int]
    console: Console
    api: aiohttp.ClientSession

    def new_namespace(self, name: str) -> Cluster:
        """A namespace of one's own; it goes with the control plane."""
        self.premises.plane.run_kubectl("create", "namespace", name)
        return Cluster(self.api, name)

    async def calm(self, transition: float = TRANSITION) -> None:
        """The emulator as measurements want it: no faults, this latency, changes that take `transition` seconds."""
        times = dict.fromkeys(("create", "update", "delete"), transition)
        await self.agentrun.behave(latency=LATENCY, transitions=times, faults=[])


@asynccontextmanager
async def running_stage(console: Console, logs: Path | None = None) -> AsyncIterator[Stage]:
    """Start everything, and end it when the block ends.

    Args:
        console: where progress is shown.
        logs: the folder for everybody's logs; by default they go at the end.
    """
    with (
        TemporaryDirectory(prefix="agentrun-benchmark-") as folder,
        _processes(console, logs or Path(folder)) as processes,
    ):
        premises, emulator, url = processes
        pids = {"emulator": emulator.pid, "load": os.getpid(), **premises.plane.pids}
        async with connected(premises.plane) as api, aiohttp.ClientSession(url) as http:
            stage = Stage(premises, AgentRun(http), pids, console, api)
            await stage.calm()
            yield stage


@contextmanager
def _processes(console: Console, logs: Path) -> Iterator[tuple[Premises, Component, str]]:
    logs.mkdir(parents=True, exist_ok=True)
    with progress_on(console) as progress:
        binaries = find_binaries(os.environ, progress)
    with ProcessGroup() as group, ControlPlane(binaries, logs=logs) as plane:
        _install_crd(plane)
        emulator, url = with_free_ports(lambda: _started_emulator(group, logs))
        yield Premises(plane, group, logs, url), emulator, url


def _started_emulator(group: ProcessGroup, logs: Path) -> tuple[Component, str]:
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    emulator = Component(
        "emulator",
        [sys.executable, "-m", "agentrun_operator.cli", "emulator", f"--host={LOOPBACK}", f"--port={port}"],
        group=group,
        log=logs / "emulator.log",
        is_ready=answers(f"{url}/_emulator/requests"),
        start_timeout=30.0,
    )
    emulator.start()
    return emulator, url


def _install_crd(plane: ControlPlane) -> None:
    crd = crd_yaml()
    plane.run_kubectl("apply", "--filename=-", input=crd)
    plane.run_kubectl("wait", "--for=condition=Established", "--filename=-", "--timeout=30s", input=crd)
