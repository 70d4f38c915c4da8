"""The floor: how fast a bare loop writes, without anything to decide.

aiohttp and nothing else, watched by the same observer as the programs' objects: what that costs the API server is no
program's doing.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from agentrun_operator.resources.names import API_VERSION, GROUP, KIND
from benchmarks.figures import Floor
from benchmarks.manifests import endpoint, names
from benchmarks.observer import Observer
from benchmarks.parallel import for_each

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from benchmarks.kubernetes import Cluster


async def floor(cluster: Cluster, count: int) -> Floor:
    """Measure both floors.

    Args:
        cluster: a namespace of its own; there are no objects in it afterwards.
        count: how many objects.
    """
    objects = names(count, "floor")
    async with Observer(cluster):
        same = await _rate(objects, lambda name: _same(cluster, name))
        patches = await _rate(objects, lambda name: _patches(cluster, name))
    await for_each(objects, cluster.delete)
    return Floor(patches, same)


async def _rate(objects: list[str], do: Callable[[str], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await for_each(objects, do)
    return len(objects) / (time.perf_counter() - started)


async def _patches(cluster: Cluster, name: str) -> None:
    await cluster.patch(name, _mark("again"))
    await cluster.patch(name, {"status": _status(name, "True")}, "status")


async def _same(cluster: Cluster, name: str) -> None:
    await cluster.create(endpoint(name, "none"))
    await cluster.patch(name, _mark("once"))
    await cluster.patch(name, {"status": _status(name, "False")}, "status")
    await cluster.tell(_event(cluster.namespace, name))
    await cluster.patch(name, {"status": _status(name, "Unknown")}, "status")


def _mark(word: str) -> dict[str, Any]:
    """As long as the operator's own claim."""
    return {"metadata": {"annotations": {f"{GROUP}/floor": f"{word:0>36}/00000000-0000-0000-0000-000000000000/load"}}}


def _event(namespace: str, name: str) -> dict[str, Any]:
    """As the operator tells that it made an endpoint."""
    about = {"apiVersion": API_VERSION, "kind": KIND, "namespace": namespace, "name": name}
    told = {"type": "Normal", "reason": "Created", "message": f"Created endpoint {name} of runtime none"}
    metadata = {"generateName": f"{name}.", "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Event", "metadata": metadata, "involvedObject": about, **told}


def _status(name: str, ready: str) -> dict[str, Any]:
    """A status as the operator writes it."""
    condition = {"status": ready, "lastTransitionTime": "2026-01-01T00:00:00Z", "observedGeneration": 1}
    return {
        "observedGeneration": 1,
        "agentRuntimeId": "00000000-0000-0000-0000-000000000000",
        "agentRuntimeName": "support-bot",
        "endpointId": "00000000-0000-0000-0000-000000000000",
        "endpointName": name,
        "endpointArn": f"acs:agentrun:cn-hangzhou:1000000000000001:runtimes/00000000/endpoints/{name}",
        "state": "READY",
        "targetVersion": "3",
        "routing": {"versionWeights": [{"version": "4", "weight": 10}]},
        "conditions": [
            condition | {"type": "Ready", "reason": "Available", "message": "The endpoint serves what is asked for"},
            condition | {"type": "Synced", "reason": "InSync", "message": "AgentRun agrees with the spec"},
        ],
    }
