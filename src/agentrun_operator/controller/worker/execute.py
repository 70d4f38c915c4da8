"""Does what was decided: one write to AgentRun. Its errors become a result; what follows is decided in `reconcile`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api import errors, operations
from agentrun_operator.agentrun.models import Endpoint
from agentrun_operator.observation.problems import problem_of
from agentrun_operator.reconcile.actions import Create, Delete, Update
from agentrun_operator.reconcile.after_write import WriteResult
from agentrun_operator.reconcile.state.payload import create_body, update_body

if TYPE_CHECKING:
    from agentrun_operator.agentrun.api.protocol import Operation
    from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache
    from agentrun_operator.controller.worker.run import Observation
    from agentrun_operator.reconcile.actions import Write
    from agentrun_operator.reconcile.desired import Desired

log = logging.getLogger(__name__)

REFUSALS = (
    errors.RequestRejectedError,
    errors.CredentialsRejectedError,
    errors.CredentialsNotFoundError,
    errors.ThrottledError,
    errors.RuntimeNotReadyError,
    errors.ResourceNotExistError,
    errors.ResourceAlreadyExistError,
)
"""Answers after which it is certain that nothing was done."""


async def execute(desired: Desired, observation: Observation, write: Write) -> WriteResult:
    """Do one write.

    Raises:
        NotLeadingError: this replica may not write any more.
    """
    account, cache = observation.account, observation.cache
    if account is None or cache is None:
        raise LookupError("a write was decided without a look")
    seen = observation.observed.endpoint
    try:
        endpoint = await account.client.run(_operation(desired, cache.runtime_id, seen.id if seen else "", write))
    except errors.AgentRunError as error:
        if not (isinstance(error, errors.ServiceUnavailableError) and error.done):
            return _failed(error, cache)
        log.warning("A write was done, and what AgentRun tells of it makes no sense: %s", error)
        endpoint = Endpoint()
    complete = told_in_full(endpoint)
    cache.wrote(complete)
    account.poll_soon(cache.runtime_id)
    return WriteResult(endpoint=complete, told_id=endpoint.agent_runtime_endpoint_id or "")


def told_in_full(endpoint: Endpoint) -> Endpoint | None:
    """A write's answer, if it tells how the endpoint is now; else None: a look has to show that."""
    return endpoint if endpoint.status and endpoint.agent_runtime_endpoint_id else None


def _operation(desired: Desired, runtime_id: str, endpoint_id: str, write: Write) -> Operation[Endpoint]:
    match write:
        case Create():
            return operations.create_endpoint(runtime_id, create_body(desired.endpoint_name, desired.comparable))
        case Update():
            return operations.update_endpoint(runtime_id, endpoint_id, update_body(desired.comparable))
        case Delete():
            return operations.delete_endpoint(runtime_id, endpoint_id)


def _failed(error: errors.AgentRunError, cache: RuntimeCache) -> WriteResult:
    if isinstance(error, errors.RuntimeNotReadyError | errors.ResourceNotExistError):
        cache.info.distrust()
    unsent = isinstance(error, errors.NoAnswerError) and not error.may_have_arrived
    return WriteResult(
        problem=problem_of(error),
        taken=isinstance(error, errors.ResourceAlreadyExistError),
        gone=isinstance(error, errors.ResourceNotExistError),
        certain=isinstance(error, REFUSALS) or unsent,
    )
