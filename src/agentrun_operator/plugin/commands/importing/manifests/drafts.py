"""The manifests of many endpoints: what their objects are called, how runtimes are named, in which region. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.agentrun.odd import oddity_of
from agentrun_operator.plugin.commands.importing.manifests.manifest import Target, imported
from agentrun_operator.plugin.commands.importing.manifests.names import Called, object_names
from agentrun_operator.plugin.commands.importing.manifests.text import document
from agentrun_operator.plugin.commands.importing.screening import short, titled
from agentrun_operator.resources.names import REGION_PATTERN

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from agentrun_operator.agentrun import Runtime
    from agentrun_operator.plugin.commands.importing.manifests.manifest import Imported
    from agentrun_operator.plugin.commands.importing.mode import Mode
    from agentrun_operator.plugin.remote.unowned import Remote

NAME_LIMIT, REGION_LIMIT = 128, 32


class Wanted(NamedTuple):
    """How manifests are to be.

    Args:
        mode: what the objects do with their endpoints.
        namespace: the objects'; empty: whoever applies them says.
        by_id: whether runtimes are named by their ids though their names would do.
        region: where AgentRun was asked.
    """

    mode: Mode
    namespace: str
    by_id: bool
    region: str


@dataclass(frozen=True)
class Draft:
    """A manifest, and the endpoint that it is of."""

    remote: Remote
    imported: Imported

    @property
    def title(self) -> str:
        """The endpoint, in messages."""
        return titled(self.remote)

    @cached_property
    def text(self) -> str:
        """The manifest as YAML, below a word about where it is from and what it does not say."""
        runtime_id = short(self.remote.runtime.agent_runtime_id or "without an id")
        origin = f"{self.title} ({runtime_id}), as it was in AgentRun when it was imported"
        head = [origin[:1].upper() + origin[1:], *(f"Mind: {each}" for each in self.imported.lost)]
        return document(self.imported.manifest, head)


def drafts(
    remotes: Sequence[Remote], runtimes: Sequence[Runtime], taken: Collection[str], wanted: Wanted
) -> list[Draft]:
    """A manifest for each endpoint, in their order.

    Args:
        remotes: the endpoints; each has a name that an object may name.
        runtimes: all of the account.
        taken: names of objects that are there.
        wanted: how the manifests are to be.
    """
    often = Counter(each.agent_runtime_name for each in runtimes)
    called = [_called(each) for each in remotes]
    return [
        Draft(remote, imported(remote, _target(remote.runtime, name, often, wanted)))
        for remote, name in zip(remotes, object_names(called, taken), strict=True)
    ]


def _called(remote: Remote) -> Called:
    runtime = remote.runtime
    return Called(remote.name, runtime.agent_runtime_name or "", runtime.agent_runtime_id or "")


def _target(runtime: Runtime, name: str, often: Mapping[str | None, int], wanted: Wanted) -> Target:
    known = runtime.agent_runtime_name or ""
    readable = not wanted.by_id and often[known] == 1 and len(known) <= NAME_LIMIT and not oddity_of(runtime)
    reference = {"name": known} if readable and known else {"id": runtime.agent_runtime_id}
    return Target(name, wanted.namespace, reference, region_of(runtime, wanted.region), wanted.mode)


def region_of(runtime: Runtime, asked: str) -> str:
    """The region that a runtime's object names: the runtime's own, else the one that was asked.

    It is always written, since what is left out is the region of whichever operator the manifest meets.
    """
    told = (runtime.owner[1], asked)
    return next((each for each in told if len(each) <= REGION_LIMIT and re.fullmatch(REGION_PATTERN, each)), "")
