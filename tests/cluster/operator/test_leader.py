"""One replica works at a time, another takes over, and one that lost the Lease writes nothing more."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentrun_operator.controlplane import ControlPlane
from agentrun_operator.emulator import EmulatorServer
from support.cluster import Kubectl, eventually
from support.emulator import Emulator
from support.endpoints import Endpoints
from support.measured import Measured
from support.operator import QUICK, Operator, agentrun_environment
from support.patience import stretched


@pytest.fixture
def replicas(
    control_plane: ControlPlane,
    namespace: str,
    service: tuple[EmulatorServer, Emulator],
    emulator: Emulator,
    tmp_path: Path,
) -> Iterator[tuple[Operator, Operator]]:
    """The one that leads and the one that stands by."""
    settings = QUICK | {
        "kubeconfig": str(control_plane.kubeconfig),
        "namespaces": namespace,
        "leader-elect": "true",
        "lease-namespace": namespace,
    }
    folders = (tmp_path / "first", tmp_path / "second")
    for folder in folders:
        folder.mkdir()
    first, second = (Operator(folder, agentrun_environment(service[0].url), settings) for folder in folders)
    first.start().wait_leading()
    second.start()
    yield first, second
    first.close()
    second.close()
    assert first.defects() + second.defects() == []


def lease(kubectl: Kubectl) -> Mapping[str, str]:
    found: Mapping[str, Mapping[str, str]] = kubectl.get("lease", "agentrun-operator") or {"spec": {}}
    return found["spec"]


def holder(kubectl: Kubectl) -> str:
    return lease(kubectl).get("holderIdentity", "")


def acquired_at(kubectl: Kubectl) -> datetime:
    """When the present holder got the Lease, by its own word: asking for it may take long on a busy machine."""
    return datetime.fromisoformat(lease(kubectl)["acquireTime"])


def test_the_standby_is_ready_and_holds_no_watch(replicas: tuple[Operator, Operator], endpoints: Endpoints):
    endpoints.apply("chat")
    endpoints.wait_ready("chat")

    _, standby = replicas

    assert standby.get("/readyz")[0] == 200
    assert standby.get("/livez")[0] == 200
    assert standby.metrics()["agentrun_leader"] == 0
    assert "Working on" not in standby.log()


@pytest.mark.alone
def test_a_killed_leader_is_followed_within_twenty_seconds(
    replicas: tuple[Operator, Operator], endpoints: Endpoints, emulator: Emulator, measured: Measured
):
    first, _ = replicas
    endpoints.apply("before")
    endpoints.wait_ready("before")

    first.kill()
    killed = time.monotonic()
    endpoints.apply("after")
    eventually(lambda: emulator.endpoint("after"), within=25)

    taken = time.monotonic() - killed
    measured("s from kill -9 until another made an endpoint", taken)
    assert taken <= 20


@pytest.mark.alone
def test_a_leader_that_is_told_to_stop_is_followed_within_two_seconds(
    replicas: tuple[Operator, Operator],
    endpoints: Endpoints,
    emulator: Emulator,
    kubectl: Kubectl,
    measured: Measured,
):
    first, second = replicas
    endpoints.apply("before")
    endpoints.wait_ready("before")
    held = holder(kubectl)

    told = time.monotonic()
    assert first.terminate() == 0
    ended = datetime.now(UTC)
    eventually(lambda: holder(kubectl) not in ("", held), within=10)
    taken = (acquired_at(kubectl) - ended).total_seconds()
    endpoints.apply("after")
    eventually(lambda: emulator.endpoint("after"))
    measured("s from SIGTERM until another made an endpoint", time.monotonic() - told)
    second.wait_leading()

    assert taken <= 2.0, taken
    endpoints.wait_ready("after")


def test_a_leader_that_was_stopped_past_its_lease_writes_nothing_more_and_ends(
    replicas: tuple[Operator, Operator], endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl
):
    first, second = replicas
    endpoints.apply("chat", description="one")
    endpoints.wait_ready("chat")
    held = holder(kubectl)

    first.pause()
    endpoints.change("chat", description="two")
    eventually(lambda: holder(kubectl) not in ("", held), within=30)
    endpoints.wait_ready("chat")
    emulator.forget_requests()
    first.resume()

    assert first.process.wait(stretched(15)) == 1
    assert "Lease" in first.log()
    assert emulator.effects() == []
    second.wait_leading()
    endpoints.change("chat", description="three")
    endpoints.wait_ready("chat")
    assert (emulator.endpoint("chat") or {})["description"] == "three"
