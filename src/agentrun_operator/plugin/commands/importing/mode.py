"""What the objects of imported endpoints do with them: the flag's words."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """As above."""

    ADOPT = "adopt"
    OBSERVE = "observe"
