"""Requests, responses, and what they refuse to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.agentrun.api.errors import ServiceUnavailableError
from agentrun_operator.agentrun.api.protocol import Request
from agentrun_operator.agentrun.models import Endpoint
from support.agentrun import ok


def test_a_request_leads_below_the_apis_base_path():
    request = Request("GetAgentRuntimeEndpoint", "GET", ("r", "endpoints", "e"))
    assert request.target == "/2025-09-10/agents/runtimes/r/endpoints/e"


def test_a_request_of_the_collection_has_no_segments():
    assert Request("ListAgentRuntimes", "GET").target == "/2025-09-10/agents/runtimes"


def test_a_query_is_sorted_and_escaped():
    request = Request("ListAgentRuntimes", "GET", (), (("pageSize", "100"), ("agentRuntimeName", "a b&c")))
    assert request.target == "/2025-09-10/agents/runtimes?agentRuntimeName=a%20b%26c&pageSize=100"


@given(segment=st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_no_id_can_change_where_a_request_leads(segment):
    target = Request("X", "GET", (segment, "endpoints")).target
    assert target.count("/") == 5
    assert target.isascii()
    assert "?" not in target
    assert "#" not in target


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_what_would_lead_elsewhere_is_no_id(segment):
    with pytest.raises(ValueError, match=r"DeleteAgentRuntimeEndpoint: '.*' is no id"):
        Request("DeleteAgentRuntimeEndpoint", "DELETE", ("r", "endpoints", segment))


@pytest.mark.parametrize("segment", [None, 5, b"e", ["e"], True], ids=repr)
def test_what_is_no_text_is_no_id(segment):
    with pytest.raises(ValueError, match=r"GetAgentRuntime: .* is no id of a runtime or an endpoint"):
        Request("GetAgentRuntime", "GET", (segment,))


def test_a_body_is_compact_json_in_utf8():
    request = Request.with_body("X", "POST", (), {"description": "für", "n": [1, 0.1]}, repeatable=False)
    assert request.body == '{"description":"für","n":[1,0.1]}'.encode()


def test_a_body_has_no_number_that_json_has_not():
    with pytest.raises(ValueError, match="JSON compliant"):
        Request.with_body("X", "POST", (), float("nan"), repeatable=False)


def test_a_response_reads_its_data():
    assert ok({"status": "READY"}).read(Endpoint) == Endpoint(status="READY")


def test_data_that_is_no_object_is_an_error_of_a_call_that_was_done():
    with pytest.raises(ServiceUnavailableError) as caught:
        ok(["e"], "GetX").read(Endpoint)
    assert "the answer is malformed: data: it is no object" in str(caught.value)
    assert caught.value.done
    assert (caught.value.status_code, caught.value.request_id, caught.value.action) == (200, "request-1", "GetX")


@pytest.mark.parametrize("data", [None, {}, [], "", 0, False], ids=repr)
def test_nothing_told_is_an_error(data):
    with pytest.raises(ServiceUnavailableError, match="it tells nothing"):
        ok(data).read(Endpoint)
