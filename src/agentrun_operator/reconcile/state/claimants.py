"""Who has a claim on an endpoint, of all objects that one list showed. Values only."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from agentrun_operator.reconcile.state.claim import Claim


class Claimant(NamedTuple):
    """An object with a valid claim on the endpoint.

    Args:
        namespace: its namespace.
        name: its name.
        claim: its claim.
        endpoint_id: the endpoint that its status records under the claim; empty before it was seen.
    """

    namespace: str
    name: str
    claim: Claim
    endpoint_id: str = ""


class Claimants(NamedTuple):
    """One list of those.

    Args:
        found: all of them, this object too if it has a claim.
        claimed: whether this object had a claim when the list began.
        unseen: why there is no list, for people; empty if there is.
    """

    found: tuple[Claimant, ...] = ()
    claimed: bool = False
    unseen: str = ""
