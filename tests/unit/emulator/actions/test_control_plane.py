import re
from urllib.parse import parse_qsl

import pytest

from support.emulator_service import ABSENT_ID, RUNTIMES, Service
from support.emulator_signing import signed_headers


async def test_an_endpoint_lives_and_dies_by_the_clock(service: Service, runtime_path: str):
    endpoint = await service.endpoint(runtime_path)
    assert await service.state(endpoint) == "CREATING"
    service.clock.advance(1.5)
    assert await service.state(endpoint) == "READY"
    await service.call("PUT", endpoint, {"targetVersion": "3"})
    assert await service.state(endpoint) == "UPDATING"
    service.clock.advance(1)
    assert await service.state(endpoint) == "READY"
    await service.call("DELETE", endpoint)
    assert await service.state(endpoint) == "DELETING"
    service.clock.advance(1)
    assert await service.state(endpoint) == 404


async def test_each_write_answers_with_the_endpoint_and_that_it_goes_on(service: Service, runtime_path: str):
    status, created = await service.call("POST", f"{runtime_path}/endpoints", {"agentRuntimeEndpointName": "chat"})
    assert (status, created["code"], created["data"]["status"]) == (201, "SUCCESS", "CREATING")
    endpoint = f"{runtime_path}/endpoints/{created['data']['agentRuntimeEndpointId']}"
    status, updated = await service.call("PUT", endpoint, {"description": "d"})
    assert (status, updated["data"]["description"], updated["data"]["status"]) == (202, "d", "UPDATING")
    status, deleted = await service.call("DELETE", endpoint)
    assert (status, deleted["data"]["status"]) == (202, "DELETING")
    assert len({created["requestId"], updated["requestId"], deleted["requestId"]}) == 3


BAD, INVALID = "ERR_BAD_REQUEST", "ERR_VALIDATION_FAILED"


@pytest.mark.parametrize(
    ("request_line", "body", "refusal"),
    [
        ("GET {runtime}/endpoints/{absent}", None, (404, BAD, "endpoint .* does not exist")),
        ("GET {runtimes}/{absent}", None, (404, BAD, "runtime .* does not exist")),
        ("GET {runtimes}/{absent}/endpoints", None, (404, BAD, "runtime .* does not exist")),
        ("GET {runtimes}/{absent}/versions", None, (404, BAD, "runtime .* does not exist")),
        ("GET {runtime}?agentRuntimeVersion=9", None, (404, BAD, "version 9 .* does not exist")),
        ("GET {runtime}/endpoints/chat", None, (400, BAD, "malformed")),
        ("DELETE {runtimes}/support-bot/endpoints/chat", None, (400, BAD, "malformed")),
        ("GET {runtime}/endpoints?pageSize=all", None, (400, INVALID, "pageSize must be an integer")),
        ("POST {runtime}/endpoints", {}, (400, INVALID, "agentRuntimeEndpointName is required")),
        ("POST {runtime}/endpoints", [], (400, INVALID, "must be an object")),
        ("POST {runtime}/versions", {"x": 1}, (400, INVALID, "x is not a known field")),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_a_refusal_has_code_message_and_request_id(
    service: Service, runtime_path: str, request_line: str, body: object, refusal: tuple[int, str, str]
):
    method, url = request_line.format(runtime=runtime_path, runtimes=RUNTIMES, absent=ABSENT_ID).split(" ")
    path, _, query = url.partition("?")
    status, answer = await service.call(method, path, body, query=dict(parse_qsl(query)))
    assert (status, answer["code"]) == refusal[:2]
    assert re.search(refusal[2], answer["message"])
    assert answer.keys() == {"code", "message", "requestId"}


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000], ids=["cut", "no text", "too deep"])
async def test_a_body_that_is_not_json_is_refused(service: Service, runtime_path: str, body: bytes):
    path = f"{runtime_path}/endpoints"
    headers = signed_headers("POST", path, now=service.clock(), host="emulator", body=body)
    response = await service.http.post(path, content=body, headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "ERR_BAD_REQUEST")


@pytest.mark.parametrize("text", ["für Gäste, 客人 & 👋", 'quote " and \\ and \n', "half a pair: \ud83d"], ids=ascii)
async def test_any_text_comes_back_as_it_went(service: Service, runtime_path: str, text: str):
    endpoint = await service.endpoint(runtime_path, description=text)
    assert (await service.call("GET", endpoint))[1]["data"]["description"] == text


