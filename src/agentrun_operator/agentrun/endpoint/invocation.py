"""The part of `AgentRuntimeEndpoint` that calls the endpoint; addresses and signatures: `endpoint/chat/openai.py`."""
# ruff: noqa: FBT001, FBT002 - `stream` comes second, as callers of the official SDK pass it

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Unpack, overload

from pydantic import PrivateAttr

from agentrun_operator.agentrun.auth.config import merged
from agentrun_operator.agentrun.endpoint.data_api import AgentRuntimeDataAPI
from agentrun_operator.agentrun.endpoint.remote import RemoteEndpoint, run, run_async

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openai import AsyncStream, Stream
    from openai.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionMessageParam

    from agentrun_operator.agentrun.auth.config import Config
    from agentrun_operator.agentrun.endpoint.chat.parameters import ChatParameters


class InvocableEndpoint(RemoteEndpoint):
    """An endpoint that can be called."""

    _names: tuple[str, str] | None = PrivateAttr(default=None)  # of the runtime and the endpoint; neither changes

    @overload
    def invoke_openai(
        self,
        messages: Iterable[ChatCompletionMessageParam],
        stream: Literal[False] = False,
        config: Config | None = None,
        **parameters: Unpack[ChatParameters],
    ) -> ChatCompletion: ...

    @overload
    def invoke_openai(
        self,
        messages: Iterable[ChatCompletionMessageParam],
        stream: Literal[True],
        config: Config | None = None,
        **parameters: Unpack[ChatParameters],
    ) -> Stream[ChatCompletionChunk]: ...

    @overload
    def invoke_openai(
        self,
        messages: Iterable[ChatCompletionMessageParam],
        stream: bool,
        config: Config | None = None,
        **parameters: Unpack[ChatParameters],
    ) -> ChatCompletion | Stream[ChatCompletionChunk]: ...

    def invoke_openai(
        self,
        messages: Iterable[ChatCompletionMessageParam],
        stream: bool = False,
        config: Config | None = None,
        **parameters: Unpack[ChatParameters],
    ) -> ChatCompletion | Stream[ChatCompletionChunk]:
        """Call the endpoint as an OpenAI-compatible chat. Needs the extra `agentrun-operator[openai]`.

        The runtime's name is asked for once; each call then goes straight to the data plane, signed with the access
        key, or with `config.token` if there is one. A call is never repeated by itself: an agent may have acted.

        Args:
            messages: the conversation so far, as the `openai` package takes it.
            stream: whether to return the answer in chunks, while it is made.
            config: for this call; what it was not given is the object's own. An `account_id` or `data_endpoint` must be
                known; `read_timeout` is 600 seconds here unless it was given.
            parameters: what else to ask for, as the `openai` package takes it: `tools`, `temperature`, …; `model` in
                place of the runtime's name; `extra_headers`, `extra_body`, `extra_query`; `timeout`, in seconds, in
                place of the config's. A conversation keeps its session by the header `x-agentrun-session-id`, a UUID.

        Returns:
            an `openai` ChatCompletion, or a Stream of ChatCompletionChunk: iterate it to its end, or close it.

        Raises:
            openai.OpenAIError: the call failed; the package's own errors (APIStatusError, APIConnectionError, …).
            ValueError: an id is missing.
            TypeError: the config is none, or a parameter is unknown.
            ConfigError: the data plane's address is unknown.
            CredentialsNotFoundError: there is nothing to sign with.
            ResourceNotExistError: the runtime or the endpoint does not exist, found when its name was asked for.
            HTTPError: asking for the name failed.
            ImportError: the extra is not installed.

        Example:
            endpoint.invoke_openai([{"role": "user", "content": "Hello"}]).choices[0].message.content
        """
        config = merged(self.config, config)
        if self._names is None:
            from agentrun_operator.agentrun.endpoint.chat.openai import names_of  # noqa: PLC0415 - HTTP is loaded by a call

            self._names = run(names_of(*self._ids(), self.agent_runtime_endpoint_name), config)
        return AgentRuntimeDataAPI(*self._names, config).invoke_openai(messages, stream, **parameters)

    @overload
    async def invoke_openai_async(
        self,
        messages: Iterable[ChatCompletionMessageParam],
        stream: Literal[False] = False,
        config: Config | None = None,
        **parameters: Unpack[ChatParameters],
    ) -> ChatCompletion: ...

    @overload
    async def invoke_openai_async(
        self,
        messages: Iterable[ChatCompletionMessageParam],
        stream: Literal[True],
        config: Config | None = None,
        **parameters: Unpack[ChatParameters],
    ) -> AsyncStream[ChatCompletionChunk]: ...

    @overload
    async def invoke_openai_async(
        self,
        messages: Iterable[ChatCompletionMessageParam],
        stream: bool,
        config: Config | None = None,
        **parameters: Unpack[ChatParameters],
    ) -> ChatCompletion | AsyncStream[ChatCompletionChunk]: ...

    async def invoke_openai_async(
        self,
        messages: Iterable[ChatCompletionMessageParam],
        stream: bool = False,
        config: Config | None = None,
        **parameters: Unpack[ChatParameters],
    ) -> ChatCompletion | AsyncStream[ChatCompletionChunk]:
        """As `invoke_openai`, awaited; a stream is an AsyncStream."""
        config = merged(self.config, config)
        if self._names is None:
            from agentrun_operator.agentrun.endpoint.chat.openai import names_of  # noqa: PLC0415 - HTTP is loaded by a call

            self._names = await run_async(names_of(*self._ids(), self.agent_runtime_endpoint_name), config)
        return await AgentRuntimeDataAPI(*self._names, config).invoke_openai_async(messages, stream, **parameters)
