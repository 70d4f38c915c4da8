import pytest

from agentrun_operator.controller.concurrency.queue.delay_queue import SLACK, DelayQueue


@pytest.fixture
def plan() -> DelayQueue[str]:
    return DelayQueue()


def test_an_empty_plan_has_nothing_due_and_no_next_time(plan: DelayQueue[str]):
    assert plan.next() is None
    assert plan.due(1e9) == []
    assert len(plan) == 0


def test_keys_fall_due_in_the_order_of_their_times_and_once(plan: DelayQueue[str]):
    for key, when in (("late", 3.0), ("early", 1.0), ("middle", 2.0), ("never yet", 9.0)):
        plan.put(key, when)
    assert plan.due(3.0) == ["early", "middle", "late"]
    assert plan.due(3.0) == []
    assert plan.next() == 9.0
    assert len(plan) == 1


def test_a_key_is_due_at_its_very_time_and_not_before(plan: DelayQueue[str]):
    plan.put("a", 5.0)
    assert plan.due(4.999) == []
    assert plan.due(5.0) == ["a"]


@pytest.mark.parametrize(
    ("times", "counts"),
    [
        pytest.param((5.0, 3.0), 3.0, id="an earlier time replaces a later one"),
        pytest.param((3.0, 5.0), 3.0, id="a later time changes nothing"),
        pytest.param((4.0, 4.0), 4.0, id="the same time counts once"),
    ],
)
def test_the_earliest_time_of_a_key_counts(plan: DelayQueue[str], times: tuple[float, ...], counts: float):
    for when in times:
        plan.put("a", when)
    assert plan.next() == counts
    assert plan.due(counts) == ["a"]
    assert plan.due(100.0) == []


def test_a_dropped_key_is_not_due_and_can_be_planned_later_again(plan: DelayQueue[str]):
    plan.put("a", 1.0)
    plan.drop("a")
    assert plan.next() is None
    plan.put("a", 4.0)
    assert plan.due(3.0) == []
    assert plan.due(4.0) == ["a"]


def test_the_time_that_a_dropped_key_had_before_counts_no_more(plan: DelayQueue[str]):
    plan.put("a", 1.0)
    plan.drop("a")
    plan.put("a", 4.0)
    assert plan.due(3.0) == []


def test_a_key_that_was_dropped_and_planned_for_the_same_time_is_due_once(plan: DelayQueue[str]):
    plan.put("a", 1.0)
    plan.drop("a")
    plan.put("a", 1.0)
    assert plan.due(1.0) == ["a"]


def test_dropping_an_unknown_key_is_no_error(plan: DelayQueue[str]):
    plan.drop("unknown")


def test_keys_need_no_order_among_themselves():
    plan: DelayQueue[object] = DelayQueue()
    plan.put(object(), 1.0)
    plan.put(object(), 1.0)
    assert len(plan.due(1.0)) == 2


def test_a_key_that_is_looked_at_often_and_planned_far_ahead_each_time_leaves_no_heap_behind(plan: DelayQueue[str]):
    plan.put("other", 7.0)
    for turn in range(10_000):
        plan.drop("a")
        plan.put("a", 3600.0 + turn)
    assert len(plan._heap) <= 2 * len(plan) + SLACK + 1
    assert plan.due(1e6) == ["other", "a"]
