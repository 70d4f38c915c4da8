"""The usual kind of operator in kopf: a handler for each cause and a timer for each object. Ours is compared with it.

It does the same work with the same client, and leaves out what ours is careful about: claims, drift, rivals, limits.
Run with `kopf run`; reads the account from the environment.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import kopf

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.api.errors import ResourceNotExistError
from agentrun_operator.agentrun.http.client import AsyncClient
from agentrun_operator.agentrun.models import (
    READY_STATES,
    EndpointCreate,
    EndpointUpdate,
    RoutingConfiguration,
    VersionWeight,
)
from agentrun_operator.resources.names import GROUP, PLURAL, VERSION

if TYPE_CHECKING:
    from agentrun_operator.agentrun.models import Endpoint

RESOURCE = (GROUP, VERSION, PLURAL)
AGAIN = 1.0
"""Seconds between two looks at a change under way."""


@kopf.on.startup()
async def start(memo: kopf.Memo, settings: kopf.OperatorSettings, **_: object) -> None:
    settings.persistence.finalizer = f"{GROUP}/plain-kopf"
    logging.getLogger("httpx").setLevel(logging.WARNING)
    memo.client = AsyncClient()


@kopf.on.cleanup()
async def stop(memo: kopf.Memo, **_: object) -> None:
    await memo.client.aclose()


@kopf.on.create(*RESOURCE)
async def create(body: kopf.Body, patch: kopf.Patch, memo: kopf.Memo, **_: object) -> None:
    if "endpointId" in body.status:
        await look(body, patch, memo)
    else:
        name = body.spec["agentRuntimeRef"]["name"]
        runtime_id = (await memo.client.run(operations.list_runtimes(name)))[0].agent_runtime_id
        wanted = EndpointCreate(agent_runtime_endpoint_name=body.meta.name, **fields_of(body.spec))
        endpoint = await memo.client.run(operations.create_endpoint(runtime_id, wanted))
        patch.status["agentRuntimeId"] = runtime_id
        tell(endpoint, body, patch)
    until_ready(patch)


@kopf.on.update(*RESOURCE, field="spec")
async def update(body: kopf.Body, patch: kopf.Patch, memo: kopf.Memo, retry: int, **_: object) -> None:
    if retry:
        await look(body, patch, memo)
    else:
        wanted = EndpointUpdate(**fields_of(body.spec))
        tell(await memo.client.run(operations.update_endpoint(*ids_of(body), wanted)), body, patch)
    until_ready(patch)


@kopf.on.delete(*RESOURCE)
async def delete(body: kopf.Body, memo: kopf.Memo, retry: int, **_: object) -> None:
    operation = operations.get_endpoint if retry else operations.delete_endpoint
    try:
        await memo.client.run(operation(*ids_of(body)))
    except ResourceNotExistError:
        return
    raise kopf.TemporaryError("still there", delay=AGAIN)


@kopf.timer(*RESOURCE, interval=60, initial_delay=60)
async def refresh(body: kopf.Body, patch: kopf.Patch, memo: kopf.Memo, **_: object) -> None:
    await look(body, patch, memo)


async def look(body: kopf.Body, patch: kopf.Patch, memo: kopf.Memo) -> None:
    tell(await memo.client.run(operations.get_endpoint(*ids_of(body))), body, patch)


def until_ready(patch: kopf.Patch) -> None:
    if patch.status["conditions"][0]["status"] != "True":
        raise kopf.TemporaryError("not READY yet", delay=AGAIN)


def tell(endpoint: Endpoint, body: kopf.Body, patch: kopf.Patch) -> None:
    """The endpoint's state, in the terms of the custom resource; the time of a condition that stays is kept."""
    ready = "True" if endpoint.status in READY_STATES else "False"
    condition = {"type": "Ready", "status": ready, "reason": endpoint.status or "Unknown", "message": ""}
    before = (body.status.get("conditions") or [{}])[0]
    same = before.get("status") == ready
    since = before["lastTransitionTime"] if same else datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    patch.status["endpointId"] = endpoint.agent_runtime_endpoint_id
    patch.status["state"] = endpoint.status
    patch.status["observedGeneration"] = body.meta["generation"]
    patch.status["conditions"] = [condition | {"lastTransitionTime": since}]


def ids_of(body: kopf.Body) -> tuple[str, str]:
    return body.status["agentRuntimeId"], body.status["endpointId"]


def fields_of(spec: kopf.Spec) -> dict[str, Any]:
    canaries = spec.get("routing", {}).get("versionWeights", ())
    weights = [VersionWeight(version=canary["version"], weight=canary["weight"] / 100) for canary in canaries]
    routing = RoutingConfiguration(version_weights=weights)
    description, version = spec.get("description", ""), spec.get("targetVersion", "LATEST")
    return {"description": description, "target_version": version, "routing_configuration": routing}
