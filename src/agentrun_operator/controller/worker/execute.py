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
    from agentrun_operator.controller.remote.runtime.runtime import RuntimeView
    from agentrun_operator.controller.worker.gather import Look, Subject
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
class Outcome:
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


async def execute(subject: Subject, look: Look, action: Write) -> Outcome:
    """Does one write.

    Raises:
        NotLeadingError: this replica may not write any more.
    """
    if look.account is None or look.view is None:
        raise LookupError("a write was decided without a look")
    try:
        endpoint = await look.account.client.run(_operation(subject, look, action))
    except errors.AgentRunError as error:
        return _failed(error, look.view)
    complete = endpoint if endpoint.status and endpoint.agent_runtime_endpoint_id else None
    look.view.wrote(complete)
    look.account.hurry(look.view.runtime_id)
    return Outcome(endpoint=complete)


def _operation(subject: Subject, look: Look, action: Write) -> Operation[Endpoint]:
    desired, runtime_id = subject.desired, look.view.runtime_id if look.view else ""
    seen = look.observed.endpoint
    match action:
        case Create():
            return operations.create_endpoint(runtime_id, create_body(desired.endpoint_name, desired.shape))
        case Update():
            return operations.update_endpoint(runtime_id, seen.id if seen else "", update_body(desired.shape))
        case Delete():
            return operations.delete_endpoint(runtime_id, seen.id if seen else "")


def _failed(error: errors.AgentRunError, view: RuntimeView) -> Outcome:
    if isinstance(error, errors.RuntimeNotReadyError | errors.ResourceNotExistError):
        view.distrust_runtime()
    return Outcome(
        problem=problem_of(error),
        taken=isinstance(error, errors.ResourceAlreadyExistError),
        gone=isinstance(error, errors.ResourceNotExistError),
        certain=isinstance(error, (*REFUSALS, errors.ResourceAlreadyExistError))
        or (isinstance(error, errors.NoAnswerError) and not error.may_have_arrived),
    )
