"""A release of the chart in a cluster without nodes: its operator as a process, which is given what its Pod would get.

Command line, environment and permissions are those of the Deployment that is in the cluster, whoever put it there.
"""

import base64
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from agentrun_operator.controlplane import ControlPlane
from support.cluster import Kubectl
from support.operator import Operator
from support.patience import stretched

Object = dict[str, Any]

COMMAND = [sys.executable, "-m", "agentrun_operator.cli"]
"""What the image's entry point runs."""


@dataclass(frozen=True)
class Release:
    """The Deployment of a release.

    Args:
        plane: The cluster.
        namespace: The release's namespace.
        name: The Deployment's name.
        service_account: Whose permissions the Pods are to have; empty: what the Deployment says.
    """

    plane: ControlPlane
    namespace: str
    name: str = "agentrun-operator"
    service_account: str = ""

    @property
    def kubectl(self) -> Kubectl:
        """kubectl in the release's namespace, as the administrator."""
        return Kubectl(self.plane, self.namespace)

    @property
    def pod(self) -> Object:
        """The Pods' spec."""
        deployment = self.kubectl.get("deployment", self.name)
        if deployment is None:
            raise AssertionError(f"there is no Deployment {self.namespace}/{self.name}")
        spec: Object = deployment["spec"]["template"]["spec"]
        return spec

    def environment(self, pod: Object | None = None) -> dict[str, str]:
        """The container's environment, with what it refers to.

        Args:
            pod: The Pods' spec, if it was read already.
        """
        entries = container_of(pod or self.pod)["env"]
        names = {entry["valueFrom"]["secretKeyRef"]["name"] for entry in entries if "secretKeyRef" in str(entry)}
        secrets = {name: (self.kubectl.get("secret", name) or {}).get("data", {}) for name in names}
        found = ((entry["name"], self._value(entry, secrets)) for entry in entries)
        return {name: value for name, value in found if value is not None}

    def kubeconfig(self, folder: Path, pod: Object) -> Path:
        """A kubeconfig that holds nothing but a token of the Pods' service account."""
        token = self.kubectl("create", "token", self.service_account or pod["serviceAccountName"]).strip()
        config = json.loads(self.plane.kubeconfig.read_text())
        context = {"cluster": config["clusters"][0]["name"], "user": "pod"}
        of_pod = {
            "current-context": "pod",
            "users": [{"name": "pod", "user": {"token": token}}],
            "contexts": [{"name": "pod", "context": context}],
        }
        (folder / "kubeconfig").write_text(json.dumps(config | of_pod))
        return folder / "kubeconfig"

    def _value(self, entry: Object, secrets: dict[str, Object]) -> str | None:
        source = entry.get("valueFrom", {})
        if "fieldRef" in source:
            return {"metadata.namespace": self.namespace}[source["fieldRef"]["fieldPath"]]
        if "secretKeyRef" not in source:
            return str(entry.get("value", ""))
        reference = source["secretKeyRef"]
        encoded = secrets[reference["name"]].get(reference["key"])
        if encoded is None and not reference.get("optional"):
            raise AssertionError(f"the Pods would wait for {reference}")
        return base64.b64decode(encoded).decode() if encoded else None


def container_of(pod: Object) -> Object:
    """The Pods' only container."""
    (container,) = pod["containers"]
    return dict(container)


class ReleasedOperator(Operator):
    """One process that stands for one Pod of a release. Read anew from the cluster at each start.

    Args:
        folder: Where its log and kubeconfig go.
        release: Whose Pod it is.
    """

    def __init__(self, folder: Path, release: Release) -> None:
        folder.mkdir(exist_ok=True)
        super().__init__(folder, {}, {})
        self._release = release

    def start(self, *, wait: bool = True, **settings: str) -> Self:
        if settings:
            raise AssertionError("its settings are the chart's values")
        self._runs += 1
        pod = self._release.pod
        container = container_of(pod)
        # An address of one's own for each, since they share this machine's; a Pod has a machine of its own.
        own = {"AGENTRUN_OPERATOR_HEALTH_ADDRESS": "127.0.0.1:0", "PATH": os.environ["PATH"]}
        kubeconfig = {"KUBECONFIG": str(self._release.kubeconfig(self._folder, pod))}
        self.environment = self._release.environment(pod) | own | kubeconfig
        command = container.get("command", COMMAND) + container["args"]
        with self.log_file.open("wb") as log:
            self._process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)  # noqa: S603 - ours
        if wait:
            self.wait_ready()
        return self

    def ended(self) -> str:
        """Wait until it ends by itself, as it does when it cannot work; its log."""
        self.process.wait(stretched(20))
        return self.log()
