"""What the objects of one namespace cost, another namespace does not pay: with default settings, its new object, its
edit and its deletion are done within seconds, and its runtime is looked at.

`FAIRNESS_OBJECTS` says how many objects attack; the suite has few, and 1,500 show the same.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from agentrun_operator.controlplane import ControlPlane
from agentrun_operator.emulator import EmulatorServer
from support.cluster import Kubectl, eventually, new_namespace
from support.emulator import ACCESS_KEY_ID, Emulator
from support.endpoints import KIND, Endpoints, manifest
from support.measured import Measured
from support.operator import Operator, agentrun_environment
from support.secrets import secret

pytestmark = pytest.mark.alone

MANY = int(os.environ.get("FAIRNESS_OBJECTS", "150"))
"""Objects that attack."""

LOST = max(MANY, 400)
"""Objects without a runtime: so many that others wait four times too long where nobody takes turns."""

FORBIDDEN = 403

LOOPING = min(MANY, 300)
"""Objects that ask for a reconcile over and over."""

SOON = 5.0
"""Seconds within which the other namespace is served. Alone it takes about one."""

TRIES = 2
"""How often each thing is done."""

LONGEST = float(os.environ.get("FAIRNESS_PATIENCE", "20"))
"""Seconds after which nobody waits any more."""


@pytest.fixture
def attackers(control_plane: ControlPlane) -> Iterator[Kubectl]:
    """kubectl in the namespace of those who attack."""
    with new_namespace(control_plane) as name:
        yield Kubectl(control_plane, name)


@pytest.fixture
def default_operator(
    control_plane: ControlPlane,
    kubectl: Kubectl,
    attackers: Kubectl,
    service: tuple[EmulatorServer, Emulator],
    tmp_path: Path,
) -> Iterator[Operator]:
    """An operator with default settings for both namespaces; it was not started yet."""
    settings = {
        "kubeconfig": str(control_plane.kubeconfig),
        "namespaces": f"{kubectl.namespace},{attackers.namespace}",
        "leader-elect": "false",
    }
    operator = Operator(tmp_path, agentrun_environment(service[0].url), settings)
    yield operator
    operator.kill()  # asked to end, it would go on with what is under way for ten seconds
    assert operator.defects() == []


@pytest.fixture
def victims(endpoints: Endpoints, default_operator: Operator, runtime_id: str) -> Endpoints:
    """The objects of the other namespace: some to be edited and some to be deleted are Ready."""
    assert runtime_id
    default_operator.start()
    for number in range(TRIES):
        endpoints.apply(f"edited-{number}")
        endpoints.apply(f"deleted-{number}")
    for number in range(TRIES):
        endpoints.wait_ready(f"edited-{number}")
        endpoints.wait_ready(f"deleted-{number}")
    return endpoints


@pytest.fixture
def fenced(victims: Endpoints, default_operator: Operator) -> None:
    """The other namespace alone may use the operator's own credentials."""
    default_operator.terminate()
    default_operator.start(ambient_credentials_namespaces=victims.kubectl.namespace)


def make(kubectl: Kubectl, objects: Iterable[dict[str, Any]]) -> None:
    """Create many objects, as fast as two loads of kubectl do."""

    def create(some: Iterable[dict[str, Any]]) -> None:
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(some)})
        kubectl("create", "--filename=-", input=text)

    made = list(objects)
    with ThreadPoolExecutor(4) as loads:
        list(loads.map(create, (made[start : start + 100] for start in range(0, len(made), 100))))


def seconds(wait: Callable[[], object]) -> float:
    """How long it takes until what was done has come to pass."""
    began = time.monotonic()
    try:
        wait()
    except AssertionError:
        return float("inf")
    return round(time.monotonic() - began, 1)


def service_times(victims: Endpoints, emulator: Emulator) -> dict[str, list[float]]:
    """How long the other namespace waits for each kind of change."""
    times: dict[str, list[float]] = {"new": [], "edit": [], "deletion": []}
    for number in range(TRIES):
        victims.change(f"edited-{number}", description="edited")
        times["edit"].append(seconds(partial(eventually, partial(edited, emulator, f"edited-{number}"), LONGEST)))
        victims.apply(f"new-{number}")
        times["new"].append(seconds(partial(victims.wait_ready, f"new-{number}", LONGEST)))
        victims.delete(f"deleted-{number}")
        times["deletion"].append(seconds(partial(victims.wait_gone, f"deleted-{number}", LONGEST)))
    return times


def edited(emulator: Emulator, name: str) -> bool:
    """Whether an edit has reached AgentRun."""
    return (emulator.endpoint(name) or {}).get("description") == "edited"


@pytest.fixture
def assert_served(victims: Endpoints, emulator: Emulator, measured: Measured) -> Callable[[], None]:
    """Shows that the other namespace is served soon."""

    def served() -> None:
        times = service_times(victims, emulator)
        for kind, took in times.items():
            measured(f"s for {kind} of another namespace at most, while many attack", max(took))
        assert max(max(took) for took in times.values()) <= SOON, times

    return served


def told(kubectl: Kubectl) -> int:
    """How many objects have conditions."""
    return sum(bool(found.get("status", {}).get("conditions")) for found in kubectl.list(KIND))


def name_the_others_key(attackers: Kubectl, emulator: Emulator) -> None:
    """Objects whose Secrets have the operator's own key id, and each another wrong secret."""
    make(attackers, (secret(ACCESS_KEY_ID, f"wrong-{number}", f"key-{number}") for number in range(MANY)))
    bad = (manifest(f"bad-{number}", credentialsSecretRef={"name": f"key-{number}"}) for number in range(MANY))
    make(attackers, bad)
    eventually(lambda: sum(call.status == FORBIDDEN for call in emulator.calls()) >= 20, 60)


def test_secrets_with_the_operators_key_id_and_a_wrong_secret(
    assert_served: Callable[[], None], attackers: Kubectl, emulator: Emulator
):
    name_the_others_key(attackers, emulator)

    assert_served()


@pytest.mark.usefixtures("fenced")
def test_secrets_with_the_operators_key_id_from_behind_the_fence(
    assert_served: Callable[[], None], attackers: Kubectl, emulator: Emulator
):
    name_the_others_key(attackers, emulator)

    assert_served()


@pytest.mark.parametrize("reference", ["name", "id"])
def test_runtimes_that_do_not_exist(assert_served: Callable[[], None], attackers: Kubectl, reference: str):
    nowhere = (manifest(f"lost-{n}", agentRuntimeRef={reference: f"ghost-{n}"}) for n in range(LOST))
    make(attackers, nowhere)
    eventually(lambda: told(attackers) >= 20, 60)

    assert_served()


@contextmanager
def over_and_over(act: Callable[[int], object]) -> Iterator[None]:
    """Something is done again and again meanwhile."""
    enough = threading.Event()

    def loop() -> None:
        turn = 0
        while not enough.is_set():
            turn += 1
            act(turn)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def test_objects_that_ask_for_a_reconcile_over_and_over(
    assert_served: Callable[[], None], attackers: Kubectl, emulator: Emulator
):
    make(attackers, (manifest(f"busy-{number}") for number in range(LOOPING)))
    eventually(lambda: len(emulator.endpoints()) > LOOPING, 60)

    def ask(turn: int) -> None:
        attackers("annotate", KIND, "--all", "--overwrite", f"agentrun.alibabacloud.com/reconcile-requested-at={turn}")

    with over_and_over(ask):
        eventually(lambda: emulator.counts().get("GetAgentRuntimeEndpoint", 0) > 100, 60)
        assert_served()
