"""What is kept of `spec.rollout` in memory: golden prompts are long, and only a round of probes needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LEFT_OUT: Final = [{"name": "left-out", "messages": [{"content": "left out"}]}]
"""Stands for all prompts of a block."""


def condensed(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block that passed its schema, without the conversations of its prompts: those are read again when asked."""
    analysis = block.get("analysis") or {}
    probes = analysis.get("probes")
    if not probes:
        return dict(block)
    return {**block, "analysis": {**analysis, "probes": {**probes, "prompts": LEFT_OUT}}}
