"""The official client and this one, over a socket: they send the same, and read the same from the same answer."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from alibabacloud_agentrun20250910 import models as official_models
from alibabacloud_agentrun20250910.client import Client as OfficialClient
from alibabacloud_tea_openapi.utils_models import Config as OfficialConfig
from hypothesis import given, settings
from hypothesis import strategies as st

from agentrun_operator.agentrun import (
    NO_RETRY,
    AsyncClient,
    Client,
    Config,
    EndpointCreate,
    EndpointUpdate,
    operations,
)
from agentrun_operator.agentrun.api.protocol import Process
from support.agentrun import a_config, envelope
from support.agentrun_wire import Sent, Wire, recording

ID, SECRET, TOKEN = "made-up-id", "made-up-secret", "made-up-token"

# The official client names the place where it found its key, and an async call its content twice.
OFFICIAL_ONLY = {"x-acs-credentials-provider"}

TEXT = st.text(max_size=30) | st.sampled_from(["", " ", "für alle", "a+b c*~d/e", "%41", '"\\\n', "日本 🙂"])
IDS = st.text(min_size=1, max_size=20).filter(lambda text: text not in {".", ".."})
WEIGHTS = st.floats(0, 1, allow_nan=False)
INTEGERS = st.integers(0, 2**31)


def objects(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """JSON objects with any choice of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


POLICIES = st.lists(
    objects(name=TEXT, startTime=TEXT, endTime=TEXT, scheduleExpression=TEXT, timeZone=TEXT, target=INTEGERS),
    max_size=2,
)
ROUTING = objects(versionWeights=st.lists(objects(version=TEXT, weight=WEIGHTS), max_size=2))
CREATE = {
    "agentRuntimeEndpointName": TEXT,
    "description": TEXT,
    "disablePublicNetworkAccess": st.booleans(),
    "routingConfiguration": ROUTING,
    "scalingConfig": objects(minInstances=INTEGERS, scheduledPolicies=POLICIES),
    "targetVersion": TEXT,
}
ENDPOINT = objects(
    agentRuntimeEndpointArn=TEXT,
    agentRuntimeEndpointId=IDS,
    agentRuntimeEndpointName=TEXT,
    agentRuntimeId=IDS,
    description=TEXT,
    disablePublicNetworkAccess=st.booleans(),
    endpointPublicUrl=TEXT,
    routingConfiguration=ROUTING,
    scalingStatus=objects(
        currentError=TEXT,
        currentInstances=INTEGERS,
        minInstances=INTEGERS,
        scheduledPolicies=POLICIES,
        targetInstances=INTEGERS,
    ),
    status=TEXT,
    statusReason=TEXT,
    targetVersion=TEXT,
)

few = settings(max_examples=12)  # the official client takes its time


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with recording() as recorded:
        yield recorded


@pytest.fixture(scope="module", params=["sync", "async"])
def both(request: pytest.FixtureRequest, wire: Wire) -> "Both":
    return Both(wire, sync=request.param == "sync")


class Both:
    """Both clients of the same server, with the same key."""

    def __init__(self, wire: Wire, *, sync: bool) -> None:
        self.wire = wire
        self.sync = sync

    def ours(self, operation: Process[Any], token: str | None = None) -> Any:
        config = a_config(
            access_key_id=ID, access_key_secret=SECRET, security_token=token, control_endpoint=self.wire.url
        )
        return self._ours_sync(operation, config) if self.sync else asyncio.run(self._ours_async(operation, config))

    def official(self, method: str, *arguments: object, token: str | None = None) -> Any:
        client = OfficialClient(
            OfficialConfig(
                access_key_id=ID,
                access_key_secret=SECRET,
                security_token=token,
                protocol="http",
                endpoint=f"127.0.0.1:{self.wire.port}",
                region_id="cn-hangzhou",
            )
        )
        if self.sync:
            return getattr(client, method)(*arguments).body
        return asyncio.run(getattr(client, f"{method}_async")(*arguments)).body

    @staticmethod
    def _ours_sync(operation: Process[Any], config: Config) -> Any:
        with Client(config, retry=NO_RETRY) as client:
            return client.run(operation)

    @staticmethod
    async def _ours_async(operation: Process[Any], config: Config) -> Any:
        async with AsyncClient(config, retry=NO_RETRY) as client:
            return await client.run(operation)


