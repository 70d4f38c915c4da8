"""`kubectl agentrun` as people run it: its own main, in this process, with an environment, pipes and kubectl."""

import io
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from agentrun_operator.plugin.main import run


class Result(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


class Pipe(io.TextIOWrapper):
    """An end of a pipe, or of a terminal."""

    def __init__(self, text: str = "", *, terminal: bool = False) -> None:
        self._bytes = io.BytesIO(text.encode())
        super().__init__(self._bytes, encoding="utf-8", newline="", write_through=True)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def written(self) -> str:
        """All that was written."""
        return self._bytes.getvalue().decode()


class Plugin:
    """The plugin of somebody.

    Args:
        environment: All of it.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)

    def __call__(self, *arguments: Any, input: str = "", terminal: bool = False, **more: str) -> Result:  # noqa: A002 - subprocess's own word
        """Run a command.

        Args:
            arguments: Of the command line.
            input: Standard input.
            terminal: Whether the output is a terminal.
            more: Further variables of the environment.
        """
        out, err = Pipe(terminal=terminal), Pipe(terminal=terminal)
        environment = self.environment | more
        with (
            patch.dict(os.environ, environment, clear=True),
            patch.object(sys, "stdin", Pipe(input)),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = run([str(each) for each in arguments])
        return Result(code, out.written(), err.written())


def plugin_environment(kubectl: Path, kubeconfig: Path, home: Path, agentrun: Mapping[str, str]) -> dict[str, str]:
    """An environment with kubectl on the PATH, and nothing else of this machine's user.

    Args:
        kubectl: The program.
        kubeconfig: The cluster.
        home: Where kubectl keeps what it remembers.
        agentrun: Of the client; see `support.operator.agentrun_environment`.
    """
    path = f"{kubectl.parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "KUBECONFIG": str(kubeconfig), "HOME": str(home), "KUBERC": "off", "TERM": "xterm-256color"}
    return {name: value for name, value in agentrun.items() if name.startswith("AGENTRUN_")} | own
