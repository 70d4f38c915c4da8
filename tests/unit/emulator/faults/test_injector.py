from typing import Any

import pytest

from agentrun_operator.emulator.checks import InvalidError
from agentrun_operator.emulator.faults.behaviour import Behaviour, Throttling
from agentrun_operator.emulator.faults.injector import FaultInjector, Subject
from support.emulator_clock import VirtualClock

CREATE = Subject("CreateAgentRuntimeEndpoint", "ak", "1", "runtime", None, "chat")
GET = Subject("GetAgentRuntimeEndpoint", "ak", "1", "runtime", "endpoint", "chat")


@pytest.fixture
def injector(clock: VirtualClock) -> FaultInjector:
    return FaultInjector(Behaviour(), clock=clock)


def hits(injector: FaultInjector, *subjects: Subject) -> str:
    """A letter for each call: x when a fault hits it."""
    return "".join("x" if injector.pick(subject) else "." for subject in subjects)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param({}, "xxxxxx", id="every call"),
        pytest.param({"times": 2}, "xx....", id="the next two"),
        pytest.param({"times": 0}, "......", id="none"),
        pytest.param({"every": 3}, "..x..x", id="each third"),
        pytest.param({"every": 2, "skip": 1, "times": 1}, "..x...", id="the second after the first"),
        pytest.param({"skip": 2}, "..xxxx", id="all but the first two"),
        pytest.param({"skip": 1, "times": 2}, ".xx...", id="the second and the third"),
        pytest.param({"fraction": 0}, "......", id="a fraction of nothing"),
        pytest.param({"fraction": 1}, "xxxxxx", id="a fraction of everything"),
    ],
)
def test_a_fault_hits_as_many_calls_as_it_says(injector: FaultInjector, fault: dict[str, Any], expected: str):
    injector.add_fault(fault)
    assert hits(injector, *[CREATE] * 6) == expected


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
def test_a_fault_hits_only_what_it_is_about(injector: FaultInjector, restriction: dict[str, Any], expected: str):
    injector.add_fault(restriction)
    assert hits(injector, CREATE, GET) == expected


def test_calls_about_something_else_do_not_use_a_fault_up(injector: FaultInjector):
    injector.add_fault({"action": GET.action, "skip": 1, "times": 1})
    assert hits(injector, CREATE, GET, CREATE, GET, GET) == "...x."


def test_the_first_fault_that_hits_is_the_one(injector: FaultInjector):
    injector.change({"faults": [{"status": 500, "times": 1}, {"status": 503}]})
    picked = [injector.pick(GET), injector.pick(GET)]
    assert [fault and fault.status for fault in picked] == [500, 503]


def test_a_fraction_is_drawn_from_the_seed(clock: VirtualClock):
    def drawn(seed: int) -> str:
        injector = FaultInjector(Behaviour(seed=seed), clock=clock)
        injector.add_fault({"fraction": 0.3})
        return hits(injector, *[GET] * 200)

    assert drawn(1) == drawn(1) != drawn(2)
    assert 40 <= drawn(1).count("x") <= 80


def test_another_seed_draws_anew(clock: VirtualClock):
    one, other = FaultInjector(Behaviour(seed=1), clock=clock), FaultInjector(Behaviour(seed=2), clock=clock)
    for injector in (one, other):
        injector.add_fault({"fraction": 0.5})
    other.change({"seed": 1})
    assert hits(one, *[GET] * 50) == hits(other, *[GET] * 50)


def test_what_is_left_of_a_fault_is_shown_and_survives_other_changes(injector: FaultInjector):
    injector.add_fault({"skip": 1, "times": 3})
    hits(injector, GET, GET)
    injector.change({"latency": 1})
    (fault,) = injector.show()["faults"]
    assert (fault["skip"], fault["times"]) == (0, 2)


def test_new_faults_take_the_place_of_the_old(injector: FaultInjector):
    injector.add_fault({"status": 500})
    injector.change({"faults": []})
    assert hits(injector, GET) == "."
    assert injector.show()["faults"] == []


def test_nonsense_changes_nothing(injector: FaultInjector):
    before = injector.show()
    with pytest.raises(InvalidError):
        injector.change({"latency": 1, "pageLimit": 0})
    with pytest.raises(InvalidError):
        injector.add_fault({"status": "500"})
    assert injector.show() == before


def test_a_reset_brings_back_the_beginning(clock: VirtualClock):
    injector = FaultInjector(Behaviour(latency=2, throttling=Throttling(qps=1)), clock=clock)
    injector.retry_after("1")
    injector.change({"latency": 0, "throttling": None, "faults": [{}]})
    injector.reset()
    assert injector.behaviour.latency == 2
    assert hits(injector, GET) == "."
    assert injector.retry_after("1") == 0


def test_without_throttling_everybody_may_pass(injector: FaultInjector):
    assert [injector.retry_after("1") for _ in range(1000)] == [0.0] * 1000


def test_an_account_has_a_burst_and_then_its_rate(injector: FaultInjector, clock: VirtualClock):
    injector.change({"throttling": {"qps": 2, "burst": 3}})
    assert [injector.retry_after("1") for _ in range(4)] == [0, 0, 0, 0.5]
    clock.advance(0.25)
    assert injector.retry_after("1") == 0.25
    clock.advance(0.25)
    assert injector.retry_after("1") == 0


def test_the_burst_does_not_grow_with_patience(injector: FaultInjector, clock: VirtualClock):
    injector.change({"throttling": {"qps": 2}})
    injector.retry_after("1")
    clock.advance(3600)
    assert [injector.retry_after("1") for _ in range(3)] == [0, 0, 0.5]


def test_one_account_does_not_use_up_anothers_tokens(injector: FaultInjector):
    injector.change({"throttling": {"qps": 1}})
    assert [injector.retry_after(account) for account in ("1", "2", "1", None)] == [0, 0, 1, 0]
