"""Which of an endpoint's versions answers a call. Pure, but for whose turn it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.emulator.state.documents import Document

_WHOLE = 1_000_000
"""Shares are counted in millionths: sums of floats would drift."""


class Split:
    """The turns of an endpoint's versions, by smooth weighted round robin.

    Of any 100 calls in a row a canary of 5% gets 5, evenly spread; the same calls always have the same versions.

    Args:
        shares: millionths of the calls, by version.
    """

    def __init__(self, shares: Mapping[str, int]) -> None:
        self.shares = shares
        self._credit = dict.fromkeys(shares, 0)

    def next(self) -> str:
        """The version whose turn it is, as the document names it."""
        for version, share in self.shares.items():
            self._credit[version] += share
        chosen = max(self._credit, key=lambda version: self._credit[version])
        self._credit[chosen] -= sum(self.shares.values())
        return chosen


def shares_of(document: Document) -> dict[str, int]:
    """The shares that an endpoint's document asks for: what the canaries leave is the target version's."""
    weights = document.get("routingConfiguration", {}).get("versionWeights", [])
    canaries = {str(weight["version"]): round(weight["weight"] * _WHOLE) for weight in weights}
    return {str(document["targetVersion"]): max(0, _WHOLE - sum(canaries.values())), **canaries}
