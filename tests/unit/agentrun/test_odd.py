"""What makes no sense in an answer is named, and hides nothing else."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.api.protocol import Operation
from agentrun_operator.agentrun.http.client import Client
from agentrun_operator.agentrun.http.retry import NO_RETRY
from agentrun_operator.agentrun.models import AgentRuntimeEndpointUpdateInput, Endpoint, Page, Runtime, RuntimeVersion
from agentrun_operator.agentrun.odd import MANY, Odd, OddEndpoint, Oddity, oddity_of, read_oddly, read_page_oddly
from support.agentrun import a_config
from support.drawn_answers import ODD_ITEMS, ODD_VALUES

SOUND: dict[str, Any] = {
    "agentRuntimeEndpointId": "e",
    "agentRuntimeEndpointName": "chat",
    "status": "READY",
    "description": "ours",
}


def read(said: Any, *, garbled: bool = False) -> tuple[Endpoint, Oddity]:
    found = read_oddly(Endpoint, said, "request-1", garbled=garbled)
    oddity = oddity_of(found)
    assert oddity is not None
    return found, oddity


@pytest.mark.parametrize(
    ("odd", "unread"),
    [
        pytest.param({"description": {"a": 1}}, {"description"}, id="an object for a text"),
        pytest.param({"statusReason": ["x"]}, {"statusReason"}, id="a list for a text"),
        pytest.param({"status": True}, {"status"}, id="a flag for a text"),
        pytest.param({"disablePublicNetworkAccess": "perhaps"}, {"disablePublicNetworkAccess"}, id="no flag"),
        pytest.param({"scalingStatus": [1]}, {"scalingStatus"}, id="a list for an object"),
        pytest.param({"scalingStatus": {"minInstances": 1.5}}, {"scalingStatus.minInstances"}, id="half an instance"),
        pytest.param(
            {"routingConfiguration": {"versionWeights": [{"version": "4", "weight": "ten"}]}},
            {"routingConfiguration.versionWeights.0.weight"},
            id="a word for a share",
        ),
        pytest.param(
            {"routingConfiguration": {"versionWeights": [5, {"version": "4", "weight": float("nan")}]}},
            {"routingConfiguration.versionWeights.0", "routingConfiguration.versionWeights.1.weight"},
            id="no canary, and no number",
        ),
        pytest.param(
            {"scalingStatus": {"scheduledPolicies": {"name": "x"}}},
            {"scalingStatus.scheduledPolicies"},
            id="an object for a list",
        ),
        pytest.param(
            {"routingConfiguration": {"versionWeights": ["x"] * (MANY + 1)}}, {"routingConfiguration"}, id="very many"
        ),
        pytest.param({"status_reason": [], "statusReason": []}, {"status_reason"}, id="another spelling"),
    ],
)
def test_an_odd_field_is_named_and_hides_no_other(odd, unread):
    found, oddity = read(SOUND | odd)
    assert oddity.unread == unread
    sound = Endpoint.model_validate({name: value for name, value in SOUND.items() if name not in odd})
    assert all(getattr(found, name) == value for name, value in sound if value is not None)


def test_what_is_odd_is_told_in_one_short_line_with_the_request_and_quotes_nothing():
    _, oddity = read(
        {"status": ["private"] * 9, "description": {"private": 1}, "endpointPublicUrl": [1], "scalingStatus": 1}
    )
    text = str(oddity)
    assert text.startswith("AgentRun's answer is odd: ")
    assert text.endswith("; and 1 more (request request-1)")
    assert "description: Input should be a valid string" in text
    assert "private" not in text
    assert len(text) < 400


@pytest.mark.parametrize("said", [None, 7, "x", ["e"], []])
def test_what_is_no_object_is_an_object_of_which_nothing_is_known(said):
    found, oddity = read(said)
    assert found.to_wire() == {}
    assert oddity.what == "it is no object"


def test_half_a_character_is_told_of_and_the_rest_of_the_text_is_read():
    found, oddity = read(SOUND | {"statusReason": "half \ufffd"}, garbled=True)
    assert found.status_reason == "half \ufffd"
    assert oddity == Oddity("statusReason: it holds half a character", frozenset())


def test_the_same_oddity_in_another_answer_is_the_same():
    one, other = (read_oddly(Endpoint, SOUND | {"status": []}, request) for request in ("q1", "q2"))
    assert one == other
    assert one != read_oddly(Endpoint, SOUND | {"status": [], "description": "theirs"}, "q1")


@pytest.mark.parametrize("model", [Endpoint, Runtime, RuntimeVersion])
@given(said=ODD_ITEMS)
def test_anything_is_read_as_far_as_it_makes_sense(model, said):
    found = read_oddly(model, said, "request-1")
    assert isinstance(found, model)
    assert len(str(oddity_of(found) or "")) < 1200
    assert isinstance(found, Odd) == (oddity_of(found) is not None)


def answered(operation: Operation[Any], data: str) -> Any:
    body = b'{"code":"SUCCESS","requestId":"request-1","data":%b}' % data.encode()
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    with Client(a_config(), retry=NO_RETRY, transport=transport) as client:
        return client.run(operation)


@given(odd=ODD_VALUES, place=st.integers(0, 2))
@example(odd='"\\ud83d"', place=1)
@example(odd='{"agentRuntimeEndpointId":"a","status":' + "[" * 5000 + "]" * 5000 + "}", place=1)
@example(odd='{"agentRuntimeEndpointId":"a","status":' + "9" * 5000 + "}", place=0)
def test_no_item_hides_another(odd, place):
    sound = [f'{{"agentRuntimeEndpointId":"sound-{number}","status":"READY"}}' for number in range(2)]
    items = ",".join([*sound[:place], odd, *sound[place:]])
    found = answered(operations.list_endpoints("r"), f'{{"items":[{items}],"total":3}}')
    shown = {each.agent_runtime_endpoint_id: each for each in found}
    assert {"sound-0", "sound-1"} <= shown.keys()
    assert shown["sound-0"] == Endpoint(agent_runtime_endpoint_id="sound-0", agent_runtime_id="r", status="READY")


@given(odd=ODD_VALUES)
@example(odd='"\\ud83d"')
def test_no_field_of_a_writes_answer_fails_the_write(odd):
    data = f'{{"agentRuntimeEndpointId":"e","status":"UPDATING","description":{odd},"scalingStatus":{odd}}}'
    found = answered(operations.update_endpoint("r", "e", AgentRuntimeEndpointUpdateInput(description="x")), data)
    assert (found.agent_runtime_endpoint_id, found.status) == ("e", "UPDATING")
    json.dumps(found.model_dump(), ensure_ascii=False).encode()


def test_an_odd_endpoint_is_one_of_the_classes_endpoints_for_a_user():
    found = answered(operations.get_endpoint("r", "e"), '{"status":"READY","description":[]}')
    assert isinstance(found, OddEndpoint)
    assert found.agent_runtime_endpoint_id == "e"
    assert "oddity" not in found.model_dump()


def test_a_page_whose_items_are_no_list_is_none():
    assert read_page_oddly(Page[Endpoint], {"items": {"0": SOUND}, "total": 1}, "q") is None
    assert read_page_oddly(Page[Endpoint], {"items": [], "total": "many"}, "q") is None
