"""Finds the way to the API server: a kubeconfig, or the cluster that this Pod runs in."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from agentrun_operator.controller.errors import StartError
from agentrun_operator.controller.kube.login.errors import AccessError
from agentrun_operator.controller.kube.login.kubeconfig.kubeconfig import Context, load
from agentrun_operator.controller.kube.login.kubeconfig.section import Section
from agentrun_operator.controller.kube.login.login import Login

if TYPE_CHECKING:
    from collections.abc import Mapping

POD = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a Pod finds who it is."""


async def connect(kubeconfig: str | None, context: str | None) -> Login:
    """Address and credentials: the file that was named, else the cluster that this runs in, else the default
    kubeconfig.

    Raises:
        StartError: there is none of them, or it cannot be read.
    """
    in_cluster = kubeconfig is None and context is None and (POD / "token").exists()
    where = kubeconfig or os.environ.get("KUBECONFIG") or "~/.kube/config"
    login = Login(partial(_in_cluster, os.environ) if in_cluster else partial(_of_file, where, [context or ""]))
    try:
        await login.look()
    except AccessError as error:
        raise StartError(
            f"No way to a Kubernetes cluster: {POD if in_cluster else where} cannot be used ({error}). Give"
            " --kubeconfig FILE (and --context NAME), set KUBECONFIG, or run inside a cluster"
        ) from None
    return login


def _of_file(paths: str, chosen: list[str]) -> Context:
    """The context of a kubeconfig. The first that was read is meant for good, whatever becomes the current one: a shell
    that turns to another cluster does not take the operator with it.
    """
    context = load(paths, chosen[0] or None)
    chosen[0] = context.name
    return context


def _in_cluster(environ: Mapping[str, str]) -> Context:
    """The cluster that this Pod runs in."""
    host, port = environ.get("KUBERNETES_SERVICE_HOST"), environ.get("KUBERNETES_SERVICE_PORT")
    if not host or not port:
        raise AccessError("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT do not say where the API server is")
    server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    cluster = Section("cluster", {"server": server, "certificate-authority": "ca.crt"}, POD)
    return Context("this Pod's", cluster, Section("user", {"tokenFile": "token"}, POD))
