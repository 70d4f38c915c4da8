"""The official client drives the emulator and understands every answer."""

from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_agentrun20250910 import models
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException, ThrottlingException

from support.emulator import ACCOUNT_ID, Emulator
from support.emulator_official import Official

ABSENT_ID = "00000000-0000-4000-8000-999999999999"
NIGHT = {"name": "night", "scheduleExpression": "cron(0 0 22 * * *)", "target": 0, "timeZone": "Asia/Shanghai"}


def to_create(name: str = "chat", **fields: Any) -> models.CreateAgentRuntimeEndpointRequest:
    body = models.CreateAgentRuntimeEndpointInput(agent_runtime_endpoint_name=name, **fields)
    return models.CreateAgentRuntimeEndpointRequest(body=body)


def to_update(**fields: Any) -> models.UpdateAgentRuntimeEndpointRequest:
    return models.UpdateAgentRuntimeEndpointRequest(body=models.UpdateAgentRuntimeEndpointInput(**fields))


def routing(*weights: tuple[str, float]) -> models.RoutingConfiguration:
    entries = [models.VersionWeight(version=version, weight=weight) for version, weight in weights]
    return models.RoutingConfiguration(version_weights=entries)


def scaling(least: int) -> models.ScalingConfig:
    policy = models.ScheduledPolicy().from_map(NIGHT)
    return models.ScalingConfig(min_instances=least, scheduled_policies=[policy])


async def create(official: Official, runtime_id: str, **fields: Any) -> str:
    endpoint = await official.call("create_agent_runtime_endpoint", runtime_id, to_create(**fields))
    return str(endpoint.agent_runtime_endpoint_id)


async def get(official: Official, runtime_id: str, endpoint_id: str) -> dict[str, Any]:
    endpoint = await official.call("get_agent_runtime_endpoint", runtime_id, endpoint_id)
    document: dict[str, Any] = endpoint.to_map()
    return document


async def test_it_creates_an_endpoint_with_everything(official: Official, runtime_id: str):
    request = to_create(
        "chat",
        description="für Gäste & 客人 ~*+",
        disable_public_network_access=True,
        routing_configuration=routing(("4", 0.1)),
        scaling_config=scaling(2),
        target_version="3",
    )
    endpoint = await official.call("create_agent_runtime_endpoint", runtime_id, request)
    endpoint_id = endpoint.agent_runtime_endpoint_id
    data_plane = f"https://{ACCOUNT_ID}.agentrun-data.cn-hangzhou.aliyuncs.com"
    assert endpoint.to_map() == await get(official, runtime_id, endpoint_id)
    assert endpoint.to_map() == {
        "agentRuntimeEndpointArn": f"acs:agentrun:cn-hangzhou:{ACCOUNT_ID}:runtime-endpoints/{endpoint_id}",
        "agentRuntimeEndpointId": endpoint_id,
        "agentRuntimeEndpointName": "chat",
        "agentRuntimeId": runtime_id,
        "description": "für Gäste & 客人 ~*+",
        "disablePublicNetworkAccess": True,
        "endpointPublicUrl": f"{data_plane}/agent-runtimes/support-bot/endpoints/chat/invocations",
        "routingConfiguration": {"versionWeights": [{"version": "4", "weight": 0.1}]},
        "scalingStatus": {
            "currentInstances": 2,
            "minInstances": 2,
            "scheduledPolicies": [NIGHT],
            "targetInstances": 2,
        },
        "status": "READY",
        "targetVersion": "3",
    }


async def test_it_updates_what_it_names_and_nothing_else(official: Official, runtime_id: str):
    endpoint_id = await create(official, runtime_id, description="d", scaling_config=scaling(2))
    before = await get(official, runtime_id, endpoint_id)
    await official.call("update_agent_runtime_endpoint", runtime_id, endpoint_id, to_update(target_version="2"))
    assert await get(official, runtime_id, endpoint_id) == {**before, "targetVersion": "2"}


async def test_it_clears_what_it_clears_explicitly(official: Official, runtime_id: str):
    fields = {"routing_configuration": routing(("4", 0.5)), "scaling_config": scaling(1)}
    endpoint_id = await create(official, runtime_id, **fields)
    request = to_update(routing_configuration=routing(), delete_scaling_config=True, description="")
    await official.call("update_agent_runtime_endpoint", runtime_id, endpoint_id, request)
    after = await get(official, runtime_id, endpoint_id)
    assert after["routingConfiguration"] == {"versionWeights": []}
    assert after["description"] == ""
    assert "scalingStatus" not in after


