"""What the environment says of AgentRun, and whether that can work: told at the start, before anything is asked."""

from __future__ import annotations

import ipaddress
import logging
import os
from pathlib import Path
from urllib.parse import urlsplit

from agentrun_operator.agentrun.api.errors import ConfigError
from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.http.client import default_ssl_context
from agentrun_operator.controller.errors import StartError

log = logging.getLogger(__name__)


def ambient() -> Config:
    """The operator's own settings of AgentRun.

    Raises:
        StartError: a value cannot work.
    """
    try:
        return Config(environment=os.environ)
    except ConfigError as error:
        raise StartError(f"Bad settings of AgentRun in the environment (AGENTRUN_...): {error}") from None


def check(config: Config) -> None:
    """Check whether connections can be verified, and warn where nobody could.

    Raises:
        StartError: the certificate authorities cannot be read.
    """
    address = urlsplit(config.control_endpoint)
    if address.scheme == "https":
        _authorities_are_readable()
    elif not _is_loopback(address.hostname or ""):
        log.warning(
            "AgentRun is called without TLS (%s): whoever is on the way can read the calls, and the tokens of temporary"
            " credentials in them, and answer in AgentRun's place. Use https:// in AGENTRUN_CONTROL_ENDPOINT",
            config.control_endpoint,
        )


def _authorities_are_readable() -> None:
    name = next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), "")
    where = os.environ.get(name, "")
    try:
        if name == "SSL_CERT_DIR" and not Path(where).is_dir():
            raise NotADirectoryError("there is no such directory")
        default_ssl_context()
    except OSError as error:  # of which errors of TLS are some
        told = f"{name}={where}" if name else "the certificate authorities that come with Python's certifi"
        said = error.strerror or error
        raise StartError(
            f"AgentRun cannot be verified: {told} cannot be read ({said}). Correct it, or unset it"
        ) from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
