"""A list of ten thousand endpoints: whole, in as few calls as pages, and no dearer per endpoint than a short one."""

import time

import pytest

from agentrun_operator.agentrun import AsyncClient, Attempt, operations


async def listed(config, runtime_id: str) -> tuple[int, int, float]:
    """How many different endpoints, in how many calls, in how many seconds of this process."""
    attempts: list[Attempt] = []
    async with AsyncClient(config, after_attempt=attempts.append) as client:
        started = time.process_time()
        endpoints = await client.run(operations.list_endpoints(runtime_id))
        seconds = time.process_time() - started
    return len({endpoint.agent_runtime_endpoint_id for endpoint in endpoints}), len(attempts), seconds


@pytest.fixture
def runtimes(emulator) -> dict[int, str]:
    """Runtimes with so many endpoints."""
    made = {}
    for size in (999, 9_999):
        made[size] = emulator.add_runtime(f"with-{size}")
        emulator.add_endpoints(made[size], (f"e{number}" for number in range(size)))
    return made


async def test_a_long_list_is_whole_and_its_cost_is_linear(runtimes, config):
    seconds = {}
    for size, runtime_id in runtimes.items():
        readings = [await listed(config, runtime_id) for _ in range(3)]
        assert {(found, calls) for found, calls, _ in readings} == {(size, (size + 1) // 100)}
        seconds[size] = min(spent for _, _, spent in readings)
    assert seconds[9_999] < 25 * seconds[999]
