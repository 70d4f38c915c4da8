"""Reads an AgentRuntimeEndpoint with a rollout from a file, and refuses what the API server would refuse."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from agentrun_operator.cli.errors import BadFileError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agentrun_operator.resources.rollout.plan import Rollout

File = Annotated[str, typer.Option("--filename", "-f", help="Manifest of one AgentRuntimeEndpoint; - is the input.")]

LARGEST = 4 << 20
"""Bytes that are read of a file: no API server takes that much."""

ALIASES = 20
"""YAML's own references, of which a few make any size of a file that is small."""

DEPTH = 64
"""Levels of lists and objects: far more than the resource has."""

SHOWN = 10
"""Refusals that are shown at once."""


class Manifest(NamedTuple):
    """What the commands need of an object.

    Args:
        name: the object's.
        target_version: the goal.
        rollout: the block.
        written: the block as it was written.
    """

    name: str
    target_version: str
    rollout: Rollout
    written: dict[str, Any]


def read(file: str) -> Manifest:
    """The object in a file.

    Raises:
        BadFileError: It cannot be read, holds not just one AgentRuntimeEndpoint, would be refused by the API server, or
            has no rollout.
    """
    from agentrun_operator.resources.refusals import refusals  # noqa: PLC0415 - the help needs none of it
    from agentrun_operator.resources.spec import Spec  # noqa: PLC0415 - as above

    manifest = _only(file, _documents(file, _text(file)))
    if refused := refusals(manifest):
        more = [f"and {len(refused) - SHOWN} more"] if len(refused) > SHOWN else []
        raise BadFileError("\n  ".join([f"{file}: the API server would refuse this:", *refused[:SHOWN], *more]))
    spec = Spec.model_validate(manifest["spec"])
    if spec.rollout is None:
        raise BadFileError(f"{file}: there is no spec.rollout; `rollout: {{}}` is a whole plan")
    name = str(manifest.get("metadata", {}).get("name") or "")
    return Manifest(name, spec.target_version, spec.rollout, manifest["spec"]["rollout"])


def _text(file: str) -> str:
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as stream:
            content = stream.read(LARGEST + 1)
        text = content.decode()
    except OSError as error:
        raise BadFileError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadFileError(f"{file}: this is no text in UTF-8") from None
    if len(content) > LARGEST:
        raise BadFileError(f"{file}: more than {LARGEST >> 20} MiB, which no API server takes")
    return text


def _documents(file: str, text: str) -> list[object]:
    import yaml  # noqa: PLC0415 - the help needs none of it

    try:
        _refuse_bombs(file, yaml.parse(text, yaml.SafeLoader))
        return list(yaml.safe_load_all(text))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 1}" if where else ""
        raise BadFileError(f"{file}: this is no YAML{line}: {getattr(error, 'problem', None) or 'odd'}") from None


def _refuse_bombs(file: str, events: Iterable[object]) -> None:
    """A small file may be of any size, or take any time, once it is read."""
    aliases = depth = 0
    for event in events:
        kind = type(event).__name__
        aliases += kind == "AliasEvent"
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if aliases > ALIASES:
            raise BadFileError(f"{file}: more than {ALIASES} aliases (*name); write them out")
        if depth > DEPTH:
            raise BadFileError(f"{file}: more than {DEPTH} levels, one in the other")


def _only(file: str, documents: list[object]) -> dict[str, Any]:
    from agentrun_operator.resources.names import KIND  # noqa: PLC0415 - the help needs none of it

    found = [each for each in documents if isinstance(each, dict) and each.get("kind") == KIND]
    if len(found) != 1:
        raise BadFileError(f"{file}: {len(found)} objects of kind {KIND}; give a file with one")
    if not all(isinstance(found[0].get(name, {}), dict) for name in ("metadata", "spec")):
        raise BadFileError(f"{file}: metadata and spec have to be objects")
    return found[0]
