"""An operator that looks after a good runtime and after one whose answers are evil for as long as a test wants."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from agentrun_operator.controlplane import ControlPlane
from support.cluster import Kubectl, new_namespace
from support.emulator import Emulator, running_emulator
from support.endpoints import Endpoints
from support.evil_server import Asked, Evil, running_evil
from support.fault_stage import BRIEF, SWIFT
from support.operator import Operator, agentrun_environment

MIB = 2**20
MEMORY_LIMIT = 512 * MIB  # the chart's
PATIENT = SWIFT | {"stale-after": "6"}


@dataclass
class World:
    """An operator with a good runtime and one whose answers are evil while `evil` is set.

    Attributes:
        usual: what `good_takes` without evil answers, where that was measured.
    """

    emulator: Emulator
    endpoints: Endpoints
    operator: Operator
    runtime_id: str
    asked: list[Asked] = field(default_factory=list)
    evil: Callable[[Asked], Evil | None] | None = None
    usual: float = 0.0
    number: int = 0

    def answer(self, asked: Asked) -> Evil | None:
        """For the runtime alone."""
        if self.evil is None or f"/runtimes/{self.runtime_id}" not in asked.path:
            return None
        self.asked.append(asked)
        return self.evil(asked)

    def resident(self) -> int:
        """The most memory that the process ever had."""
        status = Path(f"/proc/{self.operator.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024

    def worked(self) -> float:
        """Seconds for which the process has had a processor."""
        used = Path(f"/proc/{self.operator.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")

    def good_takes(self) -> float:
        """For how long the operator works until an object of the good runtime was made, and until its edit has arrived.

        That is how long they wait where it has a processor to itself. How much of one it has, others have a say in.
        """
        self.number += 1
        name = f"good-{self.number}"
        began = self.worked()
        self.endpoints.apply(name)
        self.endpoints.wait_ready(name)
        self.endpoints.change(name, description="edited")
        self.endpoints.wait_ready(name)
        taken = self.worked() - began
        found = self.emulator.endpoint(name)
        assert found is not None
        assert found["description"] == "edited"
        return taken


@contextmanager
def new_world(plane: ControlPlane, folder: Path) -> Iterator[World]:
    """The operator at work, with an object `victim` of the runtime that will be evil, which is Ready."""
    with running_emulator(BRIEF) as (service, emulator), new_namespace(plane) as namespace:
        emulator.add_runtime("support-bot", versions=4)
        runtime_id = emulator.add_runtime("evil-bot", versions=4)
        answers: list[World] = []
        with running_evil(lambda asked: answers[0].answer(asked), service.url) as server:  # noqa: PLW0108 - not there yet
            where = {"kubeconfig": str(plane.kubeconfig), "namespaces": namespace}
            operator = Operator(folder, agentrun_environment(server.url), PATIENT | where)
            endpoints = Endpoints(Kubectl(plane, namespace))
            answers.append(World(emulator, endpoints, operator, runtime_id))
            operator.start()
            endpoints.apply("victim", "evil-bot")
            endpoints.wait_ready("victim")
            try:
                yield answers[0]
            finally:
                operator.close()
    assert operator.defects() == []