async def test_it_sees_changes_under_way_and_over(official: Official, emulator: Emulator, runtime_id: str):
    emulator.behave(transitions={"create": 3600, "update": 3600, "delete": 3600})
    endpoint_id = await create(official, runtime_id)
    assert (await get(official, runtime_id, endpoint_id))["status"] == "CREATING"
    await official.call("update_agent_runtime_endpoint", runtime_id, endpoint_id, to_update(description="d"))
    assert (await get(official, runtime_id, endpoint_id))["status"] == "UPDATING"
    deleted = await official.call("delete_agent_runtime_endpoint", runtime_id, endpoint_id)
    assert deleted.status == "DELETING"
    assert (await get(official, runtime_id, endpoint_id))["status"] == "DELETING"
    emulator.remove_endpoint(endpoint_id)
    with pytest.raises(AlibabaCloudException, match="does not exist") as refused:
        await get(official, runtime_id, endpoint_id)
    assert refused.value.status_code == 404


@pytest.mark.parametrize(("size", "lengths"), [(50, [50, 50, 20]), (100, [100, 20]), (1000, [100, 20])])
async def test_it_lists_120_endpoints_in_pages(
    official: Official, emulator: Emulator, runtime_id: str, size: int, lengths: list[int]
):
    made = emulator.add_endpoints(runtime_id, [f"e{number}" for number in range(120)])
    pages = []
    for number in range(1, len(lengths) + 1):
        request = models.ListAgentRuntimeEndpointsRequest(
            page_number=number, page_size=size, endpoint_name="a b~*", search_mode="EXACT"
        )
        pages.append(await official.call("list_agent_runtime_endpoints", runtime_id, request))
    assert [len(page.items) for page in pages] == lengths
    assert {(page.page_size, page.total) for page in pages} == {(min(size, 100), 120)}
    assert sorted(item.agent_runtime_endpoint_id for page in pages for item in page.items) == sorted(made)


async def test_it_reads_runtimes_and_their_versions(official: Official, emulator: Emulator, runtime_id: str):
    runtime = await official.call("get_agent_runtime", runtime_id, models.GetAgentRuntimeRequest())
    assert (runtime.agent_runtime_name, runtime.agent_runtime_version, runtime.status) == ("support-bot", "4", "READY")
    older = models.GetAgentRuntimeRequest(agent_runtime_version="2")
    assert (await official.call("get_agent_runtime", runtime_id, older)).agent_runtime_version == "2"
    emulator.add_runtime("sales-bot")
    by_name = models.ListAgentRuntimesRequest(agent_runtime_name="support-bot", page_number=1, page_size=100)
    runtimes = await official.call("list_agent_runtimes", by_name)
    assert sorted(each.agent_runtime_name for each in runtimes.items) == ["sales-bot", "support-bot"]
    first = models.ListAgentRuntimeVersionsRequest(page_number=1, page_size=3)
    versions = await official.call("list_agent_runtime_versions", runtime_id, first)
    assert [each.agent_runtime_version for each in versions.items] == ["4", "3", "2"]


async def test_it_publishes_a_version(official: Official, runtime_id: str):
    body = models.PublishRuntimeVersionInput(description="fifth", publisher="a test")
    request = models.PublishRuntimeVersionRequest(body=body)
    assert (await official.call("publish_runtime_version", runtime_id, request)).agent_runtime_version == "5"


@pytest.mark.parametrize(
    ("runtime", "endpoint", "refusal"),
    [
        pytest.param(None, ABSENT_ID, (404, "endpoint .* does not exist"), id="no such endpoint"),
        pytest.param(ABSENT_ID, ABSENT_ID, (404, "runtime .* does not exist"), id="no such runtime"),
        pytest.param(None, "chat", (400, "malformed"), id="a malformed endpoint id"),
        pytest.param("support-bot", ABSENT_ID, (400, "malformed"), id="a malformed runtime id"),
        pytest.param(None, "a/b c", (404, "api is not found"), id="an id with a slash"),
    ],
)
async def test_it_is_told_what_is_missing(
    official: Official, runtime_id: str, runtime: str | None, endpoint: str, refusal: tuple[int, str]
):
    status, message = refusal
    with pytest.raises(AlibabaCloudException, match=message) as refused:
        await get(official, runtime or runtime_id, endpoint)
    assert refused.value.status_code == status


