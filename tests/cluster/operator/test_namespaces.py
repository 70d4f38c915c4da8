"""Several namespaces, of which the operator may not look at each: the others are served."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentrun_operator.controlplane import ControlPlane
from agentrun_operator.emulator import EmulatorServer
from support.cluster import Kubectl, eventually, new_namespace
from support.emulator import Emulator
from support.endpoints import GROUP, Endpoints
from support.operator import QUICK, Operator, agentrun_environment

pytestmark = pytest.mark.usefixtures("emulator")

USER = "nobody"
ROLE = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "Role",
    "metadata": {"name": "operator"},
    "rules": [
        {
            "apiGroups": [GROUP],
            "resources": ["agentruntimeendpoints", "agentruntimeendpoints/status"],
            "verbs": ["list", "watch", "patch"],
        },
        {"apiGroups": ["", "events.k8s.io"], "resources": ["events"], "verbs": ["create", "patch"]},
    ],
}


class Team:
    """A namespace, and whether the operator may look at it."""

    def __init__(self, kubectl: Kubectl) -> None:
        self.kubectl = kubectl
        self.name = kubectl.namespace
        self.endpoints = Endpoints(kubectl)
        kubectl.apply(ROLE)

    def allow(self) -> None:
        self.kubectl("create", "rolebinding", "operator", "--role=operator", f"--user={USER}")

    def forbid(self) -> None:
        self.kubectl("delete", "rolebinding", "operator")


@pytest.fixture
def teams(control_plane: ControlPlane) -> Iterator[tuple[Team, Team]]:
    with new_namespace(control_plane) as one, new_namespace(control_plane) as other:
        yield Team(Kubectl(control_plane, one)), Team(Kubectl(control_plane, other))


@pytest.fixture
def operator(
    teams: tuple[Team, Team], control_plane: ControlPlane, service: tuple[EmulatorServer, Emulator], tmp_path: Path
) -> Iterator[Operator]:
    where = {"kubeconfig": str(control_plane.kubeconfig), "context": USER}
    settings = QUICK | where | {"namespaces": ",".join(team.name for team in teams), "resync-interval": "5"}
    operator = Operator(tmp_path, agentrun_environment(service[0].url), settings)
    yield operator
    operator.close()
    assert operator.defects() == []


def forbidden(operator: Operator) -> float:
    return operator.metrics()["agentrun_namespaces_forbidden"]


def test_a_namespace_that_is_forbidden_keeps_nobody_from_the_others_and_is_taken_up_later(
    teams: tuple[Team, Team], operator: Operator
):
    ours, theirs = teams

    def told() -> list[dict[str, Any]]:
        return [each for each in operator.records() if theirs.name in each["message"]]

    ours.allow()
    for team in teams:
        team.endpoints.apply("chat", endpointName=team.name)

    operator.start()
    ours.endpoints.wait_ready("chat")
    eventually(lambda: forbidden(operator) == 1)

    status, text = operator.get("/readyz")
    assert status == 200
    assert f"namespace {theirs.name} is not served" in text
    assert "status" not in theirs.endpoints.get("chat") or "state" not in theirs.endpoints.get("chat")["status"]
    eventually(lambda: len(told()) >= 2)
    assert {each["level"] for each in told()} == {"WARNING"}
    assert len(told()) == 2  # by the check before the start, and by whom it keeps out

    theirs.allow()
    theirs.endpoints.wait_ready("chat", within=40)
    eventually(lambda: forbidden(operator) == 0)
    assert operator.get("/readyz") == (200, "ok\n")


def test_one_that_is_forbidden_while_it_is_watched_is_not_taken_for_empty(teams: tuple[Team, Team], operator: Operator):
    ours, theirs = teams
    for team in teams:
        team.allow()
        team.endpoints.apply("chat", endpointName=team.name)
    operator.start()
    for team in teams:
        team.endpoints.wait_ready("chat")

    theirs.forbid()
    eventually(lambda: forbidden(operator) == 1, 30)
    ours.endpoints.change("chat", description="new")
    ours.endpoints.wait_ready("chat")
    theirs.allow()
    eventually(lambda: forbidden(operator) == 0, 30)
    theirs.endpoints.change("chat", description="new")
    theirs.endpoints.wait_ready("chat")

    assert sum("is gone" in each["message"] for each in operator.records()) == 0
