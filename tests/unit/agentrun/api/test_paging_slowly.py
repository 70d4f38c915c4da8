"""A list is read slowly, page by page, while others change it: where it ends, and whether it was whole."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, count, repeat
from typing import Any

import pytest

from agentrun_operator.agentrun.api.paging import Listing, Traversal, read_next
from agentrun_operator.agentrun.api.protocol import Request, Response
from agentrun_operator.agentrun.models import Endpoint, Page
from support.agentrun import drive, ok

SIZE = 10
LISTING = Listing("List", ("r", "endpoints"), Page[Endpoint], lambda item: item.agent_runtime_endpoint_id, SIZE)

List = list[str]


def ids(length: int, start: int = 0) -> List:
    return [f"e{number}" for number in range(start, start + length)]


def answer(page: dict[str, Any], _: Request) -> Response:
    return ok(page)


def read_slowly(lists: Iterator[List], total: Callable[[List], int | None] = len) -> Traversal:
    """Reads a list to its end which is another at each page."""
    reading = Traversal(SIZE)
    while not reading.at_end:
        now = next(lists)
        shown = now[reading.pages * SIZE :][:SIZE]
        page = {"items": [{"agentRuntimeEndpointId": each} for each in shown], "total": total(now)}
        drive(read_next(LISTING, reading, slowly=True), partial(answer, page))
    return reading


@pytest.mark.parametrize("length", [1, 9, 10, 11, 25, 30])
def test_a_list_that_nobody_changes_ends_with_its_last_page(length: int):
    reading = read_slowly(repeat(ids(length)))
    assert reading.pages == -(-length // SIZE)
    assert reading.complete


def test_an_empty_list_ends_at_once():
    reading = read_slowly(repeat([]))
    assert reading.pages == 1
    assert reading.complete


def test_without_a_total_the_list_ends_with_an_empty_page():
    reading = read_slowly(repeat(ids(20)), total=lambda _: None)
    assert reading.pages == 3
    assert reading.complete


def test_a_total_where_servers_stop_counting_is_not_the_end():
    reading = read_slowly(repeat(ids(1_020)), total=lambda _: 1_000)
    assert len(reading.ids) == 1_020
    assert reading.complete


def test_what_is_added_meanwhile_need_not_be_seen():
    grown = (ids(new, start=1_000) + ids(30) for new in range(0, 40, 4))
    reading = read_slowly(grown)
    assert reading.ids >= set(ids(30))
    assert reading.complete


def test_a_list_that_shrinks_under_the_reader_is_known_not_to_be_whole():
    one_short = chain([ids(30)], repeat(ids(25, start=5)))
    reading = read_slowly(one_short, total=lambda _: 30)
    assert not reading.complete


def test_a_list_that_is_emptied_under_the_reader_ends_without_a_conclusion():
    reading = read_slowly(chain([ids(30)], repeat([])))
    assert reading.pages == 1
    assert not reading.complete


def test_pages_that_repeat_are_an_end():
    same_again = (["before"] * SIZE * pages + ids(SIZE) for pages in count())
    reading = read_slowly(same_again, total=lambda _: 90)
    assert reading.at_end
    assert not reading.complete
