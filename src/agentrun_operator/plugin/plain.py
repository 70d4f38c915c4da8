"""Takes words of the command line for what they are without pydantic, which typer would load: a quarter of a second.

Texts, lists of texts, switches and words of an enumeration; whatever else a parameter may be is left to typer. Built on
what typer keeps to itself: where that has changed, typer does all of it, and a start is slower.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

try:
    from typer._coercion import RuntimeParam
except ImportError:  # pragma: no cover - of another version
    RuntimeParam = None  # type: ignore[assignment, misc]


def plainly(parameters: list[Any]) -> list[Any]:
    """The same of typer's parameters; each that is plain does without pydantic."""
    if RuntimeParam is None:  # pragma: no cover - see above
        return parameters
    for each in parameters:
        descriptor = getattr(each, "type_descriptor", None)
        if descriptor is not None and _is_plain(descriptor.annotation):
            each._runtime_param = _plain(descriptor)  # noqa: SLF001 - there is no other way in
    return parameters


def _is_plain(annotation: object) -> bool:
    return annotation in {str, bool, list[str]} or _is_enumeration(annotation)


def _is_enumeration(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Enum)


def _plain(descriptor: Any) -> Any:  # noqa: ANN401 - typer's own
    class Plain(RuntimeParam):
        def _coerce_value(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - typer's own
            if self.annotation == list[str]:
                return [str(each) for each in value]
            if not _is_enumeration(self.annotation):
                return value
            try:
                return self.annotation(value)
            except ValueError:
                words = ", ".join(repr(each.value) for each in self.annotation)
                raise typer.BadParameter(f"{value!r} is not one of {words}.", ctx=ctx, param=param) from None

    return Plain(annotation=descriptor.annotation, parameter_info=descriptor.parameter_info)


def completed_alone(parameters: Iterable[Any], words: list[str]) -> list[str]:
    """The words, with a value behind each option that stands alone though it takes one.

    Args:
        parameters: of the command; a metavar `[=5m]` says which value counts then.
        words: of the command line.
    """
    metavars = {name: str(each.metavar) for each in parameters for name in each.opts if hasattr(each, "metavar")}
    alone = {name: f"{name}{text[1:-1]}" for name, text in metavars.items() if text.startswith("[=")}
    end = words.index("--") if "--" in words else len(words)
    return [*(alone.get(each, each) for each in words[:end]), *words[end:]]
