"""How the operator logs: JSON for machines, lines for people. Other libraries are kept to their warnings."""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar
from typing import Any, ClassVar, TextIO

from pythonjsonlogger.json import JsonFormatter

from agentrun_operator.printable import printable

QUIET = ("kopf", "httpx", "httpcore", "aiohttp", "asyncio", "kubernetes", "alibabacloud_credentials", "credentials")
"""Libraries of which warnings are enough; kopf alone logs a line for every event."""

FACTS = ("namespace", "object", "generation", "action")

reconcile_id: ContextVar[str] = ContextVar("reconcile_id", default="")
"""The reconcile that the current task does, so that its lines are found together. Set where one begins."""


def configure(level: str, style: str, stream: TextIO | None = None) -> None:
    """Set up logging for the process.

    Args:
        level: the least severe messages to log.
        style: `console`, `json`, or empty: console on a terminal, else JSON.
        stream: where to; by default standard error.
    """
    stream = stream or sys.stderr
    console = style == "console" or (not style and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines(colour=stream.isatty()) if console else json_formatter())
    handler.addFilter(_identified)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))


def _identified(record: logging.LogRecord) -> bool:
    """Note which reconcile a line belongs to, if to any."""
    if found := reconcile_id.get():
        record.reconcile_id = found
    return True


def json_formatter() -> logging.Formatter:
    """One JSON object a line, with the time, the level, the message and the facts."""
    fields = "{asctime}{levelname}{name}{message}"
    rename = {"asctime": "time", "levelname": "level", "name": "logger"}
    return JsonFormatter(fields, style="{", rename_fields=rename, datefmt="%Y-%m-%dT%H:%M:%S%z")


class Lines(logging.Formatter):
    """Lines for people: the time, what it is about, what happened."""

    COLOURS: ClassVar = {logging.WARNING: "\033[33m", logging.ERROR: "\033[31m", logging.CRITICAL: "\033[31m"}
    DIM, RESET = "\033[2m", "\033[0m"

    def __init__(self, *, colour: bool) -> None:
        super().__init__("%(asctime)s %(message)s", datefmt="%H:%M:%S")
        self._colour = colour

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base class's name
        record.message = printable(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: ANN401, N802 - as the base class has it
        return "\n".join(f"    {printable(line)}" for line in super().formatException(ei).split("\n"))

    def format(self, record: logging.LogRecord) -> str:
        facts = {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        where = f"{facts['namespace']}/{facts['object']}: " if "object" in facts else ""
        line = super().format(record)
        time, _, said = line.partition(" ")
        if found := getattr(record, "reconcile_id", ""):
            where = f"[{found}] {where}"
        if not self._colour:
            return f"{time} {record.levelname:<7} {where}{said}"
        start = self.COLOURS.get(record.levelno, "")
        return f"{self.DIM}{time}{self.RESET} {start}{where}{said}{self.RESET if start else ''}"
