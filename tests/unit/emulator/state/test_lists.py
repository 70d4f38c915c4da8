import json
from collections import Counter

import pytest

from agentrun_operator.emulator.answers import ApiError
from agentrun_operator.emulator.state.documents import Snapshot
from agentrun_operator.emulator.state.lists import EventualIndex, Page


def index_of(total: int) -> EventualIndex:
    index = EventualIndex()
    for number in range(total):
        index.record(0.0, "runtime", f"{number * 7919 % total:05}", Snapshot.of({"number": number}))
    return index


def numbers(index: EventualIndex, page: Page, drift: int = 0) -> list[int]:
    return [item["number"] for item in json.loads(index.page("runtime", page, until=0.0, drift=drift))["items"]]


@pytest.mark.parametrize(
    ("query", "limit", "page"),
    [
        pytest.param({}, 100, Page(1, 20), id="the defaults"),
        pytest.param({"pageNumber": "3", "pageSize": "50"}, 100, Page(3, 50), id="as asked"),
        pytest.param({"pageSize": "101"}, 100, Page(1, 100), id="above the limit"),
        pytest.param({}, 10, Page(1, 10), id="a default above the limit"),
        pytest.param({"pageNumber": "", "pageSize": ""}, 100, Page(1, 20), id="empty parameters"),
    ],
)
def test_a_page_is_asked_for_by_number_and_size(query: dict[str, str], limit: int, page: Page):
    assert Page.asked(query, limit) == page


@pytest.mark.parametrize(
    "query", [{"pageNumber": "0"}, {"pageNumber": "-1"}, {"pageSize": "0"}, {"pageSize": "many"}], ids=str
)
def test_a_page_that_cannot_be_is_refused(query: dict[str, str]):
    with pytest.raises(ApiError, match=r"pageNumber|pageSize") as refused:
        Page.asked(query, 100)
    assert refused.value.code == "ERR_VALIDATION_FAILED"


@pytest.mark.parametrize(
    ("total", "size", "lengths"),
    [
        pytest.param(0, 50, [0, 0], id="nothing"),
        pytest.param(50, 50, [50, 0], id="one full page, and nothing after it"),
        pytest.param(120, 50, [50, 50, 20, 0], id="the last page is short"),
        pytest.param(3, 1, [1, 1, 1, 0], id="one by one"),
    ],
)
def test_the_pages_make_up_the_list_once(total: int, size: int, lengths: list[int]):
    index = index_of(total)
    pages = [numbers(index, Page(number, size)) for number in range(1, len(lengths) + 1)]
    assert [len(page) for page in pages] == lengths
    assert sorted(number for page in pages for number in page) == list(range(total))


def test_a_page_tells_its_number_its_size_and_the_total():
    page = json.loads(index_of(3).page("runtime", Page(2, 2), until=0.0))
    assert (page["pageNumber"], page["pageSize"], page["total"]) == (2, 2, 3)


def test_the_order_is_stable_but_not_that_of_creation():
    index = index_of(100)
    seen = numbers(index, Page(1, 100))
    assert seen == numbers(index, Page(1, 100))
    assert seen != sorted(seen)


def test_a_new_endpoint_may_land_on_any_page():
    index = index_of(10)
    index.record(0.0, "runtime", "00000a", Snapshot.of({"number": 10}))
    assert numbers(index, Page(1, 2))[1] == 10


@pytest.mark.parametrize(
    ("drift", "seen_twice", "missed"),
    [
        pytest.param(0, 0, 0, id="no drift"),
        pytest.param(3, 6, 6, id="forward: pages overlap"),
        pytest.param(-3, 6, 6, id="backward: pages leave gaps"),
    ],
)
def test_a_drifting_order_shows_some_twice_and_misses_others(drift: int, seen_twice: int, missed: int):
    index = index_of(30)
    seen = Counter(number for look in range(3) for number in numbers(index, Page(look + 1, 10), drift * look))
    assert sum(count - 1 for count in seen.values()) == seen_twice
    assert 30 - len(seen) == missed


def test_changes_are_followed_up_to_a_time_and_never_back():
    index = EventualIndex()
    index.record(1.0, "runtime", "id", Snapshot.of({"number": 1}))
    index.record(2.0, "runtime", "id", Snapshot.of({"number": 2}))
    index.record(3.0, "runtime", "id", None)
    assert b'"total":0' in index.page("runtime", Page(1, 1), until=0.9)
    assert b'"number":1' in index.page("runtime", Page(1, 1), until=1.0)
    assert b'"number":2' in index.page("runtime", Page(1, 1), until=2.9)
    assert b'"number":2' in index.page("runtime", Page(1, 1), until=1.0)
    assert b'"total":0' in index.page("runtime", Page(1, 1), until=3.0)


def test_what_is_gone_before_it_was_listed_is_no_trouble():
    index = EventualIndex()
    index.record(1.0, "runtime", "id", None)
    assert b'"total":0' in index.page("runtime", Page(1, 1), until=1.0)


def test_runtimes_do_not_share_their_lists():
    assert b'"total":0' in index_of(3).page("another", Page(1, 10), until=0.0)
