"""An edit made in the text of a manifest: nothing else of it changes, comments and forms least of all. Pure.

YAML is written anew by a library that keeps comments. Of what it writes, only the lines that the edit changes are taken
over; and what came of it is read again, and has to be what was meant.
"""

from __future__ import annotations

import json
from copy import deepcopy
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, NamedTuple

from ruamel.yaml.scalarstring import DoubleQuotedScalarString, ScalarString

from agentrun_operator.manifests import ManifestError, documents_in
from agentrun_operator.plugin.edits.documents import Document, documents_of, loaded, objects_in, plain, written
from agentrun_operator.plugin.edits.edit import Edit, NotPossibleError
from agentrun_operator.plugin.exits import UnknownError, UsageError
from agentrun_operator.resources.names import KIND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Object

SHOWN = 3
"""Refusals, or names, that are told at once."""


class Found(NamedTuple):
    """An object in a document of a file.

    Args:
        document: the document.
        content: the same with its comments.
        position: which of the document's objects it is, from 0.
    """

    document: Document
    content: Any
    position: int

    @property
    def written(self) -> Any:  # noqa: ANN401 - as a file has it
        """The object with its comments."""
        return list(objects_in(self.content))[self.position]

    @property
    def body(self) -> Object:
        """The object without them."""
        found: Object = plain(self.written)
        return found


def edited(
    text: str, name: str, namespace: str, context: Callable[[], str], planned: Callable[[Object], Edit]
) -> tuple[str, Object, Edit]:
    """The text of a file in which an object is edited, the object as it was, and the edit.

    Args:
        text: the file's.
        name: the object's.
        namespace: the object's, if one was asked for; else empty.
        context: tells the namespace where objects are that name none, unless one was asked for.
        planned: the edit for the object as it stands in the file.

    Raises:
        UsageError: the file is no YAML or holds no object, or the namespace is another than the one that was asked for.
        NotPossibleError: it is not in the file, or cannot be edited there alone.
        UnknownError: the API server would refuse the object.
    """
    found = _found(text, name, namespace, context)
    body = found.body
    _refuse_bad(body)
    edit = planned(body)
    needed = edit.needed(body["spec"])
    if not needed.patch:
        return text, body, edit
    document = found.document
    after = _edited_document(found, needed)
    return text[: document.start] + after + text[document.start + len(document.text) :], body, edit


def _found(text: str, name: str, namespace: str, context: Callable[[], str]) -> Found:
    ours = list(_objects(text))
    named = [found for found in ours if found.body["metadata"].get("name") == name]
    if not named:
        raise NotPossibleError(f"the file has no {KIND} {name}; what it has: {_some(_called(text, ours))}")
    wanted = [found for found in named if _namespace(found) in ("", namespace or _namespace(found))]
    if not wanted:
        raise UsageError(f"{name} is in namespace {_namespace(named[0])} in the file, and not in {namespace}")
    if len(wanted) > 1:
        default = namespace or context()
        wanted = [found for found in wanted if (_namespace(found) or default) == default]
    if len(wanted) != 1:
        raise NotPossibleError(f"the file has several objects {name}: name the namespace of one, with -n")
    return wanted[0]


def _called(text: str, ours: Sequence[Found]) -> list[str]:
    """What there is instead of an object: ours by their names, else whatever there is.

    Raises:
        UsageError: nothing that is an object.
    """
    if ours:
        return [str(found.body["metadata"].get("name")) for found in ours]
    try:
        documents = [loaded(each.text) for each in documents_of(text)] or documents_in(
            text
        )  # the rest may be templates
    except ManifestError as error:
        raise UsageError(str(error)) from None
    kinds = [_kind(each) for each in map(_as_object, documents) if each.get("kind")]
    if not kinds:
        raise UsageError("it holds no object" if any(documents) else "it is empty")
    return kinds


def _kind(document: Mapping[str, object]) -> str:
    version = document.get("apiVersion")
    return f"{document['kind']} of {version}" if version else str(document["kind"])


def _as_object(document: object) -> Mapping[str, object]:
    return document if isinstance(document, dict) else {}


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(dict.fromkeys(names[:SHOWN]))}{more}"


