"""What the versions of the sample runtime answer in the emulated AgentRun: two that are good, and one that is not.

Written as the emulator's manners (docs/emulator.md), for the prompts of `samples/orders.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

RUNTIME = "order-bot"

Manners = Sequence[Mapping[str, object]]

_LOOKUP = {"heard": "order 42", "toolCalls": ["lookup_order"]}
_GOOD = ({"heard": "return an item", "text": "You can return any item within 30 days."}, _LOOKUP)
_BAD = (_LOOKUP, {"text": "I cannot help with that."})

MANNERS: Mapping[str, Manners] = {"1": _GOOD, "2": _GOOD, "3": _BAD}
