import json

from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.agentrun.models import Endpoint
from agentrun_operator.controller.remote.runtime.interning import interned


def answered(number: int, **fields: object) -> Endpoint:
    """An endpoint as an answer tells it: no part of it is part of another one."""
    wire = {
        "agentRuntimeEndpointId": f"endpoint-{number}",
        "agentRuntimeId": "runtime-of-them-all",
        "routingConfiguration": {"versionWeights": [{"version": "4", "weight": 0.1}]},
        "scalingStatus": {"currentInstances": 2},
        **fields,
    }
    return Endpoint.model_validate(json.loads(json.dumps(wire)))


def test_a_frugal_endpoint_says_what_the_other_one_says():
    endpoint = answered(1, description="Grüße", disablePublicNetworkAccess=False, status="READY")
    assert interned(endpoint) == endpoint
    assert interned(endpoint).to_wire() == endpoint.to_wire()


def test_two_share_their_words_their_canaries_and_their_scaling():
    one, other = interned(answered(1)), interned(answered(2))
    assert one.agent_runtime_id is other.agent_runtime_id
    assert one.routing_configuration is other.routing_configuration
    assert one.scaling_status is other.scaling_status
    assert one.model_fields_set is other.model_fields_set


def test_what_differs_stays_different():
    canaries = [{"versionWeights": []}, {"versionWeights": [{"version": "4", "weight": 0.2}]}, {}, None]
    for routing in canaries:
        endpoint = answered(1, routingConfiguration=routing)
        assert interned(endpoint) == endpoint


@given(weight=st.floats(allow_nan=False, allow_infinity=False), text=st.text(st.characters(exclude_categories=["Cs"])))
def test_nothing_is_lost_on_the_way(weight: float, text: str):
    endpoint = answered(
        1,
        description=text,
        routingConfiguration={"versionWeights": [{"version": text, "weight": weight}]},
        scalingStatus={"currentError": text, "scheduledPolicies": [{"name": text, "target": 3}]},
    )
    assert interned(endpoint) == endpoint
