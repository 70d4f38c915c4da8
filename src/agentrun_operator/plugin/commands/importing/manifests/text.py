"""Manifests as YAML that people read and every parser of YAML understands alike. Pure."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import yaml

from agentrun_operator.printable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PLAIN = re.compile(r"[^\W\d_][\w .,()*/+-]*(?<! )")
"""A text that needs no quotes: it begins with a letter, so that it is no number and no date."""

WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "inf", "nan"})
"""Texts that one parser or another takes for something else; kubectl's are not Python's."""

BASIC_PLANE = "\uffff"


class _Dumper(yaml.SafeDumper):
    """Lists below their key, texts in quotes wherever there is a doubt."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 - PyYAML's
        del indentless
        super().increase_indent(flow, indentless=False)


def _represented(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    if PLAIN.fullmatch(text) and text.isprintable() and text.casefold() not in WORDS:
        return None
    pictures = text.isprintable() and max(text, default="") > BASIC_PLANE  # PyYAML escapes them in double quotes
    return "'" if pictures else '"'


_Dumper.add_representer(str, _represented)


def document(manifest: Mapping[str, Any], head: Sequence[str]) -> str:
    """One manifest as YAML, below comments; no text in it can speak to a terminal, or be more than one text.

    Args:
        manifest: the object; its fields are written in their order.
        head: lines of comments, whatever they quote.
    """
    body = yaml.dump(manifest, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=sys.maxsize)
    lines = [*(f"# {_escaped(line)}" for line in head), *map(printable, body.rstrip("\n").split("\n"))]
    return "".join(f"{line}\n" for line in lines)


def _escaped(text: str) -> str:
    """A comment cannot quote: what no parser of YAML takes, ends it."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
