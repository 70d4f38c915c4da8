"""What a browser is sent, however slow it is and however many there are."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from agentrun_operator.plugin.dashboard.app import FeedResponse
from agentrun_operator.plugin.dashboard.feed import BATCH
from agentrun_operator.plugin.dashboard.fleet import FEEDS, Fleet, Link
from support.objects import NOW, a_status, an_object

Object = dict[str, Any]


def thing(name: str, version: int = 1, **status: Any) -> Object:
    made = an_object(name=name, status=a_status(**status))
    made["metadata"]["resourceVersion"] = str(version)
    return made


def a_fleet(*objects: Object) -> Fleet:
    fleet = Fleet(lambda: NOW)
    fleet.put(objects)
    return fleet


class Browser:
    """One that takes what it is sent, when it is told to.

    Args:
        fleet: what it looks at.
        patience: of the server.
    """

    def __init__(self, fleet: Fleet, patience: float = 30) -> None:
        feed = fleet.feed()
        assert feed is not None
        self.feed = feed
        self.taking = asyncio.Event()
        self.taking.set()
        self.gone = asyncio.Event()
        self.sent: list[tuple[str, Any]] = []
        self._took = asyncio.Condition()
        self.answer = asyncio.ensure_future(FeedResponse(feed, patience)({}, self._receive, self._send))

    async def _receive(self) -> Object:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self.taking.wait()
        for part in message.get("body", b"").decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in part.splitlines())
            if "event" in fields:
                self.sent.append((fields["event"], json.loads(fields["data"])))
        async with self._took:
            self._took.notify_all()

    async def until(self, event: str, name: str = "") -> None:
        """Wait for an event, and for the row of an object."""
        async with asyncio.timeout(10), self._took:
            await self._took.wait_for(lambda: event in [kind for kind, _ in self.sent] and self._has(name))

    def _has(self, name: str) -> bool:
        return not name or name in [row["name"] for row in self.rows()]

    def rows(self) -> Iterator[Object]:
        """All rows that it was sent."""
        return (row for kind, data in self.sent if kind == "rows" for row in data["rows"])

    async def leave(self) -> None:
        """Go."""
        self.gone.set()
        await self.answer


async def test_a_browser_is_sent_all_rows_in_batches_and_a_word_that_these_are_all():
    browser = Browser(a_fleet(*(thing(f"n{place}") for place in range(2 * BATCH + 1))))
    await browser.until("complete")

    assert [kind for kind, _ in browser.sent] == ["begin", "link", "rows", "rows", "rows", "complete"]
    assert len(list(browser.rows())) == 2 * BATCH + 1
    await browser.leave()


async def test_then_it_is_sent_what_changes_and_nothing_else():
    fleet = a_fleet(thing("chat"), thing("sales"))
    browser = Browser(fleet)
    await browser.until("complete")
    browser.sent.clear()

    fleet.put([thing("chat", 2, ready="False UpdateFailed"), thing("sales", 1)])
    fleet.drop("team-a/sales")
    await browser.until("rows")
    assert [(row["name"], row["word"]) for row in browser.rows()] == [("chat", "Failing")]
    assert browser.sent[0][1]["gone"] == ["team-a/sales"]

    browser.sent.clear()
    fleet.tell(Link(live=False, as_of=5, why="out of reach"))
    await browser.until("link")
    assert browser.sent == [("link", {"live": False, "asOf": 5, "why": "out of reach"})]
    await browser.leave()


async def test_of_an_object_that_changes_all_the_time_a_slow_browser_is_sent_the_newest_row_alone():
    fleet = a_fleet(thing("chat"))
    browser = Browser(fleet)
    await browser.until("complete")
    browser.sent.clear()
    browser.taking.clear()

    for version in range(2, 1000):
        fleet.put([thing("chat", version, targetVersion=str(version))])
        await asyncio.sleep(0)
    browser.taking.set()
    fleet.put([thing("last")])
    await browser.until("rows", "last")
    seen = [row["shares"][0][0] for row in browser.rows() if row["name"] == "chat"]
    assert seen[-1] == "999"
    assert len(seen) <= 2
    await browser.leave()


async def test_a_browser_that_takes_nothing_loses_its_place():
    fleet = a_fleet(thing("chat"))
    browser = Browser(fleet, patience=0)
    browser.taking.clear()
    await browser.answer

    assert len([fleet.feed() for _ in range(FEEDS)]) == FEEDS


async def test_more_browsers_than_there_is_room_for_are_sent_away_until_one_leaves():
    fleet = a_fleet()
    first, *_ = browsers = [Browser(fleet) for _ in range(FEEDS)]
    assert fleet.feed() is None

    await first.leave()
    assert fleet.feed() is not None
    for each in browsers[1:]:
        await each.leave()


async def test_all_feeds_end_when_the_page_does():
    fleet = a_fleet(thing("chat"))
    browser = Browser(fleet)
    await browser.until("complete")

    fleet.close()
    async with asyncio.timeout(10):
        await browser.answer


async def test_an_object_is_kept_small_and_tells_the_same():
    fields = [{"manager": "helm", "fieldsV1": {"f:spec": {"f:targetVersion": {}}}, "time": "2026-11-22T11:00:00Z"}]
    kept = thing("chat")
    kept["metadata"]["managedFields"] = fields
    fleet = a_fleet(kept)

    found = fleet.object_of("team-a/chat")
    assert found is not None
    assert found["metadata"]["managedFields"] == [fields[0] | {"fieldsV1": {"f:spec": {}}}]
    assert found["spec"] == kept["spec"]
    assert fleet.object_of("team-a/other") is None
