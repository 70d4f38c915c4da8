"""`invoke`: a chat with an endpoint through the data plane, while it is made, and how long that takes."""

from __future__ import annotations

from typing import Annotated

import typer

from agentrun_operator.plugin.cluster.waiting import seconds_of
from agentrun_operator.plugin.flags import Format, Output, Timeout, with_flags
from agentrun_operator.plugin.session import Session

MOST = 1000
"""Times that one command asks."""

NAME = typer.Argument(metavar="NAME", show_default=False)
TEXT = typer.Argument(metavar="[TEXT|-]", show_default=False)


@with_flags
def invoke(
    session: Session,
    *,
    name: Annotated[str, NAME],
    text: Annotated[str, TEXT] = "-",
    no_stream: Annotated[bool, typer.Option("--no-stream", help="Wait for the whole answer.")] = False,
    repeat: Annotated[
        int, typer.Option(min=1, max=MOST, metavar="N", help="Ask so many times, and show how long each took.")
    ] = 1,
    session_id: Annotated[
        str, typer.Option("--session", metavar="ID", help="Go on with a conversation: one version answers all of it.")
    ] = "",
    timeout: Timeout = "10m",
    output: Output = Format.TEXT,
) -> None:
    """Chat with an endpoint through AgentRun's data plane.

    The answer goes to standard output while it is made; tokens and times go to standard error. TEXT may come from
    standard input. Where AgentRun is and who asks comes from the environment: AGENTRUN_DATA_ENDPOINT, or
    AGENTRUN_ACCOUNT_ID and AGENTRUN_REGION, and the credentials of the Python client.

    Example:
        kubectl agentrun invoke chat "Where is my parcel?"
        kubectl agentrun invoke chat --repeat 5 "Hello" -n team-a
        git log -1 | kubectl agentrun invoke reviewer - -o json
    """
    from agentrun_operator.plugin.commands.invoke import conversation, target  # noqa: PLC0415 - HTTP is slow to load

    said = target.question(text, session_id, stream=not no_stream, timeout=seconds_of(timeout))
    place = target.target_of(session.kubectl, name)
    conversation.hold(session, place, said, repeat, output)
