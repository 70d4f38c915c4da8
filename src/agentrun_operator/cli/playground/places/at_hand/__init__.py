"""A cluster that is there: what the playground makes in it, asks before, and takes away again.

`address` (is it this machine?) → `cluster` (kubectl in one context and namespace) → `bystanders` (does an operator work
there already?) → `crd` (is it there, and the same?) → `consent` → `traces` (what is made, and goes again) → `visit`.
"""

from __future__ import annotations

from agentrun_operator.cli.playground.places.at_hand.visit import Destination, visit

__all__ = ["Destination", "visit"]
