"""What a person sees who types the commands of a document into a terminal: `kubectl agentrun`, and the shell's few."""

import os
import shlex
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from agentrun_operator.plugin.main import NAME, run
from support.plugin import Pipe, Plugin

ANSWERS = "y\n"
"""What is typed where a command asks."""


@dataclass
class Terminal:
    """A terminal of 80 columns, that shows no colours and no progress.

    Args:
        plugin: Whose environment it is.
        folder: Where it is.
    """

    plugin: Plugin
    folder: Path
    code: int = 0

    def types(self, line: str) -> str:
        """What a line shows: of `echo $?`, `cat FILE` and `kubectl agentrun …`, whose output may go to a file."""
        if line == "echo $?":
            return f"{self.code}\n"
        if line.startswith("cat "):
            return (self.folder / line.removeprefix("cat ")).read_text()
        command, _, file = line.removeprefix(f"{NAME} ").partition(" > ")
        screen, out = Pipe(terminal=True), Pipe()
        environment = self.plugin.environment | {"COLUMNS": "80", "TERM": "dumb"}
        with (
            patch.dict(os.environ, environment, clear=True),
            patch.object(sys, "stdin", Pipe(ANSWERS)),
            redirect_stdout(out if file else screen),
            redirect_stderr(screen),
            chdir(self.folder),
        ):
            self.code = run(shlex.split(command))
        if file:
            (self.folder / file).write_text(out.written())
        return screen.written().replace("[y/N] ", f"[y/N] {ANSWERS}")
