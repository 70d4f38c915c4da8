"""The emulated AgentRun from behind: how it behaves, what it was asked, what is really in it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from benchmarks.manifests import account_id

if TYPE_CHECKING:
    from collections.abc import Collection

    import aiohttp

Document = dict[str, Any]


class AgentRun:
    """The control routes of an emulator.

    Args:
        http: a session whose base is the emulator.
    """

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def behave(self, **settings: object) -> None:
        """Change settings, in camelCase; None sets one back to its default."""
        await self._call("PUT", "behaviour", settings)

    async def forget(self) -> None:
        """Start counting anew."""
        await self._call("DELETE", "requests")

    async def calls(self) -> Counter[str]:
        """How many calls there were, by action."""
        return Counter((await self._call("GET", "requests?newest=0"))["counts"])

    async def arrivals(self, action: str) -> dict[str, float]:
        """When the last call of an action about each endpoint arrived, in seconds since the epoch."""
        log = (await self._call("GET", "requests"))["log"]
        return {entry["endpointName"]: entry["at"] for entry in log if entry["action"] == action}

    async def all_arrivals(self) -> list[float]:
        """When each of the latest calls arrived, in seconds since the epoch."""
        return [entry["at"] for entry in (await self._call("GET", "requests"))["log"]]

    async def add_account(self, name: str) -> None:
        """Make an account with an access key of its name."""
        key = {"accessKeyId": name, "accessKeySecret": f"{name}-secret", "accountId": account_id(name)}
        await self._call("POST", "accounts", key)

    async def add_runtime(self, name: str, account: str = "") -> None:
        """Make a runtime with the versions that the objects name, in an account or in the operator's own."""
        owner = {"accountId": account_id(account)} if account else {}
        await self._call("POST", "runtimes", {"name": name, "versions": 4} | owner)

    async def teach(self, runtimes: Collection[str], version: str, **manner: object) -> None:
        """Have a version of these runtimes answer in a manner."""
        items = (await self._call("GET", "runtimes"))["items"]
        for runtime in (each["id"] for each in items if each["name"] in runtimes):
            await self._call("PUT", f"runtimes/{runtime}/versions/{version}/manners", manner)

    async def answers(self, runtime: str, version: str, since: float) -> list[float]:
        """When a version of a runtime was asked since a moment, in seconds since the epoch."""
        log = (await self._call("GET", "requests"))["log"]
        asked = (entry for entry in log if entry["version"] == version and f"/{runtime}/" in entry["path"])
        return [entry["at"] for entry in asked if entry["at"] >= since]

    async def endpoints(self) -> list[Document]:
        """Everything that there is now."""
        items: list[Document] = (await self._call("GET", "endpoints"))["items"]
        return items

    async def change(self, endpoint_id: str, **fields: object) -> None:
        """Change an endpoint as somebody would by hand."""
        await self._call("PATCH", f"endpoints/{endpoint_id}", fields)

    async def _call(self, method: str, path: str, body: object = None) -> Document:
        async with self._http.request(method, f"/_emulator/{path}", json=body) as response:
            response.raise_for_status()
            answer: Document = await response.json() if response.content_length else {}
            return answer
