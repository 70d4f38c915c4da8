"""The whole application in virtual time."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import ASGIApp

from agentrun_operator.emulator import Seed, create_app
from support.emulator_clock import VirtualClock
from support.emulator_service import RUNTIMES, Service


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def app(clock: VirtualClock) -> ASGIApp:
    return create_app(seeds=[Seed("support-bot", versions=4)], clock=clock)


@pytest.fixture
async def service(app: ASGIApp, clock: VirtualClock) -> AsyncIterator[Service]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://emulator") as http:
        yield Service(http, clock)


@pytest.fixture
async def runtime_id(service: Service) -> str:
    _, answer = await service.control("GET", "/runtimes")
    return str(answer["items"][0]["id"])


@pytest.fixture
def runtime_path(runtime_id: str) -> str:
    return f"{RUNTIMES}/{runtime_id}"
