"""`run`: the operator. Its options are made from the settings, so that there is one list of them and of what they
mean.
"""

from __future__ import annotations

import gc
import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentrun_operator.cli.errors import CommandError
from agentrun_operator.cli.extras import require_extra
from agentrun_operator.controller.settings import ENV_PREFIX, Settings, load

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

Kubeconfig = Annotated[
    str | None, typer.Option(help="File that names the cluster; else this Pod's, else the default file.")
]
Context = Annotated[str | None, typer.Option(help="Context in the kubeconfig.")]


def run(kubeconfig: Kubeconfig = None, context: Context = None, **given: str | None) -> None:
    """Run the operator until SIGTERM or Ctrl-C.

    Every option below is also an environment variable, AGENTRUN_OPERATOR_NAME with underscores for dashes. Durations
    are seconds, or have a unit: 60, 90s, 10m. AgentRun's own credentials and addresses come from
    AGENTRUN_ACCESS_KEY_ID, AGENTRUN_ACCESS_KEY_SECRET, AGENTRUN_SECURITY_TOKEN, AGENTRUN_ACCOUNT_ID, AGENTRUN_REGION,
    AGENTRUN_CONTROL_ENDPOINT and AGENTRUN_DATA_ENDPOINT, else from the default provider chain.
    """
    require_extra("operator", "run")
    from agentrun_operator.controller.errors import StartError  # noqa: PLC0415 - with the operator below
    from agentrun_operator.controller.telemetry.logs import configure  # noqa: PLC0415 - with the operator below

    try:
        settings = load(**{name: value for name, value in given.items() if value is not None})
        configure(settings.log_level, settings.log_format)
        import uvloop  # noqa: PLC0415 - with the operator below

        from agentrun_operator.controller import operator  # noqa: PLC0415 - kopf is heavy; other commands go without

        _collect_less()
        uvloop.run(operator.run(settings, kubeconfig, context))
    except StartError as error:
        raise CommandError(str(error)) from None


def _collect_less() -> None:
    """Look for garbage in cycles when there may be some: Python's default is every few hundred objects, and there is
    next to none. A tenth of the operator's time, for some MiB.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def _option(name: str, field: FieldInfo) -> inspect.Parameter:
    """A setting as a command line option. All are texts: the model says what each must be, in one place."""
    flag = f"--{name.replace('_', '-')}"
    shown = _shown(field.default)
    told = f"{field.description} (default: {shown or 'empty'}; {ENV_PREFIX}{name.upper()})"
    option = typer.Option(flag, help=told, show_default=False, metavar="VALUE")
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, option]
    )


def _shown(default: Any) -> str:  # noqa: ANN401 - a field's default may be anything
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, float):
        return f"{default:g}"
    return ",".join(default) if isinstance(default, tuple) else str(default)


_fixed = [
    parameter for parameter in inspect.signature(run, eval_str=True).parameters.values() if parameter.name != "given"
]
_options = [_option(name, field) for name, field in Settings.model_fields.items()]
# How a function tells of the parameters that it takes as **given; typer reads both.
run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [*(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in _fixed), *_options]
)
run.__annotations__ = {parameter.name: parameter.annotation for parameter in (*_fixed, *_options)} | {"return": None}
