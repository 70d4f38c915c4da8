"""The state of one reconcile: whom it is for, what was seen and written, how it goes on; and what is remembered of an
object from one to the next. Data only: nobody is asked or told in here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from agentrun_operator.controller.worker.object_memory import ObjectMemory
from agentrun_operator.reconcile.desired import desired_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.controller.keys import Body, ObjectKey
    from agentrun_operator.controller.remote.accounts.account import Account
    from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache
    from agentrun_operator.reconcile.after_write import WriteResult
    from agentrun_operator.reconcile.decision import Decision
    from agentrun_operator.reconcile.desired import Desired
    from agentrun_operator.reconcile.state.observed import Observed


class Observation(NamedTuple):
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


class Subject(NamedTuple):
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


class Run(NamedTuple):
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


class Memories:
    """What is remembered of each object, kept at once when it changes: a reconcile may be cut off at any time."""

    def __init__(self) -> None:
        self._of: dict[ObjectKey, ObjectMemory] = {}

    def forget(self, key: ObjectKey) -> ObjectMemory | None:
        """An object is gone; what was remembered of it."""
        return self._of.pop(key, None)

    def subject(self, key: ObjectKey, body: Body, overwritten: Mapping[str, Any] | None = None) -> Subject:
        """The object, what it asks for and what is remembered of it; one made anew under its name has no past.

        Args:
            key: the object's key.
            body: the object.
            overwritten: its status before somebody else wrote one, which stays the truth; None if nobody did.
        """
        uid = body["metadata"]["uid"]
        memory = self._of.get(key)
        if memory is None or memory.uid != uid:
            memory = self._of[key] = ObjectMemory(uid)
        memory = self._of[key] = memory.overwritten(overwritten)
        return Subject(key, body, desired_of(body, memory.status(body)), memory)

    def conflicted(self, key: ObjectKey) -> ObjectMemory:
        """A write was answered that the object has changed."""
        memory = self._of[key] = self._of[key].conflicted()
        return memory

    def remember(self, subject: Subject, memory: ObjectMemory) -> Subject:
        """The same object, with this memory of it."""
        if memory is subject.memory:
            return subject
        self._of[subject.key] = memory
        return Subject(subject.key, subject.body, subject.desired, memory)

    def keep(self, run: Run, memory: ObjectMemory) -> Run:
        """The reconcile, with this memory of its object."""
        subject = self.remember(run.subject, memory)
        return run if subject is run.subject else Run(subject, run.observation, run.written)

    def with_body(self, run: Run, body: Body) -> Run:
        """The reconcile, after a write to its object was answered."""
        subject = run.subject
        desired = desired_of(body, subject.memory.status(body))
        return Run(Subject(subject.key, body, desired, subject.memory), run.observation, run.written)
