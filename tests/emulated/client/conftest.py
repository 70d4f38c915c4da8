"""An emulator on a socket, a runtime in it, and both ways to call a method."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agentrun_operator.agentrun import Config
from agentrun_operator.emulator import EmulatorServer
from support.agentrun import forget_variables
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, ACCOUNT_ID, Emulator, running_emulator

Way = Callable[..., Any]
"""Calls a method of an object or a class by its name: `way(endpoint, "update", input)`."""


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch):
    forget_variables(monkeypatch)


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


@pytest.fixture
def config(server: EmulatorServer) -> Config:
    return Config(
        access_key_id=ACCESS_KEY_ID,
        access_key_secret=ACCESS_KEY_SECRET,
        account_id=ACCOUNT_ID,
        control_endpoint=server.url,
        data_endpoint=server.url,
        timeout=5,
        read_timeout=5,
    )


def call_sync(target: Any, name: str, *arguments: Any, **named: Any) -> Any:
    return getattr(target, name)(*arguments, **named)


def call_async(target: Any, name: str, *arguments: Any, **named: Any) -> Any:
    return asyncio.run(getattr(target, f"{name}_async")(*arguments, **named))


@pytest.fixture(params=[call_sync, call_async], ids=["sync", "async"])
def way(request: pytest.FixtureRequest) -> Way:
    chosen: Way = request.param
    return chosen
