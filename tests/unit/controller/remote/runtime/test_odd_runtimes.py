"""A runtime or a version of which AgentRun tells something that makes no sense hides no other, and is not absent."""

from typing import Any

import pytest

from agentrun_operator.controller.remote.accounts.owner import Owner
from agentrun_operator.controller.remote.accounts.runtime_names import RuntimeNames
from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache
from agentrun_operator.controller.remote.runtime.runtime_list import RuntimeList
from agentrun_operator.observation.problems import ProblemError
from agentrun_operator.reconcile.state.claim import Claim
from support.controller_agentrun import GET_RUNTIME, LIST_RUNTIMES, LIST_VERSIONS, AgentRun
from support.controller_time import clock

pytestmark = pytest.mark.usefixtures("no_leaks")

ARN = "acs:agentrun:cn-hangzhou:1000000000000001:runtimes/r0"
SOUND = {"agentRuntimeId": "r0", "agentRuntimeName": "bot", "status": "READY", "agentRuntimeArn": ARN}


async def answers(service: AgentRun, action: str, data: Any) -> None:
    await service.fault(action, status=200, body={"code": "SUCCESS", "requestId": "odd-request", "data": data})


@pytest.mark.parametrize(
    ("odd", "ready"),
    [
        pytest.param({"status": "READY", "agentRuntimeArn": {}, "description": []}, True, id="what nobody asks for"),
        pytest.param({"status": ["READY"]}, False, id="its state"),
        pytest.param({"status": "READY", "agentRuntimeId": {}, "agentRuntimeName": 1.5}, True, id="its id"),
    ],
)
async def test_a_runtime_is_seen_as_far_as_it_makes_sense(odd: dict[str, Any], *, ready: bool):
    async with AgentRun() as service:
        await answers(service, GET_RUNTIME, odd)
        seen = await RuntimeCache("r0", service.client, enqueue=lambda _: None, clock=clock).info.seen()
    assert (seen.id, seen.ready) == ("r0", ready)
    assert "(request odd-request)" in seen.odd


@pytest.mark.parametrize("odd", [None, 7, {}, {"agentRuntimeId": [], "agentRuntimeName": {}}], ids=repr)
async def test_a_name_is_found_beside_a_runtime_that_makes_no_sense_and_is_not_said_to_be_nobodys(odd: Any):
    async with AgentRun() as service:
        await answers(service, LIST_RUNTIMES, {"items": [odd, SOUND], "total": 2})
        names = RuntimeNames(service.client, RuntimeList(service.client, clock), clock)
        assert await names.runtime_id("bot") == "r0"
        with pytest.raises(ProblemError, match="may be other") as caught:
            await names.runtime_id("other")
    assert not caught.value.problem.definite
    assert "odd-request" in caught.value.problem.message


async def test_the_account_that_was_told_before_counts_where_a_runtime_tells_none():
    claim = Claim("uid", "1000000000000001", "cn-hangzhou", "r0", "chat")
    async with AgentRun() as service:
        owner = Owner(service.client, lambda: "", "cn-hangzhou", clock)
        owner.saw("1000000000000001", "cn-hangzhou")
        await answers(service, LIST_RUNTIMES, {"items": [{"agentRuntimeArn": ["x"]}], "total": 1})
        await owner.assert_asked(claim)


@pytest.mark.parametrize(
    ("versions", "newest"),
    [
        ([{"agentRuntimeVersion": {}}, {"agentRuntimeVersion": 2}, None], "2"),
        ([{"agentRuntimeVersion": "9" * 1000}, {"agentRuntimeVersion": "3"}], "3"),
        ([{"agentRuntimeVersion": "LATEST"}], None),
    ],
)
async def test_the_newest_version_is_the_newest_that_makes_sense(versions: list[Any], newest: str | None):
    async with AgentRun() as service:
        await answers(service, LIST_VERSIONS, {"items": versions, "total": len(versions)})
        cache = RuntimeCache("r0", service.client, enqueue=lambda _: None, clock=clock)
        assert await cache.info.newest_version() == newest
