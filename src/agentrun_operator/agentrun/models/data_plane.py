"""The data plane's hosts: where an endpoint is reached, and where calls that are signed go."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

DATA_DOMAIN = "agentrun-data"
RAM_SUFFIX = "-ram"


def signed_url(url: str) -> str:
    """The address for calls that are signed with an access key: their host has `-ram` on the account's label. One that
    is no host of AgentRun's own serves both.
    """
    parts = urlsplit(url)
    account, _, domain = parts.netloc.partition(".")
    if account.endswith(RAM_SUFFIX) or not domain.startswith(f"{DATA_DOMAIN}."):
        return url
    return urlunsplit(parts._replace(netloc=f"{account}{RAM_SUFFIX}.{domain}"))
