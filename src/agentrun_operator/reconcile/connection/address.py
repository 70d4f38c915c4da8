"""The addresses that follow from the public URL which AgentRun tells of an endpoint."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from agentrun_operator.agentrun.models.data_plane import signed_url

LONGEST_URL = 1024
"""Characters of an address; what is longer is none."""

_URI = re.compile(r"https?://(?:[A-Za-z0-9._~:/?#\[\]!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
"""An address that every reader takes for one, without a user in it: RFC 3986, but for `@`."""

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+")
_ENDPOINT = re.compile(r"/agent-runtimes/[^/]+/endpoints/[^/]+")


class Address(NamedTuple):
    """Where an endpoint is reached.

    Args:
        public_url: the URL, as AgentRun tells it.
        openai_base_url: the base URL for clients of OpenAI's API.
        openai_base_url_signed: the same for calls that are signed with an access key.
        host: the host's name alone.
    """

    public_url: str
    openai_base_url: str
    openai_base_url_signed: str
    host: str


def address_of(public_url: str | None) -> Address | None:
    """The addresses that follow from a public URL; None if there is none, or it makes no sense as one."""
    url = public_url or ""
    if len(url) > LONGEST_URL or not _URI.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return None
    if not _HOST.fullmatch(host):
        return None
    path = f"{_endpoint_path(parts.path)}/invocations/openai/v1"
    base = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
    return Address(url, base, signed_url(base), host)


def _endpoint_path(path: str) -> str:
    """The path up to `/invocations`, whether or not it goes on to there. An endpoint may itself be called so."""
    if found := _ENDPOINT.match(path):
        return found[0]
    before, marker, after = f"{path.rstrip('/')}/".rpartition("/invocations/")
    return before if marker else after.rstrip("/")
