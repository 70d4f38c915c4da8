import pytest

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
    body = {"messages": [{"role": "user", "content": "Hello"}]}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answers = [(await service.http.post(CHAT, json=body, headers=headers)).text for _ in range(200)]
    canaries = sum("(version 4)" in answer for answer in answers)
    assert canaries + sum("(version 5)" in answer for answer in answers) == 200
    assert 20 <= canaries <= 90


async def answering(service: Service) -> str:
    """The version that answers, or the refusal."""
    body = {"messages": [{"role": "user", "content": "Hello"}]}
    response = await service.http.post(CHAT, json=body, headers={"Authorization": f"Bearer {TOKEN}"})
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
