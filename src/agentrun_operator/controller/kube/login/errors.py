"""The error of everything that leads to the API server: files, plugins, certificates."""

from __future__ import annotations


class AccessError(Exception):
    """Something on the way to the API server cannot be used; the message says what, and holds no secret.

    Attributes:
        problem: what is the same each time that it goes wrong in the same way; the message, unless it is given.
    """

    def __init__(self, message: str, problem: str = "") -> None:
        super().__init__(message)
        self.problem = problem or message
