"""How a version of a runtime answers on the data plane: `PUT /_emulator/runtimes/{id}/versions/{version}/manners`.

A manner says for which calls it is and what they get; the first one that takes a call is the one. A call that none
takes is echoed. `actions` writes the answer, `gateway` delivers it. No I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentrun_operator.emulator.checks import InvalidError
from agentrun_operator.emulator.faults.model import Count, Flag, Seconds, Text
from agentrun_operator.emulator.faults.rules import Armed, Distortion, Selection

if TYPE_CHECKING:
    from collections.abc import Callable


class Manner(Selection, Distortion):
    """One way of answering, for some calls; without any field it is the usual one."""

    heard: Text | None = None
    """Take only calls whose last message of the user holds this text, in capitals or not; None: whatever it is."""

    text: Text | None = None
    """Say this; None: say who heard what."""

    tool_calls: tuple[Text, ...] | None = None
    """Call the tools of these names, whether they are offered or not; None: the first that is offered."""

    completion_tokens: Count | None = None
    """The answer's tokens; None: its words are counted."""

    usage: Flag = True
    """Whether the answer tells its tokens at all."""

    latency: Seconds = 0.0
    """Seconds before the first byte."""

    hang: Seconds | None = None
    """Hold the call for this many seconds after that, then close the connection. None: answer."""

    padding: Count = 0
    """Bytes of blanks behind the answer, where JSON means nothing by them. They are sent in pieces, and never held."""

    endless: Flag = False
    """Whether the blanks never end."""

    pause: Seconds = 0.0
    """Seconds between two pieces."""

    gzip: Flag = False
    """Whether the body is compressed, whatever the client accepts: blanks come to a thousandth."""

    def is_for(self, said: str) -> bool:
        """Whether it is for a call with this last message of the user."""
        return self.heard is None or self.heard.casefold() in said.casefold()


USUAL = Manner()


class Manners:
    """The manners of all versions, and what is used up of them. A version need not be published yet.

    Args:
        draw: a number from 0 to 1, for fractions.
    """

    def __init__(self, draw: Callable[[], float]) -> None:
        self._draw = draw
        self._of: dict[tuple[str, str], list[Armed[Manner]]] = {}

    def put(self, runtime_id: str, version: str, document: object) -> None:
        """Replace a version's manners by one, or by each of a list.

        Raises:
            InvalidError: a field is unknown or has a value it cannot have; nothing changes.
        """
        documents = document if isinstance(document, list) else [document]
        self._of[runtime_id, version] = [
            Armed.fresh(_read(each, f"[{number}]" if isinstance(document, list) else ""))
            for number, each in enumerate(documents)
        ]

    def forget(self, runtime_id: str, version: str) -> None:
        """Have a version answer as usual again."""
        self._of.pop((runtime_id, version), None)

    def show(self, runtime_id: str, version: str) -> list[dict[str, Any]]:
        """A version's manners as JSON; their `skip` and `times` are what is left of them."""
        return [armed.left().show() for armed in self._of.get((runtime_id, version), ())]

    def pick(self, runtime_id: str, version: str, said: str) -> Manner:
        """The manner of the answer to a call; that uses it up."""
        about = (armed for armed in self._of.get((runtime_id, version), ()) if armed.rule.is_for(said))
        return next((armed.rule for armed in about if armed.takes(self._draw)), USUAL)


def _read(document: object, path: str) -> Manner:
    try:
        return Manner.read(document)
    except InvalidError as error:
        raise InvalidError(f"{path}{'.' if path else ''}{error}") from None
