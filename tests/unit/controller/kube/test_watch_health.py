"""A watch is down from when it is asked for until it is answered; a long list on the way to it is no fault."""

import pytest

from agentrun_operator.controller.kube.watch_health import GRACE, WatchHealth

BASE = "/apis/agentrun.alibabacloud.com/v1alpha1"
ALL = f"{BASE}/agentruntimeendpoints"
ONE, TWO = (f"{BASE}/namespaces/{name}/agentruntimeendpoints" for name in ("one", "two"))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(health: WatchHealth, path: str) -> None:
    health.asked(path, watching=True)
    health.answered(path, watching=True)


def listed(health: WatchHealth, path: str) -> None:
    health.asked(path, watching=False)
    health.answered(path, watching=False)


def test_nobody_is_ready_before_every_watch_was_open_once(clock: Clock):
    health = WatchHealth(("one", "two"), clock)
    assert not health.is_ready
    opened(health, ONE)
    assert not health.is_ready
    opened(health, TWO)
    assert health.is_ready
    assert health.down_for == 0.0


def test_a_watch_that_begins_again_at_once_is_no_news(clock: Clock):
    health = WatchHealth((), clock)
    opened(health, ALL)
    clock.now = 240.0
    opened(health, ALL)
    assert (health.is_ready, health.down_for) == (True, 0.0)


def test_a_watch_that_is_not_answered_is_down_from_when_it_was_first_asked_for(clock: Clock):
    health = WatchHealth((), clock)
    opened(health, ALL)
    for clock.now in (100.0, 103.0, 106.0):
        health.asked(ALL, watching=True)
    assert (health.is_ready, health.down_for) == (True, 6.0)
    clock.now = 100.1 + GRACE
    assert not health.is_ready
    opened(health, ALL)
    assert (health.is_ready, health.down_for) == (True, 0.0)


def test_one_watch_of_several_that_is_down_is_enough(clock: Clock):
    health = WatchHealth(("one", "two"), clock)
    opened(health, ONE)
    opened(health, TWO)
    health.asked(TWO, watching=True)
    clock.now = 60.0
    opened(health, ONE)
    assert (health.is_ready, health.down_for) == (False, 60.0)


def test_a_list_of_many_pages_is_on_the_way_to_a_watch(clock: Clock):
    health = WatchHealth((), clock)
    opened(health, ALL)
    for clock.now in range(100, 200, 10):
        listed(health, ALL)
        assert health.is_ready
    opened(health, ALL)
    assert health.down_for == 0.0


def test_a_list_that_is_answered_again_and_again_is_no_watch(clock: Clock):
    health = WatchHealth((), clock)
    opened(health, ALL)
    for clock.now in range(100, 200, 10):
        listed(health, ALL)
        health.asked(ALL, watching=True)
    assert (health.is_ready, health.down_for) == (False, 90.0)


def test_a_watch_that_nobody_keeps_is_down(clock: Clock):
    health = WatchHealth((), clock)
    opened(health, ALL)
    health.ended()
    clock.now = 60.0
    assert (health.is_ready, health.down_for) == (False, 60.0)


def test_what_is_no_watch_of_ours_does_not_count(clock: Clock):
    health = WatchHealth((), clock)
    opened(health, ALL)
    for path in (BASE, ONE, "/version"):
        health.asked(path, watching=True)
    clock.now = 60.0
    assert health.is_ready


def test_a_namespace_that_is_allowed_at_last_was_not_down_while_it_was_forbidden(clock: Clock):
    forbidden = {"two"}
    health = WatchHealth(("one", "two"), clock, forbidden=forbidden)
    opened(health, ONE)
    clock.now = 3600.0
    assert (health.is_ready, health.down_for) == (True, 0.0)
    forbidden.clear()
    clock.now += 5.0
    assert (health.is_ready, health.down_for) == (True, 5.0)
    clock.now += GRACE
    assert not health.is_ready
    opened(health, TWO)
    assert (health.is_ready, health.down_for) == (True, 0.0)
