"""What has to be so before the operator starts, each with one line that says what to do when it is not."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from agentrun_operator.controller.errors import StartError
from agentrun_operator.controller.kube.errors import NOT_FOUND, KubeError
from agentrun_operator.observation.operators import lease_name
from agentrun_operator.resources.names import CRD_NAME, GROUP, PLURAL, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agentrun_operator.controller.kube.client import KubeClient
    from agentrun_operator.controller.settings import Settings

log = logging.getLogger(__name__)

UNAUTHORIZED = 401

NEEDED = (("list", ""), ("watch", ""), ("patch", ""), ("patch", "status"))


async def check(kube: KubeClient, settings: Settings) -> None:
    """Check the API server, the CRD and the permissions.

    Raises:
        StartError: something is missing; the message says what to do.
    """
    await _resource_is_served(kube)
    try:
        await _permissions_are_given(kube, settings)
    except KubeError as error:
        raise StartError(f"{error}. Without it the permissions cannot be checked; start again") from None


async def _permissions_are_given(kube: KubeClient, settings: Settings) -> None:
    """A namespace that lacks them keeps nobody from the others."""
    namespaces = settings.namespaces or ("",)
    refused = {namespace: told for namespace in namespaces if (told := await _refused(kube, namespace))}
    if len(refused) == len(namespaces):
        raise StartError(
            f"No permission to {', '.join(refused.values())}: bind the operator's account to its ClusterRole"
            f"{' or the Role in that namespace' if settings.namespaces else ', or set --namespaces'}"
        )
    for told in refused.values():
        log.warning("No permission to %s: bind the operator's account to the Role in that namespace", told)
    await _lease_is_allowed(kube, settings)


async def _refused(kube: KubeClient, namespace: str) -> str:
    """What may not be done in a namespace; empty when all of it may."""
    where = f" in namespace {namespace}" if namespace else ""
    refused = await refused_in(kube, namespace, NEEDED)
    return ", ".join(f"{verb} {PLURAL}{'/' + part if part else ''}{where}" for verb, part in refused)


async def refused_in(kube: KubeClient, namespace: str, needed: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of some verbs, each with a part of our objects or with none, that a namespace does not allow.

    Raises:
        KubeError: nobody said.
    """
    return [
        (verb, part)
        for verb, part in needed
        if not await kube.allowed(verb, PLURAL, group=GROUP, namespace=namespace, part=part)
    ]


async def _lease_is_allowed(kube: KubeClient, settings: Settings) -> None:
    if not settings.leader_elect:
        return
    namespace, name = settings.lease_namespace or "default", lease_of(settings)
    rights = {"get": name, "list": "", "create": "", "update": name}  # `list` and `create` cannot be granted by a name
    refused = [
        verb
        for verb, of in rights.items()
        if not await kube.allowed(verb, "leases", group="coordination.k8s.io", namespace=namespace, name=of)
    ]
    if refused:
        raise StartError(
            f"No permission to {', '.join(refused)} leases in namespace {namespace}, which"
            " leader election needs: grant it, or set --leader-elect=false with a single replica"
        )


def lease_of(settings: Settings) -> str:
    """The name of the Lease that is taken."""
    return lease_name(settings.lease_name, settings.watch_label_selector)


async def _resource_is_served(kube: KubeClient) -> None:
    try:
        found = await kube.get(f"/apis/{GROUP}/{VERSION}")
    except KubeError as error:
        if error.status == NOT_FOUND:
            found = {"resources": []}
        elif error.status == UNAUTHORIZED:
            raise StartError(
                f"{error}. The credentials in the kubeconfig, or the service account's, are not valid"
            ) from None
        else:
            raise StartError(f"{error}. Check the address, the network and --kubeconfig/--context") from None
    if not any(resource["name"] == PLURAL for resource in found["resources"]):
        raise StartError(
            f"The CustomResourceDefinition {CRD_NAME} is not installed: agentrun-operator crd | kubectl apply -f -"
        )


async def until_served(kube: KubeClient, pause: float = 3.0) -> None:
    """Wait until the CRD is there again, after somebody removed it under a running operator."""
    while True:
        try:
            await _resource_is_served(kube)
        except StartError as error:
            log.warning("%s", error)
            await asyncio.sleep(pause)
        else:
            return
