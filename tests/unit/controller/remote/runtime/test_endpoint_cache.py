from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from agentrun_operator.agentrun.models import MOVING_STATES, Endpoint
from agentrun_operator.controller.remote.runtime.endpoint_cache import NEVER, EndpointCache
from support.controller import endpoint


@pytest.fixture
def endpoints() -> EndpointCache:
    return EndpointCache()


def listed(endpoints: EndpointCache, found: Iterable[Endpoint], began: float) -> set[str]:
    """Takes in a complete list; the names of what changed, appeared or vanished."""
    return set[str]().union(*(endpoints.seen(each, began) for each in found), endpoints.all_seen(began))


def test_an_empty_book_knows_nothing_and_was_never_listed(endpoints: EndpointCache):
    assert endpoints.find("e1", "chat") is None
    assert len(endpoints) == 0
    assert endpoints.listed_at == NEVER
    assert list(endpoints.moving()) == []


def test_an_endpoint_is_found_by_its_id_before_its_name(endpoints: EndpointCache):
    listed(endpoints, [endpoint("e1", "chat"), endpoint("e2", "chat"), endpoint("e3", "other")], 1.0)
    by_id, by_name = endpoints.find("e1", "chat"), endpoints.find("unknown", "chat")
    assert by_id is not None
    assert by_id.agent_runtime_endpoint_id == "e1"
    assert by_name is not None
    assert by_name.agent_runtime_endpoint_id == "e2"
    assert endpoints.find("", "nobody") is None


def test_an_id_leads_to_no_endpoint_of_another_name(endpoints: EndpointCache):
    listed(endpoints, [endpoint("e1", "chat"), endpoint("e2", "other")], 1.0)
    found = endpoints.find("e2", "chat")
    assert found is not None
    assert found.agent_runtime_endpoint_id == "e1"
    assert endpoints.find("e2", "nobody") is None


def test_an_endpoint_that_tells_its_name_no_longer_is_news_to_those_who_knew_it(endpoints: EndpointCache):
    listed(endpoints, [endpoint("e1", "chat")], 1.0)
    assert listed(endpoints, [Endpoint(agent_runtime_endpoint_id="e1")], 2.0) == {"chat", ""}
    assert endpoints.find("e1", "chat") is not None
    assert endpoints.nameless is not None
    assert listed(endpoints, [endpoint("e1", "chat")], 3.0) == {"chat", ""}
    assert endpoints.nameless is None


def test_an_endpoint_is_found_only_by_a_look_that_is_new_enough(endpoints: EndpointCache):
    listed(endpoints, [endpoint("e1", "chat"), endpoint("e2", "other")], 1.0)
    endpoints.seen(endpoint("e1", "chat"), 5.0)
    assert endpoints.find("e1", "chat", newer_than=4.0) is not None
    assert endpoints.find("", "chat", newer_than=4.0) is not None
    assert endpoints.find("e2", "other", newer_than=4.0) is None
    assert endpoints.find("e1", "chat", newer_than=5.0) is None


def test_a_slow_list_that_ends_behind_a_newer_one_does_not_make_it_older(endpoints: EndpointCache):
    listed(endpoints, [], 5.0)
    listed(endpoints, [], 4.0)
    assert endpoints.listed_at == 5.0


def test_a_list_tells_what_appeared_changed_and_vanished_and_nothing_else(endpoints: EndpointCache):
    before = [endpoint("same"), endpoint("changes"), endpoint("vanishes")]
    assert listed(endpoints, before, 1.0) == {"same", "changes", "vanishes"}
    after = [endpoint("same"), endpoint("changes", status="UPDATING"), endpoint("appears")]
    assert listed(endpoints, after, 2.0) == {"changes", "vanishes", "appears"}
    assert listed(endpoints, after, 3.0) == set()
    assert endpoints.find("vanishes", "vanishes") is None
    assert len(endpoints) == 3


def test_that_what_a_write_answered_was_looked_at_is_news_once(endpoints: EndpointCache):
    assert endpoints.answered(endpoint("e1"), 1.0) == {"e1"}
    assert endpoints.is_answered("e1")
    assert listed(endpoints, [endpoint("e1")], 2.0) == {"e1"}
    assert not endpoints.is_answered("e1")
    assert listed(endpoints, [endpoint("e1")], 3.0) == set()
    assert endpoints.answered(endpoint("e1"), 4.0) == set()
    assert endpoints.answered(endpoint("e1"), 5.0) == set()
    assert not endpoints.is_answered("unknown")


