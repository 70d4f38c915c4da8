"""Accounts and their access keys. `gateway.signatures` verifies what is signed with them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Account:
    """One access key of one account; an account may have several.

    Attributes:
        access_key_id: the public half of the key.
        access_key_secret: the secret half.
        account_id: owns runtimes; the number in ARNs and data-plane hosts.
        security_token: a temporary key's STS token; every request with the key must carry it.
        token: opens the data plane without a signature.
    """

    access_key_id: str
    access_key_secret: str = field(repr=False)
    account_id: str
    security_token: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)


DEFAULT_ACCOUNT = Account("emulator-ak", "emulator-sk", "1000000000000001", token="emulator-token")  # noqa: S106 - opens nothing but the emulator
