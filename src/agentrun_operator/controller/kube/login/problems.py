"""Tells of what cannot be renewed, once for each problem, and of its end. Reads nothing."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentrun_operator.controller.kube.login.errors import AccessError

log = logging.getLogger(__name__)

MOST = 20
"""Problems of one thing that are told before it is well again: more are the same for whoever reads them."""


class Problems:
    """What is wrong now, by what cannot be renewed because of it."""

    def __init__(self) -> None:
        self._told: dict[str, set[str]] = {}

    @property
    def any(self) -> bool:
        """Whether anything is wrong."""
        return bool(self._told)

    def met(self, what: str, error: AccessError) -> None:
        """Something cannot be renewed."""
        told = self._told.setdefault(what, set())
        if error.problem not in told and len(told) < MOST:
            told.add(error.problem)
            log.warning("%s cannot be renewed: %s. What is known stays in use, and it is tried again", what, error)

    def solved(self, what: str) -> None:
        """Something was renewed."""
        if self._told.pop(what, None):
            log.info("%s can be renewed again", what)
