"""Which of the named namespaces may be listed and watched: one that is forbidden keeps nobody from the others, and is
taken up when the permission comes.

Permissions only: what is in a namespace is none of its business.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from agentrun_operator.controller.kube.errors import FORBIDDEN, KubeError
from agentrun_operator.controller.kube.preflight import refused_in
from agentrun_operator.resources.names import PLURAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.controller.kube.client import KubeClient

log = logging.getLogger(__name__)

READING = (("list", ""), ("watch", ""))

ASK_AGAIN = 15.0
"""Seconds between two questions whether a namespace that was forbidden is still."""


class Reach:
    """The namespaces.

    Attributes:
        namespaces: their names; one that is empty stands for all.
        forbidden: those of them that may not be listed, and what the API server said.
    """

    def __init__(self, kube: KubeClient, namespaces: tuple[str, ...]) -> None:
        """Take all of them for allowed.

        Args:
            kube: whom to ask.
            namespaces: what to watch; empty: all namespaces.
        """
        self.namespaces = namespaces or ("",)
        self.forbidden: dict[str, str] = {}
        self._kube = kube

    @contextmanager
    def listing(self, namespace: str) -> Iterator[None]:
        """While a namespace is listed: that it is forbidden is taken down, where others are left.

        Raises:
            KubeError: the list failed for another reason, or nothing may be listed.
        """
        try:
            yield
        except KubeError as error:
            if error.status != FORBIDDEN:
                raise
            self.told(namespace, error.message)
            if len(self.forbidden) == len(self.namespaces):
                raise

    async def review(self) -> None:
        """Ask again of those that are forbidden."""
        for namespace in tuple(self.forbidden):
            await self._is_allowed(namespace)

    async def until_allowed(self, namespace: str) -> None:
        """Wait until a namespace may be listed and watched."""
        while not await self._is_allowed(namespace):  # noqa: ASYNC110 - nobody tells of a permission
            await asyncio.sleep(ASK_AGAIN)

    def told(self, namespace: str, why: str) -> None:
        """Take down whether a namespace may be read, and why not; an empty text says that it may."""
        if why and namespace not in self.forbidden:
            log.warning("Namespace %s is not served until it may be: %s", namespace or "*", why)
        if why:
            self.forbidden[namespace] = why
        elif self.forbidden.pop(namespace, None) is not None:
            log.info("Namespace %s is served from now on", namespace or "*")

    async def _is_allowed(self, namespace: str) -> bool:
        why = await self._refusal(namespace)
        self.told(namespace, why)
        return not why

    async def _refusal(self, namespace: str) -> str:
        try:
            refused = await refused_in(self._kube, namespace, READING)
        except KubeError as error:
            return str(error) if namespace in self.forbidden else ""  # whoever watches hears of it
        return f"no permission to {' and '.join(verb for verb, _ in refused)} {PLURAL}" if refused else ""
