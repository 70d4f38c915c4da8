"""Each action: what it sends, and what it makes of the answer."""

from typing import Any

import pytest

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.api.errors import HTTPError, ResourceNotExistError, ServiceUnavailableError
from agentrun_operator.agentrun.api.protocol import Process, Request, Response
from agentrun_operator.agentrun.models import (
    AgentRuntimeEndpointCreateInput,
    AgentRuntimeEndpointUpdateInput,
    Endpoint,
    RoutingConfiguration,
    Runtime,
    RuntimeVersion,
    VersionWeight,
)
from support.agentrun import drive, ok

CREATE = AgentRuntimeEndpointCreateInput(
    agent_runtime_endpoint_name="chat",
    target_version="3",
    routing_configuration=RoutingConfiguration(version_weights=[VersionWeight(version="4", weight=0.1)]),
)
UPDATE = AgentRuntimeEndpointUpdateInput(description="x")


def page(size: int) -> tuple[tuple[str, str], ...]:
    """The query for the first page."""
    return ("pageNumber", "1"), ("pageSize", str(size))


def sent(process: Process[object]) -> Request:
    """The first request of an operation."""
    requests: list[Request] = []

    def answer(request: Request) -> Response:
        requests.append(request)
        return ok({"items": [], "total": 0})

    drive(process, answer)
    return requests[0]


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        (
            operations.create_endpoint("r", CREATE),
            Request.with_body(
                "CreateAgentRuntimeEndpoint",
                "POST",
                ("r", "endpoints"),
                {
                    "agentRuntimeEndpointName": "chat",
                    "routingConfiguration": {"versionWeights": [{"version": "4", "weight": 0.1}]},
                    "targetVersion": "3",
                },
                repeatable=False,
            ),
        ),
        (
            operations.update_endpoint("r", "e", UPDATE),
            Request.with_body(
                "UpdateAgentRuntimeEndpoint", "PUT", ("r", "endpoints", "e"), {"description": "x"}, repeatable=True
            ),
        ),
        (
            operations.delete_endpoint("r", "e"),
            Request("DeleteAgentRuntimeEndpoint", "DELETE", ("r", "endpoints", "e")),
        ),
        (operations.get_endpoint("r", "e"), Request("GetAgentRuntimeEndpoint", "GET", ("r", "endpoints", "e"))),
        (operations.list_endpoints("r"), Request("ListAgentRuntimeEndpoints", "GET", ("r", "endpoints"), page(100))),
        (operations.list_endpoints("r", 7), Request("ListAgentRuntimeEndpoints", "GET", ("r", "endpoints"), page(7))),
        (operations.get_runtime("r"), Request("GetAgentRuntime", "GET", ("r",))),
        (operations.list_runtimes(), Request("ListAgentRuntimes", "GET", (), page(100))),
        (
            operations.list_runtimes("a b"),
            Request("ListAgentRuntimes", "GET", (), (("agentRuntimeName", "a b"), *page(100))),
        ),
        (operations.list_versions("r"), Request("ListAgentRuntimeVersions", "GET", ("r", "versions"), page(100))),
    ],
    ids=lambda value: value.action if isinstance(value, Request) else "",
)
def test_an_operation_sends_its_request(operation, request_):
    assert sent(operation) == request_


def test_only_a_create_is_not_repeatable():
    assert not sent(operations.create_endpoint("r", CREATE)).repeatable


WRITES = {
    "create": lambda: operations.create_endpoint("r", CREATE),
    "update": lambda: operations.update_endpoint("r", "e", UPDATE),
    "delete": lambda: operations.delete_endpoint("r", "e"),
}
READS = {
    "get endpoint": lambda: operations.get_endpoint("r", "e"),
    "list endpoints": lambda: operations.list_endpoints("r"),
    "get runtime": lambda: operations.get_runtime("r"),
    "list runtimes": operations.list_runtimes,
    "list versions": lambda: operations.list_versions("r"),
}


@pytest.mark.parametrize("make", WRITES.values(), ids=WRITES)
def test_a_write_returns_the_endpoint_that_the_answer_tells_of(make):
    told = {"agentRuntimeEndpointId": "e", "agentRuntimeId": "r", "status": "CREATING", "description": "told"}
    assert drive(make(), lambda _: ok(told)) == Endpoint.model_validate(told)


@pytest.mark.parametrize("data", [None, {}], ids=["no data", "an empty object"])
@pytest.mark.parametrize(
    ("name", "known"),
    [
        (
            "create",
            Endpoint(
                agent_runtime_id="r",
                agent_runtime_endpoint_name="chat",
                target_version="3",
                routing_configuration=RoutingConfiguration(version_weights=[VersionWeight(version="4", weight=0.1)]),
            ),
        ),
        ("update", Endpoint(agent_runtime_id="r", agent_runtime_endpoint_id="e", description="x")),
        ("delete", Endpoint(agent_runtime_id="r", agent_runtime_endpoint_id="e")),
    ],
)
def test_a_write_whose_answer_tells_nothing_returns_what_was_sent(name, known, data):
    assert drive(WRITES[name](), lambda _: ok(data)) == known


