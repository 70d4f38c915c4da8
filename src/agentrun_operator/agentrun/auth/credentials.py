"""Who calls: the credentials that sign a request, and where they come from.

A provider is asked at every attempt, so that refreshed credentials are used at once. The default provider chain and its
package live in `chain`; no HTTP here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from agentrun_operator.agentrun.api.errors import CredentialsNotFoundError
from agentrun_operator.agentrun.auth.secret import Secret

if TYPE_CHECKING:
    from agentrun_operator.agentrun.auth.config import Config

UNSENDABLE = "the access key's {} is empty or has characters that no access key has: copy it again"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key, and for temporary credentials its token.

    Attributes:
        access_key_id: the key's id.
        access_key_secret: the key's secret.
        security_token: the token of temporary (STS) credentials, None for a key of its own.

    Raises:
        CredentialsNotFoundError: a part is empty or has characters that no credential has.
    """

    access_key_id: str
    access_key_secret: Secret
    security_token: Secret | None = None

    def __post_init__(self) -> None:
        if not _sendable(self.access_key_id):
            raise CredentialsNotFoundError(UNSENDABLE.format("ID"))
        if not _sendable(self.access_key_secret.reveal()):
            raise CredentialsNotFoundError(UNSENDABLE.format("secret"))
        if self.security_token is not None and not _sendable(self.security_token.reveal()):
            raise CredentialsNotFoundError(UNSENDABLE.format("security token"))


class CredentialsProvider(Protocol):
    """Where credentials come from; called for every attempt, so it caches what is costly to get."""

    def get(self) -> Credentials:
        """The credentials to sign with now.

        Raises:
            CredentialsNotFoundError: there are none.
        """

    async def get_async(self) -> Credentials:
        """As `get`, without blocking the event loop."""


@dataclass(frozen=True, slots=True)
class StaticCredentials:
    """A provider of credentials that never change.

    Attributes:
        credentials: what it provides.
    """

    credentials: Credentials

    @classmethod
    def of(cls, access_key_id: str, access_key_secret: str, security_token: str | None = None) -> StaticCredentials:
        """The provider of an access key.

        Args:
            access_key_id: the key's id.
            access_key_secret: its secret.
            security_token: the token that belongs to a temporary key.

        Raises:
            CredentialsNotFoundError: a part is empty or has characters that no credential has.
        """
        token = Secret(security_token) if security_token else None
        return cls(Credentials(access_key_id.strip(), Secret(access_key_secret), token))

    def get(self) -> Credentials:
        return self.credentials

    async def get_async(self) -> Credentials:
        return self.credentials


def configured_credentials(config: Config) -> Credentials | None:
    """The credentials that a Config holds, None when it has none.

    Raises:
        CredentialsNotFoundError: it has half of an access key: going on with another identity would surprise.
    """
    if config.access_key_id is None and config.access_key_secret is None:
        return None
    if config.access_key_id is None or config.access_key_secret is None:
        missing = "ID" if config.access_key_id is None else "secret"
        raise CredentialsNotFoundError(
            f"the access key has no {missing}: set both AGENTRUN_ACCESS_KEY_ID and AGENTRUN_ACCESS_KEY_SECRET"
        )
    return Credentials(config.access_key_id, config.access_key_secret, config.security_token)


def _sendable(value: str) -> bool:
    """Whether it can be part of a header; one that cannot would be refused later, by an error that quotes it."""
    return bool(value) and value.isascii() and value.isprintable() and " " not in value
