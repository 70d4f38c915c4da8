"""A cluster or a user of a kubeconfig: its fields, and what they hold or name. Reads the files that are named; knows no
meaning.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from agentrun_operator.controller.kube.login.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_LIMIT = 1024 * 1024
"""Bytes of a file that are read: a kubeconfig, a certificate, a token."""


@dataclass(frozen=True, slots=True)
class Section:
    """A cluster or a user.

    Args:
        kind: `cluster` or `user`.
        fields: what stands in it.
        folder: where the kubeconfig is, which files are named from.
    """

    kind: str
    fields: Mapping[str, object] = field(default_factory=dict, repr=False)
    folder: Path = field(default_factory=Path)

    def text(self, name: str) -> str:
        """A field that is a text; empty where it is missing.

        Raises:
            AccessError: It is something else.
        """
        value = self.fields.get(name)
        if value is not None and not isinstance(value, str):
            raise AccessError(f"{name} of the {self.kind} is no text")
        return value or ""

    def flag(self, name: str) -> bool:
        """A field that is true or false; false where it is missing.

        Raises:
            AccessError: It is something else.
        """
        value = self.fields.get(name)
        if not isinstance(value, bool | None):
            raise AccessError(f"{name} of the {self.kind} is neither true nor false")
        return bool(value)

    def content(self, name: str) -> bytes:
        """What `NAME-data` holds, else the file that `NAME` names; empty where there is neither.

        Raises:
            AccessError: It cannot be read.
        """
        data = self.text(f"{name}-data")
        if not data:
            return self.file(name)
        try:
            return base64.b64decode("".join(data.split()), validate=True)
        except (binascii.Error, ValueError):
            raise AccessError(f"{name}-data of the {self.kind} is no base64") from None

    def file(self, name: str) -> bytes:
        """What the file holds that a field names; empty where the field is missing.

        Raises:
            AccessError: It cannot be read, or is empty.
        """
        path = self.text(name)
        if not path:
            return b""
        found = read(self.folder / path)
        if not found.strip():
            raise AccessError(f"{self.folder / path} ({name} of the {self.kind}) is empty")
        return found


def fields_of(value: object) -> dict[str, object]:
    """What is named in a mapping; nothing, where it is none."""
    return {name: each for name, each in value.items() if isinstance(name, str)} if isinstance(value, dict) else {}


def read(path: Path) -> bytes:
    """What a file holds.

    Raises:
        AccessError: It cannot be read, is no file, or is larger than a file of this kind can be.
    """
    try:
        if path.exists() and not path.is_file():
            raise AccessError(f"{path} is no file")
        with path.open("rb") as file:
            found = file.read(FILE_LIMIT + 1)
    except (OSError, ValueError) as error:
        said = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise AccessError(f"{path} cannot be read ({said})") from None
    if len(found) > FILE_LIMIT:
        raise AccessError(f"{path} has more than {FILE_LIMIT} bytes")
    return found
