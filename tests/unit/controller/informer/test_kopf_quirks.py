"""What kopf leaves behind when it stops is no defect of ours; what ours leaves behind is."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest
from kopf._cogs.clients.watching import infinite_watch

from agentrun_operator.controller.informer.kopf_quirks import ShutdownNoise


async def ours() -> AsyncGenerator[None]:
    yield


def kopfs() -> AsyncIterator[Any]:
    return infinite_watch(settings=None, resource=None, namespace=None)  # type: ignore[arg-type]  # never begun


@pytest.mark.parametrize(
    ("stopped", "generator", "told"),
    [
        pytest.param(True, kopfs, False, id="kopf's watch, cut off while it stops"),
        pytest.param(False, kopfs, True, id="kopf's watch, in the middle of the work"),
        pytest.param(True, ours, True, id="a generator of ours"),
    ],
)
async def test_only_kopfs_own_errors_are_kept_down_and_only_while_it_stops(
    caplog: pytest.LogCaptureFixture, *, stopped: bool, generator: Any, told: bool
):
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    if stopped:
        stop.set()
    ShutdownNoise(stop)(loop, {"message": "while closing", "asyncgen": generator()})
    assert ("while closing" in caplog.text) is told
