"""A string that shows itself to nobody by accident. Nothing else belongs here."""

from __future__ import annotations

import hmac
from typing import NoReturn, Self


class Secret:
    """A secret string: `str`, `repr`, formatting and tracebacks show asterisks, and it cannot be pickled.

    Args:
        value: the secret; white space around it, which pasted and mounted secrets often have, is dropped.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value.strip()

    def reveal(self) -> str:
        """The secret itself. Use it in an expression: a variable would show up in a traceback."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret('**********')"

    def __str__(self) -> str:
        return "**********"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled: make it where it is needed, from the environment or a secret store")
