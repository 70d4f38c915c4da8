"""The arguments of `invoke_openai`, as types. They speak of the `openai` package, and load nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from httpx import Timeout
    from openai.types.chat import (
        ChatCompletionMessageParam,
        ChatCompletionStreamOptionsParam,
        ChatCompletionToolChoiceOptionParam,
        ChatCompletionToolUnionParam,
    )
    from openai.types.chat.completion_create_params import ResponseFormat

    from agentrun_operator.agentrun.auth.config import Config


class InvokeArgs(TypedDict):
    """What the official SDK's `invoke_openai` takes."""

    messages: Iterable[ChatCompletionMessageParam]
    stream: bool
    config: NotRequired[Config | None]


class ChatParameters(TypedDict, total=False):
    """What else a chat may be asked for; the `openai` package explains each."""

    extra_body: object
    extra_headers: Mapping[str, str]
    extra_query: Mapping[str, object]
    max_completion_tokens: int
    max_tokens: int
    metadata: dict[str, str]
    model: str
    parallel_tool_calls: bool
    response_format: ResponseFormat
    seed: int
    stop: str | list[str]
    stream_options: ChatCompletionStreamOptionsParam
    temperature: float
    timeout: float | Timeout
    tool_choice: ChatCompletionToolChoiceOptionParam
    tools: Iterable[ChatCompletionToolUnionParam]
    top_p: float
    user: str
