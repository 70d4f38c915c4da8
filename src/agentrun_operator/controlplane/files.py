"""Where a control plane keeps its files. Names only, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Files:
    """Where a control plane keeps its files."""

    folder: Path
    logs: Path

    @property
    def etcd_data(self) -> Path:
        return self.folder / "etcd"

    @property
    def certificates(self) -> Path:
        return self.folder / "certificates"

    @property
    def certificate(self) -> Path:
        """Made by kube-apiserver: its own certificate, and the authority that signed it."""
        return self.certificates / "apiserver.crt"

    @property
    def tokens(self) -> Path:
        return self.folder / "tokens.csv"

    @property
    def signing_key(self) -> Path:
        return self.folder / "service-accounts.pem"

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def kubectl_cache(self) -> Path:
        return self.folder / "kubectl-cache"
