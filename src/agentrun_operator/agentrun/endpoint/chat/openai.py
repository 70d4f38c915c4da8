"""Calls an endpoint's data plane as an OpenAI-compatible chat, through the `openai` package.

That package is an optional extra and slow to load, so it is imported when it is first needed. Requests, streams, usage,
tool calls and errors are its own; only the address and the signature are ours. An invocation is never repeated by
itself: an agent may have acted.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypedDict

from agentrun_operator.agentrun.api.canonical import escape
from agentrun_operator.agentrun.api.errors import ServiceUnavailableError
from agentrun_operator.agentrun.api.operations import get_endpoint, get_runtime
from agentrun_operator.agentrun.auth.chain import credentials_for
from agentrun_operator.agentrun.auth.data_signing import DataPlaneAuth
from agentrun_operator.agentrun.auth.signing import utc_now
from agentrun_operator.agentrun.http.client import default_ssl_context
from agentrun_operator.agentrun.http.connections.connections import known_to_httpx, proxy_to
from agentrun_operator.agentrun.models.data_plane import signed_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    import openai
    from openai.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionMessageParam

    from agentrun_operator.agentrun.api.protocol import Operation
    from agentrun_operator.agentrun.auth.config import Config
    from agentrun_operator.agentrun.auth.credentials import Credentials
    from agentrun_operator.agentrun.endpoint.chat.parameters import ChatParameters

NO_API_KEY = "unused"  # the package insists on one; the header that it would go into is left out
OPENAI_HEADERS = ("openai-organization", "openai-project")  # from variables that are meant for OpenAI


@dataclass(frozen=True, slots=True)
class Chat:
    """Where a chat goes, and who asks.

    Attributes:
        config: where AgentRun is.
        runtime_name: the runtime's name, which is also the model's.
        endpoint_name: the endpoint's name.
        credentials: who signs; None leaves it to the config's token.
    """

    config: Config
    runtime_name: str
    endpoint_name: str
    credentials: Credentials | None

    @property
    def base_url(self) -> str:
        """The OpenAI-compatible base URL of the endpoint."""
        path = f"/agent-runtimes/{escape(self.runtime_name)}/endpoints/{escape(self.endpoint_name)}"
        return f"{data_plane(self.config, signed=self.credentials is not None)}{path}/invocations/openai/v1"

    @property
    def auth(self) -> DataPlaneAuth | None:
        """What signs the requests."""
        return None if self.credentials is None else DataPlaneAuth(self.credentials, self.config.region_id, utc_now)

    @property
    def connection(self) -> dict[str, Any]:
        """How the endpoint is reached, and who asks: as the other clients reach AgentRun.

        Raises:
            ConfigError: the proxy that the environment names cannot be used.
        """
        proxy = known_to_httpx(proxy_to(self.base_url))
        ways = {"proxy": proxy, "trust_env": False, "follow_redirects": False}
        return {"auth": self.auth, "verify": default_ssl_context(), **ways}

    @property
    def client_options(self) -> _ClientOptions:
        """The package's client for this chat, but for its connections."""
        # A connection that is not kept needs nobody to close it when a stream has ended.
        headers = {**self.config.headers, "connection": "close"}
        token = self.config.token if self.credentials is None else None
        if token:
            headers["agentrun-access-token"] = token.reveal()
        return {
            "api_key": token.reveal() if token else NO_API_KEY,
            "base_url": self.base_url,
            "default_headers": headers,
            "max_retries": 0,
        }

    @property
    def unsent_headers(self) -> tuple[str, ...]:
        """Headers of the package that are OpenAI's business, or empty here."""
        return OPENAI_HEADERS if self.credentials is None else (*OPENAI_HEADERS, "authorization")

    def asked(self, parameters: ChatParameters, unsent: openai.Omit) -> dict[str, Any]:
        """What the package is asked for: also the model, unless another is given, and no header of its own."""
        headers = {**dict.fromkeys(self.unsent_headers, unsent), **(parameters.get("extra_headers") or {})}
        return {"model": self.runtime_name, **parameters, "extra_headers": headers}


class _ClientOptions(TypedDict):
    api_key: str
    base_url: str
    default_headers: dict[str, str]
    max_retries: int


def names_of(runtime_id: str, endpoint_id: str, endpoint_name: str | None) -> Operation[tuple[str, str]]:
    """The names of a runtime and its endpoint, which the data plane's addresses are made of."""
    if not endpoint_name:
        endpoint_name = (yield from get_endpoint(runtime_id, endpoint_id)).agent_runtime_endpoint_name
    runtime_name = (yield from get_runtime(runtime_id)).agent_runtime_name
    if not endpoint_name or not runtime_name:
        message = f"the service tells no name of runtime {runtime_id}, or of its endpoint {endpoint_id}"
        raise ServiceUnavailableError(200, "MalformedAnswer", message, "", "GetAgentRuntime")
    return runtime_name, endpoint_name


def data_plane(config: Config, *, signed: bool) -> str:
    """The data plane's base URL; requests that are signed with an access key go to a host of their own.

    Raises:
        ConfigError: neither an address nor an account is known.
    """
    url = config.get_data_endpoint()
    return signed_url(url) if signed else url


def chat_of(config: Config, names: tuple[str, str]) -> Chat:
    """The chat with an endpoint, by the names of its runtime and its own.

    Raises:
        CredentialsNotFoundError: there is nothing to sign with.
    """
    return Chat(config, *names, None if config.token else credentials_for(config).get())


async def chat_of_async(config: Config, names: tuple[str, str]) -> Chat:
    """As `chat_of`, awaited."""
    return Chat(config, *names, None if config.token else await credentials_for(config).get_async())


def complete(
    chat: Chat, messages: Iterable[ChatCompletionMessageParam], parameters: ChatParameters, *, stream: bool
) -> ChatCompletion | openai.Stream[ChatCompletionChunk]:
    """The answer to a chat, whole or as a stream of chunks.

    Raises:
        openai.OpenAIError: whatever the package raises.
        ConfigError: the data plane's address is unknown.
        ImportError: the extra is not installed.
    """
    _require_openai()
    import openai  # noqa: PLC0415 - optional, and slow to load

    http = openai.DefaultHttpxClient(**chat.connection)
    timeout = openai.Timeout(chat.config.data_read_timeout, connect=chat.config.timeout)
    client = openai.OpenAI(http_client=http, timeout=timeout, **chat.client_options)
    completion: ChatCompletion | openai.Stream[ChatCompletionChunk] = client.chat.completions.create(
        messages=messages, stream=stream, **chat.asked(parameters, openai.Omit())
    )
    return completion


async def complete_async(
    chat: Chat, messages: Iterable[ChatCompletionMessageParam], parameters: ChatParameters, *, stream: bool
) -> ChatCompletion | openai.AsyncStream[ChatCompletionChunk]:
    """As `complete`, awaited."""
    _require_openai()
    import openai  # noqa: PLC0415 - optional, and slow to load

    http = openai.DefaultAsyncHttpxClient(**chat.connection)
    timeout = openai.Timeout(chat.config.data_read_timeout, connect=chat.config.timeout)
    client = openai.AsyncOpenAI(http_client=http, timeout=timeout, **chat.client_options)
    completion: ChatCompletion | openai.AsyncStream[ChatCompletionChunk] = await client.chat.completions.create(
        messages=messages, stream=stream, **chat.asked(parameters, openai.Omit())
    )
    return completion


def _require_openai() -> None:
    if find_spec("openai") is None:
        raise ImportError("invoke_openai needs the openai package: pip install 'agentrun-operator[openai]'")
