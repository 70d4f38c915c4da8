"""Of two objects that want the same endpoint, who has it keeps it; and who cannot work keeps nobody from it."""

import base64

import pytest

from support.cluster import Kubectl, condition
from support.emulator import Emulator
from support.endpoints import KIND, Endpoints

pytestmark = pytest.mark.usefixtures("operator")

READER = ("reader-ak", "reader-sk", "1000000000000001")
"""An access key of the operator's own account."""


def test_an_object_that_only_observed_does_not_take_the_endpoint_from_a_younger_one_that_has_it(
    endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl
):
    endpoints.apply("early", endpointName="chat", managementPolicy="Observe", adoptionPolicy="Adopt")
    endpoints.wait_reason("early", "NotFound")
    endpoints.apply("holder", endpointName="chat", description="ours")
    endpoint_id = endpoints.wait_ready("holder")["status"]["endpointId"]

    endpoints.change("early", managementPolicy="Manage", description="theirs")

    found = endpoints.wait_reason("early", "Conflict")
    assert "belongs to" in (condition(found, "Ready") or {})["message"]
    kubectl("delete", KIND, "early", "--timeout=120s")
    endpoints.wait_ready("holder")
    endpoint = emulator.endpoint("chat")
    assert endpoint is not None
    assert (endpoint["agentRuntimeEndpointId"], endpoint["description"]) == (endpoint_id, "ours")


def test_an_older_object_whose_key_is_refused_keeps_nobody_waiting(
    endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl
):
    emulator.add_account(*READER)
    values = {"accessKeyId": READER[0], "accessKeySecret": READER[1]}
    data = {name: base64.b64encode(value.encode()).decode() for name, value in values.items()}
    kubectl.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "reader"}, "data": data})
    emulator.fault("CreateAgentRuntimeEndpoint", accessKeyId=READER[0], status=403, code="Forbidden.RAM")
    endpoints.apply("older", endpointName="chat", credentialsSecretRef={"name": "reader"})
    endpoints.wait_reason("older", "CredentialsRejected")

    endpoints.apply("younger", endpointName="chat")

    endpoints.wait_ready("younger", within=20)
    endpoints.wait_reason("older", "Conflict", within=40)
