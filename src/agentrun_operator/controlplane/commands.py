"""The command lines of the control plane's programs. Pure: paths and ports in, arguments out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.controlplane.running.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from agentrun_operator.controlplane.files import Files
    from agentrun_operator.controlplane.finding.binaries import Binaries

CONTROLLERS = (
    "namespace-controller",  # deleted namespaces really go
    "garbage-collector-controller",  # so do the dependants of deleted owners
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "deployment-controller",  # Deployments make Pods, which stay Pending: there is no kubelet
    "replicaset-controller",
    "clusterrole-aggregation-controller",  # fills the roles view, edit and admin
)


def etcd(binaries: Binaries, files: Files, client_port: int, peer_port: int) -> list[str]:
    """One member, which trades the safety of its data for speed: what it holds lives as long as the process."""
    client, peer = f"http://{LOOPBACK}:{client_port}", f"http://{LOOPBACK}:{peer_port}"
    return [
        str(binaries.etcd),
        f"--data-dir={files.etcd_data}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def kube_apiserver(binaries: Binaries, files: Files, port: int, etcd_port: int, more: Sequence[str]) -> list[str]:
    """An API server that knows static tokens and service accounts, and enforces RBAC.

    Args:
        binaries: where the programs are.
        files: where it keeps its files.
        port: what it listens on.
        etcd_port: where etcd listens.
        more: further flags; of a flag given twice, the later value holds, and a list is joined.
    """
    return [
        str(binaries.kube_apiserver),
        f"--etcd-servers=http://{LOOPBACK}:{etcd_port}",
        f"--cert-dir={files.certificates}",
        f"--secure-port={port}",
        f"--bind-address={LOOPBACK}",
        "--endpoint-reconciler-type=none",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-signing-key-file={files.signing_key}",
        f"--service-account-key-file={files.signing_key}",
        f"--token-auth-file={files.tokens}",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.0.0.0/24",
        *more,
    ]


def kube_controller_manager(binary: Path, files: Files) -> list[str]:
    """The controllers that make namespaces, owners, service accounts and Deployments behave."""
    return [
        str(binary),
        f"--kubeconfig={files.kubeconfig}",
        f"--controllers={','.join(CONTROLLERS)}",
        f"--service-account-private-key-file={files.signing_key}",
        "--use-service-account-credentials=false",
        "--leader-elect=false",
        "--secure-port=0",
    ]
