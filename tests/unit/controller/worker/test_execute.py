"""What follows from the answer to a write, however odd it is."""

from typing import Any

import pytest

from agentrun_operator.controller.keys import AccountKey
from agentrun_operator.controller.remote.accounts.account import Account
from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache
from agentrun_operator.controller.worker.execute import execute
from agentrun_operator.controller.worker.run import Observation
from agentrun_operator.reconcile.actions import Create
from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.reconcile.state.observed import Observed
from support.controller import body
from support.controller_agentrun import AgentRun
from support.controller_time import clock

CREATE = "CreateAgentRuntimeEndpoint"


@pytest.mark.parametrize(
    ("data", "endpoint_id"),
    [
        pytest.param({"agentRuntimeEndpointId": "e", "status": ["x"]}, "e", id="an odd state beside an id"),
        pytest.param({"agentRuntimeEndpointId": ["e"], "status": "CREATING"}, "", id="an odd id"),
        pytest.param("done", "", id="a text"),
        pytest.param([{}], "", id="a list"),
    ],
)
async def test_a_write_that_was_accepted_is_done_however_odd_its_answer(data: Any, endpoint_id: str, no_leaks: None):
    async with AgentRun() as service:
        runtime_id = await service.runtime()
        answer = {"code": "SUCCESS", "requestId": "q", "data": data}
        await service.fault(CREATE, status=200, body=answer, afterEffect=True)
        account = Account(
            AccountKey("", "", "cn-hangzhou"), service.client, None, lambda *_: pytest.fail("nobody polls"), clock=clock
        )
        cache = RuntimeCache(runtime_id, service.client, enqueue=lambda _: None, clock=clock)
        result = await execute(desired_of(body()), Observation(Observed(), account, cache), Create())
    assert (result.problem, result.endpoint, result.endpoint_id) == (None, None, endpoint_id)
    assert service.actions == [CREATE]
