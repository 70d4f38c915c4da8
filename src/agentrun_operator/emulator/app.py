"""Puts the emulator together: state, actions, control routes, one ASGI application. Nothing is decided in here."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from uuid import UUID

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from agentrun_operator.emulator.accounts import DEFAULT_ACCOUNT
from agentrun_operator.emulator.actions.control_plane import ControlPlane
from agentrun_operator.emulator.actions.data_plane import DataPlane
from agentrun_operator.emulator.answers import Answer, ApiError, invalid, openai_error, service_error
from agentrun_operator.emulator.checks import InvalidError
from agentrun_operator.emulator.control_routes import Backstage
from agentrun_operator.emulator.faults.behaviour import Behaviour
from agentrun_operator.emulator.faults.injector import Conduct
from agentrun_operator.emulator.gateway.gateway import Gateway, Perform, Premises
from agentrun_operator.emulator.gateway.request_log import Journal
from agentrun_operator.emulator.gateway.signatures import Verify, verify_control, verify_data
from agentrun_operator.emulator.state.endpoints import Endpoints
from agentrun_operator.emulator.state.runtimes import Runtimes

DEFAULT_REGION = "cn-hangzhou"


@dataclass(frozen=True, slots=True)
class Plane:
    """The actions that share a way of signing and a way of writing errors."""

    actions: Mapping[str, tuple[str, str, Perform]]
    verify: Verify
    refuse: Callable[[str, ApiError], Answer]

    def routes(self, premises: Premises) -> list[BaseRoute]:
        return [
            Route(path, Gateway(action, perform, self.verify, self.refuse, premises), methods=[method])
            for action, (method, path, perform) in self.actions.items()
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
        behaviour: in force at first, and after it is reset; the default is a playground's.
        seeds: runtimes that are there from the start.
        region: appears in ARNs and addresses; whatever region a client thinks of, it is served.
        clock: seconds since the epoch. Changes end, and signatures expire, by this one.
        random: makes ids and draws between canaries; seed it, and a run can be repeated.

    Returns:
        An ASGI application. `serve` and `EmulatorServer` run it; under another server, faults cannot drop connections.
    """
    random = random or Random()  # noqa: S311 - made-up ids
    new_id = _ids(random)
    runtimes = Runtimes(clock=clock, new_id=new_id, region=region)
    endpoints = Endpoints(clock=clock, new_id=new_id)
    conduct = Conduct(behaviour or Behaviour(), clock=clock)
    accounts = {DEFAULT_ACCOUNT.access_key_id: DEFAULT_ACCOUNT}
    journal = Journal()
    for seed in seeds:
        runtimes.add(name=seed.name, account_id=DEFAULT_ACCOUNT.account_id, versions=seed.versions)
    premises = Premises(accounts, endpoints, conduct, journal, clock, new_id)
    control = Plane(ControlPlane(runtimes, endpoints, conduct).actions(), verify_control, service_error)
    data = Plane(DataPlane(runtimes, endpoints, clock=clock, random=random).actions(), verify_data, openai_error)
    backstage = Backstage(accounts=accounts, runtimes=runtimes, endpoints=endpoints, conduct=conduct, journal=journal)
    app = Starlette(
        routes=[*control.routes(premises), *data.routes(premises), backstage.mount()],
        exception_handlers=_error_handlers(new_id),
    )
    app.router.redirect_slashes = False  # no service sends a DELETE with an empty id on to the collection
    return app


def _ids(random: Random) -> Callable[[], str]:
    return lambda: str(UUID(int=random.getrandbits(128), version=4))


def _error_handlers(new_id: Callable[[], str]) -> Mapping[type[Exception], Callable[[Request, Exception], Response]]:
    """For what is refused outside of an action: unknown routes, and the control routes."""

    def handle(_request: Request, error: Exception) -> Response:
        answer = service_error(new_id(), _as_refusal(error))
        return Response(answer.whole, answer.status, dict(answer.headers), answer.content_type)

    return dict.fromkeys((ApiError, InvalidError, HTTPException), handle)


def _as_refusal(error: Exception) -> ApiError:
    match error:
        case ApiError():
            return error
        case HTTPException():
            return ApiError(error.status_code, "InvalidAction.NotFound", f"Specified api is not found: {error.detail}")
        case _:
            return invalid(str(error))
