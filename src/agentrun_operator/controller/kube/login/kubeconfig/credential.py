"""Who asks, as a kubeconfig's user says it: a token, a password, a certificate, a plugin. Keeps nothing."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agentrun_operator.controller.kube.login.errors import AccessError
from agentrun_operator.controller.kube.login.kubeconfig.tls import NO_CERTIFICATE, Certificate

if TYPE_CHECKING:
    from datetime import datetime

    from agentrun_operator.controller.kube.login.kubeconfig.kubeconfig import Context
    from agentrun_operator.controller.kube.login.kubeconfig.section import Section

PROVIDER_TIMEOUT = 30.0
"""Seconds that an identity provider gets."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Who asks.

    Args:
        authorization: the header's value; empty: there is none.
        certificate: what is shown when the connection is made.
        expires: when it ends; None: nobody knows.
    """

    authorization: str = field(default="", repr=False)
    certificate: Certificate = NO_CERTIFICATE
    expires: datetime | None = None

    @property
    def is_anonymous(self) -> bool:
        """Whether it says nothing of who asks."""
        return not self.authorization and not self.certificate.chain


def bearer(token: str, whose: str) -> str:
    """The header's value for a token.

    Args:
        token: the token; what surrounds it, as the line break at a file's end, is none of it.
        whose: where it is from, for people.

    Raises:
        AccessError: It cannot be one.
    """
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise AccessError(f"{whose} is no token")
    return f"Bearer {token}"


def read_user(user: Section) -> Credential:
    """What a user's own fields say, files included; nothing where a plugin or a provider is to be asked.

    Raises:
        AccessError: one of them cannot be read.
    """
    certificate = Certificate(user.content("client-certificate"), user.content("client-key"))
    return Credential(_token(user) or _basic(user), certificate)


async def ask_provider(context: Context) -> Credential:
    """Have the official client ask an identity provider, which it knows how to.

    Raises:
        AccessError: it did not answer with a token.
    """
    from kubernetes.aio.client import Configuration  # noqa: PLC0415 - large, and next to nobody needs it
    from kubernetes.aio.config.kube_config import load_kube_config_from_dict  # noqa: PLC0415 - likewise

    configuration, name = Configuration(), "provider"
    document = {
        "current-context": name,
        "clusters": [{"name": name, "cluster": {"server": "http://localhost"}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "users": [{"name": name, "user": {"auth-provider": context.user.fields["auth-provider"]}}],
    }
    try:
        async with asyncio.timeout(PROVIDER_TIMEOUT):
            await load_kube_config_from_dict(document, client_configuration=configuration)
    except Exception as error:  # noqa: BLE001 - its own errors quote the user
        raise AccessError(f"the user's auth-provider gave no token ({type(error).__name__})") from None
    _, _, token = str(configuration.api_key.get("BearerToken", "")).partition(" ")
    return Credential(bearer(token, "what the user's auth-provider gave"))


def _token(user: Section) -> str:
    """The file goes before the field, as with kubectl, which falls back on the field."""
    inline = user.text("token")
    try:
        found = user.file("tokenFile")
    except AccessError:
        if not inline:
            raise
        found = b""
    if found:
        return bearer(found.decode(errors="replace"), f"what {user.folder / user.text('tokenFile')} holds")
    return bearer(inline, "the user's token") if inline else ""


def _basic(user: Section) -> str:
    name, password = user.text("username"), user.text("password")
    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}" if name else ""
