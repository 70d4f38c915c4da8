"""Which proxy a request goes through, by kubectl's rules: for the API server and for AgentRun alike. Pure: variables
are an argument.

Both HTTP libraries have rules of their own, which know no networks in NO_PROXY, and read passwords from `~/.netrc` too.
"""

from __future__ import annotations

import base64
import ipaddress
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

PORTS = {"http": 80, "https": 443}
HTTP = ("http", "https")
SOCKS = ("socks4", "socks4a", "socks5", "socks5h")


class ProxyError(ValueError):
    """A proxy that cannot be used; the message says which setting names it, and holds no password."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy.

    Args:
        url: where it is, without a password.
        source: the setting that names it.
        user: who asks it; empty: nobody in particular.
        password: that user's.
    """

    url: str
    source: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"the proxy {self.url} ({self.source})"

    @property
    def headers(self) -> dict[str, str]:
        """What tells the proxy who asks."""
        if not self.user:
            return {}
        word = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return {"Proxy-Authorization": f"Basic {word}"}

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS, and not HTTP."""
        return urlsplit(self.url).scheme in SOCKS


def proxy_of(value: str, source: str) -> Proxy:
    """The proxy that a setting names.

    Args:
        value: its URL; without a scheme it is `http`.
        source: the setting, for people.

    Raises:
        ProxyError: It is no URL of a proxy.
    """
    url = value.strip() if "://" in value else f"http://{value.strip()}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ProxyError(f"{source} is no URL of a proxy: give http://HOST:PORT") from None
    if parts.scheme not in (*HTTP, *SOCKS) or not host or not url.isprintable():
        raise ProxyError(f"{source} is no URL of a proxy: give http://HOST:PORT")
    where = f"[{host}]" if ":" in host else host
    plain = f"{parts.scheme}://{where}" + (f":{port}" if port else "")
    return Proxy(plain, source, unquote(parts.username or ""), unquote(parts.password or ""))


def http_proxy(proxy: Proxy | None) -> Proxy | None:
    """The same.

    Raises:
        ProxyError: It is one that speaks SOCKS.
    """
    if proxy and proxy.is_socks:
        raise ProxyError(
            f"{proxy} speaks SOCKS, which is not supported: name an http:// proxy, or except the address in NO_PROXY"
        )
    return proxy


def proxy_for(url: str, *more: str, environ: Mapping[str, str] = os.environ) -> Proxy | None:
    """The proxy that the environment names for a URL, or None.

    Args:
        url: what is asked for.
        more: variables that count where that of the URL's scheme is not set.
        environ: the variables; by default this process's.

    Raises:
        ProxyError: There is one, and it cannot be used.
    """
    parts = urlsplit(url)
    names = [form for name in (f"{parts.scheme}_PROXY", *more) for form in (name.upper(), name.lower())]
    named = next((name for name in names if environ.get(name, "").strip()), None)
    if named is None or _is_excepted(parts, environ.get("NO_PROXY") or environ.get("no_proxy") or ""):
        return None
    return proxy_of(environ[named], named)


def _is_excepted(url: SplitResult, exceptions: str) -> bool:
    """Whether no proxy is asked for a URL: this machine itself, which a proxy cannot reach, and what NO_PROXY lists."""
    host, port = (url.hostname or "").rstrip("."), url.port or PORTS.get(url.scheme, 0)
    address = _address(host)
    if host == "localhost" or (address and address.is_loopback):
        return True
    entries = (entry.strip().lower() for entry in exceptions.split(","))
    return any(_covers(entry, host, port, address) for entry in entries if entry)


def _covers(entry: str, host: str, port: int, address: Address | None) -> bool:
    """Whether an entry of NO_PROXY stands for a host.

    Args:
        entry: `*`, a network, or an address or a domain, with a port or without.
        host: the host, in lower case.
        port: the port that is asked.
        address: the host, if it is an address.
    """
    if entry == "*":
        return True
    if "/" in entry:
        return address is not None and _in_network(entry, address)
    name, wanted = _split(entry)
    if wanted is not None and wanted != port:
        return False
    if _address(name):
        return address == _address(name)
    name = name.removeprefix("*")
    return host.endswith(name) if name.startswith(".") else host == name or host.endswith(f".{name}")


def _split(entry: str) -> tuple[str, int | None]:
    """The host and the port of an entry; an address of IPv6 with a port stands in brackets."""
    if _address(entry):
        return entry, None
    name, colon, port = entry.rpartition(":")
    if not (colon and port.isdecimal()):
        return entry.strip("[]"), None
    return name.strip("[]"), int(port)


def _in_network(entry: str, address: Address) -> bool:
    try:
        return address in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


Address = ipaddress.IPv4Address | ipaddress.IPv6Address
