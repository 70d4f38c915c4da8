"""Calls of an API server over one open connection: a program for each look of a test that waits costs more than all
that it waits for.
"""

import ssl
from contextlib import ExitStack
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx

from support.patience import stretched

ENDPOINTS = "agentruntimeendpoints.agentrun.alibabacloud.com"
NAMESPACES = "/api/v1/namespaces"

PATHS = {
    ENDPOINTS: "/apis/agentrun.alibabacloud.com/v1alpha1",
    "events": "/api/v1",
}
"""What tests ask for over and over, by kubectl's name of it."""

MERGE_PATCH = "application/merge-patch+json"

Object = dict[str, Any]


_open = ExitStack()


@cache
def client(url: str, certificate: Path) -> httpx.Client:
    """The connections to one server, until `close`."""
    tls = ssl.create_default_context(cafile=certificate)
    return _open.enter_context(httpx.Client(base_url=url, verify=tls, trust_env=False, timeout=stretched(10)))


def close() -> None:
    """Close every connection: one that is left to the garbage collector fails the test in which that finds it."""
    client.cache_clear()
    _open.close()


def path_of(kind: str, namespace: str, name: str = "", below: str = "") -> str:
    """Where an object of one of `PATHS`, or what is below it, is; with no name the list of all in its namespace."""
    return "/".join(filter(None, (PATHS[kind], "namespaces", namespace, kind.partition(".")[0], name, below)))


def ask(client: httpx.Client, path: str, token: str, method: str = "GET", body: object = None) -> Object | None:
    """What is there, or None where there is no such object.

    Raises:
        httpx.HTTPError: There was no answer, or it was a refusal, or nobody knows the kind.
    """
    headers = {"Authorization": f"Bearer {token}"} | ({"Content-Type": MERGE_PATCH} if method == "PATCH" else {})
    answer = client.request(method, path, headers=headers, json=body)
    missing = answer.status_code == HTTPStatus.NOT_FOUND
    if missing and method == "GET" and answer.headers["Content-Type"] == "application/json":
        return None  # a kind that is not known is told in plain text
    found: Object = answer.raise_for_status().json()
    found.get("metadata", {}).pop("managedFields", None)  # as kubectl does
    return found
