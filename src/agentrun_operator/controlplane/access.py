"""Who may talk to the API server: users, their tokens, the kubeconfig that carries them, the signing key. No I/O."""

from __future__ import annotations

import base64
import csv
import io
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

NAME = "agentrun-operator"  # of the cluster in the kubeconfig
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True)
class User:
    """Somebody the API server knows by a token.

    Args:
        name: the user name that RBAC sees.
        groups: the groups that RBAC sees; `system:masters` may do everything.
        token: the bearer token; made up by default.
    """

    name: str
    groups: tuple[str, ...] = ()
    token: str = field(default_factory=secrets.token_hex, repr=False)


ADMIN, NOBODY = "admin", "nobody"


def default_users() -> tuple[User, ...]:
    """An administrator, and somebody who may do nothing until RBAC says so; with new tokens."""
    return User(ADMIN, ("system:masters",)), User(NOBODY)


def token_file(users: Iterable[User]) -> str:
    """The content of kube-apiserver's `--token-auth-file`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows((user.token, user.name, user.name, ",".join(user.groups)) for user in users)
    return text.getvalue()


def kubeconfig(url: str, certificate: Path, users: Iterable[User]) -> str:
    """A kubeconfig with a context of the same name for each user; the first one is current. JSON, which is YAML too."""
    users = list(users)
    cluster = {"server": url, "certificate-authority": str(certificate)}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": users[0].name,
        "clusters": [{"name": NAME, "cluster": cluster}],
        "users": [{"name": user.name, "user": {"token": user.token}} for user in users],
        "contexts": [{"name": user.name, "context": {"cluster": NAME, "user": user.name}} for user in users],
    }
    return json.dumps(content, indent=2) + "\n"


def signing_key(random_below: Callable[[int], int] = secrets.randbelow) -> str:
    """A new private key for service-account tokens: P-256, PEM.

    The public half, which the format leaves optional, is derived by the reader: what remains is a random number in a
    constant frame (RFC 5915), and no library is needed to make one.
    """
    number = (1 + random_below(P256_ORDER - 1)).to_bytes(32, "big")
    der = bytes.fromhex("30310201010420") + number + bytes.fromhex("a00a06082a8648ce3d030107")
    return f"-----BEGIN EC PRIVATE KEY-----\n{base64.encodebytes(der).decode()}-----END EC PRIVATE KEY-----\n"
