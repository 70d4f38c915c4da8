from typing import Any

import pytest

from agentrun_operator.emulator.checks import InvalidError
from agentrun_operator.emulator.faults.behaviour import Behaviour, Throttling
from agentrun_operator.emulator.faults.injector import Conduct, Subject
from support.emulator_clock import VirtualClock

CREATE = Subject("CreateAgentRuntimeEndpoint", "ak", "1", "runtime", None, "chat")
GET = Subject("GetAgentRuntimeEndpoint", "ak", "1", "runtime", "endpoint", "chat")


@pytest.fixture
def conduct(clock: VirtualClock) -> Conduct:
    return Conduct(Behaviour(), clock=clock)


def hits(conduct: Conduct, *subjects: Subject) -> str:
    """A letter for each call: x when a fault hits it."""
    return "".join("x" if conduct.pick(subject) else "." for subject in subjects)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param({}, "xxxxxx", id="every call"),
        pytest.param({"times": 2}, "xx....", id="the next two"),
        pytest.param({"times": 0}, "......", id="none"),
        pytest.param({"skip": 2}, "..xxxx", id="all but the first two"),
        pytest.param({"skip": 1, "times": 2}, ".xx...", id="the second and the third"),
        pytest.param({"fraction": 0}, "......", id="a fraction of nothing"),
        pytest.param({"fraction": 1}, "xxxxxx", id="a fraction of everything"),
    ],
)
def test_a_fault_hits_as_many_calls_as_it_says(conduct: Conduct, fault: dict[str, Any], expected: str):
    conduct.add_fault(fault)
    assert hits(conduct, *[CREATE] * 6) == expected


@pytest.mark.parametrize(
    ("restriction", "expected"),
    [
        pytest.param({}, "xx", id="about anything"),
        pytest.param({"action": "*"}, "xx", id="any action"),
        pytest.param({"action": "CreateAgentRuntimeEndpoint"}, "x.", id="an action"),
        pytest.param({"endpointId": "endpoint"}, ".x", id="an endpoint's id"),
        pytest.param({"endpointName": "chat"}, "xx", id="an endpoint's name"),
        pytest.param({"endpointName": "other"}, "..", id="another endpoint's name"),
        pytest.param({"runtimeId": "runtime"}, "xx", id="a runtime"),
        pytest.param({"runtimeId": "other"}, "..", id="another runtime"),
        pytest.param({"accountId": "1"}, "xx", id="an account"),
        pytest.param({"accountId": "2"}, "..", id="another account"),
        pytest.param({"accessKeyId": "ak"}, "xx", id="an access key"),
        pytest.param({"accessKeyId": "other"}, "..", id="another access key"),
        pytest.param({"action": "GetAgentRuntimeEndpoint", "endpointName": "other"}, "..", id="all must be met"),
    ],
)
def test_a_fault_hits_only_what_it_is_about(conduct: Conduct, restriction: dict[str, Any], expected: str):
    conduct.add_fault(restriction)
    assert hits(conduct, CREATE, GET) == expected


def test_calls_about_something_else_do_not_use_a_fault_up(conduct: Conduct):
    conduct.add_fault({"action": GET.action, "skip": 1, "times": 1})
    assert hits(conduct, CREATE, GET, CREATE, GET, GET) == "...x."


def test_the_first_fault_that_hits_is_the_one(conduct: Conduct):
    conduct.change({"faults": [{"status": 500, "times": 1}, {"status": 503}]})
    picked = [conduct.pick(GET), conduct.pick(GET)]
    assert [fault and fault.status for fault in picked] == [500, 503]


def test_a_fraction_is_drawn_from_the_seed(clock: VirtualClock):
    def drawn(seed: int) -> str:
        conduct = Conduct(Behaviour(seed=seed), clock=clock)
        conduct.add_fault({"fraction": 0.3})
        return hits(conduct, *[GET] * 200)

    assert drawn(1) == drawn(1) != drawn(2)
    assert 40 <= drawn(1).count("x") <= 80


def test_another_seed_draws_anew(clock: VirtualClock):
    one, other = Conduct(Behaviour(seed=1), clock=clock), Conduct(Behaviour(seed=2), clock=clock)
    for conduct in (one, other):
        conduct.add_fault({"fraction": 0.5})
    other.change({"seed": 1})
    assert hits(one, *[GET] * 50) == hits(other, *[GET] * 50)


def test_what_is_left_of_a_fault_is_shown_and_survives_other_changes(conduct: Conduct):
    conduct.add_fault({"skip": 1, "times": 3})
    hits(conduct, GET, GET)
    conduct.change({"latency": 1})
    (fault,) = conduct.show()["faults"]
    assert (fault["skip"], fault["times"]) == (0, 2)


def test_new_faults_take_the_place_of_the_old(conduct: Conduct):
    conduct.add_fault({"status": 500})
    conduct.change({"faults": []})
    assert hits(conduct, GET) == "."
    assert conduct.show()["faults"] == []


def test_nonsense_changes_nothing(conduct: Conduct):
    before = conduct.show()
    with pytest.raises(InvalidError):
        conduct.change({"latency": 1, "pageLimit": 0})
    with pytest.raises(InvalidError):
        conduct.add_fault({"status": "500"})
    assert conduct.show() == before


def test_a_reset_brings_back_the_beginning(clock: VirtualClock):
    conduct = Conduct(Behaviour(latency=2, throttling=Throttling(qps=1)), clock=clock)
    conduct.throttled("1")
    conduct.change({"latency": 0, "throttling": None, "faults": [{}]})
    conduct.reset()
    assert conduct.behaviour.latency == 2
    assert hits(conduct, GET) == "."
    assert conduct.throttled("1") == 0


def test_without_throttling_everybody_may_pass(conduct: Conduct):
    assert [conduct.throttled("1") for _ in range(1000)] == [0.0] * 1000


def test_an_account_has_a_burst_and_then_its_rate(conduct: Conduct, clock: VirtualClock):
    conduct.change({"throttling": {"qps": 2, "burst": 3}})
    assert [conduct.throttled("1") for _ in range(4)] == [0, 0, 0, 0.5]
    clock.advance(0.25)
    assert conduct.throttled("1") == 0.25
    clock.advance(0.25)
    assert conduct.throttled("1") == 0


def test_the_burst_does_not_grow_with_patience(conduct: Conduct, clock: VirtualClock):
    conduct.change({"throttling": {"qps": 2}})
    conduct.throttled("1")
    clock.advance(3600)
    assert [conduct.throttled("1") for _ in range(3)] == [0, 0, 0.5]


def test_one_account_does_not_use_up_anothers_tokens(conduct: Conduct):
    conduct.change({"throttling": {"qps": 1}})
    assert [conduct.throttled(account) for account in ("1", "2", "1", None)] == [0, 0, 1, 0]
