import re
from typing import Any

import pytest

from agentrun_operator.emulator.checks import InvalidError
from agentrun_operator.emulator.faults.behaviour import Behaviour, Fault, Throttling, Transitions

UNUSUAL = Behaviour(
    latency=0.5,
    transitions=Transitions(create=3, update=2, delete=1),
    page_limit=7,
    throttling=Throttling(qps=5, burst=2, status=503, retry_after=False),
    list_lag=4,
    list_drift=-2,
    conflict_status=500,
    refuse_delete_while_creating=True,
    refuse_update_while_busy=True,
    normalise=("strip-description",),
    seed=42,
    faults=(Fault(action="GetAgentRuntime", times=2, status=503, headers={"retry-after": "1"}), Fault(drop="before")),
)


@pytest.mark.parametrize("behaviour", [Behaviour(), UNUSUAL], ids=["defaults", "unusual"])
def test_what_is_shown_can_be_put_back(behaviour: Behaviour):
    assert Behaviour().changed(behaviour.show()) == behaviour


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, UNUSUAL, id="nothing"),
        pytest.param({"latency": 0}, {"latency": 0}, id="one setting"),
        pytest.param(
            {"transitions": {"create": 0}}, {"transitions": Transitions(create=0, update=2, delete=1)}, id="one time"
        ),
        pytest.param({"transitions": {}}, UNUSUAL, id="no time"),
        pytest.param({"transitions": None}, {"transitions": Transitions()}, id="null: the default"),
        pytest.param({"throttling": None}, {"throttling": None}, id="no throttling"),
        pytest.param({"throttling": {"qps": 1}}, {"throttling": Throttling(qps=1)}, id="throttling as a whole"),
        pytest.param({"faults": []}, {"faults": ()}, id="no faults"),
        pytest.param(
            {"faults": [{"endsIn": "CREATE_FAILED"}]}, {"faults": (Fault(ends_in="CREATE_FAILED"),)}, id="other faults"
        ),
        pytest.param({"normalise": []}, {"normalise": ()}, id="no habits"),
    ],
)
def test_a_put_changes_what_it_names_and_nothing_else(changes: dict[str, Any], expected: Behaviour | dict[str, Any]):
    after = UNUSUAL.changed(changes)
    if isinstance(expected, dict):
        expected = Behaviour(**{name: getattr(UNUSUAL, name) for name in Behaviour.model_fields} | expected)
    assert after == expected


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param([], "the body must be an object", id="no object"),
        pytest.param({"latencies": 1}, "latencies is not a known field", id="unknown"),
        pytest.param({"latencies": None}, "latencies is not a known field", id="no default of what is unknown"),
        pytest.param({"page_limit": 1}, "page_limit is not a known field", id="a name of Python's"),
        pytest.param({"latency": -1}, "latency must be from 0", id="negative"),
        pytest.param({"latency": "1s"}, "latency must be a number", id="text"),
        pytest.param({"pageLimit": 0}, "pageLimit must be at least 1", id="empty pages"),
        pytest.param({"transitions": {"publish": 1}}, "transitions.publish is not a known field", id="unknown change"),
        pytest.param({"throttling": {}}, "throttling.qps is required", id="throttling without a rate"),
        pytest.param({"throttling": {"qps": 0}}, "throttling.qps must be between 0", id="no calls at all"),
        pytest.param({"throttling": 5}, "throttling must be an object", id="throttling by a number"),
        pytest.param({"faults": {}}, "faults must be a list", id="no list of faults"),
        pytest.param({"faults": [{"headers": []}]}, "faults[0].headers must be an object", id="a list of headers"),
        pytest.param({"normalise": ["upside-down"]}, "normalise[0] must be one of", id="an unknown habit"),
        pytest.param({"faults": [{"drop": "now"}]}, "faults[0].drop must be one of before, after, midway", id="drop"),
        pytest.param({"faults": [{"answer": "xml"}]}, "faults[0].answer must be one of html, empty", id="answer"),
        pytest.param({"faults": [{"fraction": 2}]}, "faults[0].fraction must be from 0 to 1", id="fraction"),
        pytest.param({"faults": [{"effect": True}]}, "faults[0].effect is not a known field", id="unknown in a fault"),
    ],
)
def test_nonsense_is_refused_by_its_path(changes: object, complaint: str):
    with pytest.raises(InvalidError, match=re.escape(complaint)):
        UNUSUAL.changed(changes)


@pytest.mark.parametrize(
    ("fault", "lets_through"),
    [
        pytest.param({"status": 500}, False, id="an error"),
        pytest.param({"status": 500, "afterEffect": True}, True, id="an error afterwards"),
        pytest.param({"answer": "html"}, False, id="html"),
        pytest.param({"answer": "html", "afterEffect": True}, True, id="html afterwards"),
        pytest.param({"hang": 1}, False, id="hanging"),
        pytest.param({"hang": 1, "afterEffect": True}, True, id="hanging afterwards"),
        pytest.param({"drop": "before"}, False, id="dropped before"),
        pytest.param({"drop": "after"}, True, id="dropped after"),
        pytest.param({"drop": "midway"}, True, id="dropped midway"),
        pytest.param({"endsIn": "CREATE_FAILED"}, True, id="another end"),
        pytest.param({"delay": 1}, True, id="only slow"),
    ],
)
def test_a_fault_lets_the_effect_happen_or_does_not(fault: dict[str, Any], lets_through: bool):  # noqa: FBT001 - a table's column
    assert Fault.read(fault).lets_through is lets_through
