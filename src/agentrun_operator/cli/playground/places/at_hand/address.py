"""Whether a cluster is on this machine, by the address of its API server. Pure.

Only a loopback address says so. A private one says nothing: minikube's is private, and so is that of many a company's
production. Nor does the name of a context, which anybody may choose.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

TUNNELS = ("proxy-url", "tls-server-name")  # fields of a cluster that say: the address is not where it really is


def why_not_local(cluster: Mapping[str, Any]) -> str:
    """Why a cluster may be anywhere, in words; empty for one on this machine.

    Args:
        cluster: as a kubeconfig has it.
    """
    server = str(cluster.get("server", ""))
    if tunnel := next((field for field in TUNNELS if cluster.get(field)), ""):
        return f"{server} is reached by {tunnel} {cluster[tunnel]}"
    return "" if _is_loopback(server) else f"{server} is not an address of this machine alone"


def _is_loopback(server: str) -> bool:
    try:
        host = urlsplit(server).hostname or ""
    except ValueError:  # such as an open bracket
        return False
    try:
        address = ip_address(host)
    except ValueError:  # a name
        return host == "localhost"
    return address.is_loopback or address.is_unspecified  # 0.0.0.0 is what k3d writes
