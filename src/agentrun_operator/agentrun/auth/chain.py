"""The default provider chain of Alibaba Cloud: environment, RRSA, CLI and credential-file profiles, RAM role, URI.

The only module that touches `alibabacloud-credentials`. That package reads the environment at import and takes most of
a second to load, so it is imported when credentials are first asked for.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import time
from functools import cache
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from agentrun_operator.agentrun.api.errors import CredentialsNotFoundError
from agentrun_operator.agentrun.auth.credentials import (
    Credentials,
    CredentialsProvider,
    StaticCredentials,
    configured_credentials,
)
from agentrun_operator.agentrun.auth.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.agentrun.auth.config import Config

FAILURE_TTL = 10.0
"""Seconds for which a failure is remembered: looking everywhere in vain takes seconds, and every call would."""

_WHY_LIMIT = 1000
_SECRET_FIELD = re.compile(r"((?:Secret|Token)\\?[\"']?\s*[:=]\s*\\?[\"']?)[^\\\"',}\s]+", re.IGNORECASE)


class ChainCredential(Protocol):
    """What the package's providers return."""

    def get_access_key_id(self) -> str: ...
    def get_access_key_secret(self) -> str: ...
    def get_security_token(self) -> str | None: ...


class ChainProvider(Protocol):
    """A provider of the package."""

    def get_credentials(self) -> ChainCredential: ...
    async def get_credentials_async(self) -> ChainCredential: ...


def load_chain() -> ChainProvider:
    """The package's default chain.

    Its logger is silenced: the package gives it a handler of its own, past the application's logging, and its records
    quote whole answers of the token services. What it has to say comes as an exception.
    """
    from alibabacloud_credentials.provider import (  # noqa: PLC0415 - slow, and reads the environment at import
        DefaultCredentialsProvider,
    )

    logger = logging.getLogger("credentials")
    logger.handlers.clear()
    logger.setLevel(logging.CRITICAL + 1)
    provider: ChainProvider = DefaultCredentialsProvider()
    return provider


class ChainCredentials:
    """A CredentialsProvider over the package's default chain, which caches and refreshes what it finds.

    Async calls are serialised for each event loop: the package's refresh holds a thread lock across an await, and two
    coroutines in it would stop the loop for five seconds.

    Args:
        load: makes the chain, at the first call.
        clock: seconds, monotonic.
    """

    def __init__(
        self, load: Callable[[], ChainProvider] = load_chain, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._load = load
        self._clock = clock
        self._loading = threading.Lock()
        self._chain: ChainProvider | None = None
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
        self._failure = ""
        self._failed_until = -1.0

    def get(self) -> Credentials:
        self._raise_remembered()
        try:
            return _credentials(self._provider().get_credentials())
        except Exception as error:  # noqa: BLE001 - the package raises whatever its HTTP stack does
            self._remember(error)
        raise self._error()

    async def get_async(self) -> Credentials:
        async with self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            self._raise_remembered()
            try:
                chain = await asyncio.to_thread(self._provider) if self._chain is None else self._chain
                return _credentials(await chain.get_credentials_async())
            except Exception as error:  # noqa: BLE001 - the package raises whatever its HTTP stack does
                self._remember(error)
        raise self._error()

    def _provider(self) -> ChainProvider:
        with self._loading:
            self._chain = self._chain or self._load()
            return self._chain

    def _raise_remembered(self) -> None:
        if self._clock() < self._failed_until:
            raise self._error()

    def _remember(self, error: Exception) -> None:
        self._failure = _SECRET_FIELD.sub(r"\1**********", str(error))[:_WHY_LIMIT]
        self._failed_until = self._clock() + FAILURE_TTL

    def _error(self) -> CredentialsNotFoundError:
        # Raised outside of `except`, so that no traceback quotes the package's own, unredacted message.
        return CredentialsNotFoundError(
            "no credentials for AgentRun: set AGENTRUN_ACCESS_KEY_ID and AGENTRUN_ACCESS_KEY_SECRET, or give the pod a "
            f"RAM role (RRSA). The default provider chain says: {self._failure}"
        )


def _credentials(found: ChainCredential) -> Credentials:
    token = found.get_security_token()
    return Credentials(
        found.get_access_key_id(), Secret(found.get_access_key_secret()), Secret(token) if token else None
    )


@cache
def default_chain() -> ChainCredentials:
    """The process's one chain: the package reads the environment once, and its tokens are worth sharing."""
    return ChainCredentials()


def credentials_for(config: Config) -> CredentialsProvider:
    """Where the credentials of `config` come from: itself, else the default provider chain.

    Raises:
        CredentialsNotFoundError: it has half of an access key.
    """
    credentials = configured_credentials(config)
    return default_chain() if credentials is None else StaticCredentials(credentials)
