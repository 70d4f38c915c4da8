"""What a check makes of operators that share a cluster by labels."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agentrun_operator.observation.operators import lease_name
from agentrun_operator.plugin.cluster.installed import Installed
from agentrun_operator.plugin.commands.check.finding import Standing
from agentrun_operator.plugin.commands.check.operator import is_past, past
from agentrun_operator.plugin.commands.check.shards import covered, overlaps
from agentrun_operator.resources.names import WATCH_SELECTOR

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def a_lease(selector: str = "", *, name: str = "", age: float = 5, holder: str = "pod-1") -> dict[str, Any]:
    head: dict[str, Any] = {"name": name or lease_name("agentrun-operator", selector)}
    head |= {"annotations": {WATCH_SELECTOR: selector}} if selector else {}
    renewed = (NOW - timedelta(seconds=age)).isoformat()
    return {"metadata": head, "spec": {"holderIdentity": holder, "renewTime": renewed, "leaseDurationSeconds": 15}}


def a_deployment(selector: str = "", name: str = "mine") -> Installed:
    return Installed(name, "1.2.3", 1, selector, lease_name("agentrun-operator", selector))


def an_object(name: str, **labels: str) -> dict[str, Any]:
    return {"metadata": {"namespace": "team-a", "name": name, "labels": labels}}


@pytest.mark.parametrize(
    ("leases", "deployments", "waits"),
    [
        pytest.param([a_lease("k=a"), a_lease("k=b")], [a_deployment("k=a"), a_deployment("k=b")], 0, id="apart"),
        pytest.param([a_lease("k=a")], [a_deployment("k in (a,b)")], 1, id="an overlap"),
        pytest.param([a_lease("k=a")], [a_deployment("")], 1, id="one without a selector"),
        pytest.param([a_lease("")], [a_deployment("k=a")], 1, id="beside one without a selector"),
        pytest.param([a_lease("k=a", age=3600)], [a_deployment("")], 0, id="nobody renews it"),
        pytest.param([a_lease("k=a", holder="")], [a_deployment("")], 0, id="given back"),
        pytest.param([a_lease("k=a")], [a_deployment("k=a")], 0, id="its own"),
    ],
)
def test_an_operator_that_waits_is_found_by_its_deployment(
    leases: list[dict[str, Any]], deployments: list[Installed], waits: int
):
    found = overlaps(leases, deployments, NOW)

    assert [each.mark for each in found] == [Standing.WRONG] * waits
    assert all("Deployment mine is for" in each.text and "waits for the Lease" in each.text for each in found)


def test_objects_that_no_selector_covers_are_named_with_their_labels():
    objects = [an_object("in", k="a"), an_object("red", k="red", x="y"), an_object("bare")]

    found = covered(objects, "all namespaces", {"k=a", "k in (b,c)"})

    assert found.mark is Standing.WRONG
    assert "team-a/red (k=red), team-a/bare (no such label)" in found.text
    assert "k in (b,c); k=a" in found.text


def test_that_all_are_covered_is_told():
    found = covered([an_object("in", k="a")], "namespace team-a", {"k=a"})
    assert (found.mark, found.text) == (Standing.OK, "the operators' selectors cover all of 1 in namespace team-a")


@pytest.mark.parametrize(
    ("lease", "taken", "is_of_the_past"),
    [
        pytest.param(a_lease("k=old", holder=""), {"agentrun-operator"}, True, id="given back, and nobody takes it"),
        pytest.param(
            a_lease("k=old", age=3600), {"agentrun-operator"}, True, id="of one that was killed and is no more"
        ),
        pytest.param(a_lease("k=old"), {"agentrun-operator"}, False, id="in use"),
        pytest.param(a_lease(holder=""), {"agentrun-operator"}, False, id="somebody's who should run"),
        pytest.param(a_lease("k=old", holder=""), set(), False, id="the operators are not known"),
    ],
)
def test_a_lease_of_the_past_is_no_fault(lease: dict[str, Any], taken: set[str], *, is_of_the_past: bool):
    assert is_past(lease, frozenset(taken), NOW) is is_of_the_past
    assert past(lease).mark is Standing.TOLD
