"""How the API server proves who it is, and what we show it, as an SSL context. Asks nobody."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from agentrun_operator.controller.kube.login.errors import AccessError

if TYPE_CHECKING:
    from agentrun_operator.controller.kube.login.kubeconfig.section import Section


@dataclass(frozen=True, slots=True)
class Certificate:
    """What we show the server.

    Args:
        chain: the certificate and those that lead to it, in PEM; empty: none is shown.
        key: its private key, in PEM.
    """

    chain: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)


NO_CERTIFICATE = Certificate()


def authorities(cluster: Section) -> bytes:
    """The certificate authorities that a cluster names, in PEM; empty: the system's.

    Raises:
        AccessError: they cannot be read.
    """
    return b"" if cluster.flag("insecure-skip-tls-verify") else cluster.content("certificate-authority")


def ssl_context(trusted: bytes, shown: Certificate, *, insecure: bool) -> ssl.SSLContext:
    """A context.

    Args:
        trusted: the certificate authorities, in PEM; empty: the system's.
        shown: our own certificate.
        insecure: whether the server need prove nothing.

    Raises:
        AccessError: something of it is no certificate or no key.
    """
    context = _verifying(trusted)
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if shown.chain or shown.key:
        _show(context, shown)
    return context


def _verifying(trusted: bytes) -> ssl.SSLContext:
    text = trusted.decode("ascii", "ignore")  # comments may be in any language
    try:
        if not trusted or "-----BEGIN " in text:
            return ssl.create_default_context(cadata=text or None)
    except (ssl.SSLError, ValueError):
        pass
    raise AccessError("the cluster's certificate-authority holds no certificates in PEM")


def _show(context: ssl.SSLContext, shown: Certificate) -> None:
    """Have a context show a certificate. It takes files only: this one is gone when it was read."""
    with NamedTemporaryFile() as file:
        file.write(shown.chain + b"\n" + shown.key)
        file.flush()
        try:
            context.load_cert_chain(file.name, password="")  # else it asks for one, on the terminal
        except (ssl.SSLError, ValueError):
            raise AccessError("the user's client-certificate and client-key are no pair in PEM") from None
