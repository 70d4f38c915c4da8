"""One account, runtime or object that hangs, throttles or fails slows no other."""

import time
from typing import Any

import pytest

from support.cluster import Kubectl, eventually
from support.emulator import Emulator
from support.endpoints import KIND, Endpoints, manifest
from support.patience import stretched

pytestmark = pytest.mark.usefixtures("operator")

BROKEN = 40  # more objects than one runtime has workers


def apply_many(kubectl: Kubectl, runtime: str) -> None:
    objects = [manifest(f"{runtime}-{number}", runtime) for number in range(BROKEN)]
    kubectl.apply({"apiVersion": "v1", "kind": "List", "items": objects})


@pytest.mark.alone
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"hang": 600}, id="hangs"),
        pytest.param({"status": 500}, id="fails"),
        pytest.param({"answer": "html"}, id="answers HTML"),
    ],
)
def test_a_broken_runtime_does_not_slow_another(
    endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl, fault: dict[str, Any]
):
    broken = emulator.add_runtime("broken-bot")
    emulator.fault(runtimeId=broken, **fault)
    apply_many(kubectl, "broken-bot")
    eventually(lambda: any(call.runtime_id == broken for call in emulator.calls()))

    began = time.monotonic()
    endpoints.apply("chat")
    endpoints.wait_ready("chat")

    assert time.monotonic() - began < stretched(10)
    assert {call.runtime_id for call in emulator.effects()} != {broken}


def test_a_rejected_object_does_not_slow_the_others_of_its_runtime(endpoints: Endpoints, emulator: Emulator):
    for number in range(5):
        endpoints.apply(f"bad-{number}", targetVersion="77")
    endpoints.wait_reason("bad-4", "Rejected")

    endpoints.apply("good")

    endpoints.wait_ready("good")
    assert emulator.endpoint("good") is not None


def test_what_was_held_up_is_made_up_for_once_the_fault_is_gone(
    endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl
):
    broken = emulator.add_runtime("broken-bot")
    emulator.fault(runtimeId=broken, status=500)
    apply_many(kubectl, "broken-bot")
    endpoints.wait_reason("broken-bot-0", "RemoteUnavailable")

    emulator.heal()

    eventually(lambda: len(emulator.endpoints(broken)) == BROKEN, within=60)
    kubectl("wait", "--for=condition=Ready", KIND, "--all", "--timeout=120s")
    creates = [str(call.endpoint_name) for call in emulator.effects() if call.action == "CreateAgentRuntimeEndpoint"]
    assert sorted(creates) == sorted(set(creates))
