"""The variables that a Config falls back to: the process's, and those of the nearest `.env` file.

The file is looked for where the official SDK has it looked for, by python-dotenv: from this package's directory
upwards, or, where Python is interactive (also `python -c`) or debugged, from the current directory. It is read when a
Config first needs it, never at import, and puts nothing into the process's environment.
"""

from __future__ import annotations

import os
from collections import ChainMap
from functools import cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST = 2**20
"""Bytes of a `.env` file that is read."""

OWNERS = ("AGENTRUN", "ALIBABA_CLOUD")

DISABLED = "PYTHON_DOTENV_DISABLED"
"""python-dotenv's own variable: where it is true, no file is read."""


def variables() -> Mapping[str, str]:
    """What is set in the process, and else in the file.

    Raises:
        ConfigError: there is a file that cannot be read.
    """
    if os.environ.get(DISABLED, "").casefold() in {"1", "true", "t", "yes", "y"}:
        return os.environ
    # A token belongs to its key: where the process has another key, the file's token is of no use.
    foreign = {f"{whose}_SECURITY_TOKEN" for whose in OWNERS if os.environ.get(f"{whose}_ACCESS_KEY_ID")}
    return ChainMap(os.environ, {name: value for name, value in _from_file().items() if name not in foreign})


@cache
def _from_file() -> dict[str, str]:
    from dotenv import dotenv_values, find_dotenv  # noqa: PLC0415 - needed once, and not by whoever makes no Config

    path = find_dotenv()
    found = dotenv_values(stream=StringIO(_text(Path(path)))) if path else {}
    return {name: value for name, value in found.items() if value is not None}


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise ConfigError(f"{path} is larger than {LARGEST} bytes: is it the .env file that was meant?")
        return content.decode()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
    raise ConfigError(f"{path} cannot be read ({why}): correct it, or set {DISABLED}=1")
