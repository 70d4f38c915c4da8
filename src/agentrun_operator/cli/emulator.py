"""`emulator`: serves the emulated AgentRun API."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from agentrun_operator.cli.errors import CommandError
from agentrun_operator.cli.extras import require_playground

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)]


def emulator(host: Host = "127.0.0.1", port: Port = 9000) -> None:
    """Serve an emulated AgentRun, with a few runtimes in it, until Ctrl-C.

    To use it: AGENTRUN_CONTROL_ENDPOINT=http://127.0.0.1:9000, AGENTRUN_ACCESS_KEY_ID=emulator-ak,
    AGENTRUN_ACCESS_KEY_SECRET=emulator-sk, AGENTRUN_ACCOUNT_ID=1000000000000001.
    """
    require_playground("emulator")
    from agentrun_operator.emulator import serve  # noqa: PLC0415 - the help must not load a web server

    logging.basicConfig(format="%(message)s", level=logging.INFO)
    try:
        serve(host, port)
    except OSError as error:
        raise CommandError(f"cannot listen on {host}:{port}: {error.strerror}; choose another --port") from error
