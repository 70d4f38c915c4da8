"""What the Kubernetes project publishes of a control plane for tests and for trying: addresses and checksums. No I/O.

One archive for each platform holds kube-apiserver and etcd of this very version, and kubectl: what `setup-envtest`
brings. There is no kube-controller-manager in it.
"""

from __future__ import annotations

from dataclasses import dataclass

PUBLISHED = "https://github.com/kubernetes-sigs/controller-tools/releases/download"

MIB = 1024 * 1024

# By version and platform, as `envtest-releases.yaml` of that project lists them: SHA-512. A version that is pinned anew
# in modules/kubernetes/go.mod needs its own here.
CHECKSUMS = {
    ("v1.37.0", "linux", "amd64"): "1d1c453633b72c161a5d5a886cde7ac850be1a2ac796a9e1d4ffacacc6486829"
    "5bdd2d57aa66cd0c158f5ce510f5dfe3fbc61ac21bd3dcfb875bd70658aa663a",
    ("v1.37.0", "linux", "arm64"): "ae6a670502988200b0131c943758cfd3d3a58cf4e6247ef7f0e6a6467f1cd9a3"
    "33c802e86101f0446b1b92a0e327387224e1e44fe1a4693da0929c6e529cfe9a",
    ("v1.37.0", "darwin", "amd64"): "19a2a5376a8aa57a7b25ec5198834db29bf2ba0d6ff572d7f45ba683b13fb14c"
    "3ebec8069e92db66c39f1c7a9cff1bc2be879e2aacdc9fa8b8a7e861959bdf7b",
    ("v1.37.0", "darwin", "arm64"): "fb38cfacdd71b5e97a4d4cceac861af5f55069cf783f0e49cf181bfc32eb3e55"
    "7c2091a534dc5d38f1b92c5ba142bc1979f215a5385b3630ea6a661be6fa161b",
}
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}  # what they are called there, where it is another name


@dataclass(frozen=True)
class Release:
    """An archive that is published.

    Args:
        url: where it is.
        sha512: its checksum, in hexadecimal.
        folder: where the programs are in it.
        programs: those that are needed.
        most: how large the archive may be, in bytes.
        most_unpacked: how large all that is in it may be, in bytes.
    """

    url: str
    sha512: str
    folder: str = "controller-tools/envtest"
    programs: tuple[str, ...] = ("etcd", "kube-apiserver", "kubectl")
    most: int = 256 * MIB
    most_unpacked: int = 1024 * MIB


def release(version: str, system: str, machine: str, site: str = "") -> Release | None:
    """The archive for a version and a platform; None if none is known.

    Args:
        version: of Kubernetes, such as `v1.37.0`.
        system: as `sys.platform` has it.
        machine: as `platform.machine()` has it.
        site: where to take it from, for a mirror; by default where it is published. What comes from there must have
            the same checksum.
    """
    machine = MACHINES.get(machine.lower(), machine.lower())
    sha512 = CHECKSUMS.get((version, system, machine))
    file = f"envtest-{version}/envtest-{version}-{system}-{machine}.tar.gz"
    return Release(f"{(site or PUBLISHED).rstrip('/')}/{file}", sha512) if sha512 else None
