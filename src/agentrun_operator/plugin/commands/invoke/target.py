"""Which endpoint is asked, and what: by the object and by the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.agentrun import AgentRunError, Config
from agentrun_operator.agentrun.endpoint.chat.openai import Chat, chat_of
from agentrun_operator.agentrun.endpoint.chat.streaming import Question
from agentrun_operator.plugin.cluster.changes import existing
from agentrun_operator.plugin.exits import PluginError, UnknownError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Kubectl

INPUT_LIMIT = 1024 * 1024
"""Characters of standard input."""

SESSION_LIMIT = 256


class Target(NamedTuple):
    """An endpoint that can be asked.

    Args:
        name: the object's, with its namespace.
        chat: where its data plane is, and who asks.
    """

    name: str
    chat: Chat


def question(text: str, session: str, *, stream: bool, timeout: float) -> Question:
    """What is asked.

    Raises:
        UsageError: there is no text, or the session's id cannot be sent.
    """
    if session and not (session.isascii() and session.isprintable() and len(session) <= SESSION_LIMIT):
        raise UsageError(f"--session takes up to {SESSION_LIMIT} printable characters of ASCII, best a UUID")
    if not timeout:
        raise UsageError("--timeout=0s leaves no time for an answer")
    said = _input() if text == "-" else text
    if not said.strip():
        raise UsageError("there is nothing to ask: give a TEXT, or write it to standard input")
    return Question(said, stream, session, timeout)


def _input() -> str:
    if sys.stdin.isatty():
        raise UsageError("give a TEXT, or write it to standard input")
    said = sys.stdin.read(INPUT_LIMIT + 1)
    if len(said) > INPUT_LIMIT:
        raise UsageError(f"standard input is longer than {INPUT_LIMIT} characters")
    return said


def target_of(kubectl: Kubectl, name: str) -> Target:
    """The endpoint that an object stands for.

    Raises:
        PluginError: there is no such object, or it has no endpoint yet.
        UnknownError: the cluster does not tell, or AgentRun's address or credentials are unknown.
    """
    found = existing(kubectl, name)
    full = f"{found['metadata']['namespace']}/{name}"
    try:
        config = Config(region_id=found["spec"].get("region"))
        chat = chat_of(config, _names(found, full, kubectl.connection.again("check")))
        _ = chat.base_url  # tells whether the address is known
    except AgentRunError as error:
        raise UnknownError(f"{full}: {error}") from None
    return Target(full, chat)


def _names(found: Mapping[str, Any], full: str, check: str) -> tuple[str, str]:
    """The names of the runtime and of the endpoint, as the operator saw them; `check` is what helps where none did."""
    spec, status = found["spec"], found.get("status") or {}
    runtime = status.get("agentRuntimeName")
    endpoint = status.get("endpointName") or spec.get("endpointName") or found["metadata"]["name"]
    if not runtime:
        raise PluginError(f"{full} has no endpoint yet: {_why(status, check)}")
    return runtime, endpoint


def _why(status: Mapping[str, Any], check: str) -> str:
    ready = next((each for each in status.get("conditions") or [] if each.get("type") == "Ready"), None)
    if ready is None:
        return f"no operator has looked at it; see `{check}`"
    return f"{ready.get('reason')}: {ready.get('message')}"
