"""Rights in the cluster, and the rule that would grant one. Constants and text only."""

from __future__ import annotations

from typing import Final, NamedTuple

from agentrun_operator.resources.names import GROUP, PLURAL


class Right(NamedTuple):
    """What somebody may do with a kind of object.

    Args:
        verb: get, list, patch …
        resource: the kind's plural, `pods` or `pods/log`.
        group: its API group; empty for the core's.
    """

    verb: str
    resource: str
    group: str = ""

    @property
    def rule(self) -> str:
        """The rule of a Role that grants it, on one line of YAML."""
        return f'{{apiGroups: ["{self.group}"], resources: [{self.resource}], verbs: [{self.verb}]}}'

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}{f'.{self.group}' if self.group else ''}"


ENDPOINTS: Final = f"{PLURAL}.{GROUP}"
"""The kind, as kubectl takes it."""

CREATE: Final = Right("create", PLURAL, GROUP)
GET: Final = Right("get", PLURAL, GROUP)
LIST: Final = Right("list", PLURAL, GROUP)
PATCH: Final = Right("patch", PLURAL, GROUP)
LIST_EVENTS: Final = Right("list", "events")
WATCH: Final = Right("watch", PLURAL, GROUP)
GET_SECRET: Final = Right("get", "secrets")
