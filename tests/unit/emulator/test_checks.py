import re

import pytest

from agentrun_operator.emulator.checks import (
    Check,
    InvalidError,
    array,
    boolean,
    integer,
    mapping,
    number,
    one_of,
    optional,
    record,
    string,
)

POINT = record({"x": integer(), "tags": array(string())}, required=("x",))


@pytest.mark.parametrize(
    ("check", "value"),
    [
        pytest.param(string(), "", id="text may be empty"),
        pytest.param(string(max_length=2), "ab", id="text of the longest length"),
        pytest.param(string(r"[a-z]+"), "abc", id="text that matches"),
        pytest.param(boolean, False, id="boolean"),
        pytest.param(integer(minimum=0), 0, id="the least integer"),
        pytest.param(number(0, 1), 1, id="the most number"),
        pytest.param(number(0, 1, exclusive=True), 0.5, id="number between"),
        pytest.param(one_of("a", "b"), "b", id="one of"),
        pytest.param(optional(boolean), None, id="null where it may be"),
        pytest.param(mapping(boolean), {"any": True}, id="mapping"),
        pytest.param(POINT, {"x": 1, "tags": ["a"]}, id="record"),
        pytest.param(POINT, {"x": 1}, id="record without what may be left out"),
        pytest.param(record({}, others=True), {"x": 1}, id="record with other fields"),
    ],
)
def test_a_good_value_passes_as_it_is(check: Check, value: object):
    assert check("it", value) == value


@pytest.mark.parametrize(
    ("check", "value", "complaint"),
    [
        pytest.param(string(), 1, "it must be a string", id="no text"),
        pytest.param(string(), None, "it must be a string", id="null"),
        pytest.param(string(max_length=2), "abc", "it must have at most 2 characters", id="long text"),
        pytest.param(string(r"[a-z]+"), "abc1", "it must match [a-z]+", id="text that matches in part"),
        pytest.param(boolean, 1, "it must be true or false", id="one is not true"),
        pytest.param(integer(), 1.0, "it must be an integer", id="float"),
        pytest.param(integer(), True, "it must be an integer", id="true is not one"),
        pytest.param(integer(minimum=0), -1, "it must be at least 0", id="below the least"),
        pytest.param(number(0), "1", "it must be a number", id="number in a string"),
        pytest.param(number(0), False, "it must be a number", id="false is not zero"),
        pytest.param(number(0, 1), 1.1, "it must be from 0 to 1", id="above the most"),
        pytest.param(number(0, 1, exclusive=True), 1, "it must be between 0 and 1", id="on the edge"),
        pytest.param(number(0, 1), float("nan"), "it must be from 0 to 1", id="not a number"),
        pytest.param(one_of("a", "b"), "c", "it must be one of a, b", id="another word"),
        pytest.param(one_of("a"), ["a"], "it must be one of a", id="an unhashable word"),
        pytest.param(array(boolean), {}, "it must be a list", id="no list"),
        pytest.param(array(boolean), [True, 0], "it[1] must be true or false", id="an item"),
        pytest.param(mapping(boolean), {"any": 0}, "it.any must be true or false", id="a value"),
        pytest.param(POINT, [], "it must be an object", id="no object"),
        pytest.param(POINT, {}, "it.x is required", id="a field is missing"),
        pytest.param(POINT, {"x": 1, "y": 2}, "it.y is not a known field", id="a field too many"),
        pytest.param(POINT, {"x": 1, "tags": [3]}, "it.tags[0] must be a string", id="deep inside"),
    ],
)
def test_a_bad_value_is_named_by_its_path(check: Check, value: object, complaint: str):
    with pytest.raises(InvalidError, match=f"^{re.escape(complaint)}$"):
        check("it", value)


def test_the_outermost_object_has_no_path():
    with pytest.raises(InvalidError, match=r"^x is required$"):
        POINT("", {})
    with pytest.raises(InvalidError, match=r"^the body must be an object$"):
        POINT("", None)
