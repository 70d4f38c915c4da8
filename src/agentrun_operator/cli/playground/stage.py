"""Everything a playground consists of, started in order and ended in the opposite one.

The control plane, the emulator and the operator are programs of their own, as they would be anywhere else; the operator
is the very command that is run in a cluster.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentrun_operator.cli.playground.control_client import ControlClient
from agentrun_operator.cli.playground.samples import agents
from agentrun_operator.controlplane import (
    LOOPBACK,
    Component,
    ProcessGroup,
    answers,
    free_port,
    with_free_ports,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from agentrun_operator.cli.playground.places.cluster import Cluster
    from agentrun_operator.cli.playground.screen import Screen

START_TIMEOUT = 30.0  # seconds, for the emulator and for the operator
STOP_TIMEOUT = 10.0  # seconds, for the operator to finish what it is doing
ACCOUNT = {
    "AGENTRUN_ACCESS_KEY_ID": "emulator-ak",
    "AGENTRUN_ACCESS_KEY_SECRET": "emulator-sk",
    "AGENTRUN_ACCOUNT_ID": "1000000000000001",
    "AGENTRUN_REGION": "cn-hangzhou",
}
CLOUD = ("AGENTRUN_", "ALIBABA_CLOUD_", "FC_")  # variables that lead to a real account


@dataclass(frozen=True)
class Stage:
    """A playground that runs.

    Attributes:
        cluster: Where the objects are.
        control: The client of the emulator's control routes.
        emulator: Its process.
        operator: The operator's process.
        metrics: The URL of the operator's metrics.
        logs: The folder with everybody's logs.
    """

    cluster: Cluster
    control: ControlClient
    emulator: Component
    operator: Component
    metrics: str
    logs: Path

    def check(self) -> None:
        """Nothing, as long as the emulator and the operator run.

        Raises:
            ComponentError: One of them ended; the message shows the end of its log.
        """
        self.emulator.check()
        self.operator.check()


@contextmanager
def running_stage(screen: Screen, logs: Path, cluster: Cluster) -> Iterator[Stage]:
    """Start everything in a cluster, and end it when the block ends.

    Args:
        screen: Told what is done.
        logs: An existing folder for all logs.
        cluster: Where the objects are; it serves the custom resource.

    Raises:
        ControlPlaneError: A component ended, or was not ready in time.
    """
    with ProcessGroup() as group:
        with screen.doing("Starting an emulated AgentRun"):
            emulator, url = with_free_ports(lambda: _start_emulator(group, logs))
            control = ControlClient(url)
            control.add_default_endpoint("support-bot")
            control.teach(agents.RUNTIME, agents.MANNERS)
        with screen.doing("Starting the operator"):
            operator, health = with_free_ports(lambda: _start_operator(group, logs, cluster, url))
        yield Stage(cluster, control, emulator, operator, f"{health}/metrics", logs)
        operator.stop(STOP_TIMEOUT)


def operator_environment(
    environ: Mapping[str, str], emulator_url: str, health_address: str, settings: Mapping[str, str]
) -> dict[str, str]:
    """The operator's environment: this one, without a way to a real account, and with the way to the emulator.

    Args:
        environ: The environment of this process.
        emulator_url: Where the emulator listens.
        health_address: Where the operator is to serve its health and its metrics.
        settings: Further variables, which go before.
    """
    clean = {name: value for name, value in environ.items() if not name.startswith(CLOUD)}
    direct = ",".join(filter(None, (environ.get("NO_PROXY") or environ.get("no_proxy"), LOOPBACK)))
    return {
        **clean,
        **ACCOUNT,
        "AGENTRUN_CONTROL_ENDPOINT": emulator_url,
        "AGENTRUN_DATA_ENDPOINT": emulator_url,
        "AGENTRUN_OPERATOR_HEALTH_ADDRESS": health_address,
        "AGENTRUN_OPERATOR_LEADER_ELECT": "false",
        "AGENTRUN_OPERATOR_POLL_INTERVAL": "3s",  # what is changed by hand is seen while one watches
        "NO_PROXY": direct,  # the cluster may be anywhere
        "no_proxy": direct,
        **settings,
    }


def _start_emulator(group: ProcessGroup, logs: Path) -> tuple[Component, str]:
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    component = Component(
        "emulator",
        [*_this_program(), "emulator", f"--host={LOOPBACK}", f"--port={port}"],
        group=group,
        log=logs / "emulator.log",
        is_ready=answers(f"{url}/_emulator/requests"),
        start_timeout=START_TIMEOUT,
    )
    component.start()
    return component, url


def _start_operator(group: ProcessGroup, logs: Path, cluster: Cluster, emulator_url: str) -> tuple[Component, str]:
    address = f"{LOOPBACK}:{free_port()}"
    component = Component(
        "operator",
        [*_this_program(), "run", *cluster.operator_flags],
        environ=operator_environment(os.environ, emulator_url, address, cluster.operator_settings),
        group=group,
        log=logs / "operator.log",
        is_ready=answers(f"http://{address}/readyz"),
        start_timeout=START_TIMEOUT,
    )
    component.start()
    return component, f"http://{address}"


def _this_program() -> list[str]:
    return [sys.executable, "-m", "agentrun_operator.cli"]
