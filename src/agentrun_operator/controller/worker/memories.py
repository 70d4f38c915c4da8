"""What the process remembers of each object, kept at once when it changes: a reconcile may be cut off at any time.

A step of a reconcile gets its next value from here. What a memory is, `object_memory` says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agentrun_operator.controller.worker.object_memory import ObjectMemory
from agentrun_operator.controller.worker.run import Subject
from agentrun_operator.reconcile.desired import desired_of

if TYPE_CHECKING:
    from agentrun_operator.controller.keys import Body, ObjectKey
    from agentrun_operator.controller.worker.run import Run


class Memories:
    """The memories of all objects."""

    def __init__(self) -> None:
        self._of: dict[ObjectKey, ObjectMemory] = {}

    def forget(self, key: ObjectKey) -> None:
        """An object is gone."""
        self._of.pop(key, None)

    def subject(self, key: ObjectKey, body: Body) -> Subject:
        """The object, what it asks for and what is remembered of it; one made anew under its name has no past."""
        uid = body["metadata"]["uid"]
        memory = self._of.get(key)
        if memory is None or memory.uid != uid:
            memory = self._of[key] = ObjectMemory(uid)
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
        return replace(subject, memory=memory)

    def keep(self, run: Run, memory: ObjectMemory) -> Run:
        """The reconcile, with this memory of its object."""
        subject = self.remember(run.subject, memory)
        return run if subject is run.subject else replace(run, subject=subject)

    def with_body(self, run: Run, body: Body) -> Run:
        """The reconcile, after a write to its object was answered."""
        subject = run.subject
        desired = desired_of(body, subject.memory.status(body))
        return replace(run, subject=replace(subject, body=body, desired=desired))
