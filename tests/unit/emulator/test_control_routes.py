import httpx
import pytest
from starlette.types import ASGIApp

from support.emulator_service import RUNTIMES, Service


async def test_an_account_sees_its_own_runtimes_only(service: Service, runtime_path: str):
    other = {"accessKeyId": "other-ak", "accessKeySecret": "other-sk", "accountId": "2"}
    assert (await service.control("POST", "/accounts", other))[0] == 201
    as_other = {"access_key_id": "other-ak", "access_key_secret": "other-sk"}
    assert (await service.call("GET", runtime_path, **as_other))[0] == 404
    assert (await service.call("GET", RUNTIMES, **as_other))[1]["data"]["total"] == 0
    await service.control("POST", "/runtimes", {"name": "support-bot", "accountId": "2"})
    assert (await service.call("GET", RUNTIMES, **as_other))[1]["data"]["total"] == 1
    assert (await service.call("GET", RUNTIMES))[1]["data"]["total"] == 1


async def test_a_revoked_key_is_unknown(service: Service, runtime_path: str):
    assert await service.control("DELETE", "/accounts/emulator-ak") == (204, {})
    assert (await service.call("GET", runtime_path))[1]["Code"] == "InvalidAccessKeyId.NotFound"
    assert (await service.control("DELETE", "/accounts/emulator-ak"))[0] == 404


async def test_accounts_are_shown_without_their_secrets(service: Service):
    _, answer = await service.control("GET", "/accounts")
    assert answer["items"] == [{"accessKeyId": "emulator-ak", "accountId": "1000000000000001"}]


async def test_the_behaviour_is_shown_changed_and_reset(service: Service):
    _, before = await service.control("GET", "/behaviour")
    assert before["transitions"] == {"create": 1.5, "update": 1.0, "delete": 1.0}
    _, changed = await service.control("PUT", "/behaviour", {"transitions": {"create": 0}})
    assert changed["transitions"] == {"create": 0, "update": 1.0, "delete": 1.0}
    status, refused = await service.control("PUT", "/behaviour", {"pageLimit": 0})
    assert (status, refused["code"], refused["message"]) == (
        400,
        "ERR_VALIDATION_FAILED",
        "pageLimit must be at least 1",
    )
    assert await service.control("DELETE", "/behaviour") == (200, before)


async def test_a_change_by_hand_is_seen_by_the_api(service: Service, runtime_path: str):
    endpoint = await service.endpoint(runtime_path)
    by_hand = f"/endpoints/{endpoint.rpartition('/')[2]}"
    change = {"description": "by hand", "status": "FAILED", "statusReason": "somebody", "targetVersion": None}
    await service.control("PATCH", by_hand, change)
    _, answer = await service.call("GET", endpoint)
    assert answer["data"].items() >= {"description": "by hand", "status": "FAILED", "statusReason": "somebody"}.items()
    assert "targetVersion" not in answer["data"]
    assert (await service.control("PATCH", by_hand, {"agentRuntimeEndpointName": "other"}))[0] == 400
    assert await service.control("DELETE", by_hand) == (204, {})
    assert await service.state(endpoint) == 404
    assert (await service.control("PATCH", by_hand, {}))[0] == 404


async def test_an_endpoint_made_by_hand_is_ready_at_once_and_noted_nowhere(service: Service, runtime_id: str):
    status, made = await service.control(
        "POST", f"/runtimes/{runtime_id}/endpoints", {"agentRuntimeEndpointName": "chat"}
    )
    assert (status, made["status"]) == (201, "READY")
    assert (await service.control("GET", "/requests"))[1]["counts"] == {}


async def test_a_version_that_was_removed_is_not_there_and_its_number_not_used_again(
    service: Service, runtime_path: str, runtime_id: str
):
    endpoint = await service.endpoint(runtime_path, targetVersion="4")
    version = f"/runtimes/{runtime_id}/versions/4"
    assert await service.control("DELETE", version) == (204, {})
    assert (await service.control("DELETE", version))[0] == 404
    _, listed = await service.call("GET", f"{runtime_path}/versions")
    assert [item["agentRuntimeVersion"] for item in listed["data"]["items"]] == ["3", "2", "1"]
    assert (await service.call("GET", runtime_path))[1]["data"]["agentRuntimeVersion"] == "3"
    status, refused = await service.call("PUT", endpoint, {"targetVersion": "4"})
    assert (status, refused["message"]) == (400, "targetVersion 4 is not a published version")
    _, published = await service.control("POST", f"/runtimes/{runtime_id}/versions")
    assert published["agentRuntimeVersion"] == "5"
    assert (await service.call("GET", runtime_path))[1]["data"]["agentRuntimeVersion"] == "5"


