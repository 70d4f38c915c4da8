"""Two operators that share a namespace by the labels of its objects."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentrun_operator.controlplane import ControlPlane
from agentrun_operator.emulator import EmulatorServer
from support.emulator import Emulator
from support.endpoints import Endpoints
from support.operator import QUICK, Operator, agentrun_environment
from support.shards import SHARD_KEY, NewOperator, Shards


@pytest.fixture
def new_operator(
    control_plane: ControlPlane,
    namespace: str,
    service: tuple[EmulatorServer, Emulator],
    emulator: Emulator,
    tmp_path: Path,
) -> Iterator[NewOperator]:
    """Makes operators that were not started; by a selector each."""
    settings = QUICK | {
        "kubeconfig": str(control_plane.kubeconfig),
        "namespaces": namespace,
        "leader-elect": "true",
        "lease-namespace": namespace,
        "ambient-credentials-namespaces": namespace,
    }
    made: list[Operator] = []

    def make(selector: str) -> Operator:
        folder = tmp_path / f"operator-{len(made)}"
        folder.mkdir()
        more = {"watch-label-selector": selector} if selector else {}
        made.append(Operator(folder, agentrun_environment(service[0].url), settings | more))
        return made[-1]

    yield make
    for each in made:
        each.close()
    assert [line for each in made for line in each.defects()] == []


@pytest.fixture
def shards(new_operator: NewOperator, endpoints: Endpoints) -> Shards:
    """One for the key blue, one for green; both lead."""
    blue, green = (new_operator(f"{SHARD_KEY}={key}") for key in ("blue", "green"))
    blue.start(wait=False)
    green.start(wait=False)
    blue.wait_leading()
    green.wait_leading()
    return Shards(blue, green, endpoints)
