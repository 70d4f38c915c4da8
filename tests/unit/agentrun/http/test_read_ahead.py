"""The pages of a long list are asked for together; for whoever reads them nothing else changes."""

import asyncio

import httpx
import pytest

from agentrun_operator.agentrun.api.errors import HTTPError
from agentrun_operator.agentrun.api.operations import PAGE_SIZE, list_endpoints
from agentrun_operator.agentrun.api.paging import LARGE_PAGE, PAGES_AHEAD
from agentrun_operator.agentrun.http.client import AsyncClient
from agentrun_operator.agentrun.http.retry import NO_RETRY
from support.agentrun import a_config, envelope

PAGES = 12


class Service:
    """A runtime with twelve pages of endpoints, which leaves time for others to ask."""

    def __init__(self, description: str = "") -> None:
        self.description = description
        self.asked: list[int] = []
        self.under_way = 0
        self.most = 0
        self.failing = 0
        self.given_up = 0
        self.busy = asyncio.Event()

    async def handle(self, request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["pageNumber"])
        self.asked.append(page)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        if self.under_way > PAGES_AHEAD:
            self.busy.set()
        try:
            await self.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        finally:
            self.under_way -= 1
        if page == self.failing:
            return httpx.Response(500, text="no")
        ids = (f"e{page}-{number}" for number in range(PAGE_SIZE))
        items = [{"agentRuntimeEndpointId": each, "description": self.description} for each in ids]
        return httpx.Response(200, content=envelope({"items": items, "total": PAGES * PAGE_SIZE}))

    async def wait(self) -> None:
        for _ in range(50):  # turns of the loop in which others may ask
            await asyncio.sleep(0)

    async def ids(self) -> list[str]:
        async with AsyncClient(a_config(), retry=NO_RETRY, transport=httpx.MockTransport(self.handle)) as client:
            endpoints = await client.run(list_endpoints("r"))
        return [endpoint.agent_runtime_endpoint_id or "" for endpoint in endpoints]


async def test_pages_are_read_together_each_once_and_in_their_order():
    service = Service()
    ids = await service.ids()
    assert ids == [f"e{page}-{number}" for page in range(1, PAGES + 1) for number in range(PAGE_SIZE)]
    assert sorted(service.asked) == list(range(1, PAGES + 1))
    assert service.most == PAGES_AHEAD + 1


async def test_pages_that_take_long_to_read_are_read_one_at_a_time():
    service = Service("d" * (LARGE_PAGE // PAGE_SIZE))
    assert len(await service.ids()) == PAGES * PAGE_SIZE
    assert service.most == 1


async def test_a_page_that_fails_fails_the_list_and_ends_what_is_under_way():
    service = Service()
    service.failing = 3
    with pytest.raises(HTTPError):
        await service.ids()
    assert service.under_way == 0
    assert max(service.asked) <= service.failing + PAGES_AHEAD


async def test_a_list_that_is_given_up_leaves_no_call_behind():
    service = Service()
    listing = asyncio.ensure_future(service.ids())
    await service.busy.wait()
    listing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listing
    assert service.under_way == 0
    assert service.given_up == PAGES_AHEAD + 1
