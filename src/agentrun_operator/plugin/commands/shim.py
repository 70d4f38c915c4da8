"""`completion kubectl`: the program that kubectl asks for completions, for those whose installation has none."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from agentrun_operator.plugin.exits import UsageError
from agentrun_operator.plugin.flags import with_flags
from agentrun_operator.plugin.session import Session

SHIM = """\
#!/bin/sh
# kubectl asks this program for completions of `kubectl agentrun`: put it on the PATH as
# kubectl_complete-agentrun, and make it executable.
exec kubectl agentrun __complete "$@"
"""
WHERE = """\
Put it on the PATH under the name that kubectl looks for:
  kubectl agentrun completion kubectl > ~/.local/bin/kubectl_complete-agentrun
  chmod +x ~/.local/bin/kubectl_complete-agentrun"""


@with_flags
def completion(
    session: Session, shell: Annotated[str, typer.Argument(metavar="kubectl", show_default=False)] = "kubectl"
) -> None:
    """Print the program that completes `kubectl agentrun` in every shell that kubectl completes in.

    An installation by pip, pipx or uv has it already. It needs kubectl 1.26 or newer, and kubectl's own completion.

    Example:
        kubectl agentrun completion kubectl > ~/.local/bin/kubectl_complete-agentrun
        chmod +x ~/.local/bin/kubectl_complete-agentrun
    """
    if shell != "kubectl":
        raise UsageError(
            f"{shell!r}: kubectl's own completion asks us: `kubectl completion {shell}`, and here `kubectl`"
        )
    session.screen.write(SHIM)
    if sys.stdout.isatty():
        session.screen.hint(WHERE)