def test_a_list_that_began_before_a_write_is_no_look_at_what_it_made(endpoints: EndpointCache):
    endpoints.answered(endpoint("e1"), 2.0)
    assert listed(endpoints, [endpoint("e1")], 1.0) == set()
    assert endpoints.is_answered("e1")


def test_a_change_of_any_field_is_a_change(endpoints: EndpointCache):
    listed(endpoints, [endpoint("e1", description="a")], 1.0)
    assert listed(endpoints, [endpoint("e1", description="b")], 2.0) == {"e1"}


def test_a_list_says_nothing_about_an_endpoint_that_was_looked_at_after_it_began(endpoints: EndpointCache):
    endpoints.seen(endpoint("e1", status="UPDATING"), 5.0)
    assert listed(endpoints, [endpoint("e1", status="READY")], 4.0) == set()
    assert [e.status for e in endpoints.moving()] == ["UPDATING"]
    assert listed(endpoints, [endpoint("e1", status="READY")], 6.0) == {"e1"}


def test_an_endpoint_written_after_a_list_began_is_not_gone_because_the_list_lacks_it(endpoints: EndpointCache):
    endpoints.seen(endpoint("e1", status="CREATING"), 5.0)
    assert listed(endpoints, [], 4.0) == set()
    assert endpoints.find("e1", "e1") is not None
    assert listed(endpoints, [], 6.0) == {"e1"}


def test_an_endpoint_found_gone_does_not_come_back_by_a_list_that_began_before(endpoints: EndpointCache):
    listed(endpoints, [endpoint("e1")], 1.0)
    assert endpoints.gone("e1", 5.0) == {"e1"}
    assert listed(endpoints, [endpoint("e1")], 4.0) == set()
    assert endpoints.find("e1", "e1") is None


def test_an_id_that_was_gone_and_is_listed_later_is_believed(endpoints: EndpointCache):
    endpoints.gone("e1", 5.0)
    assert listed(endpoints, [endpoint("e1")], 6.0) == {"e1"}


def test_an_old_absence_does_not_remove_what_was_seen_later(endpoints: EndpointCache):
    listed(endpoints, [endpoint("e1")], 5.0)
    assert endpoints.gone("e1", 4.0) == set()
    assert endpoints.find("e1", "e1") is not None
    assert endpoints.seen(endpoint("e1", status="UPDATING"), 4.5) == set()


def test_an_old_absence_that_is_told_late_does_not_outdate_a_newer_one(endpoints: EndpointCache):
    listed(endpoints, [endpoint("e1")], 1.0)
    endpoints.gone("e1", 4.0)
    endpoints.gone("e1", 2.0)
    assert endpoints.seen(endpoint("e1"), 3.0) == set()
    assert endpoints.find("e1", "") is None


def test_an_old_look_does_not_bring_back_what_a_newer_list_lacks(endpoints: EndpointCache):
    listed(endpoints, [endpoint("e1")], 1.0)
    listed(endpoints, [], 5.0)
    assert endpoints.seen(endpoint("e1"), 4.0) == set()
    assert endpoints.find("e1", "e1") is None


def test_an_older_look_changes_nothing(endpoints: EndpointCache):
    endpoints.seen(endpoint("e1", status="READY"), 5.0)
    assert endpoints.seen(endpoint("e1", status="CREATING"), 4.0) == set()
    found = endpoints.find("e1", "")
    assert found is not None
    assert found.status == "READY"


def test_that_something_unknown_is_gone_is_no_news(endpoints: EndpointCache):
    assert endpoints.gone("e1", 1.0) == set()


def test_an_endpoint_that_was_deleted_and_made_again_is_found_under_its_name_by_its_new_id(endpoints: EndpointCache):
    listed(endpoints, [endpoint("old", "chat")], 1.0)
    assert listed(endpoints, [endpoint("new", "chat")], 2.0) == {"chat"}
    found = endpoints.find("old", "chat")
    assert found is not None
    assert found.agent_runtime_endpoint_id == "new"


