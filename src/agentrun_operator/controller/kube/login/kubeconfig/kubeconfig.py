"""Reads kubeconfigs as kubectl does: of several files, the first that says something is the one that counts.

The official Python client takes the last `current-context`, needs files in /tmp for as long as it runs, and quotes
users with their tokens in its errors.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import yaml

from agentrun_operator.controller.kube.login.errors import AccessError
from agentrun_operator.controller.kube.login.kubeconfig.section import Section, fields_of, read

if TYPE_CHECKING:
    from collections.abc import Iterable

Document: TypeAlias = dict[object, object]
Documents: TypeAlias = list[tuple[Path, Document]]


@dataclass(frozen=True, slots=True)
class Context:
    """A cluster and who asks it.

    Args:
        name: the context's name.
        cluster: the cluster.
        user: who asks.
    """

    name: str
    cluster: Section
    user: Section


def load(paths: str, context: str | None) -> Context:
    """Read a context.

    Args:
        paths: the file, or several as in KUBECONFIG; those that are missing are passed over.
        context: its name; None: the current one.

    Raises:
        AccessError: None of the files is there, one cannot be read, or they lack what the context is made of.
    """
    documents = [(path, _parsed(path)) for path in map(_path, paths.split(os.pathsep)) if path.exists()]
    if not documents:
        raise AccessError("there is no such file")
    name = context or _first_text(documents, "current-context")
    if not name:
        raise AccessError("there is no current context")
    chosen = _entry(documents, "context", name)
    cluster, user = chosen.text("cluster"), chosen.text("user")
    return Context(
        name,
        _entry(documents, "cluster", cluster),
        _entry(documents, "user", user) if user else Section("user", folder=chosen.folder),
    )


def _path(name: str) -> Path:
    """An empty name is that of no file."""
    try:
        return Path(name).expanduser() if name else Path(os.devnull, "none")
    except RuntimeError:  # there is no home
        return Path(name)


def _parsed(path: Path) -> Document:
    """A file as YAML. A file in which nothing stands is as good as none."""
    text = read(path)
    try:
        found = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:  # its own text quotes the line, in which a token may be
        where = f" near line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise AccessError(f"{path} is no YAML{where}", f"{path} is no YAML") from None
    except Exception as error:  # noqa: BLE001 - the parser has any of Python's errors for what is odd enough
        raise AccessError(f"{path} is no YAML ({type(error).__name__})") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise AccessError(f"{path} is no kubeconfig")
    return found


def _first_text(documents: Documents, name: str) -> str:
    return next((value for _, document in documents if isinstance(value := document.get(name), str) and value), "")


def _entry(documents: Documents, kind: str, name: str) -> Section:
    """The first entry of a name; its fields are under its kind."""
    for path, document in documents:
        for entry in _dicts(document.get(f"{kind}s")):
            if entry.get("name") == name:
                return Section(kind, fields_of(entry.get(kind)), path.absolute().parent)
    raise AccessError(f"there is no {kind} {name!r}")


def _dicts(value: object) -> Iterable[Document]:
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()
