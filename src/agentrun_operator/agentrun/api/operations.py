"""The API's actions, each once: generators that yield requests, receive responses and return what the answers mean.

They know nothing of connections, signatures, retries or time; `client` drives them, sync or async. Every one of them
raises an HTTPError when a call fails, and a ValueError for an id that cannot be one.

A call that changes something may succeed without telling what it changed. The result then holds what the call itself
makes known: the ids and the fields that were sent. A get or a list without data is an error instead, since "nothing
told" must never pass for "nothing there".
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api.errors import ServiceUnavailableError
from agentrun_operator.agentrun.api.paging import Listing, Traversal, read_all, read_next
from agentrun_operator.agentrun.api.protocol import Operation, Request, Response
from agentrun_operator.agentrun.models import (
    AgentRuntimeEndpointCreateInput,
    AgentRuntimeEndpointUpdateInput,
    Endpoint,
    Page,
    Runtime,
    RuntimeVersion,
)
from agentrun_operator.agentrun.odd import SAYS, Oddity, oddity_of

if TYPE_CHECKING:
    from pydantic import JsonValue

PAGE_SIZE = 100
"""Items to ask for on a page: what first-party tools ask for at most; the service's own limit is unknown."""


def create_endpoint(runtime_id: str, body: AgentRuntimeEndpointCreateInput) -> Operation[Endpoint]:
    """Create an endpoint. It is not there at once: its status says CREATING, then READY.

    The only call that is not repeatable: the API has no token that would tell a repetition from a second endpoint.
    """
    sent = body.to_wire()
    request = Request.with_body("CreateAgentRuntimeEndpoint", "POST", (runtime_id, "endpoints"), sent, repeatable=False)
    return _told(runtime_id, None, sent, (yield request))


def update_endpoint(runtime_id: str, endpoint_id: str, body: AgentRuntimeEndpointUpdateInput) -> Operation[Endpoint]:
    """Change what `body` sets and leave the rest. The status says UPDATING, then READY."""
    sent = body.to_wire()
    path = (runtime_id, "endpoints", endpoint_id)
    response = yield Request.with_body("UpdateAgentRuntimeEndpoint", "PUT", path, sent, repeatable=True)
    return _told(runtime_id, endpoint_id, sent, response)


def delete_endpoint(runtime_id: str, endpoint_id: str) -> Operation[Endpoint]:
    """Delete an endpoint. It is not gone at once: its status says DELETING, then it does not exist.

    When the answer to a first attempt is lost and the call is repeated, "does not exist" may be this call's own doing.
    """
    response = yield Request("DeleteAgentRuntimeEndpoint", "DELETE", (runtime_id, "endpoints", endpoint_id))
    return _told(runtime_id, endpoint_id, {}, response)


def get_endpoint(runtime_id: str, endpoint_id: str) -> Operation[Endpoint]:
    """Read an endpoint."""
    response = yield Request("GetAgentRuntimeEndpoint", "GET", (runtime_id, "endpoints", endpoint_id))
    return _identified(response.read(Endpoint), runtime_id, endpoint_id)


def list_endpoints(runtime_id: str, page_size: int = PAGE_SIZE) -> Operation[list[Endpoint]]:
    """Every endpoint of a runtime, once, from all pages; see `paging` for what may go wrong."""
    return (yield from read_all(_endpoints(runtime_id, page_size)))


def next_endpoints(runtime_id: str, reading: Traversal) -> Operation[list[Endpoint]]:
    """The next page of a reading of a runtime's endpoints, which is `Traversal(PAGE_SIZE)` before the first."""
    endpoints = yield from read_next(_endpoints(runtime_id, reading.asked_size), reading, slowly=True)
    return list(endpoints.values())


def get_runtime(runtime_id: str) -> Operation[Runtime]:
    """Read an agent runtime."""
    response = yield Request("GetAgentRuntime", "GET", (runtime_id,))
    runtime = response.read(Runtime)
    return runtime if runtime.agent_runtime_id else runtime.model_copy(update={"agent_runtime_id": runtime_id})


def list_runtimes(name: str | None = None, page_size: int = PAGE_SIZE) -> Operation[list[Runtime]]:
    """Every agent runtime, or those of exactly this name: names are unique in a workspace, not in an account."""
    filters = () if name is None else (("agentRuntimeName", name),)
    runtimes = yield from read_all(_runtimes(page_size, filters))
    # First-party code says that the service ignores the filter; an inexact match would be no better.
    return runtimes if name is None else _named(runtimes, name)


def next_runtimes(reading: Traversal) -> Operation[list[Runtime]]:
    """The next page of a reading of the account's runtimes, which is `Traversal(PAGE_SIZE)` before the first."""
    runtimes = yield from read_next(_runtimes(reading.asked_size), reading)
    return list(runtimes.values())


def first_runtime() -> Operation[Runtime | None]:
    """Any one agent runtime of the account, by a single call; None if it has none."""
    runtimes = yield from read_next(_runtimes(1), Traversal(1))
    return next(iter(runtimes.values()), None)


def list_versions(runtime_id: str, page_size: int = PAGE_SIZE) -> Operation[list[RuntimeVersion]]:
    """Every published version of a runtime, in the service's order."""
    identify = attrgetter("agent_runtime_version")
    return (
        yield from read_all(
            Listing("ListAgentRuntimeVersions", (runtime_id, "versions"), Page[RuntimeVersion], identify, page_size)
        )
    )


def _endpoints(runtime_id: str, page_size: int) -> Listing[Endpoint]:
    return Listing(
        "ListAgentRuntimeEndpoints",
        (runtime_id, "endpoints"),
        Page[Endpoint],
        attrgetter("agent_runtime_endpoint_id"),
        page_size,
        complete=lambda endpoint: _identified(endpoint, runtime_id, None),
    )


def _runtimes(page_size: int, filters: tuple[tuple[str, str], ...] = ()) -> Listing[Runtime]:
    return Listing("ListAgentRuntimes", (), Page[Runtime], attrgetter("agent_runtime_id"), page_size, filters)


def _named(runtimes: list[Runtime], name: str) -> list[Runtime]:
    """Those of this name. One that does not tell its name or id may be it: then nobody knows that there is none."""
    found = [runtime for runtime in runtimes if runtime.agent_runtime_name == name]
    unknown = [runtime for runtime in runtimes if (runtime.agent_runtime_name or name) == name]
    if unknown and not any(runtime.agent_runtime_id for runtime in found):
        what = f"a runtime does not tell its name or its id, and may be {name}"
        oddity = oddity_of(unknown[0]) or Oddity("")
        message = f"{what}. {SAYS}: {oddity.what}" if oddity.what else what
        raise ServiceUnavailableError(200, "MalformedAnswer", message, oddity.request_id, "ListAgentRuntimes")
    return found


def _told(runtime_id: str, endpoint_id: str | None, sent: dict[str, JsonValue], response: Response) -> Endpoint:
    """The endpoint that a write's answer tells of, or what was sent, when it tells of none."""
    endpoint = response.read(Endpoint) if response.data else Endpoint.model_validate(sent)
    return _identified(endpoint, runtime_id, endpoint_id)


def _identified(endpoint: Endpoint, runtime_id: str, endpoint_id: str | None) -> Endpoint:
    """The endpoint, with the ids that are known wherever the answer left them out."""
    known = {"agent_runtime_id": runtime_id, "agent_runtime_endpoint_id": endpoint_id}
    lacking = {name: value for name, value in known.items() if value and not getattr(endpoint, name)}
    return endpoint.model_copy(update=lacking) if lacking else endpoint
