"""Reads a paged list to its end, whatever the service does with its pages meanwhile.

Nothing is known of the order, of the largest page or of how a list behaves while it changes, so little is believed:
items are told apart by their ids (one without any by what it tells), a short page is not the end, and `total` ends the
list only where it agrees with what was seen. A page that fails fails the list: a part must never pass for the whole.

One thing no reader of pages can rule out: when an item is deleted from a page that was read, those behind it move up,
and one may slip through. So an absence from a list is news to be confirmed, not a fact.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic

from agentrun_operator.agentrun.api.errors import ServiceUnavailableError
from agentrun_operator.agentrun.api.protocol import Operation, Request
from agentrun_operator.agentrun.models import ItemT, Page
from agentrun_operator.agentrun.odd import Odd, unidentified

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

MAX_PAGES = 20_000
"""More pages than this come from a server that never stops."""

MAX_ITEMS = 100_000
"""More items than this are no list that somebody made."""

TOO_LONG = "ListTooLong"

MAX_BYTES = 192 * 1024 * 1024
"""Nor do its pages together ever take more memory."""

MAX_PASSES = 5
"""How often a list is read that ends before its total: its items may have moved past us from page to page."""

CAPPED_TOTALS = frozenset({1_000, 10_000, 100_000})
"""Where search engines, which lists like to be made with, stop counting."""

PAGES_AHEAD = 4
"""Pages that are asked for before their turn: enough that a long list takes a fraction of the time, and few enough that
a user's change does not wait long behind them for the rate limit."""

LARGE_PAGE = 2 * 1024 * 1024
"""Bytes that a page takes in memory on the average, above which none is asked for before its turn: reading it takes
long, and whoever waits meanwhile waits for one, and not for all that came together."""

MAX_STALE_PAGES = 2
"""Pages in a row without news that end a pass: items move, but hardly two whole pages of them."""


@dataclass(frozen=True, slots=True)
class Listing(Generic[ItemT]):
    """A list that comes in pages.

    Attributes:
        action: the API action.
        path: the list's path segments.
        page_type: what a page is read as.
        identify: what tells an item from the others, None when it has nothing; then all that it tells.
        page_size: items to ask for on a page; the service may send fewer.
        filters: more query parameters.
        complete: adds to an item what its place tells, if anything; with each page, since all at the end take long.
    """

    action: str
    path: tuple[str, ...]
    page_type: type[Page[ItemT]]
    identify: Callable[[ItemT], str | None]
    page_size: int
    filters: tuple[tuple[str, str], ...] = ()
    complete: Callable[[ItemT], ItemT] = lambda item: item

    def request(self, number: int, last: int) -> Request:
        """The request for a page, counted from 1, which announces those behind it up to `last`."""
        ahead = tuple(map(self._page, range(number + 1, last + 1)))
        return replace(self._page(number), ahead=ahead)

    def _page(self, number: int) -> Request:
        query = (*self.filters, ("pageNumber", str(number)), ("pageSize", str(self.page_size)))
        return Request(self.action, "GET", self.path, query)


