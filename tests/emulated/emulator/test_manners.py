"""What a version does to whoever asks it, as it arrives over a socket."""

from collections.abc import Callable

import httpx
import openai
import pytest

from agentrun_operator.emulator import EmulatorServer
from support.cluster import eventually
from support.emulator import TOKEN, Emulator

CHAT = "/agent-runtimes/support-bot/endpoints/chat/invocations/openai/v1/chat/completions"
HELLO = {"messages": [{"role": "user", "content": "Hello"}]}
BEARER = {"Authorization": f"Bearer {TOKEN}"}

Teach = Callable[..., object]


@pytest.fixture
def teach(emulator: Emulator, runtime_id: str) -> Teach:
    """Have the version behind the endpoint answer so."""
    emulator.add_endpoint(runtime_id, "chat", targetVersion="3")
    return lambda **manner: emulator.set_manners(runtime_id, "3", manner)


def test_a_version_that_hangs_never_answers(http: httpx.Client, emulator: Emulator, teach: Teach):
    teach(hang=600)
    with pytest.raises(httpx.ReadTimeout):
        http.post(CHAT, json=HELLO, headers=BEARER, timeout=0.2)
    eventually(emulator.calls, what="the call in the log")
    (call,) = emulator.calls()
    assert (call.version, call.status) == ("3", None)


def test_a_version_may_hang_up(http: httpx.Client, teach: Teach):
    teach(hang=0)
    with pytest.raises(httpx.RemoteProtocolError):
        http.post(CHAT, json=HELLO, headers=BEARER)


def test_a_late_answer_is_late(http: httpx.Client, teach: Teach):
    teach(latency=600)
    with pytest.raises(httpx.ReadTimeout):
        http.post(CHAT, json=HELLO, headers=BEARER, timeout=0.2)
    teach(latency=0.01)
    assert http.post(CHAT, json=HELLO, headers=BEARER).status_code == 200


def test_a_huge_answer_arrives_in_full(http: httpx.Client, teach: Teach):
    size = 64 * 2**20
    teach(padding=size, text="huge")
    received = 0
    with http.stream("POST", CHAT, json=HELLO, headers=BEARER) as response:
        assert int(response.headers["content-length"]) > size
        for part in response.iter_bytes():
            received += len(part)
    assert received == int(response.headers["content-length"])


def test_a_huge_answer_may_be_small_on_the_wire(http: httpx.Client, teach: Teach):
    teach(padding=16 * 2**20, gzip=True, text="huge")
    response = http.post(CHAT, json=HELLO, headers=BEARER)
    assert response.json()["choices"][0]["message"]["content"] == "huge"
    assert response.num_bytes_downloaded < 2**20
    assert len(response.content) > 16 * 2**20


@pytest.mark.parametrize("manner", [{}, {"gzip": True}, {"pause": 0.01}], ids=["plain", "compressed", "dripping"])
def test_an_endless_answer_stops_nobody_else(
    http: httpx.Client, emulator: Emulator, teach: Teach, manner: dict[str, object]
):
    teach(endless=True, **manner)
    with http.stream("POST", CHAT, json=HELLO, headers=BEARER) as response:
        parts = response.iter_raw()
        for _ in range(3):
            assert next(parts)
        assert emulator.counts() == {"InvokeOpenAI": 1}
    teach(text="well again")
    assert "well again" in http.post(CHAT, json=HELLO, headers=BEARER).text


def test_the_server_stops_in_the_middle_of_an_endless_answer(http: httpx.Client, server: EmulatorServer, teach: Teach):
    teach(endless=True, pause=600)
    with http.stream("POST", CHAT, json=HELLO, headers=BEARER) as response:
        server.stop()
        with pytest.raises(httpx.RemoteProtocolError):
            response.read()
    server.start()
    teach(text="well again")
    assert "well again" in http.post(CHAT, json=HELLO, headers=BEARER).text


def test_a_version_is_bad_from_some_call_on(http: httpx.Client, emulator: Emulator, teach: Teach):
    teach(skip=3, status=500)
    statuses = [http.post(CHAT, json=HELLO, headers=BEARER).status_code for _ in range(6)]
    assert statuses == [200] * 3 + [500] * 3
    assert emulator.invocations() == {("chat", "3"): 6}


def test_the_official_chat_client_reads_what_a_manner_says(server: EmulatorServer, teach: Teach):
    base = f"{server.url}/agent-runtimes/support-bot/endpoints/chat/invocations/openai/v1"
    teach(text="Let me look", toolCalls=["lookup_order", "refund"], completionTokens=7)
    with openai.OpenAI(base_url=base, api_key=TOKEN, max_retries=0) as chat:
        answer = chat.chat.completions.create(model="support-bot", messages=[{"role": "user", "content": "Hello"}])
        stream = chat.chat.completions.create(
            model="support-bot", messages=[{"role": "user", "content": "Hello"}], stream=True
        )
        deltas = [chunk.choices[0].delta for chunk in stream]
    message = answer.choices[0].message
    names = [call.function.name for call in message.tool_calls or [] if call.type == "function"]
    assert (message.content, names) == ("Let me look", ["lookup_order", "refund"])
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 7
    assert "".join(delta.content or "" for delta in deltas) == "Let me look"
    streamed = [call.function.name for delta in deltas for call in delta.tool_calls or [] if call.function]
    assert [name for name in streamed if name] == ["lookup_order", "refund"]
