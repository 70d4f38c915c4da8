"""The emulator's application in the same process, called as a client of the API would. No socket."""

import json
from typing import Any

import httpx

from support.emulator_clock import VirtualClock
from support.emulator_signing import signed_headers

RUNTIMES = "/2025-09-10/agents/runtimes"
ABSENT_ID = "00000000-0000-4000-8000-999999999999"
CHAT = "/agent-runtimes/support-bot/endpoints/chat/invocations/openai/v1/chat/completions"

Answer = tuple[int, dict[str, Any]]


class Service:
    """Calls the application as a client of the API would, and its control routes."""

    def __init__(self, http: httpx.AsyncClient, clock: VirtualClock) -> None:
        self.http = http
        self.clock = clock
        self.headers: dict[str, str] = {}

    async def call(self, method: str, path: str, body: object = None, **how: Any) -> Answer:
        content = b"" if body is None else json.dumps(body).encode()
        headers = signed_headers(method, path, now=self.clock(), host="emulator", body=content, **how)
        response = await self.http.request(method, path, content=content, headers=headers, params=how.get("query"))
        self.headers = dict(response.headers)
        return response.status_code, response.json()

    async def control(self, method: str, path: str, body: object = None) -> Answer:
        response = await self.http.request(method, f"/_emulator{path}", json=body)
        return response.status_code, response.json() if response.content else {}

    async def endpoint(self, runtime_path: str, **fields: object) -> str:
        _, answer = await self.call("POST", f"{runtime_path}/endpoints", {"agentRuntimeEndpointName": "chat", **fields})
        return f"{runtime_path}/endpoints/{answer['data']['agentRuntimeEndpointId']}"

    async def state(self, endpoint: str) -> object:
        status, answer = await self.call("GET", endpoint)
        return answer["data"]["status"] if status == 200 else status
