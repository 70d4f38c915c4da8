"""What an import has to tell, in its order, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.plugin.exits import PluginError, UnknownError
from agentrun_operator.printable import printable

if TYPE_CHECKING:
    from agentrun_operator.plugin.screen.screen import Screen


class Report:
    """What is told when all is read, so that it does not get into the progress.

    Args:
        screen: where.
    """

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._lines: list[tuple[str, str]] = []
        self._failed = 0
        self._untold = 0

    def hint(self, text: str) -> None:
        """What is good to know."""
        self._lines.append(("", text))

    def warn(self, text: str) -> None:
        """What is not as somebody may think."""
        self._lines.append(("Warning", text))

    def fail(self, text: str) -> None:
        """What could not be imported, though it is known."""
        self._failed += 1
        self._lines.append(("Error", text))

    def untold(self, text: str) -> None:
        """What could not be found out."""
        self._untold += 1
        self._lines.append(("Error", text))

    def end(self) -> None:
        """Tell it all.

        Raises:
            UnknownError: something could not be found out.
            PluginError: something could not be imported.
        """
        for mark, text in self._lines:
            if mark:
                self._screen.warn(f"{mark}: {printable(text)}")
            else:
                self._screen.hint(printable(text))
        if self._untold:
            raise UnknownError("AgentRun did not tell everything: what is above is not all")
        if self._failed:
            raise PluginError(f"{self._failed} of what was asked for could not be imported")
