"""The events of an object, the newest last."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from agentrun_operator.plugin.cluster.kubectl.refusals import ForbiddenError
from agentrun_operator.plugin.cluster.kubectl.rights import LIST_EVENTS
from agentrun_operator.plugin.cluster.reading import entries, mapping, moment, number, text
from agentrun_operator.plugin.screen.page import Line
from agentrun_operator.plugin.screen.times import since

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Kubectl

SHOWN: Final = 6
MOST: Final = 10_000
EVER: Final = datetime.min.replace(tzinfo=UTC)


def event_lines(kubectl: Kubectl, thing: Mapping[str, object], now: datetime) -> list[Line]:
    """What a page says of an object's events; where they may not be read, what is lacking.

    Raises:
        RefusedError, UnknownError: see `Kubectl.get`; never for a missing right.
    """
    metadata = mapping(thing, "metadata")
    about = f"--field-selector=involvedObject.uid={text(metadata.get('uid'))}"
    where = f"--namespace={text(metadata.get('namespace'))}"
    try:
        found = kubectl.ask(["get", "events", about, where], LIST_EVENTS)
    except ForbiddenError as error:
        return [Line("", f"not shown: {error}", "yellow")]
    return told(list(entries(found.get("items"), MOST)), now)


def told(events: list[Mapping[str, object]], now: datetime) -> list[Line]:
    """The newest of some events."""
    ordered = sorted(events, key=_order)[-SHOWN:]
    return [
        Line(f"{since(_last(each), now)} ago", _said(each), "yellow" if each.get("type") == "Warning" else "")
        for each in ordered
    ]


def _order(event: Mapping[str, object]) -> tuple[datetime, datetime]:
    """By when it was last; of one second, by when it was posted."""
    return _last(event) or EVER, moment(event.get("eventTime")) or EVER


def _said(event: Mapping[str, object]) -> str:
    count = number(event.get("count")) or number(mapping(event, "series").get("count")) or 1
    times = f" ({count} times)" if count > 1 else ""
    kind = "Warning " if event.get("type") == "Warning" else ""
    return f"{kind}{text(event.get('reason'))}{times}: {text(event.get('message'))}"


def _last(event: Mapping[str, object]) -> datetime | None:
    seen = mapping(event, "series").get("lastObservedTime")
    return moment(seen) or moment(event.get("lastTimestamp")) or moment(event.get("eventTime"))
