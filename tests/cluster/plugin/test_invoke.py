"""A chat with an endpoint by its object."""

import json

import pytest


@pytest.fixture
def chat(kubectl, emulator, runtime_id) -> str:
    """The name of an object that has an endpoint."""
    emulator.add_endpoint(runtime_id, "chat", targetVersion="1")
    kubectl.apply(
        {
            "apiVersion": "agentrun.alibabacloud.com/v1alpha1",
            "kind": "AgentRuntimeEndpoint",
            "metadata": {"name": "chat"},
            "spec": {"agentRuntimeRef": {"name": "support-bot"}},
        }
    )
    kubectl.patch("agentruntimeendpoints", "chat", {"status": {"agentRuntimeName": "support-bot"}}, "status")
    return "chat"


@pytest.fixture
def invoke(plugin, service):
    def asked(*arguments: object, **more: object):
        return plugin("invoke", *arguments, **({"AGENTRUN_DATA_ENDPOINT": service[0].url} | more))

    return asked


SAID = "support-bot/chat (version 1) heard: hello"


def test_the_answer_is_data_and_tokens_and_times_are_not(chat, invoke):
    told = invoke(chat, "hello")

    assert (told.code, told.out) == (0, f"{SAID}\n")
    assert told.err.startswith("5 tokens, first after 0.")
    assert invoke(chat, "-", input="hello").out == f"{SAID}\n"


def test_as_json_it_is_what_scripts_rely_on(chat, invoke, kubectl, emulator):
    told = invoke(chat, "hello", "-o", "json", "--session", "talk-1")

    found = json.loads(told.out)
    assert (found["endpoint"], found["session"], found["text"]) == (f"{kubectl.namespace}/chat", "talk-1", SAID)
    assert found["usage"]["completion_tokens"] == 5
    assert 0 <= found["firstTokenSeconds"] <= found["seconds"]
    assert emulator.calls("InvokeOpenAI")[-1].session_id == "talk-1"


def test_several_times_make_a_table(chat, invoke):
    told = invoke(chat, "hello", "--repeat", "3")

    assert told.code == 0
    assert [line.split()[0] for line in told.out.splitlines()] == ["RUN", "1", "2", "3", "min", "median", "max"]


def test_an_agent_that_refuses_is_1_and_one_that_is_not_reached_is_3(chat, invoke, emulator):
    emulator.fault("InvokeOpenAI", status=500)

    assert invoke(chat, "hello").code == 1
    assert invoke(chat, "hello", AGENTRUN_DATA_ENDPOINT="http://127.0.0.1:1").code == 3


def test_an_agent_cannot_speak_to_the_terminal_and_a_pipe_gets_what_it_said(chat, invoke, emulator, runtime_id):
    emulator.set_manners(runtime_id, "1", {"text": "\x1b[31mred\nand\tmore"})

    assert invoke(chat, "hello", terminal=True).out == "\\x1b[31mred\nand\tmore\n"
    assert invoke(chat, "hello").out == "\x1b[31mred\nand\tmore\n"


def test_without_an_object_an_endpoint_or_a_right_it_is_said_what_is_lacking(chat, invoke, kubectl):
    kubectl.patch("agentruntimeendpoints", chat, {"status": {"agentRuntimeName": None}}, "status")

    missing, early, forbidden = invoke("--", "-n", "hello"), invoke(chat, "hello"), invoke(chat, "x", "--as=nobody")
    assert (missing.code, f"no AgentRuntimeEndpoint -n in namespace {kubectl.namespace}" in missing.err) == (1, True)
    assert (early.code, "has no endpoint yet: no operator has looked at it" in early.err) == (1, True)
    assert (forbidden.code, "to grant it: {apiGroups:" in forbidden.err) == (3, True)
