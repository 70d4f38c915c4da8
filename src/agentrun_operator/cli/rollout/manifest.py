"""Reads an AgentRuntimeEndpoint with a rollout from a file, and refuses what the API server would refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from agentrun_operator.cli.errors import BadFileError
from agentrun_operator.manifests import ManifestError, documents_of

if TYPE_CHECKING:
    from agentrun_operator.resources.rollout.plan import Rollout

File = Annotated[str, typer.Option("--filename", "-f", help="Manifest of one AgentRuntimeEndpoint; - is the input.")]

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

    manifest = _only(file, _documents(file))
    if refused := refusals(manifest):
        more = [f"and {len(refused) - SHOWN} more"] if len(refused) > SHOWN else []
        raise BadFileError("\n  ".join([f"{file}: the API server would refuse this:", *refused[:SHOWN], *more]))
    spec = Spec.model_validate(manifest["spec"])
    if spec.rollout is None:
        raise BadFileError(f"{file}: there is no spec.rollout; `rollout: {{}}` is a whole plan")
    name = str(manifest.get("metadata", {}).get("name") or "")
    return Manifest(name, spec.target_version, spec.rollout, manifest["spec"]["rollout"])


def _documents(file: str) -> list[object]:
    try:
        return documents_of(file)
    except ManifestError as error:
        raise BadFileError(str(error)) from None


def _only(file: str, documents: list[object]) -> dict[str, Any]:
    from agentrun_operator.resources.names import KIND  # noqa: PLC0415 - the help needs none of it

    found = [each for each in documents if isinstance(each, dict) and each.get("kind") == KIND]
    if len(found) != 1:
        raise BadFileError(f"{file}: {len(found)} objects of kind {KIND}; give a file with one")
    if not all(isinstance(found[0].get(name, {}), dict) for name in ("metadata", "spec")):
        raise BadFileError(f"{file}: metadata and spec have to be objects")
    return found[0]