def request_line(sent: Sent) -> tuple[str, str, dict[str, str], Any]:
    """What a request asks for. The library below the official async client unescapes what need not be escaped."""
    return sent.method, unquote(sent.path.replace("%2F", "%252F")), sent.query, sent.body


def told(document: Any) -> Any:
    """A JSON document without what says nothing: the official models make empty lists of absent ones."""
    if isinstance(document, dict):
        return {name: told(value) for name, value in document.items() if value not in (None, [])}
    return [told(value) for value in document] if isinstance(document, list) else document


def pruned(document: Any) -> Any:
    """Further without the objects that are empty by now."""
    if isinstance(document, dict):
        shown = {name: pruned(value) for name, value in told(document).items()}
        return {name: value for name, value in shown.items() if value != {}}
    return [pruned(value) for value in document] if isinstance(document, list) else document


@few
@given(runtime_id=IDS, body=objects(**CREATE))
def test_a_create_is_sent_alike(both, runtime_id, body):
    both.wire.answer = envelope({})
    both.ours(operations.create_endpoint(runtime_id, EndpointCreate.model_validate(body)))
    ours = both.wire.take()
    model = official_models.CreateAgentRuntimeEndpointInput().from_map(body)
    request = official_models.CreateAgentRuntimeEndpointRequest(body=model)
    both.official("create_agent_runtime_endpoint", runtime_id, request)
    official = both.wire.take()
    assert request_line(ours)[:3] == request_line(official)[:3]
    assert ours.body == body
    assert told(ours.body) == told(official.body)


@few
@given(runtime_id=IDS, endpoint_id=IDS, body=objects(**CREATE, deleteScalingConfig=st.booleans()))
def test_an_update_is_sent_alike(both, runtime_id, endpoint_id, body):
    both.wire.answer = envelope({})
    both.ours(operations.update_endpoint(runtime_id, endpoint_id, EndpointUpdate.model_validate(body)))
    ours = both.wire.take()
    model = official_models.UpdateAgentRuntimeEndpointInput().from_map(body)
    request = official_models.UpdateAgentRuntimeEndpointRequest(body=model)
    both.official("update_agent_runtime_endpoint", runtime_id, endpoint_id, request)
    official = both.wire.take()
    assert request_line(ours)[:3] == request_line(official)[:3]
    assert ours.body == body
    assert told(ours.body) == told(official.body)


@few
@given(runtime_id=IDS, endpoint_id=IDS)
def test_calls_without_a_body_are_sent_alike(both, runtime_id, endpoint_id):
    both.wire.answer = envelope({"status": "READY"})
    pairs = (
        (operations.get_endpoint(runtime_id, endpoint_id), ("get_agent_runtime_endpoint", runtime_id, endpoint_id)),
        (
            operations.delete_endpoint(runtime_id, endpoint_id),
            ("delete_agent_runtime_endpoint", runtime_id, endpoint_id),
        ),
        (
            operations.get_runtime(runtime_id),
            ("get_agent_runtime", runtime_id, official_models.GetAgentRuntimeRequest()),
        ),
    )
    for operation, (method, *arguments) in pairs:
        both.ours(operation)
        ours = both.wire.take()
        both.official(method, *arguments)
        assert request_line(ours) == request_line(both.wire.take())


