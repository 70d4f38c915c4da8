"""What is known of all objects: a row for each, and the object itself, packed. Written by the watcher's thread."""

from __future__ import annotations

import json
import zlib
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.plugin.cluster.reading import entries, full_name, mapping
from agentrun_operator.plugin.dashboard.facts import facts_of
from agentrun_operator.plugin.dashboard.feed import Feed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Object

FEEDS = 16
"""Browsers at once: each is sent all changes."""


class Kept(NamedTuple):
    """One object: its version, its row as JSON, and all of it, packed: a tenth of what it takes unpacked."""

    version: str
    row: str
    packed: bytes


class Link(NamedTuple):
    """Whether what is known is what the cluster has.

    Args:
        live: whether changes arrive.
        as_of: else the time, in seconds since 1970, up to which it was so.
        why: what is in the way.
    """

    live: bool
    as_of: float = 0
    why: str = ""

    @property
    def text(self) -> str:
        """For the browser."""
        return json.dumps({"live": self.live, "asOf": self.as_of, "why": self.why}, ensure_ascii=False)


class Fleet:
    """All objects.

    Args:
        now: the time of day.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = Lock()
        self._kept: dict[str, Kept] = {}
        self._link = Link(live=True)
        self._feeds: list[Feed] = []

    def put(self, objects: Iterable[Object]) -> list[str]:
        """Take objects in as they are now; returns their keys. Who did not change is told to nobody."""
        keys = []
        for thing in objects:
            key, version = full_name(thing), str(mapping(thing, "metadata").get("resourceVersion"))
            keys.append(key)
            known = self._kept.get(key)
            if known is None or known.version != version:
                self._change(key, _packed(thing, version, self._now()))
        return keys

    def drop(self, key: str) -> None:
        """Forget an object that is gone."""
        self._change(key, None)

    def keep_only(self, keys: Collection[str]) -> None:
        """Forget all objects but these, which are all there are."""
        for key in [each for each in self._kept if each not in keys]:
            self.drop(key)

    def tell(self, link: Link) -> None:
        """Say whether this is what the cluster has."""
        with self._lock:
            if link == self._link:
                return
            self._link = link
            for each in self._feeds:
                each.tell(link.text)

    def object_of(self, key: str) -> Object | None:
        """An object as it was last seen."""
        kept = self._kept.get(key)
        return json.loads(zlib.decompress(kept.packed)) if kept else None

    def feed(self) -> Feed | None:
        """A feed of all rows and of each change from now on; None where there are enough."""
        with self._lock:
            if len(self._feeds) >= FEEDS:
                return None
            feed = Feed({key: kept.row for key, kept in self._kept.items()}, self._link.text, self._leave)
            self._feeds.append(feed)
            return feed

    def close(self) -> None:
        """End all feeds."""
        with self._lock:
            for each in self._feeds:
                each.end()

    def _leave(self, feed: Feed) -> None:
        with self._lock:
            self._feeds.remove(feed)

    def _change(self, key: str, kept: Kept | None) -> None:
        with self._lock:
            if kept is None:
                self._kept.pop(key, None)
            else:
                self._kept[key] = kept
            for each in self._feeds:
                each.change(key, kept.row if kept else None)


def _packed(thing: Object, version: str, now: datetime) -> Kept:
    row = json.dumps(facts_of(thing, now), ensure_ascii=False, separators=(",", ":"))
    return Kept(version, row, zlib.compress(json.dumps(_trimmed(thing)).encode(), 1))


def _trimmed(thing: Object) -> Object:
    """The object without the fields of its managers, of which it counts only whether they wrote the spec."""
    fields = entries(mapping(thing, "metadata").get("managedFields"))
    kept = [{**each, "fieldsV1": {name: {} for name in mapping(each, "fieldsV1")}} for each in fields]
    return {**thing, "metadata": {**mapping(thing, "metadata"), "managedFields": kept}}
