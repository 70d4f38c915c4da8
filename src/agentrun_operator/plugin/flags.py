"""The flags that every command has, said once, and the session that is made of them."""

from __future__ import annotations

import inspect
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentrun_operator.plugin.cluster.kubectl.kubectl import Connection, Kubectl
from agentrun_operator.plugin.screen.screen import Colour, Screen
from agentrun_operator.plugin.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

COMMON: dict[str, tuple[object, Any]] = {
    "namespace": (str, typer.Option("--namespace", "-n", help="Namespace; else the context's.", metavar="NAME")),
    "context": (str, typer.Option(help="Context in the kubeconfig.", metavar="NAME")),
    "kubeconfig": (str, typer.Option(help="Path of the kubeconfig.", metavar="FILE")),
    "as_": (str, typer.Option("--as", help="User to act as.", metavar="USER")),
    "request_timeout": (str, typer.Option(help="Longest wait for one answer of the cluster: 30s.", metavar="TIME")),
    "color": (Colour, typer.Option(help="Whether to use colour; NO_COLOR and TERM=dumb are heeded.")),
    "quiet": (bool, typer.Option("--quiet", "-q", help="No progress and no hints on standard error.")),
}
Everywhere = Annotated[bool, typer.Option("--all-namespaces", "-A", help="In all namespaces.")]
Selector = Annotated[str, typer.Option("--selector", "-l", help="Only those with these labels.", metavar="LABELS")]
Wait = Annotated[
    str, typer.Option("--wait", metavar="[=5m]", help="Wait until all are Ready (0) or one is Stalled (1); 3: time.")
]
WaitForRollout = Annotated[
    str, typer.Option("--wait", metavar="[=1h]", help="Wait until it is promoted (0) or taken back (1); 3: time.")
]
"""A wait that may be left out takes its time with it; a command that always waits has `--timeout`."""
Timeout = Annotated[str, typer.Option("--timeout", help="Longest wait for what comes of it: 90s, 5m, 1h30m.")]
DEFAULTS: dict[str, object] = {"color": Colour.AUTO, "quiet": False}


def with_flags(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the common flags, which takes the session that they make as its first argument.

    Args:
        command: what is done; its first parameter is the session, and the others are its own arguments and flags.
    """

    @wraps(command)
    def flagged(**given: Any) -> None:  # noqa: ANN401 - whatever the command itself declares
        common = {name: given.pop(name) for name in COMMON}
        command(_session(**common), **given)

    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    parameters = [*(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own), *map(_parameter, COMMON)]
    flagged.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    flagged.__annotations__ = {each.name: each.annotation for each in parameters}
    return flagged


def _parameter(name: str) -> inspect.Parameter:
    kind, option = COMMON[name]
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=DEFAULTS.get(name, ""), annotation=Annotated[kind, option]
    )


def _session(
    *, namespace: str, context: str, kubeconfig: str, as_: str, request_timeout: str, color: Colour, quiet: bool
) -> Session:
    connection = Connection(namespace, context, kubeconfig, as_, request_timeout or DEFAULT_TIMEOUT)
    return Session(Kubectl(connection), Screen.of(color, quiet=quiet))


class Format(StrEnum):
    """How data is written."""

    TEXT = "text"
    JSON = "json"


Output = Annotated[Format, typer.Option("--output", "-o", help="How data is written.")]

OPERATOR_NAMESPACE = "agentrun-operator"
OperatorNamespace = Annotated[str, typer.Option(help="Namespace of the operator.", metavar="NAME")]

DEFAULT_TIMEOUT = "30s"
"""For an answer of the cluster: a command that hangs tells nobody anything."""
