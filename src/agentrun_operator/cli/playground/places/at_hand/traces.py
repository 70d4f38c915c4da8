"""What a visit makes in a cluster, and how it goes again: also when it was not made to its end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from agentrun_operator.cli.playground.places.at_hand.bystanders import bystanders
from agentrun_operator.cli.playground.places.at_hand.crd import CRDS
from agentrun_operator.cli.playground.samples.expected import KIND
from agentrun_operator.controlplane import KubectlError
from agentrun_operator.resources.crd import crd
from agentrun_operator.resources.names import CRD_NAME, GROUP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentrun_operator.cli.playground.places.at_hand.cluster import ClusterAtHand

LABEL = f"{GROUP}/playground"  # on all that a visit makes; its value is the namespace, which is another for each visit
PATIENCE = 60  # seconds, for a namespace to go
NO_FINALIZERS = json.dumps({"metadata": {"finalizers": None}})


@dataclass(frozen=True)
class Traces:
    """The namespace of a visit, and the custom resource if the cluster had none.

    Args:
        cluster: Where.
        makes_crd: Whether the custom resource is made too; one that is there is never changed, nor taken away.
    """

    cluster: ClusterAtHand
    makes_crd: bool

    @property
    def plan(self) -> str:
        """What is made and taken away, for people."""
        crd_too = f" and the CustomResourceDefinition {CRD_NAME}" if self.makes_crd else ""
        return (
            f"Makes namespace {self.cluster.namespace}{crd_too} in {self.cluster.name}, and takes away what it made; "
            "the operator runs on this machine."
        )

    @property
    def by_hand(self) -> str:
        """How a person takes away what a visit left."""
        return f"What stays: {self.cluster.command('get', f'namespaces,{CRDS}', f'--selector={LABEL}')}"

    def make(self) -> None:
        """Make the namespace, and the custom resource where it is missing.

        Raises:
            KubectlError: The cluster refuses, or has something of that name.
        """
        if self.makes_crd:
            self._create(crd())
            self.cluster.run_kubectl("wait", "--for=condition=Established", f"{CRDS}/{CRD_NAME}", "--timeout=30s")
        self._create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.cluster.namespace}})

    def remove(self) -> list[str]:
        """Remove what was made, as far as it is there. Once more does no harm.

        Returns:
            What stays, and why, in words.
        """
        told = [self._told(remove) for remove in (self._remove_objects, self._remove_namespace, self._remove_crd)]
        return [each for each in told if each]

    def _told(self, remove: Callable[[], str]) -> str:
        try:
            return remove()
        except (KubectlError, OSError) as error:
            return f"{error}. {self.by_hand}"

    def _remove_objects(self) -> str:
        """All in the namespace, which is ours. The operator is gone, and what it kept for them is an emulator's."""
        if not (self._is_there("namespaces", self.cluster.namespace) and self._is_there(CRDS, CRD_NAME)):
            return ""
        for name in self.cluster.run_kubectl("get", KIND, "--output=name").split():
            self.cluster.run_kubectl("patch", name, "--type=merge", f"--patch={NO_FINALIZERS}")
        self.cluster.run_kubectl("delete", KIND, "--all", "--timeout=30s")
        return ""

    def _remove_namespace(self) -> str:
        name = self.cluster.namespace
        self.cluster.run_kubectl("delete", "namespace", name, "--ignore-not-found", "--wait=false")
        try:
            self.cluster.run_kubectl("wait", "--for=delete", f"namespace/{name}", f"--timeout={PATIENCE}s")
        except KubectlError:
            return (
                f"Namespace {name} is empty, deleted, and not gone: its end is the cluster's own controllers' to bring"
            )
        return ""

    def _remove_crd(self) -> str:
        """Unless somebody came to need it: with it, all objects of its kind would go."""
        if not self.makes_crd or not self._is_ours():
            return ""
        objects = self.cluster.run_kubectl("get", KIND, "--all-namespaces", "--no-headers", "--output=name").split()
        users = [*objects[:3], *bystanders(self.cluster, datetime.now(UTC))]
        if users:
            return f"{CRD_NAME} stays: others use it by now ({', '.join(users)}). Without them: {self._delete_crd}"
        self.cluster.run_kubectl("delete", CRDS, CRD_NAME, "--timeout=30s")
        return ""

    @property
    def _delete_crd(self) -> str:
        return self.cluster.command("delete", CRDS, CRD_NAME)

    def _is_ours(self) -> bool:
        labels = "--output=jsonpath={.metadata.labels}"
        found = self.cluster.run_kubectl("get", CRDS, CRD_NAME, "--ignore-not-found", labels)
        return bool(found.strip()) and json.loads(found).get(LABEL) == self.cluster.namespace

    def _is_there(self, kind: str, name: str) -> bool:
        return bool(self.cluster.run_kubectl("get", kind, name, "--ignore-not-found", "--output=name").strip())

    def _create(self, made: Mapping[str, Any]) -> None:
        """Create something of ours, marked so; what is there already is never touched."""
        metadata = made["metadata"] | {"labels": {LABEL: self.cluster.namespace}}
        self.cluster.run_kubectl("create", "--filename=-", input=json.dumps({**made, "metadata": metadata}))
