"""`version`."""

from __future__ import annotations

import json
from importlib import metadata
from typing import TYPE_CHECKING, Annotated

import typer

from agentrun_operator.plugin.cluster.installed import Installed, installed_crd, installed_operators
from agentrun_operator.plugin.exits import PluginError
from agentrun_operator.plugin.flags import OPERATOR_NAMESPACE, Format, OperatorNamespace, Output, with_flags
from agentrun_operator.plugin.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable


@with_flags
def version(
    session: Session,
    *,
    client: Annotated[bool, typer.Option("--client", help="Only this program's; the cluster is not asked.")] = False,
    output: Output = Format.TEXT,
    operator_namespace: OperatorNamespace = OPERATOR_NAMESPACE,
) -> None:
    """Show the versions of this program, of the CRD and of the operator, and warn where they do not go together.

    Example:
        kubectl agentrun version
        kubectl agentrun version --client -o json
    """
    own = metadata.version("agentrun-operator")
    found = {} if client else _of_cluster(session, operator_namespace)
    if output is Format.JSON:
        session.screen.write(json.dumps({"client": own} | found, indent=2))
    else:
        session.screen.write(
            "\n".join([f"kubectl-agentrun {own}", *(f"{what} {each}" for what, each in found.items())])
        )
    for what, each in found.items():
        if each != own:
            session.screen.warn(f"Warning: the {what} is of version {each}, and this program of {own}: use the same")


def _of_cluster(session: Session, namespace: str) -> dict[str, str]:
    """The versions that are installed; what the cluster does not tell is said, and left out."""
    found = {}
    looks: dict[str, Callable[[], Installed | None]] = {
        "crd": lambda: installed_crd(session.kubectl),
        "operator": lambda: next(iter(installed_operators(session.kubectl, namespace)), None),
    }
    for what, look in looks.items():
        try:
            told = look()
        except PluginError as error:
            session.screen.warn(f"{what}: {error}")
            continue
        if told is None:
            session.screen.hint(f"{what}: there is none" + (f" in namespace {namespace}" if what == "operator" else ""))
        elif told.version:
            found[what] = told.version
    return found
