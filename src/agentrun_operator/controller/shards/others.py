"""Objects that other operators may look after: who has a claim on an endpoint, and whether an object that left is still
there. Asks the API server for all objects, by no selector of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.controller.keys import key_of, origin_of
from agentrun_operator.controller.kube.errors import KubeError
from agentrun_operator.observation.ownership import claims, has_endpoint, may_manage
from agentrun_operator.reconcile.state.claim import Claim
from agentrun_operator.reconcile.state.claimants import Claimant, Claimants
from agentrun_operator.resources.names import ENDPOINT_LABEL

if TYPE_CHECKING:
    from agentrun_operator.controller.keys import Body
    from agentrun_operator.controller.kube.client import KubeClient

MOST = 500
"""Objects with the label of one endpoint that are read. Tenants write labels: more of them are an attack."""


class Others:
    """All objects of the cluster."""

    def __init__(self, kube: KubeClient) -> None:
        """Prepare it; `kube` is whom to ask."""
        self._kube = kube

    async def claimants(self, claim: Claim, *, claimed: bool) -> Claimants:
        """The objects that have a claim on an endpoint.

        The list is of now: no resource version is named, so that it shows whatever was written before it began.

        Args:
            claim: one object's own; the others' are on the same endpoint.
            claimed: whether that object has it already.

        Raises:
            KubeError: nobody answered; where the API server refuses, the answer says so.
        """
        found: list[Claimant] = []
        read = 0
        try:
            async for page in self._kube.pages(labels=f"{ENDPOINT_LABEL}={claim.label}"):
                read += len(page)
                if read > MOST:
                    return Claimants(claimed=claimed, unseen=f"more than {MOST} objects have its label")
                found += [one for each in page if (one := _claimant(each, claim)) is not None]
                page.clear()
        except KubeError as error:
            if not error.refused:
                raise
            return Claimants(claimed=claimed, unseen=str(error))
        return Claimants(tuple(found), claimed=claimed)

    async def has(self, body: Body) -> bool:
        """Whether an object is still there, whoever looks after it now.

        Raises:
            KubeError: nobody told.
        """
        key, uid = origin_of(key_of(body)), body["metadata"]["uid"]
        pages = self._kube.pages(key.namespace, metadata_only=True, fields=f"metadata.name={key.name}")
        return any([each["metadata"]["uid"] == uid async for page in pages for each in page])


def _claimant(body: Body, claim: Claim) -> Claimant | None:
    """An object with a valid claim on the endpoint; None if it has none, or it does not count or cannot be read."""
    try:
        own = body["metadata"]["uid"] == claim.uid
        if not claims(body, claim.runtime_id, claim.endpoint_name) or not (own or may_manage(body)):
            return None
        held = Claim.of(body["status"])
        endpoint_id = str(body["status"]["endpointId"]) if has_endpoint(body) else ""
        return held and Claimant(body["metadata"]["namespace"], body["metadata"]["name"], held, endpoint_id)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
