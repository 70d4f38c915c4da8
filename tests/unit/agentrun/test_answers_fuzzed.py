"""Whatever the service answers, an operation ends in a typed result or an HTTPError, and nothing else."""

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.api.errors import HTTPError
from agentrun_operator.agentrun.api.protocol import Operation
from agentrun_operator.agentrun.http.client import Client
from agentrun_operator.agentrun.http.retry import NO_RETRY
from agentrun_operator.agentrun.models import AgentRuntimeEndpointUpdateInput, Endpoint
from support.agentrun import a_config

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [field.serialization_alias or name for name, field in Endpoint.model_fields.items()]
ENDPOINT = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), JSON, max_size=6)
PAGE = st.fixed_dictionaries(
    {}, optional={"items": JSON | st.lists(ENDPOINT, max_size=3), "total": JSON, "pageSize": JSON}
)
ENVELOPE = st.fixed_dictionaries(
    {},
    optional={
        "code": st.sampled_from(["SUCCESS", "ERR_BAD_REQUEST", "Throttling", ""]) | JSON,
        "message": st.sampled_from(["endpoint does not exist", "already exists"]) | JSON,
        "requestId": JSON,
        "data": ENDPOINT | PAGE | JSON,
    },
)
STATUS = st.sampled_from([200, 200, 201, 202, 204, 301, 400, 401, 403, 404, 409, 418, 429, 500, 502, 503, 599])
HEADERS = st.dictionaries(
    st.sampled_from(["x-acs-retry-after", "retry-after", "content-type", "x-acs-request-id"]),
    st.text("0123456789abcxyz/;=. -", max_size=12),
)
OPERATIONS = {
    "get": lambda: operations.get_endpoint("r", "e"),
    "update": lambda: operations.update_endpoint("r", "e", AgentRuntimeEndpointUpdateInput(description="x")),
    "delete": lambda: operations.delete_endpoint("r", "e"),
    "list": lambda: operations.list_endpoints("r"),
    "versions": lambda: operations.list_versions("r"),
    "runtime": lambda: operations.get_runtime("r"),
}


def outcome(operation: Operation[object], status: int, headers: dict[str, str], body: bytes) -> object:
    """The result against a service that gives the same answer each time, or the HTTPError."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, headers=headers, content=body))
    with Client(a_config(), retry=NO_RETRY, transport=transport) as client:
        try:
            return client.run(operation)
        except HTTPError as error:
            return error


def check(result: object, status: int) -> None:
    if isinstance(result, HTTPError):
        assert result.status_code == status or result.code == "UnstableList"
        assert str(result)
        assert len(str(result)) < 1000
    else:
        assert 200 <= status < 300
        assert result is not None


@pytest.mark.parametrize("make", OPERATIONS.values(), ids=OPERATIONS)
@given(status=STATUS, headers=HEADERS, answer=ENVELOPE | JSON)
def test_any_json_is_a_result_or_an_error(make, status, headers, answer):
    check(outcome(make(), status, headers, json.dumps(answer).encode()), status)


@pytest.mark.parametrize("make", OPERATIONS.values(), ids=OPERATIONS)
@given(status=STATUS, headers=HEADERS, answer=st.binary(max_size=60))
def test_any_bytes_are_a_result_or_an_error(make, status, headers, answer):
    check(outcome(make(), status, headers, answer), status)


WHOLE = json.dumps(
    {"code": "SUCCESS", "requestId": "q", "data": {"agentRuntimeEndpointId": "e", "status": "READY", "total": 0}}
).encode()


@pytest.mark.parametrize("make", OPERATIONS.values(), ids=OPERATIONS)
@pytest.mark.parametrize("length", range(0, len(WHOLE), 7))
def test_a_truncated_answer_is_an_error(make, length):
    assert isinstance(outcome(make(), 200, {}, WHOLE[:length]), HTTPError)


@given(fields=ENDPOINT, status=st.text())
def test_any_state_is_read_as_it_is(fields, status):
    data = {**fields, **dict.fromkeys(FIELDS), "status": status}
    body = json.dumps({"code": "SUCCESS", "data": data}).encode()
    result = outcome(operations.get_endpoint("r", "e"), 200, {}, body)
    assert isinstance(result, Endpoint)
    assert result.status == status


def test_half_a_character_is_read_as_an_unknown_one():
    body = b'{"code": "SUCCESS", "data": {"status": "READY", "statusReason": "\\ud800"}}'
    result = outcome(operations.get_endpoint("r", "e"), 200, {}, body)
    assert isinstance(result, Endpoint)
    assert (result.status, result.status_reason) == ("READY", "\ufffd")