def test_a_late_list_that_still_has_the_old_one_does_not_hide_the_new_one(endpoints: EndpointCache):
    listed(endpoints, [endpoint("old", "chat")], 1.0)
    endpoints.seen(endpoint("new", "chat", status="CREATING"), 5.0)
    listed(endpoints, [endpoint("old", "chat", status="DELETING")], 4.0)
    found = endpoints.find("", "chat")
    assert found is not None
    assert found.agent_runtime_endpoint_id == "new"


def test_that_the_old_one_is_gone_does_not_hide_the_new_one(endpoints: EndpointCache):
    listed(endpoints, [endpoint("old", "chat")], 1.0)
    endpoints.seen(endpoint("new", "chat"), 2.0)
    assert endpoints.gone("old", 3.0) == {"chat"}
    assert endpoints.find("", "chat") is not None


def test_moving_are_those_in_a_state_that_ends_by_itself(endpoints: EndpointCache):
    states = (*sorted(MOVING_STATES), "READY", "CREATE_FAILED", "WEIRD", "")
    listed(endpoints, [endpoint(f"in {state}", status=state) for state in states], 1.0)
    assert {e.status for e in endpoints.moving()} == MOVING_STATES
    listed(endpoints, [endpoint("in CREATING", status="READY")], 2.0)
    assert list(endpoints.moving()) == []


def test_an_endpoint_that_vanished_while_it_moved_moves_no_more(endpoints: EndpointCache):
    endpoints.seen(endpoint("e1", status="DELETING"), 1.0)
    endpoints.gone("e1", 2.0)
    assert list(endpoints.moving()) == []


def test_what_is_gone_is_not_remembered_for_ever(endpoints: EndpointCache):
    for number in range(1000):
        endpoints.gone(f"e{number}", 1.0)
    listed(endpoints, [], 2.0)
    assert endpoints._gone == {}


# A naive model: all looks are kept, and the newest one of each endpoint counts.

IDS = ("e1", "e2", "e3", "e4")
STATES = ("READY", "CREATING", "DELETING")


@dataclass
class NaiveBook:
    """Keeps for each endpoint every look and what it saw; None stands for absence."""

    looks: dict[str, list[tuple[float, Endpoint | None]]] = field(default_factory=lambda: {each: [] for each in IDS})

    def note(self, endpoint_id: str, at: float, seen: Endpoint | None) -> None:
        self.looks[endpoint_id].append((at, seen))

    def known(self, endpoint_id: str) -> Endpoint | None:
        return max(self.looks[endpoint_id], key=lambda look: look[0], default=(NEVER, None))[1]


ended_looks = st.lists(
    st.tuples(
        st.sampled_from(("list", "seen", "gone")),
        st.sampled_from(IDS),
        st.dictionaries(st.sampled_from(IDS), st.sampled_from(STATES)),
        st.sampled_from(STATES),
        st.floats(0, 3),
    ),
    max_size=30,
)


@how(deadline=None)
@given(ended_looks)
def test_whatever_the_order_in_which_looks_end_the_newest_of_each_endpoint_counts(
    steps: Iterable[tuple[str, str, dict[str, str], str, float]],
):
    endpoints, model = EndpointCache(), NaiveBook()
    listed_at = NEVER
    for number, (kind, endpoint_id, listing, state, age) in enumerate(steps):
        began = number - round(age, 2) + number * 1e-6  # no two looks begin in the same moment
        before = {each: model.known(each) for each in IDS}
        if kind == "list":
            began = listed_at = max(began, listed_at + 1e-9)  # lists are made one at a time
            for each in IDS:
                model.note(each, began, endpoint(each, status=listing[each]) if each in listing else None)
            changed = listed(endpoints, [endpoint(each, status=word) for each, word in listing.items()], began)
        elif kind == "seen":
            model.note(endpoint_id, began, endpoint(endpoint_id, status=state))
            changed = endpoints.seen(endpoint(endpoint_id, status=state), began)
        else:
            model.note(endpoint_id, began, None)
            changed = endpoints.gone(endpoint_id, began)
        assert changed == {each for each in IDS if model.known(each) != before[each]}
        for each in IDS:
            assert endpoints.find(each, "") == endpoints.find("", each) == model.known(each)
        moving = {each for each in IDS if (known := model.known(each)) and known.status in MOVING_STATES}
        assert {found.agent_runtime_endpoint_id for found in endpoints.moving()} == moving
        assert len(endpoints) == sum(model.known(each) is not None for each in IDS)
