from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from agentrun_operator.cli.playground.places.at_hand.crd import difference
from agentrun_operator.resources.crd import crd

Found = dict[str, Any]

OURS: Found = crd()


def as_stored(**labels: str) -> Found:
    """What the API server makes of it: defaults, a status, and what a chart adds."""
    found = deepcopy(OURS)
    found["metadata"] |= {"uid": "1", "labels": labels, "resourceVersion": "7"}
    found["spec"] |= {"conversion": {"strategy": "None"}}
    found["status"] = {"conditions": []}
    return found


def changed(change: Callable[[Found], object]) -> Found:
    found = as_stored()
    change(found)
    return found


def version(found: Found) -> Found:
    first: Found = found["spec"]["versions"][0]
    return first


def schema(found: Found) -> Found:
    properties: Found = version(found)["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    return properties


def test_the_same_resource_is_the_same_whatever_else_is_said_of_it():
    assert difference(OURS, as_stored(chart="agentrun-operator-1.0.0")) == ""


def test_other_words_for_people_are_the_same_resource():
    assert difference(OURS, changed(lambda found: schema(found)["targetVersion"].update(description="words"))) == ""


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        pytest.param(
            changed(lambda found: schema(found).pop("rollout")),
            "spec.versions.v1alpha1.schema.openAPIV3Schema.properties.spec.properties.rollout",
            id="an older one",
        ),
        pytest.param(
            changed(lambda found: schema(found).pop("description")),
            "spec.versions.v1alpha1.schema.openAPIV3Schema.properties.spec.properties.description",
            id="without the field that is called description",
        ),
        pytest.param(
            changed(lambda found: schema(found).update({"novelty": {"type": "string"}})),
            "spec.versions.v1alpha1.schema.openAPIV3Schema.properties.spec.properties.novelty",
            id="a newer one",
        ),
        pytest.param(
            changed(lambda found: found["spec"]["versions"].append({**version(found), "name": "v1"})),
            "spec.versions.v1",
            id="one with another version",
        ),
        pytest.param(
            changed(lambda found: version(found).update(served=False)), "spec.versions.v1alpha1.served", id="not served"
        ),
        pytest.param(
            changed(lambda found: found["metadata"].update(deletionTimestamp="now")), "it is being deleted", id="going"
        ),
    ],
)
def test_another_resource_is_told_by_where_it_differs(theirs, expected):
    assert difference(OURS, theirs) == expected
