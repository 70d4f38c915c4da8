"""Keeps the fleet as the cluster has it: lists all objects, then watches them; what fails is begun anew."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final

from agentrun_operator.plugin.cluster.endpoints import listed, path_of
from agentrun_operator.plugin.cluster.kubectl.kubectl import Kubectl
from agentrun_operator.plugin.cluster.kubectl.refusals import UnreachableError
from agentrun_operator.plugin.cluster.kubectl.rights import WATCH
from agentrun_operator.plugin.cluster.reading import full_name, mapping, text
from agentrun_operator.plugin.dashboard.fleet import Link
from agentrun_operator.plugin.dashboard.stream import Stream
from agentrun_operator.plugin.exits import PluginError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agentrun_operator.plugin.cluster.endpoints import Selection
    from agentrun_operator.plugin.dashboard.fleet import Fleet
    from agentrun_operator.plugin.session import Session

TERM: Final = 240
"""Seconds after which the API server ends a watch, which then goes on where it was."""

PATIENCE: Final = 30
"""Seconds beyond that, after which a watch is taken for dead."""

PAUSES: Final = (0.0, 1.0, 2.0, 4.0, 8.0)


class Watcher:
    """Reads the cluster for as long as the page is there.

    Args:
        session: the cluster and the time.
        selection: which objects.
        fleet: what is kept up to date.
        pauses: seconds before the list is asked for again, after so many failures in a row.
    """

    def __init__(self, session: Session, selection: Selection, fleet: Fleet, pauses: Sequence[float] = PAUSES) -> None:
        self._kubectl = session.kubectl
        # The time for one answer would end a watch, which is one.
        self._patient = Kubectl(replace(session.kubectl.connection, request_timeout="0"))
        self._now = session.now
        self._selection = selection
        self._fleet = fleet
        self._pauses = pauses
        self._version = ""
        self._as_of = 0.0
        self._closed = Event()
        self._stream: Stream | None = None

    def look(self) -> None:
        """List all objects.

        Raises:
            RefusedError, UnknownError: see `Kubectl.get`.
        """
        keys: set[str] = set()
        version = ""
        for page in listed(self._kubectl, self._selection):
            keys.update(self._fleet.put(page.objects))
            version = page.version
        self._fleet.keep_only(keys)
        self._version = version
        self._seen()

    def start(self) -> None:
        """Follow what changes after the first look, in a thread of its own."""
        Thread(target=self._run, name="watcher", daemon=True).start()

    def close(self) -> None:
        """Read no more."""
        self._closed.set()
        if self._stream:
            self._stream.stop()

    def _run(self) -> None:
        known, failures = True, 0
        while not self._closed.is_set():
            try:
                if not known:
                    self.look()
                known = False
                for _ in self._followed():
                    failures = 0
                known, failures = True, 0
            except PluginError as error:
                self._pause(failures, error)
                failures += 1

    def _pause(self, failures: int, error: PluginError) -> None:
        """The first failure in a row is made up for at once, and nobody needs to know: as a rule the API server has
        forgotten the version from which a watch is to go on.
        """
        if failures and not self._closed.is_set():
            self._fleet.tell(Link(live=False, as_of=self._as_of, why=str(error)))
        self._closed.wait(self._pauses[min(failures, len(self._pauses) - 1)])

    def _followed(self) -> Iterator[None]:
        """Take in each change from the last version on, until the API server ends the watch as it was asked to."""
        asked = {
            "watch": "1",
            "resourceVersion": self._version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(TERM),
        }
        path = path_of(self._kubectl, self._selection, asked)
        with self._streaming(path) as stream:
            self._fleet.tell(Link(live=True))
            for line in stream.lines():
                self._take(_event(line))
                self._seen()
                yield

    @contextmanager
    def _streaming(self, path: str) -> Iterator[Stream]:
        self._stream = Stream(self._patient.command(["get", f"--raw={path}"]), WATCH, TERM + PATIENCE)
        try:
            if self._closed.is_set():
                self._stream.stop()
            yield self._stream
        finally:
            self._seen()
            self._stream.end()

    def _take(self, event: dict[str, Any]) -> None:
        thing = mapping(event, "object")
        if event.get("type") == "ERROR":
            raise UnreachableError(text(thing.get("message")) or "the watch was ended")
        if event.get("type") == "DELETED":
            self._fleet.drop(full_name(thing))
        elif event.get("type") in ("ADDED", "MODIFIED"):
            self._fleet.put([dict(thing)])
        self._version = text(mapping(thing, "metadata").get("resourceVersion")) or self._version

    def _seen(self) -> None:
        self._as_of = self._now().timestamp()


def _event(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UnreachableError("the cluster answered a watch with something else than events")
    return found
