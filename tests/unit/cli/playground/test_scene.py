from typing import Any

import pytest

from agentrun_operator.cli.playground.samples.objects import PROMOTED, READY, TAKEN_BACK, why_not
from agentrun_operator.cli.playground.scene import ACTS, next_act

TO_GOOD, TO_BAD = ACTS


def an_object(target: str, *, status: str = "True", reason: str = "RolledOut", seen: int = 1) -> dict[str, Any]:
    condition = {"type": "RolledOut", "status": status, "reason": reason, "message": "told"}
    return {
        "metadata": {"generation": 1},
        "spec": {"targetVersion": target},
        "status": {"observedGeneration": seen, "conditions": [condition]},
    }


@pytest.mark.parametrize(
    ("found", "left", "expected"),
    [
        pytest.param(an_object("1"), ACTS, TO_GOOD, id="the first version has all traffic"),
        pytest.param(an_object("1", status="False", reason="RollingOut"), ACTS, None, id="not yet"),
        pytest.param(an_object("1", seen=0), ACTS, None, id="the operator has not seen it"),
        pytest.param({"metadata": {"generation": 1}, "spec": {}}, ACTS, None, id="just made"),
        pytest.param(an_object("2", status="False", reason="RollingOut"), ACTS[1:], None, id="in the first act"),
        pytest.param(an_object("2"), ACTS[1:], TO_BAD, id="the good version was promoted"),
        pytest.param(an_object("3", status="False", reason="RolledBack"), (), None, id="it is over"),
        pytest.param(an_object("2"), ACTS, None, id="a person was faster"),
    ],
)
def test_an_act_begins_when_the_one_before_is_over(found, left, expected):
    assert next_act(found, list(left)) == expected


@pytest.mark.parametrize(
    ("found", "wanted", "expected"),
    [
        pytest.param(an_object("2"), PROMOTED, "", id="so it is"),
        pytest.param(an_object("3", status="False", reason="RolledBack"), TAKEN_BACK, "", id="for this reason"),
        pytest.param(
            an_object("3", status="False", reason="RollingOut"),
            TAKEN_BACK,
            "not RolledOut=False RolledBack (RollingOut: told)",
            id="for another reason",
        ),
        pytest.param(an_object("2"), READY, "not Ready=True (no condition: )", id="no condition"),
        pytest.param(None, READY, "missing", id="no object"),
    ],
)
def test_it_is_told_why_a_condition_is_not_there(found, wanted, expected):
    assert why_not(found, wanted) == expected