async def test_a_runtime_that_is_not_ready_takes_no_endpoints_but_shows_them(
    service: Service, runtime_path: str, runtime_id: str
):
    endpoint = await service.endpoint(runtime_path)
    await service.control("PATCH", f"/runtimes/{runtime_id}", {"status": "UPDATING"})
    for method, path, body in (
        ("POST", f"{runtime_path}/endpoints", {"agentRuntimeEndpointName": "other"}),
        ("PUT", endpoint, {}),
    ):
        status, answer = await service.call(method, path, body)
        assert (status, answer["code"]) == (400, "ERR_BAD_REQUEST")
        assert "the runtime must be in READY status" in answer["message"]
    assert (await service.call("GET", endpoint))[0] == 200
    assert (await service.call("DELETE", endpoint))[0] == 202


async def test_the_list_ignores_the_name_filter(service: Service, runtime_path: str):
    await service.endpoint(runtime_path)
    query = {"endpointName": "other", "searchMode": "EXACT"}
    _, answer = await service.call("GET", f"{runtime_path}/endpoints", query=query)
    assert answer["data"]["total"] == 1


async def test_versions_are_listed_newest_first_and_published(service: Service, runtime_path: str):
    status, published = await service.call(
        "POST", f"{runtime_path}/versions", {"description": "new", "publisher": "me"}
    )
    assert (status, published["data"]["agentRuntimeVersion"], published["data"]["description"]) == (200, "5", "new")
    _, answer = await service.call("GET", f"{runtime_path}/versions", query={"pageSize": "2", "pageNumber": "2"})
    assert [item["agentRuntimeVersion"] for item in answer["data"]["items"]] == ["3", "2"]
    assert answer["data"]["total"] == 5


async def test_a_version_counts_as_soon_as_it_is_published(service: Service, runtime_path: str):
    endpoint = await service.endpoint(runtime_path)
    assert (await service.call("PUT", endpoint, {"targetVersion": "5"}))[0] == 400
    await service.call("POST", f"{runtime_path}/versions")
    assert (await service.call("PUT", endpoint, {"targetVersion": "5"}))[0] == 202


@pytest.mark.parametrize(
    ("setting", "method", "body"),
    [("refuseDeleteWhileCreating", "DELETE", None), ("refuseUpdateWhileBusy", "PUT", {})],
    ids=["deletion", "update"],
)
async def test_an_endpoint_may_refuse_while_it_is_creating(
    service: Service, runtime_path: str, setting: str, method: str, body: object
):
    endpoint = await service.endpoint(runtime_path)
    await service.control("PUT", "/behaviour", {setting: True})
    status, answer = await service.call(method, endpoint, body)
    assert status == 400
    assert "in CREATING status" in answer["message"]
    service.clock.advance(2)
    assert (await service.call(method, endpoint, body))[0] == 202


async def test_the_page_limit_holds_whatever_is_asked_for(service: Service, runtime_path: str, runtime_id: str):
    await service.control("PUT", "/behaviour", {"pageLimit": 2})
    names = [{"agentRuntimeEndpointName": f"e{number}"} for number in range(5)]
    await service.control("POST", f"/runtimes/{runtime_id}/endpoints", names)
    _, answer = await service.call("GET", f"{runtime_path}/endpoints", query={"pageSize": "50"})
    assert (len(answer["data"]["items"]), answer["data"]["pageSize"], answer["data"]["total"]) == (2, 2, 5)


async def test_lists_may_lag_and_drift(service: Service, runtime_path: str, runtime_id: str):
    await service.control("PUT", "/behaviour", {"listLag": 5})
    await service.endpoint(runtime_path)
    _, answer = await service.call("GET", f"{runtime_path}/endpoints")
    assert answer["data"]["total"] == 0
    await service.control("PUT", "/behaviour", {"listLag": 0, "listDrift": 1})
    names = [{"agentRuntimeEndpointName": f"e{number}"} for number in range(4)]
    await service.control("POST", f"/runtimes/{runtime_id}/endpoints", names)
    looks = [await service.call("GET", f"{runtime_path}/endpoints", query={"pageSize": "1"}) for _ in range(6)]
    first = [answer["data"]["items"][0]["agentRuntimeEndpointId"] for _, answer in looks]
    assert len(set(first)) == 5
    assert first[0] == first[5]


async def test_the_service_may_never_do_as_it_is_told(service: Service, runtime_path: str):
    await service.control("PUT", "/behaviour", {"normalise": ["forget-description"]})
    endpoint = await service.endpoint(runtime_path, description="d")
    await service.call("PUT", endpoint, {"description": "d"})
    assert "description" not in (await service.call("GET", endpoint))[1]["data"]
