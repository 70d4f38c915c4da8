"""Does what was decided: one write to AgentRun, with its event and its line in the log. Errors become problems."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api import errors, operations
from agentrun_operator.controller.remote.problems import problem_of
from agentrun_operator.reconcile.actions import Create, Delete, Update
from agentrun_operator.reconcile.payload import create_body, update_body

if TYPE_CHECKING:
    from agentrun_operator.agentrun.api.protocol import Operation
    from agentrun_operator.agentrun.models import Endpoint
    from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache
    from agentrun_operator.controller.worker.gather import Observation, Subject
    from agentrun_operator.reconcile.observed import Problem

log = logging.getLogger(__name__)

Write = Create | Update | Delete

REFUSALS = (
    errors.RequestRejectedError,
    errors.CredentialsRejectedError,
    errors.CredentialsNotFoundError,
    errors.ThrottledError,
    errors.RuntimeNotReadyError,
    errors.ResourceNotExistError,
)
"""Answers after which it is certain that nothing was done."""


@dataclass(frozen=True, slots=True)
class WriteResult:
    """How a write to AgentRun went.

    Args:
        problem: why it was not done, as far as is known; None when it was accepted.
        taken: whether it was refused because the name is taken.
        gone: whether what it was about does not exist any more.
        certain: whether it is known if it was done.
        endpoint: what AgentRun answered, if that tells the endpoint's state.
    """

    problem: Problem | None = None
    taken: bool = False
    gone: bool = False
    certain: bool = True
    endpoint: Endpoint | None = None


async def execute(subject: Subject, observation: Observation, action: Write) -> WriteResult:
    """Does one write.

    Raises:
        NotLeadingError: this replica may not write any more.
    """
    if observation.account is None or observation.cache is None:
        raise LookupError("a write was decided without a look")
    try:
        endpoint = await observation.account.client.run(_operation(subject, observation, action))
    except errors.AgentRunError as error:
        return _failed(error, observation.cache)
    complete = endpoint if endpoint.status and endpoint.agent_runtime_endpoint_id else None
    observation.cache.wrote(complete)
    observation.account.poll_soon(observation.cache.runtime_id)
    return WriteResult(endpoint=complete)


def _operation(subject: Subject, observation: Observation, action: Write) -> Operation[Endpoint]:
    desired, runtime_id = subject.desired, observation.cache.runtime_id if observation.cache else ""
    seen = observation.observed.endpoint
    match action:
        case Create():
            return operations.create_endpoint(runtime_id, create_body(desired.endpoint_name, desired.comparable))
        case Update():
            return operations.update_endpoint(runtime_id, seen.id if seen else "", update_body(desired.comparable))
        case Delete():
            return operations.delete_endpoint(runtime_id, seen.id if seen else "")


def _failed(error: errors.AgentRunError, cache: RuntimeCache) -> WriteResult:
    if isinstance(error, errors.RuntimeNotReadyError | errors.ResourceNotExistError):
        cache.info.distrust()
    return WriteResult(
        problem=problem_of(error),
        taken=isinstance(error, errors.ResourceAlreadyExistError),
        gone=isinstance(error, errors.ResourceNotExistError),
        certain=isinstance(error, (*REFUSALS, errors.ResourceAlreadyExistError))
        or (isinstance(error, errors.NoAnswerError) and not error.may_have_arrived),
    )
