"""LATEST as a target and as a canary: sent, agreed with, pinned by somebody, adopted."""

import pytest

from support.cluster import eventually
from support.emulator import Emulator
from support.endpoints import Endpoints, says

pytestmark = pytest.mark.usefixtures("operator")

CANARY = {"versionWeights": [{"version": "LATEST", "weight": 10}]}
ON_THE_WIRE = {"versionWeights": [{"version": "LATEST", "weight": 0.1}]}


def test_a_canary_of_latest_is_served_and_shown(endpoints: Endpoints, emulator: Emulator, runtime_id: str):
    endpoints.apply("chat", targetVersion="1", routing=CANARY)
    found = endpoints.wait_ready("chat")

    assert (emulator.endpoint("chat", runtime_id) or {})["routingConfiguration"] == ON_THE_WIRE
    assert found["status"]["routing"] == CANARY
    assert found["status"]["resolvedVersion"] == "4"


@pytest.mark.parametrize("normalise", [[], ["resolve-latest"]], ids=["the word", "the number"])
def test_an_endpoint_with_a_canary_of_latest_is_adopted_and_stays_as_it_is(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str, normalise: list[str]
):
    emulator.behave(normalise=normalise)
    version = "4" if normalise else "LATEST"
    routing = {"versionWeights": [{"version": version, "weight": 0.1}]}
    emulator.add_endpoint(runtime_id, "chat", targetVersion="1", routingConfiguration=routing)

    endpoints.apply("chat", targetVersion="1", routing=CANARY, adoptionPolicy="Adopt")
    endpoints.wait_ready("chat")

    writes = len(emulator.effects())
    emulator.forget_requests()
    eventually(lambda: emulator.counts().get("ListAgentRuntimeEndpoints", 0) > 3, 30)
    assert emulator.effects() == []
    assert writes <= 1
    assert says(endpoints.get("chat"), "Synced") == "True"


def test_a_pin_to_the_newest_version_is_changed_back(endpoints: Endpoints, emulator: Emulator, runtime_id: str):
    endpoints.apply("chat")
    endpoint_id = endpoints.wait_ready("chat")["status"]["endpointId"]

    emulator.patch_endpoint(endpoint_id, targetVersion="4")

    eventually(lambda: "DriftCorrected" in endpoints.events("chat"))
    assert (emulator.endpoint("chat", runtime_id) or {})["targetVersion"] == "LATEST"


def test_a_pin_to_the_newest_version_is_reported_and_stays_reported(endpoints: Endpoints, emulator: Emulator):
    endpoints.apply("chat", driftPolicy="Report")
    endpoint_id = endpoints.wait_ready("chat")["status"]["endpointId"]

    emulator.patch_endpoint(endpoint_id, targetVersion="4")

    found = endpoints.wait_reason("chat", "Drifted", kind="Synced")
    assert found["status"]["drift"] == [{"path": "targetVersion", "desired": "LATEST", "observed": "4"}]
    endpoints.annotate("chat", reconcile_requested_at="now")
    again = endpoints.wait_status("chat", lastHandledReconcileAt="now")
    assert again["status"]["drift"] == found["status"]["drift"]


def test_an_edit_from_the_newest_version_to_latest_is_sent(endpoints: Endpoints, emulator: Emulator, runtime_id: str):
    endpoints.apply("chat", targetVersion="4")
    endpoints.wait_ready("chat")

    endpoints.change("chat", targetVersion="LATEST")
    endpoints.wait_ready("chat")

    assert (emulator.endpoint("chat", runtime_id) or {})["targetVersion"] == "LATEST"


def test_a_number_from_a_service_that_never_says_latest_agrees(endpoints: Endpoints, emulator: Emulator):
    emulator.behave(normalise=["resolve-latest"])
    endpoints.apply("chat")
    endpoints.wait_ready("chat")
    emulator.forget_requests()

    endpoints.change("chat", deletionPolicy="Orphan")
    endpoints.wait_ready("chat")

    assert emulator.effects() == []
    assert endpoints.get("chat")["status"]["targetVersion"] == "4"
