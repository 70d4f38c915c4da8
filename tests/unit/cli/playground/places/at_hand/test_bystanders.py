import json
from datetime import UTC, datetime
from typing import Any

import pytest

from agentrun_operator.cli.playground.places.at_hand.bystanders import bystanders

NOW = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


class Cluster:
    """Answers as kubectl does."""

    def __init__(self, *, deployments: list[Any] = [], leases: list[Any] = []) -> None:  # noqa: B006 - read only
        self.items = {"deployments.apps": deployments, "leases.coordination.k8s.io": leases}

    def run_kubectl(self, _verb, kind, *flags):
        assert "--all-namespaces" in flags
        return json.dumps({"items": self.items[kind]})


def deployment(replicas: int) -> dict[str, Any]:
    return {"metadata": {"namespace": "agents", "name": "op"}, "spec": {"replicas": replicas}}


def lease(name: str = "agentrun-operator", **spec: object) -> dict[str, Any]:
    return {"metadata": {"namespace": "agents", "name": name}, "spec": spec}


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        pytest.param(Cluster(), [], id="nobody"),
        pytest.param(Cluster(deployments=[deployment(1)]), ["Deployment agents/op"], id="a Deployment"),
        pytest.param(Cluster(deployments=[deployment(0)]), [], id="one that was scaled down"),
        pytest.param(
            Cluster(leases=[lease(holderIdentity="me", renewTime="2026-08-01T11:59:50.000000Z")]),
            ["Lease agents/agentrun-operator, which me holds"],
            id="one that runs elsewhere",
        ),
        pytest.param(
            Cluster(leases=[lease(holderIdentity="me", renewTime="2026-08-01T11:50:00.000000Z")]), [], id="long gone"
        ),
        pytest.param(Cluster(leases=[lease(holderIdentity="")]), [], id="a Lease that was given back"),
        pytest.param(
            Cluster(leases=[lease(holderIdentity="me", renewTime="soon")]),
            ["Lease agents/agentrun-operator, which me holds"],
            id="a time that makes no sense",
        ),
        pytest.param(Cluster(leases=[lease("kube-scheduler", holderIdentity="me")]), [], id="somebody else's Lease"),
        pytest.param(Cluster(leases=[{"metadata": {"name": "agentrun-operator"}}]), [], id="an empty one"),
    ],
)
def test_an_operator_is_known_by_its_deployment_or_its_lease(cluster, expected):
    assert bystanders(cluster, NOW) == expected
