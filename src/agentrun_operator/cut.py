"""How long a text of the service may be, wherever it goes. Pure, and nothing else belongs here."""

from __future__ import annotations

TEXT_LIMIT = 1024
"""Bytes of a text that are kept, in UTF-8."""

CERTAINLY_SHORT = TEXT_LIMIT // 4
"""Characters that are never more bytes than that."""


def cut(text: str) -> str:
    """The beginning of a text; one that is too long says so by its end."""
    if len(text) <= CERTAINLY_SHORT:
        return text
    encoded = text[: TEXT_LIMIT + 1].encode(errors="replace")
    if len(encoded) <= TEXT_LIMIT:
        return text
    return encoded[: TEXT_LIMIT - len("…".encode())].decode(errors="ignore") + "…"
