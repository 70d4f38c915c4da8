"""Hypothesis strategies for what a spec may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from agentrun_operator.reconcile.state.comparable import Comparable, comparable_of_spec
from agentrun_operator.resources.spec import Spec

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Object = dict[str, Any]

WORDS = st.text("abcxyz 好", min_size=1, max_size=5)
NUMBERS = st.integers(1, 12).map(str)


@st.composite
def routings(draw: st.DrawFn) -> Object:
    """Canaries that leave at least a percent."""
    versions = draw(st.lists(st.integers(13, 20).map(str), unique=True, max_size=4))
    return {"versionWeights": [{"version": version, "weight": draw(st.integers(1, 24))} for version in versions]}


POLICIES = st.fixed_dictionaries(
    {"name": WORDS, "scheduleExpression": WORDS, "target": st.integers(0, 9)},
    optional={"startTime": WORDS, "endTime": WORDS, "timeZone": WORDS},
)
SCALINGS = st.fixed_dictionaries(
    {},
    optional={
        "minInstances": st.integers(0, 5),
        "scheduledPolicies": st.lists(POLICIES, unique_by=lambda policy: policy["name"], max_size=3),
    },
)

REMOTE_FIELDS: SearchStrategy[Object] = st.fixed_dictionaries(
    {},
    optional={
        "description": st.text(max_size=5),
        "targetVersion": NUMBERS | st.just("LATEST"),
        "routing": routings(),
        "scaling": SCALINGS,
        "disablePublicNetworkAccess": st.booleans(),
    },
)
"""The fields of a spec that reach AgentRun."""

SHAPES: SearchStrategy[Comparable] = REMOTE_FIELDS.map(
    lambda fields: comparable_of_spec(Spec.model_validate({"agentRuntimeRef": {"id": "rt-1"}} | fields))
)
