"""What a command needs that the plain installation, the client's, does not bring."""

from __future__ import annotations

from importlib.util import find_spec

from agentrun_operator.cli.errors import CommandError

OPERATOR = ("aiohttp", "kopf", "kubernetes", "prometheus_client", "pydantic_settings", "pythonjsonlogger", "uvloop")
EXTRAS = {"operator": OPERATOR, "playground": (*OPERATOR, "starlette", "uvicorn")}
"""The modules of each extra that its commands cannot do without."""


def require_extra(extra: str, command: str) -> None:
    """Nothing, where an extra is installed.

    Args:
        extra: one of EXTRAS.
        command: who needs it.

    Raises:
        CommandError: It is not; the message says how to install it.
    """
    if any(find_spec(module) is None for module in EXTRAS[extra]):
        raise CommandError(f"{command} needs the {extra}'s packages: pip install 'agentrun-operator[{extra}]'")


def require_playground(command: str) -> None:
    """Nothing, where everything is that the playground and its emulator need.

    Raises:
        CommandError: This is the operator's image, which goes without them, or the extra is not installed.
    """
    if find_spec("agentrun_operator.emulator") is None:
        raise CommandError(
            f"{command} is not part of the operator's image; on your own machine: "
            "pip install 'agentrun-operator[playground]'"
        )
    require_extra("playground", command)
