"""The state of one reconcile: whom it is for, what was seen, what was written, and how it goes on. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from agentrun_operator.controller.keys import Body, ObjectKey
    from agentrun_operator.controller.remote.accounts.account import Account
    from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache
    from agentrun_operator.controller.worker.object_memory import ObjectMemory
    from agentrun_operator.reconcile.after_write import WriteResult
    from agentrun_operator.reconcile.decision import Decision
    from agentrun_operator.reconcile.desired import Desired
    from agentrun_operator.reconcile.observed import Observed


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen, and through whom; the latter is missing where nothing was asked.

    Args:
        observed: what decisions go by.
        account: whose credentials were used.
        cache: what is known of the runtime.
        fresh: whether AgentRun itself was asked, and no older list served.
    """

    observed: Observed
    account: Account | None = None
    cache: RuntimeCache | None = None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a reconcile is for.

    Args:
        key: the object's key.
        body: the object as it was last read or written.
        desired: what it asks for.
        memory: what the process remembers of it.
    """

    key: ObjectKey
    body: Body
    desired: Desired
    memory: ObjectMemory


@dataclass(frozen=True, slots=True)
class Run:
    """One reconcile, so far.

    Args:
        subject: whom it is for.
        observation: the latest look at AgentRun.
        written: how its one write to AgentRun went; None before it.
    """

    subject: Subject
    observation: Observation
    written: WriteResult | None = None


@dataclass(frozen=True, slots=True)
class Continue:
    """Something is another way than it was decided on: decide anew."""

    run: Run


@dataclass(frozen=True, slots=True)
class Conclude:
    """Nothing is left to do now: the status is written, and the key rests as the decision says."""

    run: Run
    decision: Decision


Step: TypeAlias = Continue | Conclude
"""What comes after a decided action."""