async def test_it_is_told_that_a_name_is_taken(official: Official, emulator: Emulator, runtime_id: str):
    await create(official, runtime_id)
    for status in (409, 400, 500):
        emulator.behave(conflictStatus=status)
        with pytest.raises(AlibabaCloudException, match="already exists") as refused:
            await create(official, runtime_id)
        assert refused.value.status_code == status


async def test_it_is_told_that_a_runtime_is_not_ready(official: Official, emulator: Emulator, runtime_id: str):
    emulator.set_runtime_status(runtime_id, "CREATING")
    with pytest.raises(AlibabaCloudException, match="must be in READY status") as refused:
        await create(official, runtime_id)
    assert (refused.value.status_code, refused.value.code) == (400, "ERR_BAD_REQUEST")


async def test_it_is_told_what_is_wrong_with_a_body(official: Official, runtime_id: str):
    with pytest.raises(AlibabaCloudException, match="targetVersion 9 is not a published version") as refused:
        await create(official, runtime_id, target_version="9")
    assert (refused.value.status_code, refused.value.code) == (400, "ERR_VALIDATION_FAILED")


async def test_it_is_told_when_to_come_back(official: Official, emulator: Emulator, runtime_id: str):
    emulator.behave(throttling={"qps": 0.01, "burst": 1})
    await official.call("get_agent_runtime", runtime_id, models.GetAgentRuntimeRequest())
    with pytest.raises(ThrottlingException, match="flow control") as refused:
        await official.call("get_agent_runtime", runtime_id, models.GetAgentRuntimeRequest())
    assert refused.value.status_code == 429
    assert 90_000 < refused.value.retry_after <= 100_000


@pytest.mark.parametrize(
    ("key", "refusal"),
    [
        pytest.param({"access_key_secret": "wrong"}, (403, "SignatureDoesNotMatch"), id="a wrong secret"),
        pytest.param({"access_key_id": "nobody"}, (404, "InvalidAccessKeyId.NotFound"), id="an unknown key"),
        pytest.param(
            {"access_key_id": "sts-ak", "access_key_secret": "sts-sk"}, (403, "MissingSecurityToken"), id="no token"
        ),
        pytest.param(
            {"access_key_id": "sts-ak", "access_key_secret": "sts-sk", "security_token": "stale"},
            (403, "InvalidSecurityToken.MismatchWithAccessKey"),
            id="a stale token",
        ),
    ],
)
async def test_it_is_refused_with_other_credentials(
    official_with: Callable[..., Official],
    emulator: Emulator,
    runtime_id: str,
    key: dict[str, str],
    refusal: tuple[int, str],
):
    emulator.add_account("sts-ak", "sts-sk", ACCOUNT_ID, security_token="sts-token")
    with pytest.raises(AlibabaCloudException) as refused:
        await create(official_with(**key), runtime_id)
    assert (refused.value.status_code, refused.value.code) == refusal
    assert emulator.effects() == []


async def test_it_is_let_in_with_a_temporary_key(
    official_with: Callable[..., Official], emulator: Emulator, runtime_id: str
):
    emulator.add_account("sts-ak", "sts-sk", ACCOUNT_ID, security_token="sts-token")
    temporary = {"access_key_id": "sts-ak", "access_key_secret": "sts-sk", "security_token": "sts-token"}
    await create(official_with(**temporary), runtime_id)
    assert [call.access_key_id for call in emulator.effects()] == ["sts-ak"]


async def test_every_call_is_counted_under_the_apis_own_name(official: Official, emulator: Emulator, runtime_id: str):
    endpoint_id = await create(official, runtime_id)
    await get(official, runtime_id, endpoint_id)
    await official.call("update_agent_runtime_endpoint", runtime_id, endpoint_id, to_update())
    await official.call("delete_agent_runtime_endpoint", runtime_id, endpoint_id)
    await official.call("list_agent_runtime_endpoints", runtime_id, models.ListAgentRuntimeEndpointsRequest())
    await official.call("list_agent_runtimes", models.ListAgentRuntimesRequest())
    assert emulator.counts() == {
        "CreateAgentRuntimeEndpoint": 1,
        "GetAgentRuntimeEndpoint": 1,
        "UpdateAgentRuntimeEndpoint": 1,
        "DeleteAgentRuntimeEndpoint": 1,
        "ListAgentRuntimeEndpoints": 1,
        "ListAgentRuntimes": 1,
    }