@pytest.mark.parametrize("make", [*WRITES.values(), *READS.values()], ids=[*WRITES, *READS])
@pytest.mark.parametrize("data", ["e", ["e"], 7], ids=["a text", "a list", "a number"])
def test_data_of_another_shape_is_an_error(make, data):
    with pytest.raises(ServiceUnavailableError):
        drive(make(), lambda _: ok(data))


@pytest.mark.parametrize("make", READS.values(), ids=READS)
@pytest.mark.parametrize("data", [None, {}], ids=["no data", "an empty object"])
def test_nothing_told_is_not_nothing_there(make, data):
    with pytest.raises(ServiceUnavailableError):
        drive(make(), lambda _: ok(data))


@pytest.mark.parametrize("make", [*WRITES.values(), *READS.values()], ids=[*WRITES, *READS])
def test_what_the_service_refuses_is_raised(make):
    error = ResourceNotExistError(404, "ERR_BAD_REQUEST", "does not exist")
    with pytest.raises(HTTPError) as caught:
        drive(make(), lambda _: error)
    assert caught.value is error


def test_the_ids_that_an_answer_leaves_out_are_filled_in():
    endpoint = drive(operations.get_endpoint("r", "e"), lambda _: ok({"status": "READY"}))
    assert endpoint == Endpoint(agent_runtime_id="r", agent_runtime_endpoint_id="e", status="READY")


def test_a_listed_endpoint_knows_its_runtime():
    page = {"items": [{"agentRuntimeEndpointId": "e"}], "total": 1}
    assert drive(operations.list_endpoints("r"), lambda _: ok(page))[0].agent_runtime_id == "r"


def test_a_runtime_knows_its_id():
    assert drive(operations.get_runtime("r"), lambda _: ok({"status": "READY"})).agent_runtime_id == "r"


def test_a_filter_that_the_service_ignores_is_applied_here():
    names = ("support-bot", "support-bot-2", "Support-Bot", "support-bot")
    items = [{"agentRuntimeId": f"r{n}", "agentRuntimeName": name} for n, name in enumerate(names)]
    found = drive(operations.list_runtimes("support-bot"), lambda _: ok({"items": items, "total": 4}))
    assert [runtime.agent_runtime_id for runtime in found] == ["r0", "r3"]


ODD_RUNTIMES = {
    "no name": {"agentRuntimeId": "r1"},
    "an odd name": {"agentRuntimeId": "r1", "agentRuntimeName": {}},
    "an odd id": {"agentRuntimeId": [], "agentRuntimeName": "bot"},
    "no object": "bot",
}


@pytest.mark.parametrize("odd", ODD_RUNTIMES.values(), ids=ODD_RUNTIMES)
def test_a_runtime_that_may_be_the_one_that_was_asked_for_is_not_absent(odd):
    items = [{"agentRuntimeId": "r0", "agentRuntimeName": "other"}, odd]
    with pytest.raises(ServiceUnavailableError, match="may be bot"):
        drive(operations.list_runtimes("bot"), lambda _: ok({"items": items, "total": 2}))


@pytest.mark.parametrize("odd", ODD_RUNTIMES.values(), ids=ODD_RUNTIMES)
def test_a_runtime_that_makes_no_sense_hides_no_other(odd):
    items = [odd, {"agentRuntimeId": "r0", "agentRuntimeName": "bot"}]
    found = drive(operations.list_runtimes("bot"), lambda _: ok({"items": items, "total": 2}))
    assert Runtime(agent_runtime_id="r0", agent_runtime_name="bot") in found


def test_a_version_that_makes_no_sense_hides_no_other():
    items: list[Any] = [{"agentRuntimeVersion": {}}, None, *({"agentRuntimeVersion": word} for word in ("LATEST", "2"))]
    found = drive(operations.list_versions("r"), lambda _: ok({"items": items, "total": 4}))
    assert [each.agent_runtime_version for each in found] == [None, None, "LATEST", "2"]


def test_without_a_name_every_runtime_is_listed():
    items = [{"agentRuntimeId": "r0"}, {"agentRuntimeId": "r1", "agentRuntimeName": "x"}]
    found = drive(operations.list_runtimes(), lambda _: ok({"items": items, "total": 2}))
    assert found == [Runtime(agent_runtime_id="r0"), Runtime(agent_runtime_id="r1", agent_runtime_name="x")]


def test_versions_are_told_apart_by_their_number():
    items = [{"agentRuntimeId": "r", "agentRuntimeVersion": version} for version in ("1", 2, "1")]
    found = drive(operations.list_versions("r"), lambda _: ok({"items": items, "total": 2}))
    assert found == [RuntimeVersion(agent_runtime_id="r", agent_runtime_version=version) for version in ("1", "2")]


@pytest.mark.parametrize("id_", ["", ".", ".."])
@pytest.mark.parametrize(
    "make",
    [
        lambda id_: operations.get_endpoint(id_, "e"),
        lambda id_: operations.delete_endpoint("r", id_),
        lambda id_: operations.create_endpoint(id_, CREATE),
        operations.list_endpoints,
        operations.get_runtime,
    ],
)
def test_an_id_that_cannot_be_one_sends_nothing(make, id_):
    with pytest.raises(ValueError, match="is no id"):
        drive(make(id_), lambda _: pytest.fail("a request was sent"))
