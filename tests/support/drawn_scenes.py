"""Scenes that are drawn: any object as it may stand, any spec that is applied to it, and any endpoint that AgentRun
may hold under its name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from agentrun_operator.agentrun.models import Endpoint
from agentrun_operator.reconcile.state.observed import EndpointSeen
from support.comparables import REMOTE_FIELDS
from support.inputs import STATES
from support.objects import (
    ENDPOINT_ID,
    NAME,
    RUNTIME,
    RUNTIME_ID,
    Case,
    Object,
    a_look,
    a_new_object,
    an_edited_object,
    an_object,
)
from support.remote_endpoints import SENSIBLE
from support.staged import Scene, wire_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NEWEST = "20"
"""Of all versions that are drawn."""

FIELDS = ("description", "targetVersion", "routingConfiguration", "scalingStatus", "disablePublicNetworkAccess")

KINDS: dict[str, tuple[Callable[..., Object], Object, tuple[str, ...]]] = {
    "created": (a_new_object, {}, ()),
    "there already": (a_new_object, {}, ("READY",)),
    "adopted": (a_new_object, {"adoptionPolicy": "Adopt"}, ("READY", "ACTIVE", "UPDATE_FAILED")),
    "edited": (an_edited_object, {}, ("READY",)),
    "edited in any state": (an_edited_object, {}, STATES),
    "changed outside": (an_object, {}, ("READY",)),
    "in any state": (an_object, {}, STATES),
    "refused": (a_new_object, {"targetVersion": "0"}, ()),
    "observed": (an_edited_object, {"managementPolicy": "Observe"}, STATES),
}
"""How an object comes to be, what its spec says then, and the states of its endpoint; none if there is none."""


@st.composite
def objects(draw: st.DrawFn, kind: str) -> Object:
    """An object with a spec of any fields."""
    make, said, _ = KINDS[kind]
    paused = draw(st.sampled_from([False, False, False, False, False, False, False, True]))
    policy = draw(st.sampled_from(["Correct", "Correct", "Report"]))
    return make(paused=paused, **(draw(REMOTE_FIELDS) | {"driftPolicy": policy} | said))


@st.composite
def endpoints(draw: st.DrawFn, spec: Object, states: tuple[str, ...]) -> EndpointSeen:
    """One that agrees with the spec, but perhaps for some fields."""
    held: Object = draw(SENSIBLE)
    differing = draw(st.sets(st.sampled_from(FIELDS), max_size=3))
    whose = {
        "agentRuntimeEndpointId": ENDPOINT_ID,
        "agentRuntimeId": RUNTIME_ID,
        "agentRuntimeEndpointName": NAME,
        "status": draw(st.sampled_from(states)),
    }
    other = {name: value for name, value in held.items() if name in differing}
    return EndpointSeen.of(Endpoint.model_validate(wire_of(spec) | other | whose))


@st.composite
def cases(draw: st.DrawFn, kind: str) -> Case:
    """A case of a kind."""
    body, states = draw(objects(kind)), KINDS[kind][2]
    endpoint = draw(endpoints(body["spec"], states)) if states else None
    return Case(body, a_look(endpoint, runtime=replace(RUNTIME, newest_version=NEWEST)))


def drawn_scenes(of_each_kind: int, origin: int) -> Iterator[Scene]:
    """Scenes of each kind.

    Args:
        of_each_kind: how many.
        origin: what they are drawn from: the same leads to the same.
    """
    for kind in KINDS:
        for number, case in enumerate(_drawn(cases(kind), of_each_kind, origin)):
            yield Scene(f"{kind.replace(' ', '-')}-{number}", case)


def _drawn(strategy: st.SearchStrategy[Case], number: int, origin: int) -> list[Case]:
    found: list[Case] = []

    @seed(origin)
    @settings(max_examples=number, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return found
