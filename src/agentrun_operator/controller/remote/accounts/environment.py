"""What the environment says of AgentRun, and whether that can work: told at the start, before anything is asked."""

from __future__ import annotations

import ipaddress
import logging
import os
from urllib.parse import urlsplit

from agentrun_operator.agentrun.api.errors import ConfigError
from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.http.client import default_ssl_context
from agentrun_operator.agentrun.http.connections.connections import proxy_to
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
    """Check whether there is a way to AgentRun that can be verified, and warn where nobody could.

    Raises:
        StartError: the certificate authorities cannot be read, or the proxy cannot be used.
    """
    address = urlsplit(config.control_endpoint)
    try:
        proxy_to(config.control_endpoint)
    except ConfigError as error:
        raise StartError(f"AgentRun cannot be called: {error}") from None
    if address.scheme == "https":
        check_authorities()
    elif not _is_loopback(address.hostname or ""):
        log.warning(
            "AgentRun is called without TLS (%s): whoever is on the way can read the calls, and the tokens of temporary"
            " credentials in them, and answer in AgentRun's place. Use https:// in AGENTRUN_CONTROL_ENDPOINT",
            config.control_endpoint,
        )


def check_authorities() -> None:
    """Check whether the certificate authorities can be read. An account's own address may need them, whatever the
    operator's is.

    Raises:
        StartError: they cannot.
    """
    try:
        default_ssl_context()
    except ConfigError as error:
        raise StartError(f"Nobody can be verified: {error}") from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
