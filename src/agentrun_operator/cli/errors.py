"""How a command tells a person that it cannot go on."""

from __future__ import annotations


class CommandError(Exception):
    """Ends a command: the message is shown without a traceback, and the exit code is `code`.

    The message says what happened, where, and what to do, on one line where it can.
    """

    code = 1


class BadFileError(CommandError):
    """The file that a command was given is not what it works on: wrong usage, so the exit code is 2."""

    code = 2