@dataclass(slots=True)
class Traversal:
    """What one reading from the first page on has shown so far.

    Attributes:
        asked_size: items asked for on a page.
        ids: the items that were seen.
        bytes: how much memory the pages took together, about.
        pages: pages read.
        size: items on the first of them.
        least: the lowest of the service's counts, 0 without any.
        latest: the latest of them, 0 without any.
        counted: whether a count went beyond its page: then it is one of the list.
        stale_pages: pages in a row that brought nothing new.
        ended: whether a page was empty: the service itself says that this is the end.
        whole: whether as many items were seen as the service counts.
    """

    asked_size: int
    ids: set[str] = field(default_factory=set)
    bytes: int = 0
    pages: int = 0
    size: int = 0
    least: int = 0
    latest: int = 0
    counted: bool = False
    stale_pages: int = 0
    ended: bool = False
    whole: bool = False

    def add(self, page: Page[ItemT], ids: Collection[str]) -> None:
        """Take in the next page, and the ids of what is on it."""
        fresh = set(ids) - self.ids
        self.ids |= fresh
        self.pages += 1
        self.size = self.size or len(ids)
        self.latest = max(page.total or 0, 0)
        self.least = self.latest if self.pages == 1 else min(self.latest, self.least)
        self.counted = self.counted or self.latest > len(ids)
        self.stale_pages = 0 if fresh else self.stale_pages + 1
        self.ended = not ids
        # Behind a full page there may be more, if the total counts no more than the page, or no further.
        full = len(ids) >= (page.page_size or self.asked_size)
        doubtful = full and (self.pages == 1 or page.total in CAPPED_TOTALS)
        self.whole = len(self.ids) == page.total and not doubtful

    @property
    def expected(self) -> int:
        """How many items should have been seen; at the end, what was added meanwhile need not be among them."""
        return self.least if self.ended else self.latest

    @property
    def last(self) -> int:
        """What seems to be the last page; 1 before the first was read."""
        return -(-self.latest // self.size) if self.size else 1

    @property
    def at_end(self) -> bool:
        """Whether the next page would be behind the end of a list that was read slowly, while others changed it."""
        counts = bool(self.latest) and self.latest not in CAPPED_TOTALS
        return self.ended or self.stale_pages >= MAX_STALE_PAGES or (counts and self.pages >= self.last)

    @property
    def complete(self) -> bool:
        """Whether at the end of such a list nothing should be missing but what was added meanwhile."""
        return len(self.ids) >= self.least

    @property
    def over(self) -> bool:
        """Whether there is no use in asking for the next page."""
        return self.ended or self.whole or self.stale_pages >= MAX_STALE_PAGES


def read_all(listing: Listing[ItemT]) -> Operation[list[ItemT]]:
    """Every item of a list, once, each as it was last seen.

    Raises:
        HTTPError: a page failed.
        ServiceUnavailableError: a page makes no sense, the pages repeat or never end, or the list changes so fast that
            it cannot be read whole.
    """
    found: dict[str, ItemT] = {}
    for _ in range(MAX_PASSES):
        known, reading = len(found), Traversal(listing.page_size)
        while not reading.over:
            found.update((yield from read_next(listing, reading, ahead=PAGES_AHEAD)))
            if len(found) > MAX_ITEMS:
                raise _too_long(listing)
        # An end without news settles it: what the service counts beyond that, it does not show.
        if len(found) >= reading.expected or (reading.ended and len(found) == known):
            return list(found.values())
    what = f"{MAX_PASSES} readings found {len(found)} of {reading.expected} items"
    raise ServiceUnavailableError(200, "UnstableList", what, "", listing.action)


def read_next(
    listing: Listing[ItemT], reading: Traversal, *, ahead: int = 0, slowly: bool = False
) -> Operation[dict[str, ItemT]]:
    """The next page of a reading: its items by id.

    Args:
        listing: the list.
        reading: what was read before; takes the page in.
        ahead: pages behind this one to announce, as far as there seem to be any.
        slowly: whether so much time passes between the pages that the list may have been emptied meanwhile.

    Raises:
        HTTPError: the page failed.
        ServiceUnavailableError: it makes no sense, or the pages never end.
    """
    few = reading.bytes > reading.pages * LARGE_PAGE
    response = yield listing.request(reading.pages + 1, min(reading.last, reading.pages + 1 + (0 if few else ahead)))
    page = response.read_page(listing.page_type)
    if not page.items and not _may_be_empty(page, reading):
        if slowly and reading.pages:
            reading.ended = True
            return {}
        raise response.malformed("a page without items, of a list that is not empty")
    items = _by_id(listing, page, response.request_id)
    reading.add(page, items.keys())
    reading.bytes += response.size
    if reading.bytes > MAX_BYTES or len(reading.ids) > MAX_ITEMS:
        raise _too_long(listing)
    if reading.pages >= MAX_PAGES:
        raise response.malformed(f"the list does not end within {MAX_PAGES} pages")
    return items


def _too_long(listing: Listing[ItemT]) -> ServiceUnavailableError:
    """The error for a list that nobody can have made."""
    what = f"the list has more than {MAX_ITEMS} items, or takes {MAX_BYTES // 2**20} MiB"
    return ServiceUnavailableError(200, TOO_LONG, what, "", listing.action)


def _may_be_empty(page: Page[ItemT], reading: Traversal) -> bool:
    """Whether a page without items may be believed: as a list with nothing in it, or as the end of one."""
    if page.total == 0:
        return not reading.counted  # else a whole list is said to have vanished while it was read
    if reading.pages:
        return "items" in page.model_fields_set
    unknown = page.total is None or page.total < 0
    return unknown and page.items is not None


def _by_id(listing: Listing[ItemT], page: Page[ItemT], request_id: str) -> dict[str, ItemT]:
    """What is on a page, by ids. What tells none goes by all that it tells, so that a page which comes again brings
    nothing new; what makes no sense hides nothing that does.
    """
    items: dict[str, ItemT] = {}
    alike = Counter[str]()
    for item in page.items or ():
        found = listing.identify(item)
        if not found:
            told = item.model_dump_json()
            alike[told] += 1
            items[f"{told} {alike[told]}"] = listing.complete(unidentified(item, request_id))
        elif found not in items or not isinstance(item, Odd):
            items[found] = listing.complete(item)
    return items
