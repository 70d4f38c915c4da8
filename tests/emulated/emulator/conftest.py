"""An emulator on a socket for each test, and the official client to judge it."""

from collections.abc import Callable, Iterator
from functools import partial

import httpx
import pytest

from agentrun_operator.emulator import EmulatorServer
from support.emulator import Emulator, running_emulator
from support.emulator_official import Official


@pytest.fixture
def running() -> Iterator[tuple[EmulatorServer, Emulator]]:
    with running_emulator() as both:
        yield both


@pytest.fixture
def server(running: tuple[EmulatorServer, Emulator]) -> EmulatorServer:
    return running[0]


@pytest.fixture
def emulator(running: tuple[EmulatorServer, Emulator]) -> Emulator:
    return running[1]


@pytest.fixture
def runtime_id(emulator: Emulator) -> str:
    return emulator.add_runtime("support-bot", versions=4)


@pytest.fixture(params=["sync", "async"])
def official_with(request: pytest.FixtureRequest, server: EmulatorServer) -> Callable[..., Official]:
    """Makes an official client with a key of its own."""
    return partial(Official, server.port, sync=request.param == "sync")


@pytest.fixture
def official(official_with: Callable[..., Official]) -> Official:
    return official_with()


@pytest.fixture
def http(server: EmulatorServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        yield client
