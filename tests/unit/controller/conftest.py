"""Every test of the controller runs in virtual time and leaves nothing running."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from agentrun_operator.controller.settings import ENV_PREFIX, Settings
from support.agentrun import forget_variables
from support.controller_server import ON_THE_WIRE
from support.controller_time import VirtualTimeLoop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"virtual": VirtualTimeLoop}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch):
    """No test sees the settings, credentials and addresses of whoever runs it."""
    forget_variables(monkeypatch)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{ENV_PREFIX}{name.upper()}", raising=False)


@pytest.fixture
async def no_leaks() -> AsyncIterator[None]:
    """Fails when a task outlives the test, or one's exception was told to nobody."""
    loop = asyncio.get_running_loop()
    mine = asyncio.all_tasks(loop)
    yield
    tasks = asyncio.all_tasks(loop) - mine - {asyncio.current_task(loop)}
    left = [task for task in tasks if task.get_name() != ON_THE_WIRE]
    assert not left, left
    assert not getattr(loop, "errors", []), loop.errors  # type: ignore[attr-defined]
