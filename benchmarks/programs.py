"""The two operators that are measured, each a process of its own with the settings of the measurement."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from agentrun_operator.controlplane import LOOPBACK, Component, answers, free_port

if TYPE_CHECKING:
    from agentrun_operator.controlplane import ControlPlane, ProcessGroup

START_TIMEOUT = 60.0

ACCOUNT = {
    "AGENTRUN_ACCESS_KEY_ID": "emulator-ak",
    "AGENTRUN_ACCESS_KEY_SECRET": "emulator-sk",
    "AGENTRUN_ACCOUNT_ID": "1000000000000001",
    "AGENTRUN_REGION": "cn-hangzhou",
}
CLOUD = ("AGENTRUN_", "ALIBABA_CLOUD_", "FC_")
"""Variables that lead to a real account."""

SETTINGS = {"leader-elect": "false", "log-format": "json"}
"""Whatever is not in here has its default."""

UNLIMITED = {"api-qps": "2000", "api-burst": "2000"}
"""The limits of the calls are out of the way."""


class Made(NamedTuple):
    """A program that was not started yet.

    Attributes:
        component: the program.
        url: where it tells how it is.
    """

    component: Component
    url: str


class Premises:
    """Where the programs run.

    Args:
        plane: the cluster.
        group: what they must not outlive.
        logs: the folder for their logs.
        agentrun: URL of the emulator.
    """

    def __init__(self, plane: ControlPlane, group: ProcessGroup, logs: Path, agentrun: str) -> None:
        self.plane = plane
        self.group = group
        self.logs = logs
        self.environ = _environment(plane, agentrun)

    def made(self, name: str, command: list[str], url: str, health: str) -> Made:
        """A program that is ready when it answers at the path `health` of its URL."""
        component = Component(
            name,
            [sys.executable, "-m", *command],
            group=self.group,
            log=self.logs / f"{name}.log",
            is_ready=answers(f"{url}{health}"),
            start_timeout=START_TIMEOUT,
            environ=self.environ,
        )
        return Made(component, url)


Program: TypeAlias = Callable[[Premises, str], Made]
"""Makes a program that looks after a namespace, not started yet."""


def operator(premises: Premises, namespace: str) -> Made:
    """The operator, as it is run anywhere, without a limit of its calls."""
    return _operator(premises, namespace, UNLIMITED)


def limited_operator(premises: Premises, namespace: str) -> Made:
    """The operator with the default limit of its calls."""
    return _operator(premises, namespace, {})


def _operator(premises: Premises, namespace: str, limit: dict[str, str]) -> Made:
    address = f"{LOOPBACK}:{free_port()}"
    settings = SETTINGS | limit | {"namespaces": namespace, "health-address": address}
    flags = [f"--{name}={value}" for name, value in settings.items()]
    return premises.made("operator", ["agentrun_operator.cli", "run", *flags], f"http://{address}", "/readyz")


def plain_kopf(premises: Premises, namespace: str) -> Made:
    """What most people write with kopf: see `plain_kopf.py`."""
    url = f"http://{LOOPBACK}:{free_port()}"
    flags = ["--standalone", f"--namespace={namespace}", f"--liveness={url}/healthz"]
    handlers = Path(__file__).with_name("plain_kopf.py")
    return premises.made("plain-kopf", ["kopf", "run", *flags, str(handlers)], url, "/healthz")


def _environment(plane: ControlPlane, agentrun: str) -> dict[str, str]:
    """This process's environment, with the ways to the emulator and to the control plane and to nothing else."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(CLOUD)}
    ways = {"AGENTRUN_CONTROL_ENDPOINT": agentrun, "AGENTRUN_DATA_ENDPOINT": agentrun}
    ways |= {"KUBECONFIG": str(plane.kubeconfig)}
    return clean | ACCOUNT | ways | {"NO_PROXY": LOOPBACK, "no_proxy": LOOPBACK}
