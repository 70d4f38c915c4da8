"""`AgentRuntimeDataAPI`: calls an endpoint by the names of its runtime and its own, which are known."""
# ruff: noqa: FBT001, FBT002 - `stream` comes second, as callers of the official SDK pass it

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from agentrun_operator.agentrun.auth.config import Config, checked, merged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openai import AsyncStream, Stream
    from openai.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionMessageParam

    from agentrun_operator.agentrun.endpoint.chat.parameters import ChatParameters

DEFAULT_ENDPOINT = "Default"
"""The endpoint that the service makes for each runtime."""


class AgentRuntimeDataAPI:
    """The data plane of one endpoint.

    Args:
        agent_runtime_name: the runtime's name.
        agent_runtime_endpoint_name: the endpoint's name.
        config: where AgentRun is and who calls, by default the environment's.

    Raises:
        ValueError: a name is no text, or empty.
        TypeError: the config is none.
    """

    def __init__(
        self,
        agent_runtime_name: str,
        agent_runtime_endpoint_name: str = DEFAULT_ENDPOINT,
        config: Config | None = None,
    ) -> None:
        self._names = _name(agent_runtime_name), _name(agent_runtime_endpoint_name)
        self._config = checked(config)

    def invoke_openai(
        self,
        messages: Iterable[ChatCompletionMessageParam],
        stream: bool = False,
        config: Config | None = None,
        **parameters: Unpack[ChatParameters],
    ) -> ChatCompletion | Stream[ChatCompletionChunk]:
        """Call the endpoint as an OpenAI-compatible chat: see `AgentRuntimeEndpoint.invoke_openai`."""
        from agentrun_operator.agentrun.endpoint.chat import openai as chats  # noqa: PLC0415 - HTTP is loaded by a call

        chat = chats.chat_of(merged(self._config, config) or Config(), self._names)
        return chats.complete(chat, messages, parameters, stream=stream)

    async def invoke_openai_async(
        self,
        messages: Iterable[ChatCompletionMessageParam],
        stream: bool = False,
        config: Config | None = None,
        **parameters: Unpack[ChatParameters],
    ) -> ChatCompletion | AsyncStream[ChatCompletionChunk]:
        """As `invoke_openai`, awaited; a stream is an AsyncStream."""
        from agentrun_operator.agentrun.endpoint.chat import openai as chats  # noqa: PLC0415 - HTTP is loaded by a call

        chat = await chats.chat_of_async(merged(self._config, config) or Config(), self._names)
        return await chats.complete_async(chat, messages, parameters, stream=stream)


def _name(given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise ValueError(f"{given!r:.100} is no name of a runtime or an endpoint")
    return given
