"""Takes down what a phase costs: writes, calls and CPU, by the counters of those who know."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from benchmarks.figures import Cost
from benchmarks.processes import cpu_seconds

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from agentrun_operator.controlplane import Component
    from benchmarks.kubernetes import Cluster
    from benchmarks.stage import Stage

NOTHING: Mapping[str, int] = {}


class Meter:
    """Measures the phases of one program.

    Args:
        stage: where it runs.
        cluster: its namespace.
        component: the program.
    """

    def __init__(self, stage: Stage, cluster: Cluster, component: Component) -> None:
        self._stage = stage
        self._cluster = cluster
        self._component = component

    async def cost(
        self, phase: Awaitable[float | None], own: Mapping[str, int] = NOTHING, *, starts: bool = False
    ) -> Cost:
        """What a phase costs.

        Args:
            phase: does it, and tells how many seconds count as its duration.
            own: writes of the load itself, by verb: not the program's.
            starts: whether the program does not run before the phase.
        """
        await self._stage.agentrun.forget()
        before, writes = self._cpu(program=not starts), await self._cluster.writes()
        seconds = await phase
        used = {name: seconds - before.get(name, 0.0) for name, seconds in self._cpu(program=True).items()}
        written = await self._cluster.writes() - writes - Counter(own)
        return Cost(seconds, dict(written), dict(await self._stage.agentrun.calls()), used)

    def _cpu(self, *, program: bool) -> dict[str, float]:
        pids = self._stage.pids | ({"program": self._component.pid} if program else {})
        return {name: cpu_seconds(pid) for name, pid in pids.items()}
