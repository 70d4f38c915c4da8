"""A typed client of the emulator's control routes, for tests. No assertions, no fixtures."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx

from agentrun_operator.emulator import DEFAULT_ACCOUNT, DEFAULT_REGION, Behaviour, EmulatorServer, Transitions

ACCESS_KEY_ID = DEFAULT_ACCOUNT.access_key_id
ACCESS_KEY_SECRET = DEFAULT_ACCOUNT.access_key_secret
ACCOUNT_ID = DEFAULT_ACCOUNT.account_id
TOKEN = DEFAULT_ACCOUNT.token
REGION = DEFAULT_REGION

AT_ONCE = Behaviour(transitions=Transitions(create=0, update=0, delete=0))
"""Every change is done when it is answered."""

Json = dict[str, Any]


@dataclass(frozen=True)
class LoggedCall:
    """One request that the emulator saw; `status` is None if it got no answer.

    The last three are the data plane's: what the body says of its user, the session, and the version that answered.
    """

    action: str
    method: str
    path: str
    status: int | None
    access_key_id: str | None
    runtime_id: str | None
    endpoint_id: str | None
    endpoint_name: str | None
    at: float
    effect: bool
    user: str | None
    session_id: str | None
    version: str | None

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Self:
        return cls(
            action=entry["action"],
            method=entry["method"],
            path=entry["path"],
            status=entry["status"],
            access_key_id=entry["accessKeyId"],
            runtime_id=entry["runtimeId"],
            endpoint_id=entry["endpointId"],
            endpoint_name=entry["endpointName"],
            at=entry["at"],
            effect=entry["effect"],
            user=entry["user"],
            session_id=entry["sessionId"],
            version=entry["version"],
        )


class Emulator:
    """A client of the control routes of an emulator at `url`.

    Documents are as the API shows them (camelCase), whatever they are about.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=f"{url}/_emulator", timeout=10, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def counts(self) -> dict[str, int]:
        """Requests since the last `forget_requests`, by action."""
        counts: dict[str, int] = self._call("GET", "/requests?newest=0")["counts"]
        return counts

    def calls(self, *actions: str) -> list[LoggedCall]:
        """The log, oldest first; of these actions, if any are named."""
        log = [LoggedCall.read(entry) for entry in self._call("GET", "/requests")["log"]]
        return [call for call in log if not actions or call.action in actions]

    def effects(self) -> list[LoggedCall]:
        """The calls that changed something."""
        return [call for call in self.calls() if call.effect]

    def invocations(self, runtime_id: str | None = None) -> dict[tuple[str, str], int]:
        """Calls to endpoints that came to a version, of one runtime or of all, by the endpoint's name and the version.

        They count since the last `forget_requests`, also when the endpoint has gone.
        """
        told = self._call("GET", "/requests?newest=0")["invocations"]
        return {
            (each["endpointName"], each["version"]): each["calls"]
            for each in told
            if runtime_id in (None, each["runtimeId"])
        }

    def forget_requests(self) -> None:
        self._call("DELETE", "/requests")

    def behaviour(self) -> Json:
        return self._call("GET", "/behaviour")

    def behave(self, **settings: object) -> Json:
        """Change settings, in camelCase: see the emulator's `faults.behaviour`. None: the default."""
        return self._call("PUT", "/behaviour", settings)

    def fault(self, action: str = "*", **what: object) -> Json:
        """Add a fault, in camelCase: see `agentrun_operator.emulator.faults.behaviour.Fault`."""
        return self._call("POST", "/behaviour/faults", {"action": action, **what})

    def heal(self) -> Json:
        """No faults any more; everything else stays."""
        return self.behave(faults=[])

    def reset_behaviour(self) -> Json:
        return self._call("DELETE", "/behaviour")

    def add_account(
        self,
        access_key_id: str,
        access_key_secret: str,
        account_id: str,
        *,
        security_token: str | None = None,
        token: str | None = None,
    ) -> None:
        account = {"accessKeyId": access_key_id, "accessKeySecret": access_key_secret, "accountId": account_id}
        extras = {"securityToken": security_token, "token": token}
        self._call("POST", "/accounts", {**account, **_given(extras)})

    def revoke_account(self, access_key_id: str) -> None:
        self._call("DELETE", f"/accounts/{access_key_id}")

    def add_runtime(
        self,
        name: str = "support-bot",
        *,
        versions: int = 4,
        status: str | None = None,
        account_id: str | None = None,
        workspace_id: str | None = None,
        default_endpoint: bool = False,
    ) -> str:
        """Make a runtime; its id."""
        extras = {"status": status, "accountId": account_id, "workspaceId": workspace_id}
        body = {"name": name, "versions": versions, "defaultEndpoint": default_endpoint, **_given(extras)}
        return str(self._call("POST", "/runtimes", body)["id"])

    def runtimes(self) -> list[Json]:
        items: list[Json] = self._call("GET", "/runtimes")["items"]
        return items

    def set_runtime_status(self, runtime_id: str, status: str) -> None:
        self._call("PATCH", f"/runtimes/{runtime_id}", {"status": status})

    def remove_runtime(self, runtime_id: str) -> None:
        """Remove a runtime and its endpoints, at once."""
        self._call("DELETE", f"/runtimes/{runtime_id}")

    def publish_version(self, runtime_id: str) -> str:
        """Publish the runtime's next version; its number."""
        return str(self._call("POST", f"/runtimes/{runtime_id}/versions")["agentRuntimeVersion"])

    def withdraw_version(self, runtime_id: str, version: str) -> None:
        """Remove a version, though endpoints name it."""
        self._call("DELETE", f"/runtimes/{runtime_id}/versions/{version}")

    def set_manners(self, runtime_id: str, version: str, *manners: Mapping[str, object]) -> list[Json]:
        """Have a version, published or not yet, answer so: see the emulator's `faults.manners`; in camelCase."""
        items: list[Json] = self._call("PUT", f"/runtimes/{runtime_id}/versions/{version}/manners", manners)["items"]
        return items

    def manners(self, runtime_id: str, version: str) -> list[Json]:
        """The manners of a version, as far as they are not used up."""
        items: list[Json] = self._call("GET", f"/runtimes/{runtime_id}/versions/{version}/manners")["items"]
        return items

    def forget_manners(self, runtime_id: str, version: str) -> None:
        """Have a version answer as usual again."""
        self._call("DELETE", f"/runtimes/{runtime_id}/versions/{version}/manners")

    def endpoints(self, runtime_id: str | None = None) -> list[Json]:
        """All endpoints as they are now, of one runtime or of all."""
        items: list[Json] = self._call("GET", "/endpoints")["items"]
        return [item for item in items if runtime_id in (None, item["agentRuntimeId"])]

    def endpoint(self, name: str, runtime_id: str | None = None) -> Json | None:
        """The endpoint of this name, if there is one."""
        found = (item for item in self.endpoints(runtime_id) if item["agentRuntimeEndpointName"] == name)
        return next(found, None)

    def add_endpoint(self, runtime_id: str, name: str, **fields: object) -> str:
        """Make an endpoint by hand, READY at once; its id. `fields` are those of the create body."""
        body = {"agentRuntimeEndpointName": name, **fields}
        return str(self._call("POST", f"/runtimes/{runtime_id}/endpoints", body)["agentRuntimeEndpointId"])

    def add_endpoints(self, runtime_id: str, names: Iterable[str]) -> list[str]:
        """Make many by hand; their ids."""
        bodies = [{"agentRuntimeEndpointName": name} for name in names]
        made = self._call("POST", f"/runtimes/{runtime_id}/endpoints", bodies)["items"]
        return [str(each["agentRuntimeEndpointId"]) for each in made]

    def patch_endpoint(self, endpoint_id: str, **fields: object) -> Json:
        """Change any field by hand, in camelCase; None removes it."""
        return self._call("PATCH", f"/endpoints/{endpoint_id}", fields)

    def remove_endpoint(self, endpoint_id: str) -> None:
        """Remove it by hand, at once."""
        self._call("DELETE", f"/endpoints/{endpoint_id}")

    def _call(self, method: str, path: str, body: object = None) -> Json:
        content = None if body is None else json.dumps(body)  # httpx writes no half of a character
        response = self._http.request(method, path, content=content)
        if response.is_error:
            raise RuntimeError(f"{method} {path}: {response.status_code} {response.text}")
        answer: Json = response.json() if response.content else {}
        return answer


@contextmanager
def running_emulator(behaviour: Behaviour = AT_ONCE) -> Iterator[tuple[EmulatorServer, Emulator]]:
    """A running emulator, and the client of its control routes."""
    with EmulatorServer(behaviour=behaviour) as server:
        emulator = Emulator(server.url)
        try:
            yield server, emulator
        finally:
            emulator.close()


def _given(extras: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in extras.items() if value is not None}
