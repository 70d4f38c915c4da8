"""What people do to a number of objects in the course of a day: edits, changes by hand in AgentRun, new starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.manifests import edit

if TYPE_CHECKING:
    from random import Random

    from benchmarks.phases import Phases

WITHIN = 900.0
"""Seconds in which a deleted object is gone, whatever goes wrong with the calls."""

KINDS = {"edit": 7, "drift": 2, "renew": 1}
"""How often each comes, in parts."""

FAULTS = (
    {"fraction": 0.02, "status": 500},
    {"fraction": 0.02, "drop": "before"},
    {"fraction": 0.02, "drop": "after"},
    {"fraction": 0.01, "answer": "html"},
    {"fraction": 0.005, "hang": 20.0},
    {"fraction": 0.02, "delay": 1.0},
    {"fraction": 0.05, "action": "CreateAgentRuntimeEndpoint", "endsIn": "CREATE_FAILED"},
    {"fraction": 0.05, "action": "UpdateAgentRuntimeEndpoint", "endsIn": "UPDATE_FAILED"},
)
"""What goes wrong with calls to AgentRun, in the emulator's words."""


class Changes:
    """Changes at random.

    Args:
        phases: whose objects.
        random: seeded, so that a soak can be repeated.

    Attributes:
        wanted: the description that each object asks for, by its name, since it was changed.
        counts: changes so far, by kind.
    """

    def __init__(self, phases: Phases, random: Random) -> None:
        self.wanted: dict[str, str] = {}
        self.counts = dict.fromkeys(KINDS, 0)
        self._phases = phases
        self._random = random
        self._busy: set[str] = set()

    async def begin_faults(self) -> None:
        """From now on, some calls go wrong."""
        await self._phases.stage.agentrun.behave(seed=self._random.randrange(2**31), faults=FAULTS)

    async def change(self) -> None:
        """Change one object that nobody is changing."""
        name = self._random.choice([name for name in self._phases.names if name not in self._busy])
        (kind,) = self._random.choices(list(KINDS), list(KINDS.values()))
        self.counts[kind] += 1
        self._busy.add(name)
        await {"edit": self._edit, "drift": self._drift, "renew": self._renew}[kind](name)
        self._busy.discard(name)

    async def _edit(self, name: str) -> None:
        self.wanted[name] = f"Edit {sum(self.counts.values())}"
        await self._phases.cluster.patch(name, edit(self.wanted[name]))

    async def _drift(self, name: str) -> None:
        """Somebody changes the endpoint in AgentRun; where it is just missing, there is nothing to change."""
        found = (each for each in await self._endpoints() if each["agentRuntimeEndpointName"] == name)
        if endpoint := next(found, None):
            await self._phases.stage.agentrun.change(endpoint["agentRuntimeEndpointId"], description="By hand")

    async def _renew(self, name: str) -> None:
        """Delete the object and make it again as soon as it is gone."""
        self.wanted.pop(name, None)
        self._phases.observer.gone.pop(name, None)
        await self._phases.cluster.delete(name)
        await self._phases.observer.all_gone([name], WITHIN)
        await self._phases.make(name)

    async def _endpoints(self) -> list[dict[str, str]]:
        return await self._phases.stage.agentrun.endpoints()
