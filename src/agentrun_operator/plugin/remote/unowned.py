"""Which endpoints of AgentRun no object has. Pure: reads objects as the API server holds them, and asks nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from agentrun_operator.agentrun import Endpoint, Runtime


class Remote(NamedTuple):
    """An endpoint, and the runtime that it belongs to."""

    runtime: Runtime
    endpoint: Endpoint

    @property
    def name(self) -> str:
        """The endpoint's name; empty where AgentRun tells none."""
        return self.endpoint.agent_runtime_endpoint_name or ""


class Spot(NamedTuple):
    """An endpoint by its name and by what is known of its runtime: the id, or the name and perhaps the region."""

    endpoint_name: str
    runtime_id: str = ""
    runtime_name: str = ""
    region: str = ""


def unowned(remotes: Iterable[Remote], objects: Iterable[Mapping[str, Any]]) -> list[Remote]:
    """The endpoints that no object has, mirrors or asks for, in their order.

    An object that was not reconciled yet has what its spec asks for. One of another account whose runtime has the same
    name counts until its status tells the runtime's id.

    Args:
        remotes: what AgentRun holds.
        objects: all that may have one, as the API server holds them.
    """
    taken = {spot for each in objects for spot in _spots(each)}
    return [remote for remote in remotes if taken.isdisjoint(_names(remote))]


def _names(remote: Remote) -> Iterator[Spot]:
    """Every spot by which an object may lead to an endpoint."""
    runtime, name = remote.runtime, remote.name
    for runtime_id in {runtime.agent_runtime_id, remote.endpoint.agent_runtime_id}:
        if runtime_id:
            yield Spot(name, runtime_id)
    if runtime.agent_runtime_name:
        regions = {"", runtime.owner[1]}
        yield from (Spot(name, runtime_name=runtime.agent_runtime_name, region=region) for region in regions)


def _spots(found: Mapping[str, Any]) -> Iterator[Spot]:
    metadata, spec, status = found["metadata"], found["spec"], found.get("status") or {}
    name = spec.get("endpointName") or metadata["name"]
    claim = status.get("claim") or {}
    if claim.get("uid") == metadata.get("uid") and claim.get("runtimeId"):
        yield Spot(claim.get("endpointName") or name, claim["runtimeId"])
    reference = spec.get("agentRuntimeRef") or {}
    if known := reference.get("id") or status.get("agentRuntimeId"):
        yield Spot(name, known)
    elif reference.get("name"):
        yield Spot(name, runtime_name=reference["name"], region=spec.get("region") or "")