async def test_manners_are_shown_replaced_and_forgotten(service: Service, runtime_id: str):
    path = f"/runtimes/{runtime_id}/versions/9/manners"  # not published yet
    assert await service.control("GET", path) == (200, {"items": [], "total": 0})
    status, shown = await service.control("PUT", path, {"text": "one"})
    assert (status, [each["text"] for each in shown["items"]]) == (200, ["one"])
    _, shown = await service.control("PUT", path, [{"text": "two"}, {"status": 500}])
    assert [(each["text"], each["status"]) for each in shown["items"]] == [("two", None), (None, 500)]
    assert await service.control("GET", path) == (200, shown)
    assert (await service.control("GET", path.replace("/9/", "/8/")))[1]["total"] == 0
    assert await service.control("DELETE", path) == (204, {})
    assert (await service.control("GET", path))[1]["total"] == 0


@pytest.mark.parametrize(
    ("version", "body", "complaint"),
    [
        pytest.param("LATEST", {}, "version must match [1-9][0-9]*", id="a word"),
        pytest.param("0", {}, "version must match [1-9][0-9]*", id="no version"),
        pytest.param("4", {"txt": "x"}, "txt is not a known field", id="an unknown field"),
        pytest.param("4", [{}, {"latency": "1s"}], "[1].latency must be a number", id="seconds in words"),
    ],
)
async def test_manners_that_make_no_sense_are_refused(
    service: Service, runtime_id: str, version: str, body: object, complaint: str
):
    answer = await service.control("PUT", f"/runtimes/{runtime_id}/versions/{version}/manners", body)
    assert (answer[0], answer[1]["message"]) == (400, complaint)


async def test_only_a_runtime_that_is_there_has_manners(service: Service, runtime_id: str):
    path = f"/runtimes/{runtime_id}/versions/4/manners"
    await service.control("PUT", path, {"text": "x"})
    await service.control("DELETE", f"/runtimes/{runtime_id}")
    assert (await service.control("GET", path))[0] == 404
    assert (await service.control("PUT", path, {}))[0] == 404


async def test_a_removed_runtime_takes_its_endpoints_along(service: Service, runtime_path: str, runtime_id: str):
    endpoint = await service.endpoint(runtime_path)
    assert await service.control("DELETE", f"/runtimes/{runtime_id}") == (204, {})
    assert await service.state(endpoint) == 404
    assert (await service.control("GET", "/endpoints"))[1]["total"] == 0
    assert (await service.control("GET", "/runtimes"))[1]["total"] == 0


async def test_a_runtime_may_come_with_an_endpoint_of_the_services_own(service: Service):
    _, made = await service.control("POST", "/runtimes", {"name": "other", "versions": 2, "defaultEndpoint": True})
    assert (made["id"], made["agentRuntimeVersion"]) == (made["agentRuntimeId"], "2")
    _, answer = await service.control("GET", "/endpoints")
    told = [(item["agentRuntimeEndpointName"], item["description"]) for item in answer["items"]]
    assert told == [("Default", "默认")]


async def test_half_a_character_is_shown_as_it_was_given(service: Service, runtime_path: str):
    endpoint = await service.endpoint(runtime_path)
    body = b'{"statusReason":"\\ud83d"}'
    response = await service.http.patch(f"/_emulator/endpoints/{endpoint.rpartition('/')[2]}", content=body)
    assert response.status_code == 200
    assert b'"statusReason":"\\ud83d"' in response.content


@pytest.mark.parametrize(
    ("peer", "status"),
    [
        pytest.param(("127.0.0.1", 1), 200, id="this machine"),
        pytest.param(("::1", 1), 200, id="this machine by IPv6"),
        pytest.param(("::ffff:127.0.0.1", 1), 200, id="this machine by both"),
        pytest.param(("192.0.2.1", 1), 403, id="another machine"),
        pytest.param(("::ffff:192.0.2.1", 1), 403, id="another machine by both"),
        pytest.param(("example.org", 1), 403, id="a name"),
    ],
)
async def test_the_control_routes_answer_this_machine_only(app: ASGIApp, peer: tuple[str, int], status: int):
    transport = httpx.ASGITransport(app, client=peer)
    async with httpx.AsyncClient(transport=transport, base_url="http://emulator") as http:
        response = await http.get("/_emulator/requests", headers={"X-Forwarded-For": "127.0.0.1"})
    assert response.status_code == status
