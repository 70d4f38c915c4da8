from collections.abc import AsyncIterator

import pytest

from support.controller_agentrun import AgentRun


@pytest.fixture
async def service(no_leaks: None) -> AsyncIterator[AgentRun]:
    async with AgentRun() as service:
        yield service
