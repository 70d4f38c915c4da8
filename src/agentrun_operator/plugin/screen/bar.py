"""A bar of shares. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SHADES = "█▒▓░"


def bar(shares: Sequence[int], cells: int = 8) -> str:
    """A drawing of shares of a hundred; each that is there has a cell at least.

    Args:
        shares: percent, the first one takes what the others leave of the bar.
        cells: how long the bar is.
    """
    others = [max(1, round(share * cells / 100)) if share > 0 else 0 for share in shares[1:]]
    first = max(int(shares[0] > 0), cells - sum(others)) if shares else 0
    drawn = "".join(SHADES[place % len(SHADES)] * size for place, size in enumerate([first, *others]))
    return drawn[:cells]
