"""How many objects a page of a list may have, by whether the last pages were small enough. Values only; asks nobody.

Tenants make objects as large as the API server takes them: a page of a fixed number of objects has no size.
"""

from __future__ import annotations

PAGE_BYTES = 8 * 1024 * 1024
"""What is read of one page; a larger one is asked for again with fewer objects. Parsed it takes several times that."""


class PageLimit:
    """How many objects the next page of one list may have.

    Attributes:
        objects: that many.
        least: the fewest that a page of this list was to have.
    """

    def __init__(self, most: int) -> None:
        """Begin a list; `most` is the largest limit."""
        self.objects = self.least = most
        self._most = most

    @property
    def at_most(self) -> int | None:
        """How many bytes to read; None for all: a page of one object cannot be made smaller."""
        return PAGE_BYTES if self.objects > 1 else None

    def fitted(self) -> None:
        """The page was small enough: the next may be a quarter larger."""
        self.objects = min(self._most, self.objects + self.objects // 4 + 1)

    def overflowed(self) -> None:
        """The page was too large: it is asked for again, with a quarter of the objects."""
        self.objects = max(1, self.objects // 4)
        self.least = min(self.least, self.objects)
