"""The objects as last seen, trimmed to what is used. Newer always wins, whether it came from the watch or from our own
write; what is gone does not come back.

A cache and nothing else: it asks nobody and decides nothing. What an object asks for is told once, to whoever puts it
in: the answer to a write of ours may bring an edit along, and then the edit's own event is the one that tells.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from agentrun_operator.controller.informer.reading import Unreadable, UnreadableError, trimmed, unreadable
from agentrun_operator.controller.keys import Body, ObjectKey, is_leftover, key_of
from agentrun_operator.resources.names import FINALIZER, PAUSED, RECONCILE_REQUESTED_AT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

GONE_FOR = 600.0
"""Seconds for which an object that is gone is remembered. A list of several pages shows it as long as it may be
continued: five minutes, until the API server compacts its history."""


class Trigger(NamedTuple):
    """What of an object asks for a look when it changes: what people write, and the marks that we do."""

    uid: str
    generation: int
    deleted_at: str | None
    paused: str | None
    requested_at: str | None
    finalizers: tuple[str, ...]
    claim: Mapping[str, Any] | None

    @property
    def decisive(self) -> tuple[object, ...]:
        """What a write to AgentRun depends on."""
        return self.uid, self.generation, self.deleted_at, self.paused, FINALIZER in self.finalizers

    @classmethod
    def of(cls, body: Body) -> Self:
        """Read them from a trimmed object."""
        metadata, annotations = body["metadata"], body["metadata"]["annotations"]
        return cls(
            uid=metadata["uid"],
            generation=metadata["generation"],
            deleted_at=metadata.get("deletionTimestamp"),
            paused=annotations.get(PAUSED),
            requested_at=annotations.get(RECONCILE_REQUESTED_AT),
            finalizers=tuple(metadata.get("finalizers") or ()),
            claim=body["status"].get("claim"),
        )


class Store:
    """All objects that this operator looks after."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Make an empty one; `clock` is the time in seconds."""
        self._clock = clock
        self._bodies: dict[ObjectKey, Body] = {}
        self._told: dict[ObjectKey, Trigger] = {}
        self._expected: dict[ObjectKey, Mapping[str, Any]] = {}
        self._gone: dict[str, float] = {}
        self._unreadable: dict[ObjectKey, Unreadable] = {}
        self._rewound: set[ObjectKey] = set()

    def __len__(self) -> int:
        return len(self._bodies)

    def __iter__(self) -> Iterator[ObjectKey]:
        return iter(tuple(self._bodies))

    def __contains__(self, key: ObjectKey) -> bool:
        return key in self._bodies

    def get(self, key: ObjectKey) -> Body | None:
        """The object, or None if there is none."""
        return self._bodies.get(key)

    def unreadable(self, key: ObjectKey) -> Unreadable | None:
        """Why the object cannot be read as it is now; None if it can. What `get` knows of it is older then."""
        return self._unreadable.get(key)

    def versions(self) -> dict[ObjectKey, tuple[str, int]]:
        """The uid and the version of every object, of those that cannot be read too."""
        readable = {key: (_uid(body), _version(body)) for key, body in self._bodies.items() if not is_leftover(key)}
        return readable | {key: (each.uid, int(each.version)) for key, each in self._unreadable.items()}

    def rewind(self) -> None:
        """The API server's history is another one than it was: from now on any version is newer than what is known, and
        every object is told anew.
        """
        self._rewound = set(self.versions())
        self._told.clear()
        self._gone.clear()

    def current(self, body: Mapping[str, Any]) -> Body | None:
        """The same object as it is known now; None if it is gone, or another has its name."""
        known = self._bodies.get(key_of(body))
        return known if known and _uid(known) == _uid(body) else None

    def former(self, body: Mapping[str, Any]) -> Body | None:
        """The object that this newer one has replaced under its name; None if there is none."""
        known = self._bodies.get(key_of(body))
        replaced = known and _uid(known) != _uid(body) and _version(known) < _version(body)
        return known if replaced and not self._is_gone(body) else None

    def put(self, body: Mapping[str, Any]) -> bool:
        """Keep an object unless a newer one is known, or that it is gone.

        Returns:
            whether it asks for anything: whether it is new, or its spec, deletion mark, finalizers, claim or our
            annotations changed since that was last told. Of one that cannot be read: whether that is news.
        """
        if self._is_gone(body):
            return False
        key = key_of(body)
        known = self._bodies.get(key)
        if self._newest(key) < _version(body) or known is None:
            self._rewound.discard(key)
            try:
                known = self._bodies[key] = trimmed(body, known)
            except UnreadableError as error:
                return self._note_unreadable(key, unreadable(body, error))
            if self._unreadable.pop(key, None):
                self._told.pop(key, None)
        trigger, told = Trigger.of(known), self._told.get(key)
        self._told[key] = trigger
        return told is None or trigger not in (told, told._replace(**self._expected.get(key, {})))

    @contextmanager
    def expecting(self, key: ObjectKey, marks: Mapping[str, Any]) -> Iterator[None]:
        """While a write of ours is under way: that an object has these marks (`finalizers`, `claim`) and is the same
        otherwise is no news. The watch may tell of a write before it is answered.
        """
        self._expected[key] = marks
        try:
            yield
        finally:
            self._expected.pop(key, None)

    def _newest(self, key: ObjectKey) -> int:
        """The version that is known of an object, readable or not; 0 if none is, or none counts any more."""
        known, unread = self._bodies.get(key), self._unreadable.get(key)
        if key in self._rewound:
            return 0
        return max(_version(known) if known else 0, int(unread.version) if unread else 0)

    def _note_unreadable(self, key: ObjectKey, found: Unreadable) -> bool:
        before = self._unreadable.get(key)
        self._unreadable[key] = found
        return before is None or (before.uid, before.why) != (found.uid, found.why)

    def keep_leftover(self, body: Body) -> None:
        """Keep what an object that is gone left behind, under a name that no object has, until it is removed."""
        self._bodies[key_of(body)] = body

    def refresh(self, body: Mapping[str, Any], *, ours: Iterable[str] = ()) -> None:
        """Keep what a write of ours was answered, if the object is still there: the watch may have told of its end
        first.

        At an equal version ours is the later one: the API server answers the write that takes the last finalizer off,
        and so ends the object, with the version that it had (measured).

        Args:
            body: the answer.
            ours: the marks that the write set (`finalizers`, `claim`): that they stand is no news then. Whatever else
                is new in the answer is somebody's edit, for `put` to tell.
        """
        known = self.current(body)
        if known is None:
            return
        key = key_of(body)
        if _version(body) >= self._newest(key):
            try:
                known = self._bodies[key] = trimmed(body, known)
            except UnreadableError:
                return  # the watch tells of it too
            self._rewound.discard(key)
        if ours and key in self._told:
            stands = Trigger.of(known)._asdict()
            self._told[key] = self._told[key]._replace(**{mark: stands[mark] for mark in ours})

    def remove(self, body: Mapping[str, Any]) -> bool:
        """Forget an object that is gone; one that was made anew under its name stays.

        Returns:
            whether it was known.
        """
        self._remember_end(_uid(body))
        key = key_of(body)
        unread = self._unreadable.get(key)
        was_unread = unread is not None and unread.uid == _uid(body)
        if was_unread:
            del self._unreadable[key]
        if self.current(body) is None:
            return was_unread
        del self._bodies[key]
        self._told.pop(key, None)
        self._rewound.discard(key)
        return True

    def _is_gone(self, body: Mapping[str, Any]) -> bool:
        ended = self._gone.get(_uid(body))
        return ended is not None and self._clock() - ended < GONE_FOR

    def _remember_end(self, uid: str) -> None:
        now = self._clock()
        self._gone.pop(uid, None)
        self._gone[uid] = now
        while now - self._gone[first := next(iter(self._gone))] >= GONE_FOR:
            del self._gone[first]


def _version(body: Mapping[str, Any]) -> int:
    """Resource versions of one kind are ordered numbers."""
    return int(body["metadata"]["resourceVersion"])


def _uid(body: Mapping[str, Any]) -> str:
    return str(body["metadata"]["uid"])
