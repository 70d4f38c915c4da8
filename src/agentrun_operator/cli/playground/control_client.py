"""The client of the emulator's control routes: what the emulated AgentRun holds, and changes made by hand."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.cli.playground.samples.agents import Manners

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
        body = {"agentRuntimeEndpointName": "Default", "description": "默认"}
        self._call("POST", f"/runtimes/{self._runtime_id(runtime)}/endpoints", body)

    def teach(self, runtime: str, manners: Mapping[str, Manners]) -> None:
        """Have the versions of a runtime answer by these manners."""
        for version, answers in manners.items():
            self._call("PUT", f"/runtimes/{self._runtime_id(runtime)}/versions/{version}/manners", answers)

    def calls(self) -> dict[str, int]:
        """How many calls of the API there were, by action."""
        counts: dict[str, int] = self._call("GET", "/requests?newest=0")["counts"]
        return counts

    def _runtime_id(self, name: str) -> str:
        runtimes: list[Document] = self._call("GET", "/runtimes")["items"]
        return str(next(item["id"] for item in runtimes if item["name"] == name))

    def _call(self, method: str, path: str, body: Mapping[str, object] | Manners | None = None) -> Document:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/_emulator{path}", data, headers, method=method)  # noqa: S310 - http, to this machine
        with _direct().open(request, timeout=TIMEOUT) as response:
            document: Document = json.load(response)
            return document


def _direct() -> urllib.request.OpenerDirector:
    """Straight to this machine, whatever proxy the environment names."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))
