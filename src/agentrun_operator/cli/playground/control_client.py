"""The client of the emulator's control routes: what the emulated AgentRun holds, and changes made by hand."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT = 10.0  # seconds

Document = dict[str, Any]


@dataclass(frozen=True)
class ControlClient:
    """The control routes of one emulator.

    Args:
        url: Where the emulator listens.
    """

    url: str

    def endpoints(self) -> dict[str, Document]:
        """Every endpoint there is, as AgentRun would show it, by its name."""
        items: list[Document] = self._call("GET", "/endpoints")["items"]
        return {item["agentRuntimeEndpointName"]: item for item in items}

    def change(self, name: str, fields: Mapping[str, object]) -> None:
        """Change an endpoint as somebody would by hand in the console."""
        self._call("PATCH", f"/endpoints/{self.endpoints()[name]['agentRuntimeEndpointId']}", fields)

    def add_default_endpoint(self, runtime: str) -> None:
        """Give a runtime the endpoint that AgentRun makes by itself."""
        runtimes: list[Document] = self._call("GET", "/runtimes")["items"]
        runtime_id = next(item["id"] for item in runtimes if item["name"] == runtime)
        self._call(
            "POST",
            f"/runtimes/{runtime_id}/endpoints",
            {"agentRuntimeEndpointName": "Default", "description": "默认"},
        )

    def calls(self) -> dict[str, int]:
        """How many calls of the API there were, by action."""
        counts: dict[str, int] = self._call("GET", "/requests?newest=0")["counts"]
        return counts

    def _call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Document:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/_emulator{path}", data, headers, method=method)  # noqa: S310 - http, to this machine
        with _direct().open(request, timeout=TIMEOUT) as response:
            document: Document = json.load(response)
            return document


def _direct() -> urllib.request.OpenerDirector:
    """Straight to this machine, whatever proxy the environment names."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))