@few
@given(runtime_id=IDS, size=st.integers(1, 500), name=TEXT.filter(bool))
def test_lists_are_asked_for_alike(both, runtime_id, size, name):
    both.wire.answer = envelope({"items": [], "total": 0})
    page = {"page_number": 1, "page_size": size}
    pairs = (
        (
            operations.list_endpoints(runtime_id, size),
            (
                "list_agent_runtime_endpoints",
                runtime_id,
                official_models.ListAgentRuntimeEndpointsRequest(**page),
            ),
        ),
        (
            operations.list_versions(runtime_id, size),
            ("list_agent_runtime_versions", runtime_id, official_models.ListAgentRuntimeVersionsRequest(**page)),
        ),
        (
            operations.list_runtimes(name, size),
            ("list_agent_runtimes", official_models.ListAgentRuntimesRequest(agent_runtime_name=name, **page)),
        ),
    )
    for operation, (method, *arguments) in pairs:
        both.ours(operation)
        ours = both.wire.take()
        both.official(method, *arguments)
        assert request_line(ours) == request_line(both.wire.take())


@pytest.mark.parametrize("token", [None, TOKEN], ids=["a key", "temporary credentials"])
def test_the_same_headers_are_signed(both, token):
    both.wire.answer = envelope({"status": "READY"})
    body = EndpointUpdate(description="x")
    for operation, (method, *arguments) in (
        (operations.get_endpoint("r", "e"), ("get_agent_runtime_endpoint", "r", "e")),
        (
            operations.update_endpoint("r", "e", body),
            (
                "update_agent_runtime_endpoint",
                "r",
                "e",
                official_models.UpdateAgentRuntimeEndpointRequest(
                    body=official_models.UpdateAgentRuntimeEndpointInput(description="x")
                ),
            ),
        ),
    ):
        both.ours(operation, token)
        ours = both.wire.take()
        both.official(method, *arguments, token=token)
        official = both.wire.take()
        assert ours.signed == official.signed - OFFICIAL_ONLY
        same = ("host", "accept", "x-acs-action", "x-acs-version", "x-acs-content-sha256", "x-acs-security-token")
        assert [ours.headers.get(name) for name in same] == [official.headers.get(name) for name in same]
        if ours.body is not None:
            assert ours.headers["content-type"] == official.headers["content-type"]


@few
@given(document=ENDPOINT.filter(bool))
def test_an_endpoint_is_read_alike(both, document):
    both.wire.answer = envelope(document)
    ours = both.ours(operations.get_endpoint("r", "e"))
    official = both.official("get_agent_runtime_endpoint", "r", "e")
    both.wire.sent.clear()
    known = {"agentRuntimeId": "r", "agentRuntimeEndpointId": "e", **document}
    assert ours.to_wire() == known
    assert pruned(official.data.to_map()) == pruned(document)


@few
@given(documents=st.lists(ENDPOINT, max_size=5))
def test_a_page_is_read_alike(both, documents):
    items = [{**document, "agentRuntimeEndpointId": f"e{n}"} for n, document in enumerate(documents)]
    both.wire.answer = envelope({"items": items, "pageNumber": 1, "pageSize": 100, "total": len(items)})
    ours = both.ours(operations.list_endpoints("r"))
    request = official_models.ListAgentRuntimeEndpointsRequest(page_number=1, page_size=100)
    official = both.official("list_agent_runtime_endpoints", "r", request)
    both.wire.sent.clear()
    assert [endpoint.to_wire() for endpoint in ours] == [{"agentRuntimeId": "r", **item} for item in items]
    assert pruned([item.to_map() for item in official.data.items]) == pruned(items)


def test_the_judge_reads_what_is_sent(wire):
    wire.answer = json.dumps({"code": "SUCCESS"}).encode()
    with Client(a_config(control_endpoint=wire.url)) as client:
        client.run(operations.delete_endpoint("a b/ü", "e"))
    sent = wire.take()
    assert (sent.method, sent.path) == ("DELETE", "/2025-09-10/agents/runtimes/a%20b%2F%C3%BC/endpoints/e")
