import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentrun_operator.plugin.commands.importing.manifests.names import Called, object_names
from support.remote_endpoints import NAMES

LABEL = re.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def chat(endpoint: str = "chat", runtime: str = "support-bot", runtime_id: str = "rt-1") -> Called:
    return Called(endpoint, runtime, runtime_id)


CASES = {
    "its own name, where that will do": ([chat()], (), ["chat"]),
    "in small letters": ([chat("Default")], (), ["default"]),
    "with dashes for what is no letter": ([chat("Chat__EU_-")], (), ["chat-eu"]),
    "a runtime's name before it, where an object has it": ([chat()], ["chat"], ["support-bot-chat"]),
    "a runtime's name before both that want it": (
        [chat("Default"), chat("Default", "sales", "rt-2")],
        (),
        ["support-bot-default", "sales-default"],
    ),
    "a hash, where two of a runtime want it": (
        [chat("a_b"), chat("A-B")],
        (),
        ["support-bot-a-b-9d68a3c6", "support-bot-a-b-e86b2272"],
    ),
    "a hash, where the runtime's name says nothing": ([chat(runtime="客服")], ["chat"], ["chat-5ab020aa"]),
    "a hash, where it is too long": ([chat("A" * 64)], (), [f"support-bot-{'a' * 42}-3d8389e1"]),
    "a long one never before a name that is there": (
        [chat("a-chat"), chat(runtime="a"), chat(runtime="b", runtime_id="rt-2")],
        (),
        ["a-chat", "a-chat-5ab020aa", "b-chat"],
    ),
}


@pytest.mark.parametrize(("endpoints", "taken", "names"), CASES.values(), ids=CASES.keys())
def test_an_object_is_called(endpoints, taken, names):
    assert object_names(endpoints, taken) == names


CALLED = st.builds(
    Called, NAMES, st.text(max_size=70) | st.sampled_from(["a", "A", "a-a"]), st.sampled_from(["rt-1", "rt-2"])
)

ENDPOINTS = st.lists(CALLED, unique_by=lambda each: (each.runtime_id, each.endpoint), max_size=8)


@settings(max_examples=50)
@given(ENDPOINTS, st.sets(st.sampled_from(["default", "a-default", "y", "a"])))
def test_names_are_valid_and_nobody_elses(endpoints, taken):
    names = object_names(endpoints, taken)
    assert [name for name in names if not LABEL.fullmatch(name)] == []
    assert max(Counter([*names, *taken]).values(), default=1) == 1


@settings(max_examples=50)
@given(ENDPOINTS)
def test_names_do_not_depend_on_the_order_in_which_endpoints_are_told(endpoints):
    there = dict(zip(endpoints, object_names(endpoints, ()), strict=True))
    back = dict(zip(reversed(endpoints), object_names(endpoints[::-1], ()), strict=True))
    assert there == back


def test_even_a_hash_may_be_taken():
    (first,) = object_names([chat(runtime="")], ["chat"])
    (second,) = object_names([chat(runtime="")], ["chat", first])
    assert first != second
    assert second.startswith("chat-")
