"""The small types that the parts of a rollout share: durations, ratios, names."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import Field

DURATION_PATTERN: Final = r"^([0-9]{1,4}h)?([0-9]{1,4}m)?([0-9]{1,5}s)?$"
UNITS: Final = {"h": 3600, "m": 60, "s": 1}

# Two characters at least: an empty one would match.
Duration = Annotated[str, Field(pattern=DURATION_PATTERN, min_length=2, max_length=16)]
Ratio = Annotated[str, Field(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6})?$", max_length=14)]
CheckName = Annotated[str, Field(pattern="^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$", max_length=40)]
Words = Annotated[str, Field(min_length=1, max_length=256)]


def seconds(duration: str) -> int:
    """The seconds of a duration such as `1h30m` or `90s`, which the API server has checked."""
    return sum(int(number) * UNITS[unit] for number, unit in re.findall("([0-9]+)([hms])", duration))
