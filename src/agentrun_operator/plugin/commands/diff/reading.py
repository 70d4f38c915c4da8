"""The AgentRuntimeEndpoints that manifests hold: from files, folders and standard input. Asks no cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.manifests import INPUT, ManifestError, documents_of
from agentrun_operator.plugin.exits import UsageError
from agentrun_operator.resources.names import GROUP, KIND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Body = dict[str, Any]

ENDINGS = frozenset({".yaml", ".yml", ".json"})
"""What files in a folder are called that kubectl reads."""

MOST = 10_000
"""Objects of one run; more of them want several."""


class Manifests(NamedTuple):
    """What was read.

    Args:
        objects: by namespace and name, in the order of the files; of several for one object the last.
        passed_over: what else there is, as `Kind/name`.
        repeated: the objects that come more than once, as `namespace/name`.
        nameless: how many have no name.
    """

    objects: dict[tuple[str, str], Body]
    passed_over: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    nameless: int = 0


def read(files: Sequence[str], *, recursive: bool, given: str, namespace: str) -> Manifests:
    """The objects of files.

    Args:
        files: paths of files and folders; `-` is standard input.
        recursive: whether folders within folders count.
        given: the namespace of the flag; empty without one.
        namespace: the one for objects that name none.

    Raises:
        UsageError: a file cannot be read, none holds anything, or an object's namespace contradicts the flag.
    """
    objects: dict[tuple[str, str], Body] = {}
    passed_over, repeated, nameless = [], [], 0
    for document in _documents(files, recursive=recursive):
        metadata = _metadata(document)
        if not _is_ours(document):
            passed_over.append(f"{document.get('kind') or 'nothing with a kind'}/{metadata.get('name') or ''}")
            continue
        if not metadata.get("name"):
            nameless += 1
            continue
        key = _namespace(metadata, given) or namespace, str(metadata["name"])
        if key in objects:
            repeated.append("/".join(key))
        objects[key] = document | {"metadata": metadata | {"namespace": key[0]}}
        if len(objects) > MOST:
            raise UsageError(f"more than {MOST} objects: give the files in several runs")
    if not (objects or passed_over or nameless):
        raise UsageError(f"{', '.join(files)}: there is no object in it")
    return Manifests(objects, tuple(passed_over), tuple(repeated), nameless)


def _documents(files: Sequence[str], *, recursive: bool) -> Iterator[Body]:
    for file in files:
        for path in _paths(file, recursive=recursive):
            try:
                documents = documents_of(path)
            except ManifestError as error:
                raise UsageError(str(error)) from None
            for document in documents:
                yield from _objects(path, document)


def _paths(file: str, *, recursive: bool) -> list[str]:
    if not file:
        raise UsageError("-f names a file or a folder, or - for the input")
    if file == INPUT or not Path(file).is_dir():
        if file.startswith(("http://", "https://")):
            raise UsageError(f"{file}: addresses are not read; fetch it and give it as -f -")
        return [file]
    found = Path(file).rglob("*") if recursive else Path(file).glob("*")
    paths = sorted(str(path) for path in found if path.suffix in ENDINGS and path.is_file())
    if not paths:
        raise UsageError(f"{file}: no file that ends in {', '.join(sorted(ENDINGS))}; -R looks into folders too")
    return paths


def _objects(path: str, document: object) -> Iterator[Body]:
    """The document, or what a list holds."""
    if document is None:
        return
    if not isinstance(document, dict):
        raise UsageError(f"{path}: there is a document that is no object")
    if str(document.get("kind") or "").endswith("List") and isinstance(document.get("items"), list):
        for each in document["items"]:
            yield from _objects(path, each)
        return
    yield document


def _metadata(document: Body) -> Body:
    metadata = document.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _is_ours(document: Body) -> bool:
    return document.get("kind") == KIND and str(document.get("apiVersion")).partition("/")[0] == GROUP


def _namespace(metadata: Body, given: str) -> str:
    """The namespace that an object or the flag says.

    Raises:
        UsageError: they differ.
    """
    own = str(metadata.get("namespace") or "")
    if own and given and own != given:
        name = metadata["name"]
        raise UsageError(f"{name}: its manifest says namespace {own}, and the flag -n says {given}: leave one out")
    return own or given
