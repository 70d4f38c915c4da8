"""The ASGI application: state, actions and control routes put together. Nothing is decided in here."""

from __future__ import annotations

import time
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from agentrun_operator.emulator.accounts import DEFAULT_ACCOUNT
from agentrun_operator.emulator.actions.control_plane import ControlPlane
from agentrun_operator.emulator.actions.data_plane import DataPlane
from agentrun_operator.emulator.answers import Answer, ApiError, invalid, openai_error, service_error
from agentrun_operator.emulator.checks import InvalidError
from agentrun_operator.emulator.control_routes import ControlRoutes
from agentrun_operator.emulator.faults.behaviour import Behaviour
from agentrun_operator.emulator.faults.injector import FaultInjector
from agentrun_operator.emulator.faults.manners import Manners
from agentrun_operator.emulator.gateway.gateway import Gateway, GatewayContext, Handler
from agentrun_operator.emulator.gateway.request_log import RequestLog
from agentrun_operator.emulator.gateway.signatures import Verify, verify_control, verify_data
from agentrun_operator.emulator.state.endpoints import Endpoints
from agentrun_operator.emulator.state.runtimes import Runtimes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from starlette.requests import Request

DEFAULT_REGION = "cn-hangzhou"


@dataclass(frozen=True, slots=True)
class Plane:
    """The control plane or the data plane: its actions, how their calls are signed, and how errors are written."""

    actions: Mapping[str, tuple[str, str, Handler]]
    verify: Verify
    format_error: Callable[[str, ApiError], Answer]

    def routes(self, context: GatewayContext) -> list[BaseRoute]:
        return [
            Route(path, Gateway(action, handle, self.verify, self.format_error, context), methods=[method])
            for action, (method, path, handle) in self.actions.items()
        ]


@dataclass(frozen=True, slots=True)
class Seed:
    """A runtime that is there from the start, in the default account."""

    name: str
    versions: int = 1


PLAYGROUND = (Seed("support-bot", versions=4), Seed("sales-bot", versions=2))
"""What the playground's samples refer to."""


def create_app(
    *,
    behaviour: Behaviour | None = None,
    seeds: Iterable[Seed] = (),
    region: str = DEFAULT_REGION,
    clock: Callable[[], float] = time.time,
    random: Random | None = None,
) -> Starlette:
    """The emulated AgentRun service, with nothing in it but the seeds.

    Args:
        behaviour: in force at first and after a reset; the default suits a playground.
        seeds: runtimes that are there from the start.
        region: appears in ARNs and addresses; clients of any region are served.
        clock: seconds since the epoch; transitions and the expiry of signatures go by it.
        random: makes ids; a seeded one makes runs repeatable.

    Returns:
        an ASGI application. `serve` and `EmulatorServer` run it; under another server, faults cannot drop connections.
    """
    random = random or Random()  # noqa: S311 - made-up ids
    new_id = _ids(random)
    runtimes = Runtimes(clock=clock, new_id=new_id, region=region)
    endpoints = Endpoints(clock=clock, new_id=new_id)
    injector = FaultInjector(behaviour or Behaviour(), clock=clock)
    accounts = {DEFAULT_ACCOUNT.access_key_id: DEFAULT_ACCOUNT}
    log = RequestLog()
    for seed in seeds:
        runtimes.add(name=seed.name, account_id=DEFAULT_ACCOUNT.account_id, versions=seed.versions)
    context = GatewayContext(accounts, endpoints, injector, log, clock, new_id)
    control = Plane(ControlPlane(runtimes, endpoints, injector).actions(), verify_control, service_error)
    manners = Manners(injector.draw)
    data_plane = DataPlane(runtimes, endpoints, manners, injector, clock=clock)
    data = Plane(data_plane.actions(), verify_data, openai_error)
    routes = ControlRoutes(
        accounts=accounts, runtimes=runtimes, endpoints=endpoints, manners=manners, injector=injector, log=log
    )
    app = Starlette(
        routes=[*control.routes(context), *data.routes(context), routes.mount()],
        exception_handlers=_error_handlers(new_id),
    )
    app.router.redirect_slashes = False  # no service sends a DELETE with an empty id on to the collection
    return app


def _ids(random: Random) -> Callable[[], str]:
    return lambda: str(UUID(int=random.getrandbits(128), version=4))


def _error_handlers(new_id: Callable[[], str]) -> Mapping[type[Exception], Callable[[Request, Exception], Response]]:
    """The handlers for what is raised outside of the actions: by unknown routes and by the control routes."""

    def handle(_request: Request, error: Exception) -> Response:
        answer = service_error(new_id(), _as_api_error(error))
        return Response(answer.content, answer.status, dict(answer.headers), answer.content_type)

    return dict.fromkeys((ApiError, InvalidError, HTTPException), handle)


def _as_api_error(error: Exception) -> ApiError:
    match error:
        case ApiError():
            return error
        case HTTPException():
            return ApiError(error.status_code, "InvalidAction.NotFound", f"Specified api is not found: {error.detail}")
        case _:
            return invalid(str(error))
