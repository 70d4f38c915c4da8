"""deploy/policies on a real API server: who may do what, and who is refused with which words.

The tenant has every right there is in these namespaces, on statuses and the Namespace itself too, and none elsewhere.
"""

from collections.abc import Iterator
from functools import partial

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.cluster import eventually
from support.guarded import PLATFORM, Ask, Guarded, Row, create, edit, edit_namespace, guarded
from support.guarded_objects import DONE, OBJECT_ROWS, SECRET
from support.guarded_production import NAMESPACE_ROWS, PRODUCTION_ROWS
from support.policies import OPERATOR, policies_in

BREACHES = {
    "regions": ("listed", create(region="cn-chengdu")),
    "runtimes": ("no runtimes", create()),
    "secrets": ("no secrets", edit("plain", credentialsSecretRef=SECRET)),
    "adopt": ("bare", create(adoptionPolicy="Adopt")),
    "orphan": ("bare", edit("held", deletionPolicy="Orphan")),
    "marks": ("bare", edit("held", {"finalizers": None, "labels": None})),
    "production": ("production", edit("good", rollout=None)),
    "namespaces": ("bare", edit_namespace(labels={"orphan": "allowed"})),
}
"""What each policy refuses, by its name."""

EXEMPT: dict[str, Row] = {
    f"what {policy} refuses by {who}": (user, where, ask, DONE)
    for policy, (where, ask) in BREACHES.items()
    for who, user in {"the operator": OPERATOR, "who overrides": PLATFORM}.items()
}

ROWS = EXEMPT | OBJECT_ROWS | PRODUCTION_ROWS | NAMESPACE_ROWS


@pytest.fixture(scope="module")
def stage(control_plane: ControlPlane) -> Iterator[Guarded]:
    """The namespaces, with the policies in force."""
    with guarded(control_plane) as stage, policies_in(control_plane, *stage.namespaces.values()):
        for who, where, ask, said in first_refusals():
            eventually(partial(refuses, stage, who, where, ask, said), what=said)
        yield stage


def refuses(stage: Guarded, who: str, where: str, ask: Ask, said: str) -> bool:
    return said in stage.told(who, where, ask)


def first_refusals() -> list[Row]:
    """A row for each of the words that are said."""
    found = {row[3]: row for row in reversed(ROWS.values()) if row[3]}
    return list(found.values())


@pytest.mark.parametrize(("who", "where", "ask", "said"), ROWS.values(), ids=ROWS)
def test_who_may_do_what_and_who_is_refused_with_which_words(stage: Guarded, who: str, where: str, ask: Ask, said: str):
    answer = stage.told(who, where, ask)

    assert (answer == DONE, said in answer) == (said == DONE, True), answer
