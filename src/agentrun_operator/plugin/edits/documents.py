"""The text of a manifest: its documents, and the objects in them. Pure.

Only a document that speaks of our kind is read as YAML, so that others may be templates, or broken.
"""

from __future__ import annotations

import re
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from agentrun_operator.manifests import ManifestError, refuse_bombs, what_is_wrong
from agentrun_operator.plugin.exits import UsageError
from agentrun_operator.resources.names import API_VERSION, KIND

if TYPE_CHECKING:
    from collections.abc import Iterator

START = re.compile(r"^---(?:[ \t]*|[ \t]+#[^\n]*)\n", re.MULTILINE)
"""A line that begins a document, and has nothing of it."""

UNBROKEN = 1_000_000
"""Columns of a line: none is broken that was not."""


class Document(NamedTuple):
    """One document of a file.

    Args:
        start: where its text begins in the file.
        text: the text, without the line that begins it.
    """

    start: int
    text: str


def documents_of(text: str) -> Iterator[Document]:
    """The documents of a file that may hold objects of our kind."""
    start = 0
    for mark in [*START.finditer(text), None]:
        end = mark.start() if mark else len(text)
        if KIND in text[start:end]:
            yield Document(start, text[start:end])
        start = mark.end() if mark else end


def loaded(text: str) -> Any:  # noqa: ANN401 - whatever a file holds
    """A document with its comments.

    Raises:
        UsageError: it is no YAML, or so deep or so full of references that nobody should read it.
    """
    try:
        refuse_bombs(YAML(pure=True).parse(text))
        return _yaml().load(text)
    except ManifestError as error:
        raise UsageError(str(error)) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise UsageError(what_is_wrong(error)) from None


def written(document: object) -> str:
    """A document as text again, its parts as far in as they were."""
    yaml, stream = _yaml(), StringIO()
    first = {kind: (step, dash) for kind, step, dash in reversed(list(_steps_in(document))) if step > dash >= 0}
    mapping, _ = first.get("mapping", (2, 0))
    sequence, dash = first.get("sequence", (2, 0))
    yaml.indent(mapping=mapping, sequence=sequence, offset=dash)
    yaml.dump(document, stream)
    return stream.getvalue()


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever a file holds
    """A part of a document, without comments and forms."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    kinds = (bool, int, float, str)
    return next((kind(value) for kind in kinds if isinstance(value, kind)), value)


def objects_in(document: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - whatever a file holds
    """The objects of our kind in a document, which may be a list of objects."""
    if not isinstance(document, dict):
        return
    items = document.get("items")
    for found in items if isinstance(items, list) else (document,):
        if isinstance(found, dict) and _ours(found):
            yield found


def _ours(found: dict[str, Any]) -> bool:
    typed = (found.get("apiVersion"), found.get("kind")) == (API_VERSION, KIND)
    return typed and isinstance(found.get("metadata"), dict) and isinstance(found.get("spec"), dict)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = UNBROKEN
    return yaml


def _steps_in(node: object) -> Iterator[tuple[str, int, int]]:
    """How far in the parts of mappings stand: lists with their dashes and items, and mappings."""
    if isinstance(node, CommentedMap):
        for value in node.values():
            yield from _step(node, value)
    for value in node.values() if isinstance(node, CommentedMap) else node if isinstance(node, CommentedSeq) else ():
        yield from _steps_in(value)


def _step(node: CommentedMap, value: object) -> Iterator[tuple[str, int, int]]:
    if not isinstance(value, CommentedMap | CommentedSeq) or value.fa.flow_style() or not value:
        return
    if isinstance(value, CommentedMap):
        yield "mapping", value.lc.col - node.lc.col, 0
    else:
        yield "sequence", value.lc.item(0)[1] - node.lc.col, value.lc.col - node.lc.col
