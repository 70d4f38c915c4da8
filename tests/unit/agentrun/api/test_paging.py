"""Lists are read to their end, each item once, whatever the service does with its pages."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate, count, islice, repeat
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.agentrun.api import paging
from agentrun_operator.agentrun.api.errors import HTTPError, ServiceUnavailableError, ThrottledError
from agentrun_operator.agentrun.api.paging import Listing, read_all
from agentrun_operator.agentrun.api.protocol import Request, Response
from agentrun_operator.agentrun.models import Endpoint, Page
from support.agentrun import drive, ok

Shown = list[str]
Total = Callable[[int], int | None]


@dataclass
class Service:
    """A service with a list: `show` says which ids are on a page, `count` what total it claims."""

    show: Callable[[int, int], Shown]
    count: Total
    tells_size: bool = True
    limit: int = 100
    numbers: list[int] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        query = dict(request.query)
        number, size = int(query["pageNumber"]), min(int(query["pageSize"]), self.limit)
        self.numbers.append(number)
        shown = self.show(number, size)
        page = {"items": [{"agentRuntimeEndpointId": id_} for id_ in shown], "pageNumber": number}
        told = {"total": self.count(len(shown)), "pageSize": size if self.tells_size else None}
        return ok(page | told)


def ids(count: int) -> Shown:
    return [f"e{number}" for number in range(count)]


def pages_of(all_ids: Shown) -> Callable[[int, int], Shown]:
    return lambda number, size: all_ids[(number - 1) * size : number * size]


def read(answer: Callable[[Request], Response | HTTPError], page_size: int = 10) -> Shown:
    listing = Listing(
        "ListAgentRuntimeEndpoints",
        ("r", "endpoints"),
        Page[Endpoint],
        lambda item: item.agent_runtime_endpoint_id,
        page_size,
    )
    return [str(item.agent_runtime_endpoint_id) for item in drive(read_all(listing), answer)]


@given(count=st.integers(0, 60), asked=st.integers(1, 15), limit=st.integers(1, 15), tells_size=st.booleans())
def test_an_honest_service_is_read_with_as_few_calls_as_there_are_pages(count, asked, limit, tells_size):
    service = Service(pages_of(ids(count)), lambda _: count, tells_size, limit)
    assert read(service.answer, asked) == ids(count)
    size = min(asked, limit)
    looks_beyond = count == size and (tells_size or asked <= limit)
    assert len(service.numbers) == max(1, ceil(count / size)) + looks_beyond


@given(count=st.integers(0, 60), size=st.integers(1, 15), total=st.none() | st.integers(-5, 200), tells=st.booleans())
def test_a_total_that_lies_costs_no_item(count, size, total, tells):
    on_a_boundary = total is not None and total % size == 0 and size < total < count
    claimed = count if on_a_boundary else total  # a lie that no reader can tell from the truth
    service = Service(pages_of(ids(count)), lambda _: claimed, tells)
    if count == 0 and claimed is not None and claimed > 0:
        with pytest.raises(ServiceUnavailableError, match="without items"):
            read(service.answer, size)
    else:
        assert read(service.answer, size) == ids(count)


@given(count=st.integers(0, 60), size=st.integers(1, 15))
def test_a_total_that_counts_the_page_costs_no_item(count, size):
    assert read(Service(pages_of(ids(count)), lambda shown: shown).answer, size) == ids(count)


@pytest.mark.parametrize("cap", sorted(paging.CAPPED_TOTALS)[:2])
def test_a_total_that_stops_counting_costs_no_item(cap):
    assert read(Service(pages_of(ids(cap + 7)), lambda _: cap).answer, 100) == ids(cap + 7)


@given(
    sizes=st.lists(st.integers(1, 10), max_size=8),
    claim=st.sampled_from(["true", "none", "high"]),
    tells_size=st.booleans(),
)
def test_a_short_page_is_not_the_end(sizes, claim, tells_size):
    everything = ids(sum(sizes))
    starts = [sum(sizes[:page]) for page in range(len(sizes))]
    pages = [everything[start : start + size] for start, size in zip(starts, sizes, strict=True)]
    claimed = {"true": len(everything), "none": None, "high": len(everything) + 3}[claim] if pages else 0
    service = Service(
        lambda number, _: pages[number - 1] if number <= len(pages) else [], lambda _: claimed, tells_size
    )
    assert read(service.answer) == everything


@dataclass
class Growing:
    """A list that others add to, at places of their choice, while it is read."""

    live: Shown
    places: Iterator[int]
    looks: int = 0

    def answer(self, request: Request) -> Response:
        seen = list(self.live)
        self.looks += 1
        for place in islice(self.places, 10):
            self.live.insert(place % (len(self.live) + 1), f"new{len(self.live)}")
        return Service(pages_of(seen), lambda _: len(seen)).answer(request)


@pytest.mark.parametrize("places", [repeat(0), repeat(-1), count(0, 37)], ids=["in front", "behind", "anywhere"])
def test_a_list_that_grows_is_read_without_starting_over(places):
    growing = Growing(ids(150), places)
    found = read(growing.answer, 50)
    assert len(found) == len(set(found))
    assert set(ids(150)) <= set(found)
    assert growing.looks <= 6


@given(places=st.lists(st.integers(0, 200), max_size=60), size=st.integers(1, 10), items=st.integers(0, 40))
def test_additions_never_hide_what_was_there(places, size, items):
    with suppress(ServiceUnavailableError):
        found = read(Growing(ids(items), iter(places)).answer, size)
        assert len(found) == len(set(found))
        assert set(ids(items)) <= set(found)


def moving(count: int, steps: Iterator[int]) -> Callable[[int, int], Shown]:
    """Pages of a list whose order has moved on by another step with each look."""
    moved = accumulate(steps)

    def show(number: int, size: int) -> Shown:
        by = next(moved)
        return [f"e{(place - by) % count}" for place in range((number - 1) * size, min(number * size, count))]

    return show


@pytest.mark.parametrize("step", [-7, -1, 1, 7])
def test_items_that_move_around_are_found_once(step):
    found = read(Service(moving(150, repeat(step)), lambda _: 150).answer, 50)
    assert sorted(found) == sorted(ids(150))


@given(data=st.data(), count=st.integers(1, 40), size=st.integers(1, 10))
def test_the_end_is_reached_however_items_move(data, count, size):
    steps = iter(lambda: data.draw(st.integers(0, count)), None)
    service = Service(moving(count, steps), lambda _: count)
    with suppress(ServiceUnavailableError):
        found = read(service.answer, size)
        assert len(found) == len(set(found))
    assert len(service.numbers) <= paging.MAX_PASSES * (ceil(count / size) + 1)


def test_items_that_slipped_through_are_found_in_another_reading():
    readings = iter([["e0", "e1"], ["e3"], [], ["e0", "e1"], ["e2", "e3"]])
    assert sorted(read(Service(lambda _number, _size: next(readings), lambda _: 4).answer, 2)) == ids(4)


@given(count=st.integers(0, 40), size=st.integers(1, 10), again=st.integers(0, 1))
def test_a_page_that_is_served_twice_is_taken_once(count, size, again):
    everything = ids(count)
    pages = [everything[start : start + size] for start in range(0, count, size)]
    served = [page for page in pages for _ in range(1 + again)]
    service = Service(lambda number, _: served[number - 1] if number <= len(served) else [], lambda _: count)
    assert read(service.answer, size) == everything


@pytest.mark.parametrize("total", [None, 0, 3, 7])
def test_a_service_that_stays_on_its_last_page_is_left(total):
    everything = ids(7)
    service = Service(lambda number, size: pages_of(everything)(min(number, 3), size), lambda _: total)
    assert read(service.answer, 3) == everything
    assert len(service.numbers) <= 3 + paging.MAX_STALE_PAGES


def test_a_service_that_ignores_page_numbers_does_not_pass_for_a_short_list():
    with pytest.raises(ServiceUnavailableError, match="found 10 of 25"):
        read(Service(lambda _number, _size: ids(10), lambda _: 25).answer)


def test_a_service_that_never_ends_is_left(monkeypatch):
    monkeypatch.setattr(paging, "MAX_PAGES", 50)
    service = Service(lambda number, size: [f"e{number}-{place}" for place in range(size)], lambda _: None)
    with pytest.raises(ServiceUnavailableError, match="does not end"):
        read(service.answer)
    assert len(service.numbers) == 50


def test_a_list_that_changes_faster_than_it_is_read_is_no_list():
    looks = iter(range(1000))
    with pytest.raises(ServiceUnavailableError, match=r"readings found 10 of 1000 items"):
        read(Service(lambda number, _: [f"e{next(looks)}"] if number < 3 else [], lambda _: 1000).answer)


@given(count=st.integers(11, 60), failing=st.integers(1, 2))
def test_a_page_that_fails_fails_the_list(count, failing):
    service = Service(pages_of(ids(count)), lambda _: count)

    def answer(request: Request) -> Response | HTTPError:
        broken = dict(request.query)["pageNumber"] == str(failing)
        return ThrottledError(429, "Throttling", action=request.action) if broken else service.answer(request)

    with pytest.raises(ThrottledError):
        read(answer)


def test_the_latest_sight_of_an_item_counts():
    states = iter(["CREATING", "READY"])

    def answer(_request: Request) -> Response:
        items = [{"agentRuntimeEndpointId": "e", "status": status} for status in (next(states, None),) if status]
        return ok({"items": items, "total": None})

    listing = Listing("List", (), Page[Endpoint], lambda item: item.agent_runtime_endpoint_id, 1)
    assert [item.status for item in drive(read_all(listing), answer)] == ["READY"]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"items": None, "total": 0}, id="null"),
        pytest.param({"total": 0}, id="left out"),
        pytest.param({"items": [], "total": 0}, id="an empty list"),
        pytest.param({"items": []}, id="an empty list without a total"),
        pytest.param({"items": [], "total": -1}, id="an empty list with a total unknown"),
    ],
)
def test_an_empty_list_may_be_written_in_several_ways(data):
    assert read(lambda _: ok(data)) == []


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(None, id="no data"),
        pytest.param({}, id="an empty object"),
        pytest.param([], id="a list"),
        pytest.param({"items": None}, id="null without a total"),
        pytest.param({"items": None, "total": -1}, id="null with a total unknown"),
        pytest.param({"items": None, "total": 3}, id="null of three"),
        pytest.param({"items": [], "total": 3}, id="nothing of three"),
        pytest.param({"total": 3}, id="items left out"),
        pytest.param({"items": {"a": 1}, "total": 1}, id="an object for a list"),
        pytest.param({"items": [], "total": "many"}, id="a word for a number"),
    ],
)
def test_a_page_that_makes_no_sense_never_means_nothing_there(data):
    with pytest.raises(ServiceUnavailableError):
        read(lambda _: ok(data))


@pytest.mark.parametrize("odd", [{"agentRuntimeEndpointName": "x"}, {}, None, 7, ["e9"]], ids=repr)
def test_an_item_that_tells_no_id_is_an_item_and_hides_no_other(odd):
    def answer(_: Request) -> Response:
        return ok({"items": [{"agentRuntimeEndpointId": "e1"}, odd, odd, {"agentRuntimeEndpointId": "e2"}], "total": 4})

    assert read(answer) == ["e1", "None", "None", "e2"]


@pytest.mark.parametrize("odd", [{"agentRuntimeEndpointName": "x"}, None], ids=repr)
def test_a_page_that_comes_again_and_again_ends_the_list_whatever_is_on_it(odd):
    numbers: list[str] = []

    def answer(request: Request) -> Response:
        numbers.append(dict(request.query)["pageNumber"])
        return ok({"items": [{"agentRuntimeEndpointId": "e1"}, odd, odd]})

    assert read(answer) == ["e1", "None", "None"]
    assert len(numbers) < 10


@pytest.mark.parametrize("turned", [False, True])
def test_what_makes_no_sense_hides_nothing_of_the_same_id_that_does(turned):
    items = [{"agentRuntimeEndpointId": "e", "status": ["x"]}, {"agentRuntimeEndpointId": "e", "status": "READY"}]
    shown = items[::-1] if turned else items
    listing = Listing("List", (), Page[Endpoint], lambda item: item.agent_runtime_endpoint_id, 10)
    assert [each.status for each in drive(read_all(listing), lambda _: ok({"items": shown, "total": 1}))] == ["READY"]


@pytest.mark.parametrize("last", [{"items": None, "total": 25}, {"items": [], "total": 25}], ids=["null", "empty"])
def test_the_end_may_be_written_in_several_ways(last):
    service = Service(pages_of(ids(20)), lambda _: 25)

    def answer(request: Request) -> Response:
        return service.answer(request) if dict(request.query)["pageNumber"] in {"1", "2"} else ok(last)

    assert read(answer) == ids(20)


@pytest.mark.parametrize("page", [{"items": [], "total": 0}, {"items": None, "total": 0}, {"total": 0}], ids=str)
def test_a_list_does_not_vanish_while_it_is_read(page):
    service = Service(pages_of(ids(25)), lambda _: 25)
    with pytest.raises(ServiceUnavailableError, match="without items"):
        read(lambda request: service.answer(request) if dict(request.query)["pageNumber"] == "1" else ok(page))


def test_an_end_that_is_left_out_is_no_end():
    service = Service(pages_of(ids(20)), lambda _: 25)
    with pytest.raises(ServiceUnavailableError, match="without items"):
        read(lambda request: service.answer(request) if dict(request.query)["pageNumber"] == "1" else ok({"total": 25}))
