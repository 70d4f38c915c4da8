"""The emulated AgentRun in this process and in the loop's own time, with a real client of it. No socket."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import httpx

from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.http.client import AsyncClient
from agentrun_operator.agentrun.http.retry import NO_RETRY
from agentrun_operator.controller.concurrency.priority import how_urgent, looking, tenants
from agentrun_operator.emulator import DEFAULT_ACCOUNT, Behaviour, Transitions, create_app
from support.controller_time import clock

if TYPE_CHECKING:
    from agentrun_operator.agentrun.api.protocol import Request
    from agentrun_operator.controller.concurrency.priority import Priority

EPOCH = 1_795_000_000.0
"""Seconds since 1970 at which the loop's clock would show zero."""

LATENCY = 0.01
"""Seconds that a call takes: no two looks begin in the same moment, as in the world."""

Json = dict[str, Any]

LIST, GET = "ListAgentRuntimeEndpoints", "GetAgentRuntimeEndpoint"
GET_RUNTIME, LIST_VERSIONS, LIST_RUNTIMES = "GetAgentRuntime", "ListAgentRuntimeVersions", "ListAgentRuntimes"


@dataclass(frozen=True)
class Call:
    """One attempt of the client's: what, when, and how urgent it was."""

    action: str
    at: float
    urgency: Priority
    looks: bool = False
    tenants: tuple[object, ...] = ()


class AgentRun:
    """The service, what happens behind its back, and the client."""

    def __init__(self, transitions: Transitions | None = None) -> None:
        loop_time = clock
        behaviour = Behaviour(latency=LATENCY, transitions=transitions or Transitions())
        app = create_app(behaviour=behaviour, clock=lambda: EPOCH + loop_time())
        wire = httpx.ASGITransport(app)
        self.calls: list[Call] = []
        self._stage = httpx.AsyncClient(transport=wire, base_url="http://agentrun.test/_emulator")
        self.client = AsyncClient(
            Config(
                access_key_id=DEFAULT_ACCOUNT.access_key_id,
                access_key_secret=DEFAULT_ACCOUNT.access_key_secret,
                control_endpoint="http://agentrun.test",
            ),
            retry=NO_RETRY,
            before_attempt=self._note,
            clock=lambda: datetime.fromtimestamp(EPOCH + loop_time(), UTC),
            monotonic=loop_time,
            transport=wire,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()
        await self._stage.aclose()

    @property
    def actions(self) -> list[str]:
        """What was called, in order."""
        return [call.action for call in self.calls]

    def times(self, *actions: str) -> list[float]:
        """When these were called."""
        return [call.at for call in self.calls if call.action in actions]

    async def runtime(self, name: str = "bot", **fields: object) -> str:
        """Makes a runtime; its id."""
        return str((await self._do("POST", "/runtimes", {"name": name, **fields}))["id"])

    async def set_runtime_status(self, runtime_id: str, status: str) -> None:
        await self._do("PATCH", f"/runtimes/{runtime_id}", {"status": status})

    async def remove_runtime(self, runtime_id: str) -> None:
        await self._do("DELETE", f"/runtimes/{runtime_id}")

    async def publish(self, runtime_id: str) -> None:
        """Publishes the runtime's next version."""
        await self._do("POST", f"/runtimes/{runtime_id}/versions")

    async def endpoints(self, runtime_id: str, *names: str) -> list[str]:
        """Makes endpoints by hand, READY at once; their ids."""
        bodies = [{"agentRuntimeEndpointName": name} for name in names]
        made = (await self._do("POST", f"/runtimes/{runtime_id}/endpoints", bodies))["items"]
        return [str(each["agentRuntimeEndpointId"]) for each in made]

    async def change(self, endpoint_id: str, **fields: object) -> None:
        """Changes an endpoint by hand, in camelCase."""
        await self._do("PATCH", f"/endpoints/{endpoint_id}", fields)

    async def remove(self, endpoint_id: str) -> None:
        """Removes an endpoint by hand, at once."""
        await self._do("DELETE", f"/endpoints/{endpoint_id}")

    async def fault(self, action: str, **what: object) -> None:
        """Makes calls fail from now on; see `agentrun_operator.emulator.faults.behaviour.Fault`, in camelCase."""
        await self._do("POST", "/behaviour/faults", {"action": action, **what})

    async def heal(self) -> None:
        """No faults any more."""
        await self._do("PUT", "/behaviour", {"faults": []})

    async def behave(self, **settings: object) -> None:
        """Changes how the service behaves, in camelCase."""
        await self._do("PUT", "/behaviour", settings)

    async def _do(self, method: str, path: str, body: object = None) -> Json:
        content = None if body is None else json.dumps(body)  # httpx writes no half of a character
        response = await self._stage.request(method, path, content=content)
        response.raise_for_status()
        answer: Json = response.json() if response.content else {}
        return answer

    async def _note(self, request: Request) -> None:
        self.calls.append(Call(request.action, clock(), how_urgent(), looking.get(), tuple(tenants.get())))
