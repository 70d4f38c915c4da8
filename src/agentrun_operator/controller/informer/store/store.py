"""The objects as last seen, trimmed to what is used. Newer always wins, whether it came from the watch or from our own
write; what is gone does not come back.

A cache and nothing else: it asks nobody and decides nothing. What an object asks for is told once, to whoever puts it
in: the answer to a write of ours may bring an edit along, and then the edit's own event is the one that tells.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from agentrun_operator.controller.informer.store.fields import UnreadableError
from agentrun_operator.controller.informer.store.news import News, Trigger
from agentrun_operator.controller.informer.store.reading import Unreadable, trimmed, unreadable
from agentrun_operator.controller.keys import Body, ObjectKey, is_leftover, key_of
from agentrun_operator.observation.selectors import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from agentrun_operator.controller.informer.store.news import Ours
    from agentrun_operator.observation.selectors import LabelSelector

GONE_FOR = 600.0
"""Seconds for which an object that is gone is remembered. A list of several pages shows it as long as it may be
continued: five minutes, until the API server compacts its history."""


class Store:
    """All objects that this operator looks after."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, selector: LabelSelector = EVERYTHING) -> None:
        """Make an empty one.

        Args:
            clock: the time in seconds.
            selector: what the watch shows. An object may be answered to a write of ours that it does not show any more.
        """
        self._clock = clock
        self._selector = selector
        self._left: set[ObjectKey] = set()
        self._bodies: dict[ObjectKey, Body] = {}
        self._told: dict[ObjectKey, Trigger] = {}
        self._expected: dict[ObjectKey, Ours] = {}
        self._overwritten: dict[ObjectKey, Mapping[str, Any]] = {}
        self._gone: dict[str, tuple[int, float]] = {}
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
        """The same object as it is known now; None if it is gone, its labels are others' now, or another has its
        name.
        """
        return None if key_of(body) in self._left else self._same(body)

    def _same(self, body: Mapping[str, Any]) -> Body | None:
        known = self._bodies.get(key_of(body))
        return known if known and _uid(known) == _uid(body) else None

    def unchanged(self, body: Body) -> bool:
        """Whether an object is as it was read here, in all that a write to AgentRun depends on."""
        found = self.current(body)
        return found is not None and Trigger.of(found).decisive == Trigger.of(body).decisive

    def former(self, body: Mapping[str, Any]) -> Body | None:
        """The object that this newer one has replaced under its name; None if there is none."""
        known = self._bodies.get(key_of(body))
        replaced = known and _uid(known) != _uid(body) and _version(known) < _version(body)
        return known if replaced and not self._is_gone(body) else None

    def put(self, body: Mapping[str, Any]) -> News:
        """Keep an object unless a newer one is known, or that it is gone.

        Returns:
            what it asks for: a look if it is new, or its spec, deletion mark, finalizers, status or our annotations
            changed since that was last told, and not by a write of ours. Of one that cannot be read: whether that is
            news.
        """
        if self._is_gone(body):
            return News.NOTHING
        key = key_of(body)
        known = self._bodies.get(key)
        if self._newest(key) < _version(body) or known is None:
            self._rewound.discard(key)
            try:
                known = self._bodies[key] = trimmed(body, known)
            except UnreadableError as error:
                return self._note_unreadable(key, unreadable(body, error))
            self._note_labels(body)
            if self._unreadable.pop(key, None):
                self._told.pop(key, None)
        trigger, told = Trigger.of(known), self._told.get(key)
        self._told[key] = trigger
        return News.LOOK if told is None else self._news(key, trigger, told)

    def _news(self, key: ObjectKey, trigger: Trigger, told: Trigger) -> News:
        ours = self._expected.get(key)
        written = told.once_written(ours, trigger) if ours else told
        if trigger in (told, written):
            return News.NOTHING
        if trigger.uid == told.uid and trigger.status not in (told.status, written.status):
            self._overwritten.setdefault(key, told.status)
        return News.OVERWRITTEN if trigger == told._replace(status=trigger.status) else News.LOOK

    def take_overwritten(self, key: ObjectKey) -> Mapping[str, Any] | None:
        """The status that an object had before somebody overwrote it, once; None if nobody did."""
        return self._overwritten.pop(key, None)

    @contextmanager
    def expecting(self, key: ObjectKey, ours: Ours) -> Iterator[None]:
        """While a write of ours is under way: that an object has what it sets, and is the same otherwise, is no news.
        The watch may tell of a write before it is answered.
        """
        self._expected[key] = ours
        try:
            yield
        except BaseException:
            if key not in self._bodies:  # else the write may have been done all the same, and the watch tells of it
                self._expected.pop(key, None)
            raise
        self._expected.pop(key, None)

    def _note_labels(self, body: Mapping[str, Any]) -> None:
        """Whether its labels are still those of an object that is looked after here, as of the newest version."""
        if self._selector.matches(body["metadata"].get("labels") or {}):
            self._left.discard(key_of(body))
        else:
            self._left.add(key_of(body))

    def _newest(self, key: ObjectKey) -> int:
        """The version that is known of an object, readable or not; 0 if none is, or none counts any more."""
        known, unread = self._bodies.get(key), self._unreadable.get(key)
        if key in self._rewound:
            return 0
        return max(_version(known) if known else 0, int(unread.version) if unread else 0)

    def _note_unreadable(self, key: ObjectKey, found: Unreadable) -> News:
        before = self._unreadable.get(key)
        self._unreadable[key] = found
        return News.NOTHING if before and (before.uid, before.why) == (found.uid, found.why) else News.LOOK

    def keep_leftover(self, body: Body) -> None:
        """Keep what an object that is gone left behind, under a name that no object has, until it is removed."""
        self._bodies[key_of(body)] = body

    def refresh(self, body: Mapping[str, Any], *, ours: Ours | None = None) -> None:
        """Keep what a write of ours was answered, if the object is still there: the watch may have told of its end
        first.

        At an equal version ours is the later one: the API server answers the write that takes the last finalizer off,
        and so ends the object, with the version that it had (measured).

        Args:
            body: the answer.
            ours: what the write set: that it stands is no news then. Whatever else is new in the answer is somebody's
                edit, for `put` to tell.
        """
        known = self._same(body)
        if known is None:
            return
        key = key_of(body)
        if _version(body) >= self._newest(key):
            try:
                known = self._bodies[key] = trimmed(body, known)
            except UnreadableError:
                return  # the watch tells of it too
            self._rewound.discard(key)
            self._note_labels(body)
        if ours and key in self._told:
            self._told[key] = self._told[key].once_answered(ours, Trigger.of(known))

    def remove(self, body: Mapping[str, Any]) -> bool:
        """Forget an object that is gone; one that was made anew under its name stays.

        Returns:
            whether it was known.
        """
        key = key_of(body)
        unread = self._unreadable.get(key)
        self._remember_end(body)
        was_unread = unread is not None and unread.uid == _uid(body)
        if was_unread:
            del self._unreadable[key]
        if self._same(body) is None:
            return was_unread
        del self._bodies[key]
        for noted in (self._told, self._overwritten, self._expected):
            noted.pop(key, None)
        self._rewound.discard(key)
        self._left.discard(key)
        return True

    def _is_gone(self, body: Mapping[str, Any]) -> bool:
        """Whether an object ended, and this is how it was before: one that a watch of some objects only let go comes
        back with a newer version.
        """
        version, ended = self._gone.get(_uid(body), (0, -GONE_FOR))
        return self._clock() - ended < GONE_FOR and _version(body) <= version

    def _remember_end(self, body: Mapping[str, Any]) -> None:
        """Remember the last version of an object that is gone; who only missed it knows none but the last one seen."""
        now, uid = self._clock(), _uid(body)
        before, _ = self._gone.pop(uid, (0, 0.0))
        last = max(before, int(body["metadata"].get("resourceVersion") or self._newest(key_of(body))))
        self._gone[uid] = last, now
        while now - self._gone[first := next(iter(self._gone))][1] >= GONE_FOR:
            del self._gone[first]


def _version(body: Mapping[str, Any]) -> int:
    """Resource versions of one kind are ordered numbers."""
    return int(body["metadata"]["resourceVersion"])


def _uid(body: Mapping[str, Any]) -> str:
    return str(body["metadata"]["uid"])
