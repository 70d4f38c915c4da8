"""The one table of exit codes, and the errors that end a command with one of them."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended, for scripts. Where several hold, the highest counts."""

    DONE = 0
    """Done; nothing differs; Ready."""

    NEGATIVE = 1
    """A clear negative: differs, Stalled, or some named object failed."""

    USAGE = 2
    """The command was not understood."""

    UNKNOWN = 3
    """Could not tell: out of reach, forbidden, a refused manifest, timed out."""

    INTERRUPTED = 130
    """Ctrl-C."""


class PluginError(Exception):
    """Ends a command: the message is shown without a traceback, and the exit code is `code`.

    The message says what happened, where, and what to do, on one line where it can.
    """

    code = ExitCode.NEGATIVE


class UsageError(PluginError):
    """The command was not understood, or contradicts itself."""

    code = ExitCode.USAGE


class UnknownError(PluginError):
    """What was asked for could not be found out."""

    code = ExitCode.UNKNOWN
