"""The way to the API server, as values: where it is, how it proves who it is, who asks. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agentrun_operator.controller.kube.login.errors import AccessError
from agentrun_operator.proxies import Proxy, ProxyError, http_proxy, proxy_for, proxy_of

if TYPE_CHECKING:
    import ssl

    from agentrun_operator.controller.kube.login.kubeconfig.credential import Credential
    from agentrun_operator.controller.kube.login.kubeconfig.section import Section


@dataclass(frozen=True, slots=True)
class Route:
    """Where the API server is. It stays what it was at the start.

    Args:
        server: its URL, without a slash at the end.
        tls_name: the name that its certificate is for, where that is not the URL's host; empty: it is.
        proxy: what stands between.
        insecure: whether the server need prove nothing.
    """

    server: str
    tls_name: str = ""
    proxy: Proxy | None = None
    insecure: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """All that a request needs.

    Args:
        route: where it goes.
        tls: how the server is verified, and what is shown to it.
        credential: who asks.
    """

    route: Route
    tls: ssl.SSLContext = field(repr=False)
    credential: Credential

    @property
    def headers(self) -> dict[str, str]:
        """What says who asks; nothing where a certificate does."""
        said = self.credential.authorization
        return {"Authorization": said} if said else {}


def route_of(cluster: Section) -> Route:
    """Where a cluster is. A proxy of its own goes before that of the environment, as with kubectl.

    Raises:
        AccessError: the server or the proxy cannot be one.
    """
    server = cluster.text("server").rstrip("/")
    if not _is_url(server):
        raise AccessError("server of the cluster is no http:// or https:// URL")
    own = cluster.text("proxy-url")
    try:
        proxy = http_proxy(proxy_of(own, "proxy-url of the cluster") if own else proxy_for(server))
    except ProxyError as error:
        raise AccessError(str(error)) from None
    return Route(server, cluster.text("tls-server-name"), proxy, cluster.flag("insecure-skip-tls-verify"))


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and "@" not in text
    except ValueError:
        return False
