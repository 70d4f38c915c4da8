"""What apps are told: text for placeholders, literal braces, and keys that are left out."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.reconcile.connection.content import DEFAULT_KEYS, content_of, facts_of
from agentrun_operator.resources.connection import Placeholder, good_keys, good_values
from agentrun_operator.resources.reasons import Reason
from support.objects import OTHER_ID, RUNTIME, Case, a_look, an_endpoint, an_object, no_look

HOST = "1234.agentrun-data.cn-hangzhou.aliyuncs.com"
URL = f"https://{HOST}/agent-runtimes/support-bot/endpoints/chat/invocations"
SEEN = an_endpoint(endpoint_public_url=URL)
FACTS = {each.value: each.value.upper() for each in Placeholder}


def facts(*args: Any, **spec: Any) -> Any:
    return facts_of(Case(an_object(**spec), *args).given)


def test_each_placeholder_has_its_value():
    runtime = replace(RUNTIME, region="cn-hangzhou")
    body = an_object(claim=None, managementPolicy="Observe")

    assert facts_of(Case(body, a_look(SEEN, runtime=runtime)).given) == {
        "publicUrl": URL,
        "openaiBaseUrl": f"{URL}/openai/v1",
        "openaiBaseUrlSigned": f"{URL}/openai/v1".replace("1234.", "1234-ram."),
        "host": HOST,
        "runtimeName": "support-bot",
        "runtimeId": "rt-1",
        "endpointName": "chat",
        "region": "cn-hangzhou",
    }
    assert {*Placeholder} == {*FACTS}


@pytest.mark.parametrize(
    ("look", "spec"),
    [
        pytest.param(a_look(), {}, id="there is no endpoint"),
        pytest.param(no_look(Reason.THROTTLED), {}, id="nothing could be seen"),
        pytest.param(a_look(SEEN), {"claim": None}, id="the endpoint is somebody else's"),
        pytest.param(a_look(SEEN, rival="team-a/older"), {}, id="another object has it"),
    ],
)
def test_of_an_endpoint_that_is_not_this_objects_nothing_is_told(look: Any, spec: Any):
    assert facts(look, **spec) is None


def test_of_an_endpoint_that_is_only_observed_it_is_told():
    assert facts(a_look(an_endpoint(endpoint_id=OTHER_ID)), claim=None, managementPolicy="Observe") is not None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("{host}", "HOST"),
        ("x{host}y{region}", "xHOSTyREGION"),
        ("{{{host}}}", "{HOST}"),
        ("{host}}}", "HOST}"),
        ("{{host}} {host}", "{host} HOST"),
        ('{{"model": "{runtimeName}"}}', '{"model": "RUNTIMENAME"}'),
        ("{{{{{host}", "{{HOST"),
    ],
)
def test_a_placeholder_is_replaced_and_a_doubled_brace_is_one(value: str, text: str):
    assert content_of({"A": value}, FACTS).data == {"A": text}


@given(st.lists(st.sampled_from(["{{", "}}", "x", *(f"{{{each}}}" for each in Placeholder)])))
def test_what_the_rule_lets_in_is_read_as_it_was_written(parts: list[str]):
    value = "".join(parts)
    known = {"{{": "{", "}}": "}", "x": "x"}
    expected = "".join(known.get(each) or FACTS[each[1:-1]] for each in parts)
    placed = any(each not in known for each in parts)

    assert good_values({"A": value}) == placed
    assert content_of({"A": value}, FACTS).data == {"A": expected}


@given(st.text(alphabet="{}hostx \n", max_size=20))
def test_no_value_that_the_rule_lets_in_leaves_a_placeholder_open(value: str):
    if good_values({"A": value}):
        assert content_of({"A": value}, FACTS).left_out == {}


def test_without_a_public_url_the_keys_that_need_it_are_left_out():
    told = {name: text for name, text in FACTS.items() if name in ("runtimeName", "endpointName", "region")}

    content = content_of(None, told)

    assert content.data == {
        "type": "agentrun",
        "provider": "alibaba-cloud",
        "model": "RUNTIMENAME",
        "runtime": "RUNTIMENAME",
        "endpoint": "ENDPOINTNAME",
        "region": "REGION",
    }
    assert content.left_out == {"publicUrl": ("uri",), "host": ("host",), "openaiBaseUrl": ("openai-base-url",)}


def test_keys_replace_the_default_ones():
    assert set(content_of({"MODEL": "{runtimeName}"}, FACTS).data) == {"MODEL"}


def test_a_value_that_comes_out_too_long_is_left_out():
    content = content_of({"A": "{runtimeName}" * 3, "B": "{region}"}, FACTS | {"runtimeName": "x" * 1000})

    assert content.data == {"B": "REGION"}
    assert content.left_out == {"": ("A",)}


def test_a_placeholder_that_no_rule_let_in_leaves_its_key_out():
    assert content_of({"A": "{token}"}, FACTS) == ({}, {"token": ("A",)})


def test_the_default_keys_are_keys():
    assert good_keys(DEFAULT_KEYS)
