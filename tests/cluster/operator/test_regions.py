"""What an object says of its region, and how it writes its runtime's id, decides nothing about another's endpoint."""

from typing import Any

import pytest

from support.cluster import Kubectl, condition
from support.emulator import Emulator
from support.endpoints import KIND, Endpoints

pytestmark = pytest.mark.usefixtures("operator")


@pytest.fixture
def victim(endpoints: Endpoints, runtime_id: str) -> str:
    """The id of the endpoint of an object that is Ready, which the others below are after."""
    endpoints.apply("victim", endpointName="chat", agentRuntimeRef={"id": runtime_id})
    found = endpoints.wait_ready("victim")
    return str(found["status"]["endpointId"])


def test_an_address_that_serves_one_region_is_not_used_for_another(
    endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl, victim: str
):
    endpoints.apply("thief", endpointName="chat", region="cn-beijing", adoptionPolicy="Adopt", description="mine")
    found = endpoints.wait_reason("thief", "RegionNotServed")
    assert "serves cn-hangzhou and not cn-beijing" in (condition(found, "Ready") or {})["message"]

    kubectl("delete", KIND, "thief", "--timeout=120s")

    endpoints.wait_ready("victim")
    endpoint = emulator.endpoint("chat")
    assert endpoint is not None
    assert (endpoint["agentRuntimeEndpointId"], endpoint["description"]) == (victim, "")


@pytest.mark.parametrize("written", [str.upper, lambda text: text.replace("a", "A")], ids=["capitals", "some of them"])
def test_a_runtime_is_the_same_however_its_id_is_written(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str, victim: str, *, written: Any
):
    endpoints.apply(
        "thief",
        endpointName="chat",
        agentRuntimeRef={"id": written(runtime_id)},
        adoptionPolicy="Adopt",
        description="mine",
    )
    endpoints.wait_reason("thief", "Conflict")

    endpoints.kubectl("delete", KIND, "thief", "--timeout=120s")

    endpoints.wait_ready("victim")
    endpoint = emulator.endpoint("chat")
    assert endpoint is not None
    assert (endpoint["agentRuntimeEndpointId"], endpoint["description"]) == (victim, "")
