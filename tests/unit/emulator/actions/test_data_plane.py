from typing import Any

import httpx
import pytest

from agentrun_operator.emulator.gateway.call import SESSION
from support.emulator import TOKEN
from support.emulator_service import CHAT, Service


async def test_a_token_invokes_a_ready_endpoint(service: Service, runtime_path: str):
    await service.endpoint(runtime_path, targetVersion="3")
    body = {"model": "support-bot", "messages": [{"role": "user", "content": "Hello"}]}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    response = await service.http.post(CHAT, json=body, headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
    assert "CREATING" in response.json()["error"]["message"]
    service.clock.advance(2)
    response = await service.http.post(CHAT, json=body, headers=headers)
    content = response.json()["choices"][0]["message"]["content"]
    assert content == "support-bot/chat (version 3) heard: Hello"


async def test_an_accounts_names_lead_to_its_own_runtimes(service: Service, runtime_path: str):
    other = {"accessKeyId": "other-ak", "accessKeySecret": "other-sk", "accountId": "2", "token": "other-token"}
    await service.control("POST", "/accounts", other)
    await service.endpoint(runtime_path)
    service.clock.advance(2)
    body = {"messages": [{"role": "user", "content": "Hello"}]}
    for token, status in ((TOKEN, 200), ("other-token", 404)):
        response = await service.http.post(CHAT, json=body, headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == status


async def test_a_canary_gets_its_share(service: Service, runtime_path: str):
    weights = [{"version": "4", "weight": 0.25}]
    await service.endpoint(runtime_path, routingConfiguration={"versionWeights": weights})
    service.clock.advance(2)
    await service.call("POST", f"{runtime_path}/versions")
    assert [await answering(service) for _ in range(8)] == ["5", "5", "4", "5"] * 2


async def said(service: Service, session: str | None = None, **parameters: object) -> httpx.Response:
    body = {"messages": [{"role": "user", "content": "Hello"}], **parameters}
    headers = {"Authorization": f"Bearer {TOKEN}"} | ({SESSION: session} if session else {})
    return await service.http.post(CHAT, json=body, headers=headers)


async def answering(service: Service, session: str | None = None) -> str:
    """The version that answers, or the refusal."""
    response = await said(service, session)
    return response.text.partition("(version ")[2].partition(")")[0] or response.json()["error"]["message"]


async def test_an_endpoint_serves_as_before_while_it_is_updating(service: Service, runtime_path: str):
    endpoint = await service.endpoint(runtime_path, targetVersion="3")
    await service.call("PUT", endpoint, {"targetVersion": "2"})
    assert "UPDATING" in await answering(service)  # it never served
    service.clock.advance(2)
    assert await answering(service) == "2"
    almost_all = {"versionWeights": [{"version": "LATEST", "weight": 0.999999}]}
    await service.call("PUT", endpoint, {"targetVersion": "1", "routingConfiguration": almost_all})
    assert (await service.call("GET", endpoint))[1]["data"]["targetVersion"] == "1"
    assert [await answering(service) for _ in range(5)] == ["2"] * 5
    service.clock.advance(2)
    assert await answering(service) == "4"  # what LATEST stands for


async def test_an_endpoint_serves_as_before_when_its_update_fails(service: Service, runtime_path: str):
    endpoint = await service.endpoint(runtime_path, targetVersion="3")
    service.clock.advance(2)
    failing = {"action": "UpdateAgentRuntimeEndpoint", "endsIn": "UPDATE_FAILED", "times": 1}
    await service.control("POST", "/behaviour/faults", failing)
    half = {"versionWeights": [{"version": "4", "weight": 0.5}]}
    for _ in range(2):
        assert [await answering(service) for _ in range(4)] == ["3"] * 4
        await service.call("PUT", endpoint, {"routingConfiguration": half})
        assert [await answering(service) for _ in range(4)] == ["3"] * 4
        service.clock.advance(2)
    assert [await answering(service) for _ in range(4)] == ["3", "4"] * 2


async def test_an_endpoint_that_was_never_made_serves_nothing(service: Service, runtime_path: str):
    failing = {"action": "CreateAgentRuntimeEndpoint", "endsIn": "CREATE_FAILED"}
    await service.control("POST", "/behaviour/faults", failing)
    await service.endpoint(runtime_path)
    service.clock.advance(2)
    assert "CREATE_FAILED" in await answering(service)


async def test_an_endpoint_in_the_services_other_word_for_ready_serves(service: Service, runtime_path: str):
    await service.control(
        "POST", "/behaviour/faults", {"action": "CreateAgentRuntimeEndpoint", "endsIn": "ACTIVE", "times": 1}
    )
    await service.endpoint(runtime_path, targetVersion="2")
    service.clock.advance(2)
    assert await answering(service) == "2"


async def test_turns_go_on_when_something_else_is_changed(service: Service, runtime_path: str):
    half = {"versionWeights": [{"version": "4", "weight": 0.5}]}
    endpoint = await service.endpoint(runtime_path, targetVersion="3", routingConfiguration=half)
    service.clock.advance(2)
    assert await answering(service) == "3"
    await service.call("PUT", endpoint, {"description": "other"})
    service.clock.advance(2)
    assert await answering(service) == "4"


async def test_a_session_stays_with_its_version_whatever_becomes_of_the_split(service: Service, runtime_path: str):
    half = {"versionWeights": [{"version": "4", "weight": 0.5}]}
    endpoint = await service.endpoint(runtime_path, targetVersion="3", routingConfiguration=half)
    service.clock.advance(2)
    assert [await answering(service, each) for each in ("a", "b", "a", "b")] == ["3", "4", "3", "4"]
    await service.call("PUT", endpoint, {"routingConfiguration": {"versionWeights": []}})
    service.clock.advance(1799)
    assert [await answering(service, each) for each in ("a", "b", "c")] == ["3", "4", "3"]
    service.clock.advance(1800)
    assert await answering(service, "b") == "3"


async def test_sessions_may_be_switched_off(service: Service, runtime_path: str):
    half = {"versionWeights": [{"version": "4", "weight": 0.5}]}
    await service.endpoint(runtime_path, targetVersion="3", routingConfiguration=half)
    service.clock.advance(2)
    await service.control("PUT", "/behaviour", {"sessionIdle": 0})
    assert [await answering(service, "a") for _ in range(4)] == ["3", "4"] * 2


async def test_calls_are_counted_and_logged_by_version(service: Service, runtime_path: str):
    half = {"versionWeights": [{"version": "4", "weight": 0.5}]}
    await service.endpoint(runtime_path, targetVersion="3", routingConfiguration=half)
    await said(service)  # not READY: no version has it
    service.clock.advance(2)
    await said(service, user="agentrun-operator-probe", session="session")
    await said(service, user=["no", "text"])
    await said(service)
    _, shown = await service.control("GET", "/requests")
    counted = [
        (each["runtimeName"], each["endpointName"], each["version"], each["calls"]) for each in shown["invocations"]
    ]
    assert counted == [("support-bot", "chat", "3", 2), ("support-bot", "chat", "4", 1)]
    logged = [(each["status"], each["version"], each["user"], each["sessionId"]) for each in shown["log"][1:]]
    assert logged == [
        (404, None, None, None),
        (200, "3", "agentrun-operator-probe", "session"),
        (200, "4", None, None),
        (200, "3", None, None),
    ]


@pytest.mark.parametrize(
    ("manner", "status", "text"),
    [
        pytest.param({"text": "30 days"}, 200, '"content":"30 days"', id="another text"),
        pytest.param({"text": "\x1b[31m"}, 200, '"content":"\\u001b[31m"', id="a terminal's escapes"),
        pytest.param({"toolCalls": ["x"] * 10_000}, 200, '"finish_reason":"tool_calls"', id="ten thousand tools"),
        pytest.param({"completionTokens": 4000}, 200, '"completion_tokens":4000', id="dear"),
        pytest.param({"status": 429, "headers": {"Retry-After": "1"}}, 429, "injected by the emulator", id="throttled"),
        pytest.param({"status": 500, "body": "Traceback"}, 500, "Traceback", id="a text as an error"),
        pytest.param({"status": 400, "code": "bad", "message": "no"}, 400, '"message":"no"', id="refused"),
        pytest.param({"status": 302, "headers": {"Location": "http://elsewhere/"}}, 302, "", id="sent elsewhere"),
        pytest.param({"answer": "html"}, 502, "<h1>502 Bad Gateway</h1>", id="a page"),
        pytest.param({"answer": "html", "status": 200}, 200, "<h1>502 Bad Gateway</h1>", id="a page as an answer"),
        pytest.param({"answer": "empty", "status": 204}, 204, "", id="nothing"),
        pytest.param({"answer": "malformed"}, 200, '{"id"', id="half of it"),
        pytest.param({"padding": 100_000}, 200, '"finish_reason":"stop"', id="much behind it"),
    ],
)
async def test_a_version_answers_by_its_manners(
    service: Service, runtime_path: str, manner: dict[str, Any], status: int, text: str
):
    await service.endpoint(runtime_path, targetVersion="3")
    service.clock.advance(2)
    path = f"/runtimes/{runtime_path.rpartition('/')[2]}/versions/3/manners"
    assert (await service.control("PUT", path, manner))[0] == 200
    response = await said(service)
    assert (response.status_code, text in response.text) == (status, True)
    assert response.headers.items() >= httpx.Headers(manner.get("headers", {})).items()
    _, shown = await service.control("GET", "/requests")
    assert [(each["version"], each["calls"]) for each in shown["invocations"]] == [("3", 1)]
    await service.control("DELETE", path)
    assert "(version 3) heard: Hello" in (await said(service)).text


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        pytest.param(CHAT, {}, {}, 401, id="nobody"),
        pytest.param(CHAT, {"Authorization": f"Bearer {TOKEN}"}, {}, 404, id="no such endpoint"),
        pytest.param(
            CHAT.replace("support", "no"), {"Authorization": f"Bearer {TOKEN}"}, {}, 404, id="no such runtime"
        ),
    ],
)
async def test_the_data_plane_refuses_in_openais_words(
    service: Service, path: str, headers: dict[str, str], body: object, status: int
):
    response = await service.http.post(path, json=body, headers=headers)
    assert response.status_code == status
    assert response.json()["error"].keys() == {"message", "type", "param", "code"}
