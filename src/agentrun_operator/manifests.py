"""Reads manifests from files and from standard input, of whoever wrote them: bounded in size, depth and references.

Knows YAML as kubectl reads it, and no kind of object.
"""

from __future__ import annotations

import math
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yaml import SafeLoader

LARGEST = 4 << 20
"""Bytes that are read of a file: no API server takes that much."""

ALIASES = 20
"""YAML's own references, of which a few make any size of a file that is small."""

DEPTH = 64
"""Levels of lists and objects: far more than any resource has."""

INPUT = "-"
"""The file's name that stands for standard input."""

OTHER_WORDS = frozenset({"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})
"""What YAML 1.1 makes of a text such as 2026-01-01 or 12:30, and kubectl does not."""

WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)|0o?[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+")
BROKEN = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)


class ManifestError(ValueError):
    """A file is not what can be read as manifests; the message names it."""


def documents_of(file: str) -> list[object]:
    """The documents of a file, in order: what JSON can say, with texts as the names of fields.

    Args:
        file: its path; `-` is standard input.

    Raises:
        ManifestError: it cannot be read, is too large, or is no YAML.
    """
    text = text_of(file)
    try:
        return documents_in(text)
    except ManifestError as error:
        raise ManifestError(f"{file}: {error}") from None


def documents_in(text: str) -> list[object]:
    """The same of a text that was read.

    Raises:
        ManifestError: it is no YAML, or nobody should read it; the message names no file.
    """
    import yaml  # noqa: PLC0415 - most starts need none of it

    loader = _loader()
    try:
        refuse_bombs(yaml.parse(text, loader))
        return [_as_json(each) for each in yaml.load_all(text, loader)]
    except ManifestError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ManifestError(what_is_wrong(error)) from None


def what_is_wrong(error: Exception) -> str:
    """What a reader of YAML says of a text that is none, in one line.

    Args:
        error: PyYAML's or ruamel's own.
    """
    mark = getattr(error, "problem_mark", None)
    why = getattr(error, "problem", None) or getattr(error, "reason", None) or "odd"
    return f"this is no YAML{f' in line {mark.line + 1}' if mark else ''}: {why}"


def text_of(file: str) -> str:
    """The text of a file as it is.

    Args:
        file: its path; `-` is standard input.

    Raises:
        ManifestError: it cannot be read, is no text, or too large; the message names the file.
    """
    try:
        with sys.stdin.buffer if file == INPUT else Path(file).open("rb") as stream:
            content = stream.read(LARGEST + 1)  # a pipe or a device tells no size, and may have no end
        if len(content) > LARGEST:
            raise ManifestError(f"{file}: more than {LARGEST >> 20} MiB, which no API server takes")
        return content.decode()
    except OSError as error:
        raise ManifestError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ManifestError(f"{file}: this is no text in UTF-8") from None


def _loader() -> type[SafeLoader]:
    """What reads numbers and dates as kubectl does: a text with colons is a text."""
    import yaml  # noqa: PLC0415 - most starts need none of it

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012 - the library's own form
            first: [(tag, words) for tag, words in found if tag not in OTHER_WORDS]
            for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    for tag, words in (("int", WHOLE), ("float", BROKEN)):
        whole = re.compile(f"^(?:{words.pattern})$")
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", whole, list("-+.0123456789"))
    return Loader


def refuse_bombs(events: Iterable[object]) -> None:
    """Make sure that a text can be read: a small one may be of any size, or take any time, once it is.

    Args:
        events: of PyYAML or ruamel, which name them alike.

    Raises:
        ManifestError: nobody should read it.
    """
    aliases = depth = 0
    for event in events:
        kind = type(event).__name__
        aliases += kind == "AliasEvent"
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if aliases > ALIASES:
            raise ManifestError(f"there are more than {ALIASES} aliases (*name): write them out")
        if depth > DEPTH:
            raise ManifestError(f"there are more than {DEPTH} levels, one in the other")


def _as_json(value: Any) -> object:  # noqa: ANN401 - whatever YAML can say
    if isinstance(value, dict):
        return {_name(each): _as_json(below) for each, below in value.items()}
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    if value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise ManifestError(f"{value!r:.40} is nothing that JSON can say")


def _name(key: object) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)
