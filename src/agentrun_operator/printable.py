"""What may be shown of a text that somebody else wrote. Pure, and nothing else belongs here."""

from __future__ import annotations

import re

UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line and paragraph separators, what turns the direction of writing, and half characters."""


def printable(text: str) -> str:
    """The text without what ends a line or speaks to a terminal: it may quote somebody who means to deceive."""
    return UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
