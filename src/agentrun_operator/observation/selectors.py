"""Label selectors, as the Kubernetes API writes them: read, matched, compared with each other. Pure, for the operator
and the plugin.

The API server selects by the same text; nothing may be read into it here that is not said there.
"""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 1024
"""Characters of a selector."""

_NAME = r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_DNS = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_KEY = rf"(?:{_DNS}(?:\.{_DNS})*/)?{_NAME}"
_PARTS = re.compile(r",(?![^()]*\))")
_ABSENT = re.compile(rf"!\s*(?P<key>{_KEY})")
_ONE = re.compile(rf"(?P<key>{_KEY})\s*(?P<sign>==|=|!=|<|>)\s*(?P<value>(?:{_NAME})?)")
_SET = re.compile(rf"(?P<key>{_KEY})\s+(?P<sign>in|notin)\s*\((?P<values>[^()]*)\)")
_THERE = re.compile(_KEY)
_VALUE = re.compile(rf"(?:{_NAME})?")
_SIGNS = {"=": "in", "==": "in", "!=": "notin"}


class Requirement(NamedTuple):
    """One thing that is asked of labels.

    Args:
        key: the label's key.
        sign: in, notin, <, >, exists or absent.
        values: what the label's value is compared with.
    """

    key: str
    sign: str
    values: frozenset[str] = frozenset()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet it. One that is absent is none of any values."""
        value = labels.get(self.key)
        match self.sign:
            case "in":
                return value in self.values
            case "notin":
                return value not in self.values
            case "absent":
                return value is None
            case "exists":
                return value is not None
        return value is not None and self._compares(value)

    def _compares(self, value: str) -> bool:
        (bound,) = self.values
        try:
            return int(value) < int(bound) if self.sign == "<" else int(value) > int(bound)
        except ValueError:
            return False


class LabelSelector(NamedTuple):
    """What is asked of an object's labels, all of it; nothing asks for nothing, and selects everything."""

    requirements: tuple[Requirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether it selects an object with these labels."""
        return all(each.matches(labels) for each in self.requirements)

    def is_disjoint(self, other: LabelSelector) -> bool:
        """Whether it is sure that no labels are selected by both: they ask for different values of one key, by `=` or
        `in`.
        """
        mine, theirs = self._allowed(), other._allowed()
        return any(mine[key].isdisjoint(theirs[key]) for key in mine.keys() & theirs.keys())

    def _allowed(self) -> dict[str, frozenset[str]]:
        """By key, the only values that are selected."""
        named = [each for each in self.requirements if each.sign == "in"]
        return {
            key: reduce(frozenset.intersection, (each.values for each in named if each.key == key))
            for key in {each.key for each in named}
        }


EVERYTHING = LabelSelector()


def parsed(text: str) -> LabelSelector:
    """Read a selector; an empty one selects everything.

    Args:
        text: as `kubectl get --selector` takes it: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>5`.

    Raises:
        ValueError: the API server would not take it; the message says which part.
    """
    if len(text) > LONGEST:
        raise ValueError(f"a label selector has at most {LONGEST} characters")
    return LabelSelector(tuple(_requirement(part.strip()) for part in _PARTS.split(text)) if text.strip() else ())


def selected_by(text: str | None) -> LabelSelector:
    """What somebody else's selector selects; one that cannot be read, or is none, may select everything."""
    try:
        return parsed(text or "")
    except ValueError:
        return EVERYTHING


def _requirement(part: str) -> Requirement:
    if found := _ABSENT.fullmatch(part):
        return Requirement(found["key"], "absent")
    if found := _ONE.fullmatch(part):
        sign = _SIGNS.get(found["sign"], found["sign"])
        if sign in {"<", ">"} and not found["value"].isdecimal():
            raise ValueError(f"{part!r} compares with no number")
        return Requirement(found["key"], sign, frozenset({found["value"]}))
    if found := _SET.fullmatch(part):
        values = [value.strip() for value in found["values"].split(",")]
        if all(_VALUE.fullmatch(value) for value in values):
            return Requirement(found["key"], found["sign"], frozenset(values))
    if _THERE.fullmatch(part):
        return Requirement(part, "exists")
    raise ValueError(
        f"{part!r} is no part of a label selector: a=b, a!=b, a in (b,c), a notin (b,c), a or !a, with commas between"
    )
