"""One source of address and credentials for both clients: ours for our requests, kopf for the watch."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import kopf
import yaml
from kubernetes.aio.client import Configuration
from kubernetes.aio.client.rest import RESTClientObject
from kubernetes.aio.config import ConfigException, kube_config
from kubernetes.aio.config.incluster_config import SERVICE_CERT_FILENAME, SERVICE_TOKEN_FILENAME, InClusterConfigLoader

from agentrun_operator.controller.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

RELOAD = 60.0
"""Seconds between two readings of a kubeconfig: an exec plugin or a token file may give another token."""

LIFETIME = 600.0
"""Seconds after which kopf asks for its credentials again."""

MIN_INTERVAL = 5.0
"""Seconds between two logins of kopf's: a 401 with an expiry that changes is a busy loop otherwise."""

READ_BUFFER = 2 * 1024 * 1024
"""Bytes of an answer that may wait to be read: lists are large."""

PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")


async def connect(kubeconfig: str | None, context: str | None) -> Configuration:
    """Address and credentials: the file that was named, else the cluster that this runs in, else the default
    kubeconfig.

    Raises:
        StartError: there is none of them, or it cannot be read.
    """
    configuration = Configuration()
    configuration.client_session_kwargs = {"trust_env": any(os.environ.get(name) for name in PROXIES)}
    try:
        if kubeconfig is None and context is None and _in_cluster():
            InClusterConfigLoader(SERVICE_TOKEN_FILENAME, SERVICE_CERT_FILENAME).load_and_set(configuration)
        else:
            await _load_file(configuration, kubeconfig, context)
    except (ConfigException, OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        where = kubeconfig or os.environ.get("KUBECONFIG") or "~/.kube/config"
        raise StartError(
            f"No way to a Kubernetes cluster: {where} cannot be used ({error}). Give --kubeconfig FILE"
            " (and --context NAME), set KUBECONFIG, or run inside a cluster"
        ) from error
    return configuration


def _in_cluster() -> bool:
    return Path(SERVICE_TOKEN_FILENAME).exists()


def _any_file(paths: str) -> bool:
    """Whether there is one of the files, which are named as in KUBECONFIG."""
    return any(Path(path).expanduser().is_file() for path in paths.split(os.pathsep))


async def _load_file(configuration: Configuration, kubeconfig: str | None, context: str | None) -> None:
    if not await asyncio.to_thread(_any_file, kubeconfig or kube_config.KUBE_CONFIG_DEFAULT_LOCATION):
        raise FileNotFoundError("there is no such file")
    due = 0.0

    async def reload(target: Configuration) -> None:
        nonlocal due
        if time.monotonic() < due:
            return
        due = time.monotonic() + RELOAD  # set first: concurrent calls make one reading
        await kube_config.load_kube_config(
            kubeconfig, context=context, client_configuration=target, persist_config=False
        )

    await reload(configuration)
    configuration.refresh_api_key_hook = reload  # the library has none of its own for exec plugins and token files


def session(configuration: Configuration) -> aiohttp.ClientSession:
    """The connections to the API server, verified the library's way. They are used directly: what the library does
    around each request, for any API, takes longer than the request.
    """
    connector = aiohttp.TCPConnector(
        limit=configuration.connection_pool_maxsize, ssl=RESTClientObject(configuration).ssl_context
    )
    return aiohttp.ClientSession(
        connector=connector,
        headers={"User-Agent": "agentrun-operator"},
        proxy=configuration.proxy,
        read_bufsize=READ_BUFFER,
        **(configuration.client_session_kwargs or {}),
    )


async def authorization(configuration: Configuration) -> dict[str, str]:
    """The header that says who asks; none where a certificate does."""
    setting = (await configuration.auth_settings()).get("BearerToken")
    return {setting["key"]: setting["value"]} if setting else {}


def login_handler(configuration: Configuration) -> Callable[..., Awaitable[kopf.ConnectionInfo]]:
    """A login handler for kopf that gives it the same address and credentials."""
    last = -MIN_INTERVAL

    async def login(**_: object) -> kopf.ConnectionInfo:
        nonlocal last
        await asyncio.sleep(max(0.0, last + MIN_INTERVAL - time.monotonic()))
        last = time.monotonic()
        header = await configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
        scheme, _space, token = str(header or "").strip().partition(" ")
        return kopf.ConnectionInfo(
            server=configuration.host,
            ca_path=configuration.ssl_ca_cert,
            ca_data=configuration.ca_cert_data,
            insecure=not configuration.verify_ssl or None,
            scheme=scheme or None,
            token=token.strip() or None,
            certificate_path=configuration.cert_file,
            private_key_path=configuration.key_file,
            proxy_url=configuration.proxy,
            trust_env=True,
            expiration=datetime.now(UTC) + timedelta(seconds=LIFETIME),
        )

    return login
