"""Talk to an endpoint, each conversation in a session of its own."""

from __future__ import annotations

import uuid

from agentrun.agent_runtime import AgentRuntimeEndpoint
from agentrun.agent_runtime.api.data import InvokeArgs
from agentrun.utils.config import Config


def talk(runtime_id, endpoint_id, questions):
    endpoint = AgentRuntimeEndpoint.get_by_id(runtime_id, endpoint_id)
    session = {"x-agentrun-session-id": str(uuid.uuid4())}
    messages = []
    for question in questions:
        messages.append({"role": "user", "content": question})
        completion = endpoint.invoke_openai(messages=messages, stream=False, extra_headers=session)
        messages.append({"role": "assistant", "content": completion.choices[0].message.content})
    return messages


def talk_in_a_session_of_the_config(runtime_id, endpoint_id, session_id, question):
    endpoint = AgentRuntimeEndpoint.get_by_id(runtime_id, endpoint_id)
    arguments: InvokeArgs = {
        "messages": [{"role": "user", "content": question}],
        "stream": True,
        "config": Config(headers={"x-agentrun-session-id": session_id}),
    }
    chunks = endpoint.invoke_openai(**arguments)
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
