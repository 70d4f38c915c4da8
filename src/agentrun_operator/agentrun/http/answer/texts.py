"""What the service says, before anybody sees it: every text is cut, and holds no secret. Pure.

It is the one way in: what has passed here may go into a status, an event or a log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.agentrun.auth.redaction import MASK
from agentrun_operator.cut import CERTAINLY_SHORT, cut

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydantic import JsonValue

    from agentrun_operator.agentrun.auth.redaction import Redactor


def cleaned(said: JsonValue, secrets: Sequence[Redactor]) -> JsonValue:
    """The same, every text in it cut and without secrets.

    Args:
        said: whatever the service said, as JSON.
        secrets: what must not be repeated.
    """
    texts = _texts(said)
    together = "\n".join(texts)  # so that usual answers, which hold none, are searched once
    forms = [form for redactor in secrets for form in redactor.found_in(together)]
    if not forms and all(len(text) <= CERTAINLY_SHORT for text in texts):
        return said
    return _mapped(said, lambda text: cut(_without(text, forms)))


def _without(text: str, forms: Sequence[str]) -> str:
    for form in forms:
        text = text.replace(form, MASK)
    return text


def _texts(said: JsonValue) -> list[str]:
    """All texts, in no order."""
    texts, left = [], [said]
    while left:
        match left.pop():
            case str() as text:
                texts.append(text)
            case list() as values:
                left.extend(values)
            case dict() as fields:
                left.extend(fields.values())
    return texts


def _mapped(said: JsonValue, change: Callable[[str], str]) -> JsonValue:
    if isinstance(said, str):
        return change(said)
    if isinstance(said, list):
        return [_mapped(value, change) for value in said]
    if isinstance(said, dict):
        return {name: _mapped(value, change) for name, value in said.items()}
    return said
