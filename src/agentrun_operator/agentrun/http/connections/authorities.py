"""Which certificate authorities a service is verified against: those that the environment names, else certifi's."""

from __future__ import annotations

import os
import re
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from agentrun_operator.agentrun.api.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
"""In this order; the last is what the official SDK reads."""

HASHED = re.compile(r"[0-9a-f]{8}\.\d+")
"""How a certificate is called in a directory, as `openssl rehash` calls it."""


def context_of(environ: Mapping[str, str]) -> ssl.SSLContext:
    """A context that trusts these authorities.

    Args:
        environ: the variables.

    Raises:
        ConfigError: They cannot be read; the message names the variable.
    """
    name = next((name for name in VARIABLES if environ.get(name)), "")
    if not name:
        return httpx.create_ssl_context(trust_env=False)
    where = environ[name]
    try:
        return _directory(where) if name == "SSL_CERT_DIR" or Path(where).is_dir() else _file(where)
    except (OSError, ValueError) as error:  # of which errors of TLS are some
        told = f"{name}={where} cannot be read as certificate authorities"
        said = (error.strerror if isinstance(error, OSError) else None) or error
        raise ConfigError(f"{told} ({said}). Correct it, or unset it") from None


def _file(path: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=path)
    if not context.cert_store_stats()["x509"]:
        raise ValueError("no certificate in PEM")
    return context


def _directory(paths: str) -> ssl.SSLContext:
    """A context that looks certificates up in a directory, by their names, once one is needed."""
    names = [each.name for path in paths.split(os.pathsep) if path for each in Path(path).iterdir()]
    if not any(HASHED.fullmatch(name) for name in names):
        raise ValueError("no certificate is named by its hash there: openssl rehash")
    return ssl.create_default_context(capath=paths)
