from random import Random

import httpx
import pytest

from agentrun_operator.emulator import PLAYGROUND, create_app
from support.emulator_clock import VirtualClock
from support.emulator_service import ABSENT_ID, RUNTIMES, Service


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/2025-09-10/agents/nothing", 404),
        ("PATCH", RUNTIMES, 405),
        ("DELETE", f"{RUNTIMES}/{ABSENT_ID}/endpoints/", 404),
    ],
    ids=["no such route", "no such method", "an empty id is no id"],
)
async def test_an_unknown_route_is_answered_in_json(service: Service, method: str, path: str, status: int):
    answered, answer = await service.call(method, path)
    assert (answered, answer["Code"]) == (status, "InvalidAction.NotFound")


async def ids_made_from(seed: int, clock: VirtualClock) -> list[str]:
    app = create_app(seeds=PLAYGROUND, clock=clock, random=Random(seed))  # noqa: S311 - to be the same each time
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://emulator") as http:
        return [item["id"] for item in (await http.get("/_emulator/runtimes")).json()["items"]]


async def test_the_same_seed_makes_the_same_ids(clock: VirtualClock):
    assert await ids_made_from(7, clock) == await ids_made_from(7, clock) != await ids_made_from(8, clock)
