"""A document that is run from top to bottom: its files are written, its commands typed, what they print is compared.

A block of YAML whose first line is a comment with a file's name is that file. Of what is printed `…` stands for
anything. Alone on a line it stands for any lines, and those that are told are looked for in any order: events of one
second have none. Ages, times and ids are never the same, and need not be.
"""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from support.cluster import eventually

_BLOCK = re.compile(r"^```(yaml|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"# ([\w-]+\.yaml)\n")
_VARIES = (
    (re.compile(r"(?<!\S)(?:\d+[dhms]){1,2}(?!\S)"), r"[\\ddhms]+"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), r"[\\dTZ:-]+"),
    (re.compile(r"\b[0-9a-f]{16}\b"), r"[0-9a-f]+"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), r"[0-9a-f-]+"),
    (re.compile(r"\b\d+\.\d{2,3}\b(?!\.)"), r"[\\d.]+"),
)
CUT = "…"
_LOOKS = ("kubectl get ", "kubectl events ", "kubectl describe ", "curl ")


class File(NamedTuple):
    """A file of the document."""

    name: str
    text: str


class Command(NamedTuple):
    """A command of the document, and what it is said to print."""

    text: str
    printed: str

    @property
    def looks(self) -> bool:
        """Whether it only looks, so that it may be asked until what it shows has come."""
        return self.text.startswith(_LOOKS) and " -X " not in self.text


def parts(document: str) -> list[File | Command]:
    """The files and the commands of a document, in their order."""
    found: list[File | Command] = []
    for kind, text in _BLOCK.findall(document):
        if kind == "console":
            found += [_command(each) for each in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]]
        elif named := _NAMED.match(text):
            found.append(File(named[1], text))
    return found


def _command(text: str) -> Command:
    """Where a line ends in a backslash, or in quotes that are open, the command goes on."""
    end = 0
    for line in text.splitlines(keepends=True):
        end += len(line)
        if text[:end].count("'") % 2 == 0 and not line.endswith("\\\n"):
            break
    return Command(text[:end].strip(), text[end:].rstrip())


def agrees(printed: str, told: str) -> bool:
    """Whether a command printed what the document tells; where lines were cut, all others in any order."""
    lines, patterns = _squeezed(printed).splitlines(), [_pattern(line) for line in told.splitlines()]
    if CUT not in told.splitlines():
        return len(lines) == len(patterns) and all(map(re.fullmatch, patterns, lines))
    return all(any(re.fullmatch(pattern, line) for line in lines) for pattern in patterns)


def _pattern(line: str) -> str:
    for variable, pattern in _VARIES:
        line = variable.sub(f"\x00{pattern}\x00", line)
    texts = _squeezed(line).split("\x00")
    escaped = [part if index % 2 else re.escape(part).replace(CUT, ".*") for index, part in enumerate(texts)]
    return "".join(escaped)


def _squeezed(text: str) -> str:
    """Without what only makes columns."""
    return "\n".join(re.sub(r" +", " ", line).rstrip() for line in text.rstrip().splitlines())


@dataclass(frozen=True)
class Shell:
    """Where commands are typed.

    Args:
        folder: for the files.
        environment: the variables.
        acted: does a command in another way than the shell's; None where it is the shell's matter.
        within: seconds until a command that looks shows what is told.
    """

    folder: Path
    environment: Mapping[str, str]
    acted: Callable[[str], str | None] = lambda _: None
    within: float = 60.0

    def run(self, part: File | Command) -> None:
        """Write a file, or type a command.

        Raises:
            AssertionError: it did not print what the document tells.
        """
        if isinstance(part, File):
            (self.folder / part.name).write_text(part.text)
            return

        def look() -> bool:
            printed = self._printed(part.text)
            assert agrees(printed, part.printed), f"$ {part.text}\n{printed}\ninstead of\n{part.printed}"
            return True

        if part.looks:
            eventually(look, self.within)
        else:
            look()

    def _printed(self, command: str) -> str:
        other = self.acted(command)
        if other is not None:
            return other
        environment = dict(os.environ) | dict(self.environment)
        ended = subprocess.run(  # noqa: S603 - the document's own commands
            ["/bin/bash", "-c", command],
            env=environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=180,
            check=False,
        )
        return ended.stdout
