"""The floor: how fast a bare loop writes, without anything to decide.

aiohttp and nothing else, watched by the same observer as the programs' objects: what that costs the API server is no
program's doing. What it writes has the fields of what the operator writes, and about its length; `check_alike` tells
when it has not any more.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from agentrun_operator.resources.names import API_VERSION, APP, ENDPOINT_LABEL, FINALIZER, KIND
from benchmarks.figures import Floor
from benchmarks.manifests import endpoint, names
from benchmarks.observer import Observer
from benchmarks.parallel import for_each
from benchmarks.plans import OLD
from benchmarks.programs import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from benchmarks.kubernetes import Body, Cluster

NO_ID = "00000000-0000-0000-0000-000000000000"
LONG_AGO = "2026-01-01T00:00:00Z"
ACCOUNT_ID, REGION = ACCOUNT["AGENTRUN_ACCOUNT_ID"], ACCOUNT["AGENTRUN_REGION"]


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
    await for_each(objects, lambda name: _remove(cluster, name))
    return Floor(patches, same)


async def check_alike(cluster: Cluster, written: Body) -> None:
    """Make one object more, and compare it with one of the operator's, which has the same fields.

    Args:
        cluster: a namespace in which no objects are.
        written: the operator's.

    Raises:
        RuntimeError: it has not: the floor is of other writes.
    """
    await _same(cluster, "floor-alone")
    made = await cluster.first()
    await _remove(cluster, "floor-alone")
    if unlike := set(_fields(_written(made))) ^ set(_fields(_written(written))):
        raise RuntimeError(f"benchmarks/floor.py writes other fields than the operator: {', '.join(sorted(unlike))}")


def _written(body: Body) -> Body:
    return {"status": body["status"]} | {part: body["metadata"].get(part) for part in ("finalizers", "labels")}


def _fields(value: object, path: str = "") -> Iterator[str]:
    """The paths of all that a value holds; items of a list have the same."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _fields(each, f"{path}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from _fields(each, path)
    elif value is not None:
        yield path


async def _remove(cluster: Cluster, name: str) -> None:
    await cluster.patch(name, {"metadata": {"finalizers": None}})
    await cluster.delete(name)


async def _rate(objects: list[str], do: Callable[[str], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await for_each(objects, do)
    return len(objects) / (time.perf_counter() - started)


async def _patches(cluster: Cluster, name: str) -> None:
    await cluster.patch(name, {"metadata": {"labels": {ENDPOINT_LABEL: f"{1:040}"}}})
    await cluster.patch(name, {"status": _served(name) | {"conditions": _conditions("Unknown")}}, "status")


async def _same(cluster: Cluster, name: str) -> None:
    await cluster.create(endpoint(name, "none"))
    await cluster.patch(name, {"metadata": {"finalizers": [FINALIZER], "labels": {ENDPOINT_LABEL: f"{0:040}"}}})
    await cluster.patch(name, {"status": _claimed(name)}, "status")
    await cluster.tell(_event(cluster.namespace, name))
    await cluster.patch(name, {"status": _served(name)}, "status")


def _claimed(name: str) -> dict[str, Any]:
    """A status as the operator writes it before it makes the endpoint."""
    claim = {"account": ACCOUNT_ID, "adopted": False, "endpointName": name, "region": REGION}
    claim |= {"runtimeId": NO_ID, "since": LONG_AGO, "uid": NO_ID}
    return {
        "observedGeneration": 1,
        "agentRuntimeId": NO_ID,
        "agentRuntimeName": "support-bot",
        "claim": claim,
        "conditions": [*_conditions("False"), _condition("Reconciling", "True", "Creating", "Creating the endpoint")],
        "history": [_attempt(name)],
    }


def _served(name: str) -> dict[str, Any]:
    """And once AgentRun serves it."""
    return {
        "conditions": _conditions("True"),
        "endpointArn": f"acs:agentrun:{REGION}:{ACCOUNT_ID}:runtime-endpoints/{NO_ID}",
        "endpointId": NO_ID,
        "endpointName": name,
        "history": [_attempt(name) | {"readyAt": LONG_AGO, "result": "Ready"}],
        "publicUrl": f"https://{ACCOUNT_ID}.agentrun-data.{REGION}.aliyuncs.com/agent-runtimes/none/{name}",
        "routing": endpoint(name, "none")["spec"]["routing"],
        "state": "READY",
        "targetVersion": OLD,
    }


def _attempt(name: str) -> dict[str, Any]:
    """An entry of the history."""
    spec = endpoint(name, "none")["spec"]
    applied = {each: spec[each] for each in ("description", "routing", "targetVersion")}
    return {"generation": 1, "appliedAt": LONG_AGO, "spec": applied | {"disablePublicNetworkAccess": False}}


def _conditions(holds: str) -> list[dict[str, Any]]:
    return [
        _condition("Ready", holds, "Available", "The endpoint serves what is asked for"),
        _condition("Synced", holds, "InSync", "AgentRun agrees with the spec"),
    ]


def _condition(kind: str, holds: str, reason: str, message: str) -> dict[str, Any]:
    marks = {"lastTransitionTime": LONG_AGO, "observedGeneration": 1}
    return {"type": kind, "status": holds, "reason": reason, "message": message} | marks


def _event(namespace: str, name: str) -> dict[str, Any]:
    """As the operator tells that it made an endpoint."""
    about = {"apiVersion": API_VERSION, "kind": KIND, "namespace": namespace, "name": name, "uid": NO_ID}
    told = {"type": "Normal", "reason": "Created", "message": f"Created endpoint {name} of runtime none", "count": 1}
    by = {"source": {"component": APP}, "reportingComponent": APP, "reportingInstance": "none"}
    times = {"firstTimestamp": LONG_AGO, "lastTimestamp": LONG_AGO, "eventTime": f"{LONG_AGO[:-1]}.000000Z"}
    metadata = {"generateName": f"{name}.", "namespace": namespace}
    return {
        "apiVersion": "v1", "kind": "Event", "metadata": metadata, "involvedObject": about, "action": "Created",
    } | told | by | times  # fmt: skip
