"""What each control route does. Behaviour, manners and faults are read where they belong; JSON is read here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Mount, Route, Router

from agentrun_operator.emulator.accounts import DEFAULT_ACCOUNT, Account
from agentrun_operator.emulator.answers import JSON, bad_request, encode, not_found
from agentrun_operator.emulator.checks import anything, boolean, integer, mapping, record, string
from agentrun_operator.emulator.control_routes.loopback import LoopbackOnly
from agentrun_operator.emulator.gateway.request_log import MAX_ENTRIES, RequestLog
from agentrun_operator.emulator.state.documents import Document, read_create
from agentrun_operator.emulator.state.runtimes import DEFAULT_WORKSPACE, READY, Runtime, Runtimes
from agentrun_operator.emulator.state.timeline import Transition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from agentrun_operator.emulator.faults.injector import FaultInjector
    from agentrun_operator.emulator.faults.manners import Manners
    from agentrun_operator.emulator.state.endpoints import Endpoints

_ACCOUNT = record(
    {
        "accessKeyId": string(),
        "accessKeySecret": string(),
        "accountId": string(),
        "securityToken": string(),
        "token": string(),
    },
    required=("accessKeyId", "accessKeySecret", "accountId"),
)
_RUNTIME = record(
    {
        "name": string(),
        "accountId": string(),
        "workspaceId": string(),
        "status": string(),
        "versions": integer(minimum=0),
        "defaultEndpoint": boolean,
    },
    required=("name",),
)
_RUNTIME_CHANGE = record({"status": string()}, required=("status",))
_VERSION = record({"description": string()})
_NUMBER = string("[1-9][0-9]*")
_ENDPOINT_CHANGE = mapping(anything)
DEFAULT = {"agentRuntimeEndpointName": "Default", "description": "默认"}
"""The endpoint that the service itself makes of a runtime."""

_IDENTITY = ("agentRuntimeEndpointId", "agentRuntimeEndpointName", "agentRuntimeId")


class ControlRoutes:
    """What each control route does.

    Args:
        accounts: by access key id.
        runtimes: all there are.
        endpoints: all there are.
        manners: of the versions.
        injector: holds the behaviour in force.
        log: of requests.
    """

    def __init__(
        self,
        *,
        accounts: dict[str, Account],
        runtimes: Runtimes,
        endpoints: Endpoints,
        manners: Manners,
        injector: FaultInjector,
        log: RequestLog,
    ) -> None:
        self._accounts = accounts
        self._runtimes = runtimes
        self._endpoints = endpoints
        self._manners = manners
        self._injector = injector
        self._log = log

    def mount(self) -> Mount:
        """All of them, under /_emulator/."""
        runtime, endpoint = "/runtimes/{runtime_id}", "/endpoints/{endpoint_id}"
        version = f"{runtime}/versions/{{version}}"
        routes = [
            Route("/requests", self.show_requests, methods=["GET"]),
            Route("/requests", self.forget_requests, methods=["DELETE"]),
            Route("/behaviour", self.show_behaviour, methods=["GET"]),
            Route("/behaviour", self.change_behaviour, methods=["PUT"]),
            Route("/behaviour", self.reset_behaviour, methods=["DELETE"]),
            Route("/behaviour/faults", self.add_fault, methods=["POST"]),
            Route("/accounts", self.list_accounts, methods=["GET"]),
            Route("/accounts", self.add_account, methods=["POST"]),
            Route("/accounts/{access_key_id}", self.revoke_account, methods=["DELETE"]),
            Route("/runtimes", self.list_runtimes, methods=["GET"]),
            Route("/runtimes", self.add_runtime, methods=["POST"]),
            Route(runtime, self.change_runtime, methods=["PATCH"]),
            Route(runtime, self.remove_runtime, methods=["DELETE"]),
            Route(f"{runtime}/versions", self.publish_version, methods=["POST"]),
            Route(version, self.withdraw_version, methods=["DELETE"]),
            Route(f"{version}/manners", self.show_manners, methods=["GET"]),
            Route(f"{version}/manners", self.change_manners, methods=["PUT"]),
            Route(f"{version}/manners", self.forget_manners, methods=["DELETE"]),
            Route(f"{runtime}/endpoints", self.add_endpoints, methods=["POST"]),
            Route("/endpoints", self.list_endpoints, methods=["GET"]),
            Route(endpoint, self.change_endpoint, methods=["PATCH"]),
            Route(endpoint, self.remove_endpoint, methods=["DELETE"]),
        ]
        return Mount("/_emulator", app=LoopbackOnly(Router(routes)))

    async def show_requests(self, request: Request) -> Response:
        newest = request.query_params.get("newest", str(MAX_ENTRIES))
        if not newest.isdecimal():
            raise bad_request("newest must be a number of log entries")
        return _shown(self._log.show(int(newest)))

    async def forget_requests(self, _request: Request) -> Response:
        self._log.clear()
        return _done()

    async def show_behaviour(self, _request: Request) -> Response:
        return _shown(self._injector.show())

    async def change_behaviour(self, request: Request) -> Response:
        self._injector.change(await _json(request))
        return _shown(self._injector.show())

    async def reset_behaviour(self, _request: Request) -> Response:
        self._injector.reset()
        return _shown(self._injector.show())

    async def add_fault(self, request: Request) -> Response:
        self._injector.add_fault(await _json(request))
        return _shown(self._injector.show(), 201)

    async def list_accounts(self, _request: Request) -> Response:
        return _items([_show_account(account) for account in self._accounts.values()])

    async def add_account(self, request: Request) -> Response:
        given = _ACCOUNT("", await _json(request))
        account = Account(
            given["accessKeyId"],
            given["accessKeySecret"],
            given["accountId"],
            given.get("securityToken"),
            given.get("token"),
        )
        self._accounts[account.access_key_id] = account
        return _shown(_show_account(account), 201)

    async def revoke_account(self, request: Request) -> Response:
        access_key_id = request.path_params["access_key_id"]
        if self._accounts.pop(access_key_id, None) is None:
            raise not_found(f"access key {access_key_id} does not exist")
        return _done()

    async def list_runtimes(self, _request: Request) -> Response:
        return _items([_show_runtime(runtime) for runtime in self._runtimes])

    async def add_runtime(self, request: Request) -> Response:
        given = _RUNTIME("", await _json(request))
        runtime = self._runtimes.add(
            name=given["name"],
            account_id=given.get("accountId", DEFAULT_ACCOUNT.account_id),
            workspace_id=given.get("workspaceId", DEFAULT_WORKSPACE),
            status=given.get("status", READY),
            versions=given.get("versions", 1),
        )
        if given.get("defaultEndpoint", False):
            self._make_endpoint(runtime, DEFAULT)
        return _shown(_show_runtime(runtime), 201)

    async def change_runtime(self, request: Request) -> Response:
        runtime = self._runtime(request)
        runtime.status = _RUNTIME_CHANGE("", await _json(request))["status"]
        return _shown(_show_runtime(runtime))

    async def remove_runtime(self, request: Request) -> Response:
        runtime = self._runtimes.remove(request.path_params["runtime_id"])
        self._endpoints.remove_all_by_hand(runtime.id)
        return _done()

    async def publish_version(self, request: Request) -> Response:
        given = _VERSION("", await _json(request))
        return _shown(self._runtimes.publish(self._runtime(request), given.get("description", "")), 201)

    async def withdraw_version(self, request: Request) -> Response:
        self._runtimes.withdraw(self._runtime(request), request.path_params["version"])
        return _done()

    async def show_manners(self, request: Request) -> Response:
        return _items(self._manners.show(*self._version(request)))

    async def change_manners(self, request: Request) -> Response:
        self._manners.put(*self._version(request), await _json(request))
        return await self.show_manners(request)

    async def forget_manners(self, request: Request) -> Response:
        self._manners.forget(*self._version(request))
        return _done()

    async def add_endpoints(self, request: Request) -> Response:
        runtime, given = self._runtime(request), await _json(request)
        if isinstance(given, list):
            return _items([self._make_endpoint(runtime, each) for each in given], 201)
        return _shown(self._make_endpoint(runtime, given), 201)

    async def list_endpoints(self, _request: Request) -> Response:
        return _items([endpoint.snapshot.document for endpoint in self._endpoints])

    async def change_endpoint(self, request: Request) -> Response:
        fields = _ENDPOINT_CHANGE("", await _json(request))
        if fixed := [name for name in _IDENTITY if name in fields]:
            raise bad_request(f"{', '.join(fixed)} cannot be changed: make another endpoint")
        endpoint = self._endpoints.change_by_hand(request.path_params["endpoint_id"], fields)
        return _shown(endpoint.snapshot.document)

    async def remove_endpoint(self, request: Request) -> Response:
        self._endpoints.remove_by_hand(request.path_params["endpoint_id"])
        return _done()

    def _runtime(self, request: Request) -> Runtime:
        return self._runtimes.find(request.path_params["runtime_id"])

    def _version(self, request: Request) -> tuple[str, str]:
        """A runtime's id and the number of one of its versions, which need not be published yet."""
        return self._runtime(request).id, _NUMBER("version", request.path_params["version"])

    def _make_endpoint(self, runtime: Runtime, body: object) -> Document:
        fields = read_create(body, runtime.versions)
        return self._endpoints.create(runtime, fields, Transition(0, READY)).snapshot.document


async def _json(request: Request) -> object:
    try:
        body: object = await request.json() if await request.body() else {}
        return body
    except (ValueError, RecursionError) as error:
        raise bad_request(f"the request body is not valid JSON: {error}") from None


def _shown(value: object, status: int = 200) -> Response:
    return Response(encode(value), status, media_type=JSON)


def _show_account(account: Account) -> Mapping[str, Any]:
    return {"accessKeyId": account.access_key_id, "accountId": account.account_id}


def _show_runtime(runtime: Runtime) -> Mapping[str, Any]:
    """The runtime as the API shows it, with short names, and with the account that the API does not show."""
    return {"id": runtime.id, "name": runtime.name, "accountId": runtime.account_id, **runtime.document()}


def _items(items: list[Any], status: int = 200) -> Response:
    return _shown({"items": items, "total": len(items)}, status)


def _done() -> Response:
    return Response(status_code=204)
