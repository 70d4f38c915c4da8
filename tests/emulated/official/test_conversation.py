import json

import pytest

from support.agentrun_wire import recording

SESSION = "x-agentrun-session-id"


@pytest.fixture
def endpoint_id(emulator, runtime_id):
    return emulator.add_endpoint(runtime_id, "chat", targetVersion="3")


def test_a_conversation_goes_on(sample, runtime_id, endpoint_id):
    """`invoke_openai` of the official SDK's endpoint raises AttributeError, and takes no headers."""
    messages = sample.talk(runtime_id, endpoint_id, ["Hello", "And now?"])
    assert [message["role"] for message in messages] == ["user", "assistant"] * 2
    assert messages[-1]["content"].endswith("heard: And now?")


def test_a_conversation_keeps_its_session_and_another_has_another(sample, monkeypatch, runtime_id, endpoint_id):
    with recording() as wire:
        answer = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hm."}}
        wire.answer = json.dumps(
            {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [answer]}
        ).encode()
        monkeypatch.setenv("AGENTRUN_DATA_ENDPOINT", wire.url)
        for _ in range(2):
            sample.talk(runtime_id, endpoint_id, ["Hello", "And now?"])
        one, same, other, _ = [sent.headers[SESSION] for sent in wire.sent]
    assert one == same != other


def test_a_session_may_be_in_the_config(sample, runtime_id, endpoint_id):
    said = sample.talk_in_a_session_of_the_config(runtime_id, endpoint_id, "made-up-session", "Hello")
    assert said == "support-bot/chat (version 3) heard: Hello"
