"""What AgentRun answers that makes no sense, told apart from what does: an odd field reads as if it were absent and is
named, and an odd item of a list hides no other. Pure; knows the models alone.

The usual answer takes one validation. What fails that is looked at piece by piece, in here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from pydantic import PrivateAttr, ValidationError

from agentrun_operator.agentrun.models import Endpoint, ItemT, Page, Runtime, RuntimeVersion, WireModel
from agentrun_operator.cut import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

ModelT = TypeVar("ModelT", bound=WireModel)
Json = dict[str, Any]

SAYS = "AgentRun's answer is odd"
"""How every text about it begins."""

NAMED = 3
"""Odd fields that a text names."""

MANY = 50
"""Odd places of one object that are looked at one by one; with more, a field is odd as a whole."""

ROUNDS = 4
"""How often an object is gone through; what is odd in it is found in the first, and the second finds nothing."""

ID_SHOWN = 64
"""Characters of a request's id that are shown."""

UNKNOWN_CHARACTER = "\ufffd"


@dataclass(frozen=True, slots=True)
class Oddity:
    """What of an object makes no sense.

    Attributes:
        what: which fields, and what is wrong with them, for people.
        unread: the paths of those whose value nobody knows, such as `scalingStatus.minInstances`.
        request_id: the call that was answered so. The same oddity in another answer is the same.
    """

    what: str
    unread: frozenset[str] = frozenset()
    request_id: str = field(default="", compare=False)

    def __str__(self) -> str:
        request = f" (request {self.request_id[:ID_SHOWN]})" if self.request_id else ""
        return f"{SAYS}: {self.what}{request}"


class Odd(WireModel):
    """An object of the API, as far as it makes sense."""

    _oddity: Oddity = PrivateAttr(default=Oddity(""))

    @classmethod
    def of(cls, document: JsonValue, oddity: Oddity) -> Self:
        """The object that is left of a document.

        Raises:
            pydantic.ValidationError: something odd is left in it.
        """
        made = cls.model_validate(document)
        made._oddity = oddity  # noqa: SLF001 - of this very class
        return made

    @property
    def oddity(self) -> Oddity:
        """What of it makes no sense."""
        return self._oddity


class OddEndpoint(Odd, Endpoint):
    """An endpoint, as far as it makes sense."""


class OddRuntime(Odd, Runtime):
    """An agent runtime, as far as it makes sense."""


class OddVersion(Odd, RuntimeVersion):
    """A version, as far as it makes sense."""


KINDS: Mapping[type[WireModel], type[Odd]] = {Endpoint: OddEndpoint, Runtime: OddRuntime, RuntimeVersion: OddVersion}


def oddity_of(found: WireModel) -> Oddity | None:
    """What of an object makes no sense; None if all of it does."""
    return found.oddity if isinstance(found, Odd) else None


def unidentified(found: ModelT, request_id: str) -> ModelT:
    """An object that does not even tell which it is.

    Args:
        found: what it tells.
        request_id: the call that was answered so.
    """
    if isinstance(found, Odd):
        return found
    return cast("ModelT", KINDS[type(found)].of(found.to_wire(), Oddity("it tells no id", request_id=request_id)))


def in_whole_characters(text: str) -> str:
    """A text with a stand-in for each half of a character, which no other program would take."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def read_oddly(model: type[ModelT], said: JsonValue, request_id: str, *, garbled: bool = False) -> ModelT:
    """An object of which not everything makes sense, as far as it does.

    Args:
        model: Endpoint, Runtime or RuntimeVersion.
        said: what AgentRun said of it, as JSON.
        request_id: the call that was answered so.
        garbled: whether characters may have been lost on the way into a text.
    """
    document, wrong = _apart(model, said) if isinstance(said, dict) else ({}, {"": "it is no object"})
    unread = frozenset(wrong)
    lost = [name for name in _names(model) if name not in wrong and _is_garbled(document.get(name))] if garbled else []
    wrong |= dict.fromkeys(lost, "it holds half a character")
    if not wrong:
        return model.model_validate(document)
    return cast("ModelT", KINDS[model].of(document, Oddity(_told(wrong), unread, request_id)))


def read_page_oddly(
    page: type[Page[ItemT]], said: Json, request_id: str, *, garbled: bool = False
) -> Page[ItemT] | None:
    """A page of a list of which not everything makes sense; None if it is not known what is on it.

    Args:
        page: a Page of Endpoint, Runtime or RuntimeVersion.
        said: what AgentRun said of it.
        request_id: the call that was answered so.
        garbled: whether characters may have been lost on the way into a text.
    """
    items = said.get("items")
    frame, wrong = _apart(page, {name: value for name, value in said.items() if name in _names(page)} | {"items": None})
    if not isinstance(items, list | None) or (wrong and not items):
        return None
    kept = {name: value for name, value in frame.items() if name in said}
    read = page.model_validate(kept)
    if items is None:
        return read
    (model,) = page.__pydantic_generic_metadata__["args"]
    return read.model_copy(update={"items": [_item(model, each, request_id, garbled=garbled) for each in items]})


def _item(model: type[ModelT], said: JsonValue, request_id: str, *, garbled: bool) -> ModelT:
    if not garbled:
        try:
            return model.model_validate(said)
        except ValidationError:
            pass
    return read_oddly(model, said, request_id, garbled=garbled)


def _names(model: type[WireModel]) -> list[str]:
    """The names of its fields, as AgentRun writes them."""
    return [info.serialization_alias or name for name, info in model.model_fields.items()]


def _apart(model: type[WireModel], document: Json) -> tuple[Json, dict[str, str]]:
    """A document without what makes no sense, and that: what is wrong, by the path."""
    wrong: dict[str, str] = {}
    for _ in range(ROUNDS):
        found = dict(_wrong(model, document))
        for path in found:
            document = cast("Json", _cleared(document, path))
        wrong |= {".".join(map(str, path)): what for path, what in found.items()}
        if not found:
            return document, wrong
    return {}, wrong | {"": "it makes no sense"}


def _wrong(model: type[WireModel], document: Json) -> Iterator[tuple[tuple[int | str, ...], str]]:
    try:
        model.model_validate(document)
    except ValidationError as error:
        if error.error_count() > MANY:
            known = [name for name in _names(model) if name in document]
            yield from (((name,), "it makes no sense") for name in known if _fails(model, {name: document[name]}))
            return
        for problem in error.errors(include_url=False, include_context=False, include_input=False):
            yield problem["loc"], problem["msg"]


def _fails(model: type[WireModel], document: Json) -> bool:
    try:
        model.model_validate(document)
    except ValidationError:
        return True
    return False


def _cleared(value: JsonValue, path: tuple[int | str, ...]) -> JsonValue:
    """The value with nothing at the path: null, or for an item of a list an object without fields."""
    head, rest = path[0], path[1:]
    if isinstance(value, dict) and isinstance(head, str):
        return value | {head: _cleared(value[head], rest) if rest else None}
    if isinstance(value, list) and isinstance(head, int):
        return [*value[:head], _cleared(value[head], rest) if rest else {}, *value[head + 1 :]]
    return None


def _is_garbled(value: JsonValue) -> bool:
    return value is not None and UNKNOWN_CHARACTER in json.dumps(value, ensure_ascii=False)


def _told(wrong: Mapping[str, str]) -> str:
    named = [f"{path}: {what}" if path else what for path, what in list(wrong.items())[:NAMED]]
    more = [f"and {len(wrong) - NAMED} more"] if len(wrong) > NAMED else []
    return cut("; ".join((*named, *more)))
