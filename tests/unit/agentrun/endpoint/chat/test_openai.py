"""Where a chat goes, who signs it, and what it takes along; the calls themselves are tests/emulated/client."""

from collections.abc import Callable

import pytest

from agentrun_operator.agentrun.api.errors import ConfigError, ServiceUnavailableError
from agentrun_operator.agentrun.api.protocol import Request, Response
from agentrun_operator.agentrun.auth.credentials import Credentials
from agentrun_operator.agentrun.auth.secret import Secret
from agentrun_operator.agentrun.endpoint.chat.openai import NO_API_KEY, Chat, data_plane, names_of
from support.agentrun import a_config, drive, ok

KEY = Credentials("made-up-id", Secret("made-up-secret"))
ACCOUNT = "1000000000000001"


@pytest.mark.parametrize(
    ("settings", "signed", "url"),
    [
        ({}, True, f"https://{ACCOUNT}-ram.agentrun-data.cn-hangzhou.aliyuncs.com"),
        ({}, False, f"https://{ACCOUNT}.agentrun-data.cn-hangzhou.aliyuncs.com"),
        ({"region_id": "cn-beijing"}, True, f"https://{ACCOUNT}-ram.agentrun-data.cn-beijing.aliyuncs.com"),
        ({"data_endpoint": "http://127.0.0.1:9090"}, True, "http://127.0.0.1:9090"),
        ({"data_endpoint": "https://gateway.test/data/"}, True, "https://gateway.test/data"),
        (
            {"data_endpoint": "7.agentrun-data.{region}.aliyuncs.com"},
            True,
            "https://7-ram.agentrun-data.cn-hangzhou.aliyuncs.com",
        ),
        (
            {"data_endpoint": "7.agentrun-data.{region}.aliyuncs.com"},
            False,
            "https://7.agentrun-data.cn-hangzhou.aliyuncs.com",
        ),
        (
            {"data_endpoint": "7-ram.agentrun-data.cn-hangzhou.aliyuncs.com"},
            True,
            "https://7-ram.agentrun-data.cn-hangzhou.aliyuncs.com",
        ),
    ],
)
def test_a_signed_call_goes_to_the_host_for_signed_calls(settings, signed, url):
    assert data_plane(a_config(**settings), signed=signed) == url


def test_without_an_account_there_is_no_address():
    with pytest.raises(ConfigError, match="AGENTRUN_ACCOUNT_ID"):
        data_plane(a_config(account_id=""), signed=True)


def test_without_an_account_an_address_is_enough():
    assert data_plane(a_config(account_id="", data_endpoint="data.test"), signed=True) == "https://data.test"


def test_names_are_escaped():
    chat = Chat(a_config(data_endpoint="data.test"), "a b/c", "e?", KEY)
    assert chat.base_url == "https://data.test/agent-runtimes/a%20b%2Fc/endpoints/e%3F/invocations/openai/v1"


def test_a_signed_call_takes_no_token_along():
    chat = Chat(a_config(token="t0ken"), "r", "e", KEY)
    assert chat.client_options["api_key"] == NO_API_KEY
    assert "authorization" in chat.unsent_headers
    assert "t0ken" not in str(chat.client_options)


def test_a_token_replaces_the_signature():
    chat = Chat(a_config(token="t0ken"), "r", "e", None)
    assert chat.auth is None
    assert chat.client_options["api_key"] == "t0ken"
    assert chat.client_options["default_headers"]["agentrun-access-token"] == "t0ken"
    assert "authorization" not in chat.unsent_headers


def test_own_headers_are_taken_along():
    assert (
        Chat(a_config(headers={"x-session": "1"}), "r", "e", KEY).client_options["default_headers"]["x-session"] == "1"
    )


def test_no_connection_outlives_its_answer():
    assert Chat(a_config(), "r", "e", KEY).client_options["default_headers"]["connection"] == "close"


def test_an_agent_is_never_asked_twice():
    assert Chat(a_config(), "r", "e", KEY).client_options["max_retries"] == 0


def test_a_chat_shows_no_secret():
    shown = repr(Chat(a_config(token="t0ken"), "r", "e", KEY))
    assert "made-up-secret" not in shown
    assert "t0ken" not in shown


def service(endpoint: str | None, runtime: str | None) -> tuple[list[str], Callable[[Request], Response]]:
    """A service that tells these names, and what it is asked."""
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.action)
        return ok({"agentRuntimeEndpointName": endpoint, "agentRuntimeName": runtime})

    return asked, answer


@pytest.mark.parametrize(
    ("known", "asked"), [("chat", ["GetAgentRuntime"]), (None, ["GetAgentRuntimeEndpoint", "GetAgentRuntime"])]
)
def test_only_unknown_names_are_asked_for(known, asked):
    actions, answer = service("chat", "support-bot")
    assert drive(names_of("r", "e", known), answer) == ("support-bot", "chat")
    assert actions == asked


@pytest.mark.parametrize("names", [(None, "support-bot"), ("chat", None), ("chat", "")])
def test_a_name_that_is_not_told_is_an_error(names):
    with pytest.raises(ServiceUnavailableError, match="tells no name"):
        drive(names_of("r", "e", None), service(*names)[1])
