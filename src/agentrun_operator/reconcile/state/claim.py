"""The claim: who owns an endpoint, written into the status, where the users of a namespace cannot write.

It stands before the endpoint is created or adopted: whose it is, whatever crashes afterwards. Values only.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.reconcile.state.observed import RuntimeSeen


LABEL_DIGITS = 40


class Claim(NamedTuple):
    """One object's claim on one endpoint.

    A copied or restored object carries another uid, so its claim says nothing.

    Args:
        uid: whose it is.
        account: the account of the runtime, by its ARN; empty where AgentRun did not tell.
        region: its region, likewise.
        runtime_id: the runtime.
        endpoint_name: the endpoint.
        adopted: whether the endpoint was there before, and was taken over.
        since: when it was claimed; of two valid claims the earlier one stands.
    """

    uid: str
    account: str
    region: str
    runtime_id: str
    endpoint_name: str
    adopted: bool = False
    since: str = ""

    @classmethod
    def of(cls, status: Mapping[str, Any]) -> Claim | None:
        """The claim in a status that passed the CRD's schema; None if there is none."""
        found = status.get("claim")
        if not found:
            return None
        return cls(
            uid=found["uid"],
            account=found.get("account", ""),
            region=found.get("region", ""),
            runtime_id=found["runtimeId"],
            endpoint_name=found["endpointName"],
            adopted=found.get("adopted", False),
            since=found["since"],
        )

    def document(self) -> dict[str, Any]:
        """The claim in the resource's notation."""
        told = {"account": self.account, "region": self.region}
        return {
            "uid": self.uid,
            **{name: text for name, text in told.items() if text},
            "runtimeId": self.runtime_id,
            "endpointName": self.endpoint_name,
            "adopted": self.adopted,
            "since": self.since,
        }

    @property
    def label(self) -> str:
        """The value of the label by which all objects with a claim on this endpoint are found.

        It stands for the runtime as AgentRun answers it, and the name: by whatever address, or spelling of a reference,
        somebody is led there, it is the same. Account and region, which AgentRun may tell later, are the claim's.
        """
        return hashlib.sha256(f"{self.runtime_id}\0{self.endpoint_name}".encode()).hexdigest()[:LABEL_DIGITS]

    def is_on(self, uid: str, runtime_id: str, endpoint_name: str) -> bool:
        """Whether this is that object's claim on that endpoint."""
        return (self.uid, self.runtime_id, self.endpoint_name) == (uid, runtime_id, endpoint_name)

    def elsewhere(self, account: str, region: str) -> bool:
        """Whether the endpoint is in another account or region than these; what is not known differs from nothing."""
        pairs = ((self.account, account), (self.region, region))
        return any(mine and theirs and mine != theirs for mine, theirs in pairs)

    def same_place(self, runtime: RuntimeSeen) -> bool:
        """Whether the runtime is the claim's."""
        return self.runtime_id == runtime.id and not self.elsewhere(runtime.account, runtime.region)
