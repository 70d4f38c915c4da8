"""What AgentRun tells of a runtime and its versions, as decisions know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.agentrun.models import READY_STATES
from agentrun_operator.agentrun.odd import oddity_of
from agentrun_operator.reconcile.state.observed import RuntimeSeen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agentrun_operator.agentrun.models import Runtime, RuntimeVersion

LONGEST_VERSION = 20
"""Digits of a version's number, as in a spec. What else a list of versions holds, such as LATEST, is no number."""


def seen_of(runtime: Runtime) -> RuntimeSeen:
    """A runtime as it was told of; what is missing is empty."""
    account, region = runtime.owner
    return RuntimeSeen(
        id=runtime.agent_runtime_id or "",
        name=runtime.agent_runtime_name or "",
        ready=runtime.status in READY_STATES,
        state=runtime.status or "",
        account=account,
        region=region,
        odd=str(oddity_of(runtime) or ""),
    )


def numbers_of(versions: Iterable[RuntimeVersion]) -> list[int]:
    """The numbers of published versions."""
    words = (version.agent_runtime_version or "" for version in versions)
    return [int(word) for word in words if word.isdecimal() and len(word) <= LONGEST_VERSION]
