"""How the help reads: as kubectl's own does. Of a docstring the text before its sections is shown, and `Example:`."""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from agentrun_operator.plugin.plain import completed_alone, plainly

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import typer

SECTION = re.compile(r"^(\w+):\n((?:(?: .*)?\n?)*)", re.MULTILINE)
"""A section of a docstring: its name, and the lines that are indented below it."""


class Command(TyperCommand):
    """A command with such a help, whose plain flags are read without pydantic."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - typer's own
        """The parameters, and the flag that asks for help."""
        return plainly(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own
        """Read the command line."""
        return super().parse_args(ctx, completed_alone(self.params, args))

    def format_help(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ANN401 - typer's own
        """Write it."""
        text = cleandoc(self.help or "")
        formatter.write(_told(_text(text)))
        formatter.write(_examples(text))
        formatter.write(_options(self.get_params(ctx)))
        words = [_argument(each) for each in self.params if isinstance(each, TyperArgument)]
        formatter.write(f"Usage:\n  {' '.join([ctx.command_path, *words])} [flags]\n")

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - it is one line by its author's will
        """The first sentence, as lists of commands show it."""
        return _first(self.help)


class Group(TyperGroup):
    """All commands, with such a help."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - typer's own
        """The parameters, and the flag that asks for help."""
        return plainly(super().get_params(ctx))

    def format_help(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ANN401 - typer's own
        """Write it."""
        formatter.write(_told(_text(cleandoc(self.help or ""))))
        formatter.write("Available Commands:\n")
        shown = {name: each for name, each in self.commands.items() if not each.hidden}
        width = max(map(len, shown), default=0)
        formatter.write("".join(f"  {name:{width}}   {_first(each.help)}\n" for name, each in shown.items()))
        formatter.write(f"\nUsage:\n  {ctx.command_path} COMMAND [flags]\n")
        formatter.write(f'\nUse "{ctx.command_path} COMMAND --help" for more about a command.\n')

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - see Command
        """The first sentence, as lists of commands show it."""
        return _first(self.help)


def _first(text: str | None) -> str:
    """The first sentence or line."""
    return re.split(r"(?<=\.)\s|\n\n", cleandoc(text or ""), maxsplit=1)[0].replace("\n", " ")


def _text(docstring: str) -> str:
    """What stands before the first section."""
    return SECTION.split(docstring, maxsplit=1)[0].strip()


def _told(text: str) -> str:
    return f"{text}\n\n" if text else ""


def _examples(docstring: str) -> str:
    for name, body in SECTION.findall(docstring):
        if name in {"Example", "Examples"}:
            return "Examples:\n" + "".join(f"  {line}\n" if line else "\n" for line in _lines(body)) + "\n"
    return ""


def _lines(body: str) -> list[str]:
    return cleandoc(body).rstrip().split("\n")


def _options(parameters: Iterable[Any]) -> str:
    told = "".join(_option(each) for each in parameters if isinstance(each, TyperOption) and not each.hidden)
    return f"Options:\n{told}" if told else ""


def _argument(argument: TyperArgument) -> str:
    """As it stands in the line of usage: `NAME`, `[NAME]` where it may be left out."""
    name = argument.metavar or str(argument.name).upper()
    name = name if argument.required or name.startswith("[") else f"[{name}]"
    return f"{name}..." if argument.nargs == -1 and "..." not in name else name


def _option(option: TyperOption) -> str:
    """An option in two lines, as kubectl has them: `-n, --namespace=NAME:`, and what it is for."""
    names = ", ".join(sorted(option.opts, key=len))
    given = option.metavar or _default(option)
    taken = "" if option.is_flag or option.count else given if given.startswith("[=") else f"={given}"
    return f"    {names}{taken}:\n{''.join(f'        {line}{chr(10)}' for line in _explained(option))}\n"


def _default(option: TyperOption) -> str:
    value = option.default
    return f"'{getattr(value, 'value', value) or ''}'"


def _explained(option: TyperOption) -> Iterator[str]:
    choices = option.type_descriptor.choices if option.type_descriptor.is_choice else None
    words = [str(getattr(each, "value", each)) for each in choices or ()]
    one_of = f" One of: {', '.join(filter(None, words))}." if words else ""
    yield f"{option.help or ''}{one_of}".strip()