def _objects(text: str) -> Iterator[Found]:
    for document in documents_of(text):
        content = loaded(document.text)
        for index, _ in enumerate(objects_in(content)):
            yield Found(document, content, index)


def _namespace(found: Found) -> str:
    return str(found.body["metadata"].get("namespace") or "")


def _refuse_bad(body: Object) -> None:
    from agentrun_operator.resources.refusals import refusals  # noqa: PLC0415 - an edit in the cluster needs none of it

    if refused := refusals(body):
        more = f"; and {len(refused) - SHOWN} more" if len(refused) > SHOWN else ""
        raise UnknownError(f"the API server would refuse the object as it is: {'; '.join(refused[:SHOWN])}{more}")


def _edited_document(found: Found, edit: Edit) -> str:
    """The document's text after the edit, as near to what it was as can be."""
    text = found.document.text
    meant = deepcopy(plain(found.content))
    target = list(objects_in(meant))[found.position]
    target["spec"] = edit.of(target["spec"])
    if text.lstrip().startswith("{"):
        return _as_json(text, meant)
    before = written(found.content)
    _make(found.written["spec"], edit)
    after = written(found.content)
    for possible in (_carried_over(text, before, after), _carried_over(before, before, after)):
        if _says(possible, meant):
            return possible
    raise NotPossibleError("the edit cannot be made in this file without changing more (anchors?): make it by hand")


def _says(text: str, meant: object) -> bool:
    try:
        return bool(plain(loaded(text)) == meant)
    except UsageError:
        return False


def _as_json(text: str, meant: object) -> str:
    step = 2 if "\n" in text.strip() else None
    return json.dumps(meant, indent=step, ensure_ascii=False) + "\n"


def _make(spec: Any, edit: Edit) -> None:  # noqa: ANN401 - a part of a file, with its comments
    for field, value in edit.patch.items():
        if value is None:
            spec.pop(field, None)
        elif field == "routing" and isinstance(spec.get(field), dict) and spec[field].get("versionWeights"):
            _reweigh(spec[field]["versionWeights"], value["versionWeights"])
        else:
            spec[field] = _formed(value, spec.get(field))


def _reweigh(canaries: Any, wanted: list[dict[str, Any]]) -> None:  # noqa: ANN401 - as above
    """Give canaries these shares; those that stay keep their place, and what is said about them."""
    shares = {each["version"]: each["weight"] for each in wanted}
    for index in reversed(range(len(canaries))):
        if canaries[index]["version"] not in shares:
            del canaries[index]
    for each in canaries:
        each["weight"] = shares.pop(each["version"])
    canaries.extend(_formed({"version": version, "weight": weight}) for version, weight in shares.items())


def _formed(value: Any, before: object = None) -> Any:  # noqa: ANN401 - a part of a file
    """A value as it is to be written: texts in quotes, since a version looks like a number."""
    if isinstance(value, dict):
        return {key: _formed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_formed(each) for each in value]
    if isinstance(value, str):
        return type(before)(value) if isinstance(before, ScalarString) else DoubleQuotedScalarString(value)
    return value


def _carried_over(text: str, before: str, after: str) -> str:
    """The text, with what differs between the two others.

    Where lines go, comments at their end that stand no further in than they do speak of what follows, and stay.
    """
    old, new, lines = before.splitlines(), after.splitlines(), text.splitlines()
    if len(old) != len(lines):
        return ""
    found: list[str] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        found += lines[i:j] if kind == "equal" else [*new[k:m], *_of_what_follows(lines[i:j])]
    return "".join(f"{line}\n" for line in found)


def _of_what_follows(lines: list[str]) -> list[str]:
    """The comments and empty lines at the end of lines that go, if they are about what comes next."""
    first = _indent(lines[0]) if lines else 0
    count = 0
    for line in reversed(lines[1:]):
        stays = not line.strip() or (line.lstrip().startswith("#") and _indent(line) <= first)
        if not stays:
            break
        count += 1
    return lines[len(lines) - count :] if count else []


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
