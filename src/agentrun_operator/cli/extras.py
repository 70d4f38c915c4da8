"""What a command needs that a plain installation does not bring."""

from importlib.util import find_spec

from agentrun_operator.cli.errors import CommandError

PLAYGROUND = ("starlette", "uvicorn")


def require_playground_extra() -> None:
    """Nothing, where the extra `playground` is installed.

    Raises:
        CommandError: It is not.
    """
    missing = [module for module in PLAYGROUND if find_spec(module) is None]
    if missing:
        raise CommandError(f"this needs {' and '.join(missing)}: pip install 'agentrun-operator[playground]'")
