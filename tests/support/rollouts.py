"""Rollouts for tests on a cluster: what their status says, and how the traffic was split."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentrun_operator.controlplane import ControlPlane
from agentrun_operator.emulator import Behaviour, Transitions
from support.cluster import Kubectl, eventually, new_namespace
from support.emulator import Emulator, running_emulator
from support.endpoints import Endpoints, Object, says
from support.operator import QUICK, Operator, agentrun_environment

BRISK = Behaviour(transitions=Transitions(create=0.2, update=0.2, delete=0.2))

Split = tuple[str, tuple[tuple[str, float], ...]]
"""The target version, and each canary with its share."""


@dataclass(frozen=True)
class RolloutStage:
    """An operator, the objects of its namespace, and the emulator with a runtime of four versions."""

    emulator: Emulator
    endpoints: Endpoints
    operator: Operator
    runtime_id: str

    def split(self, name: str) -> Split:
        """How the traffic of an endpoint is split now."""
        return split_of(self.emulator.endpoint(name, self.runtime_id) or {"targetVersion": ""})

    def splits_until(self, name: str, done: Callable[[], object], within: float = 60) -> list[Split]:
        """How the traffic was split, one after the other, until something is so."""
        seen: list[Split] = []

        def look() -> object:
            found = self.split(name)
            if seen[-1:] != [found]:
                seen.append(found)
            return done()

        eventually(look, within)
        look()  # what it was when that became so
        return seen

    def rollout(self, name: str) -> Object:
        """The object's `status.rollout`."""
        return rollout_of(self.endpoints.get(name))

    def wait(self, name: str, reason: str, within: float = 40) -> Object:
        """Until the condition RolledOut gives this reason; the object."""
        return self.endpoints.wait_reason(name, reason, kind="RolledOut", within=within)

    def is_rolled_out(self, name: str) -> bool:
        """Whether the condition RolledOut holds for the present generation."""
        found = self.endpoints.get(name)
        current = found["status"]["observedGeneration"] == found["metadata"]["generation"]
        return current and says(found, "RolledOut") == "True"

    def puts(self, name: str) -> int:
        """How many updates of an endpoint AgentRun accepted."""
        calls = self.emulator.effects()
        return len([each for each in calls if each.method == "PUT" and each.endpoint_name == name])

    def make(self, name: str, version: str = "3", **spec: Any) -> Object:
        """An object that has rolled out a version; its rollout is `{}` unless another is given."""
        self.endpoints.apply(name, **({"targetVersion": version, "rollout": {}} | spec))
        self.endpoints.wait_ready(name, 30)
        return self.wait(name, "RolledOut")


def split_of(found: Object) -> Split:
    weights = (found.get("routingConfiguration") or {}).get("versionWeights") or []
    return found["targetVersion"], tuple((each["version"], each["weight"]) for each in weights)


def rollout_of(found: Object) -> Object:
    rollout: Object = found["status"].get("rollout") or {}
    return rollout


def steps(*weights: int, bake: str = "2s", **more: Any) -> Object:
    """A plan of steps that are brief."""
    return {"steps": [{"weight": weight, "bake": bake} for weight in weights]} | more


@contextmanager
def rollout_stage(plane: ControlPlane, folder: Path, **settings: str) -> Iterator[RolloutStage]:
    """The stage, with an operator at work; no defect of its own may be told at the end."""
    with running_emulator(BRISK) as (service, emulator), new_namespace(plane) as namespace:
        runtime_id = emulator.add_runtime("support-bot", versions=4)
        where = {"kubeconfig": str(plane.kubeconfig), "namespaces": namespace}
        operator = Operator(
            folder, agentrun_environment(service.url, AGENTRUN_DATA_ENDPOINT=service.url), QUICK | where | settings
        )
        operator.start()
        try:
            yield RolloutStage(emulator, Endpoints(Kubectl(plane, namespace)), operator, runtime_id)
        finally:
            operator.close()
    assert operator.defects() == []


__all__ = ["RolloutStage", "Split", "rollout_of", "rollout_stage", "says", "split_of", "steps"]
