"""Users, faults and crashes in any order: once the faults stop, everything is as it was asked for, once, and at
rest."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from agentrun_operator.controlplane import ControlPlane
from support.affordable import affordable
from support.cluster import eventually
from support.emulator import Json
from support.fault_model import World
from support.fault_stage import CREATE, DELETE, GET, LIST, SWIFT, UPDATE, Stage, new_stage
from support.proxy import Moment

BOUND = 60.0
"""Seconds after which everything has come to rest: many times what was seen, and past the longest pause."""

MOMENT = 3.0
"""Seconds for which the operator is watched at most before the next thing happens."""

VERSIONS = ("1", "2", "3", "LATEST")
DEFAULTS = {
    "description": "",
    "targetVersion": "LATEST",
    "routing": {"versionWeights": []},
    "driftPolicy": "Correct",
    "deletionPolicy": "Delete",
    "managementPolicy": "Manage",
}
EDITS = st.one_of(
    st.builds(lambda number: {"description": f"text {number}"}, st.integers(0, 9)),
    st.builds(lambda version: {"targetVersion": version}, st.sampled_from(VERSIONS)),
    st.builds(lambda weight: {"routing": {"versionWeights": [{"version": "4", "weight": weight}]}}, st.integers(1, 99)),
    st.just({"routing": {"versionWeights": []}}),
)
POLICIES = st.one_of(
    st.builds(lambda policy: {"driftPolicy": policy}, st.sampled_from(["Correct", "Report"])),
    st.builds(lambda policy: {"deletionPolicy": policy}, st.sampled_from(["Delete", "Orphan"])),
    st.builds(lambda policy: {"managementPolicy": policy}, st.sampled_from(["Manage", "Observe"])),
)
FAULTS: list[dict[str, Any]] = [{"status": 500}, {"answer": "html"}, {"drop": "before"}, {"drop": "after"}]
ENDINGS = {CREATE: "CREATE_FAILED", UPDATE: "UPDATE_FAILED", DELETE: "DELETE_FAILED"}
MISHAPS = st.sampled_from(
    [{"action": action} | fault for action in (CREATE, UPDATE, DELETE, GET, LIST) for fault in FAULTS]
    + [{"action": action, "endsIn": ending} for action, ending in ENDINGS.items() for _ in FAULTS]
)
SETTINGS = st.sampled_from([{"listLag": 1.0}, {"throttling": {"qps": 5}}, {"listDrift": 1, "pageLimit": 2}])
REMOTE_WRITES = ("create", "update", "delete")
WRITES = st.sampled_from([*REMOTE_WRITES, "finalizer", "claim", "release", "status Creating", "status Available"])
WHICH = st.integers(0, 2)

numbers = count(1)


class Life(RuleBasedStateMachine):
    """A runtime with some endpoints that are nobody's, up to three objects, and all that can happen to them."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.runtime = f"bot-{next(numbers)}"
        self.runtime_id = stage.emulator.add_runtime(self.runtime, versions=4)
        stage.emulator.add_endpoints(self.runtime_id, ["theirs-1", "theirs-2"])
        self.theirs = self.remotes("theirs-1", "theirs-2")
        self.world = World()
        stage.calm()

    @initialize(edit=EDITS, policy=POLICIES, mishap=MISHAPS)
    def begin(self, edit: dict[str, Any], policy: dict[str, Any], mishap: dict[str, Any]) -> None:
        """Something is there from the start, and something goes wrong."""
        self.make("a", edit, DEFAULTS)
        self.make("b", edit, policy)
        self.fail(mishap, 1)

    @rule(letter=st.sampled_from("abc"), edit=EDITS, policy=POLICIES)
    def make(self, letter: str, edit: dict[str, Any], policy: dict[str, Any]) -> None:
        if self.world.named(letter) in self.world.living():
            return
        name = f"{letter}-{next(numbers)}"
        spec = DEFAULTS | {"endpointName": self.world.endpoint_name_for(letter) or name} | edit | policy
        self.world.add(letter, name, spec)
        self.stage.endpoints.apply(name, self.runtime, **spec)

    @precondition(lambda self: self.world.living())
    @rule(which=WHICH, change=EDITS | POLICIES)
    def edit(self, which: int, change: dict[str, Any]) -> None:
        name = self.pick(which)
        self.world.wishes[name].spec |= change
        self.stage.endpoints.change(name, **change)

    @precondition(lambda self: self.world.living())
    @rule(which=WHICH)
    def delete(self, which: int) -> None:
        self.remove(self.pick(which))

    @precondition(lambda self: self.world.living())
    @rule(which=WHICH, paused=st.booleans())
    def pause(self, which: int, paused: bool) -> None:  # noqa: FBT001 - hypothesis gives it by name
        self.set_paused(self.pick(which), "true" if paused else None)

    @precondition(lambda self: self.world.living())
    @rule(which=WHICH)
    def edit_outside(self, which: int) -> None:
        for remote in self.remotes(self.world.wishes[self.pick(which)].endpoint_name):
            self.stage.emulator.patch_endpoint(remote["agentRuntimeEndpointId"], description=f"by hand {next(numbers)}")

    @precondition(lambda self: self.world.living())
    @rule(which=WHICH)
    def delete_outside(self, which: int) -> None:
        name = self.world.wishes[self.pick(which)].endpoint_name
        for remote in self.remotes(name):
            self.world.creates[name] += 1
            self.stage.emulator.remove_endpoint(remote["agentRuntimeEndpointId"])

    @rule(mishap=MISHAPS, times=st.integers(1, 4))
    def fail(self, mishap: dict[str, Any], times: int) -> None:
        if mishap.get("endsIn") == "CREATE_FAILED":
            self.world.failures += times
        self.stage.emulator.fault(**mishap, runtimeId=self.runtime_id, times=times)

    @rule(how=SETTINGS)
    def slow_down(self, how: dict[str, Any]) -> None:
        self.stage.emulator.behave(**how)

    @rule(way=st.sampled_from(["Kubernetes", "AgentRun"]))
    def cut_off(self, way: str) -> None:
        (self.stage.kubernetes_way if way == "Kubernetes" else self.stage.agentrun_way).stop()

    @rule()
    def heal(self) -> None:
        self.stage.emulator.behave(faults=[], listLag=None, throttling=None, listDrift=None, pageLimit=None)
        self.stage.kubernetes_way.start()
        self.stage.agentrun_way.start()

    @rule()
    def kill(self) -> None:
        self.stage.operator.kill()

    @rule(write=WRITES, moment=st.sampled_from(Moment))
    def kill_at(self, write: str, moment: Moment) -> None:
        proxy = self.stage.to_agentrun if write in REMOTE_WRITES else self.stage.to_kubernetes
        proxy.set_trap(write, moment, self.stage.operator.kill)

    @precondition(lambda self: self.world.wishes)
    @rule(lists=st.integers(1, 10))
    def pass_time(self, lists: int) -> None:
        """The operator, started again if it is down, looks at the endpoints some more times; or dies again."""
        self.start()
        asked, operator = self.asked(), self.stage.operator
        with suppress(AssertionError):  # cut off, it sees nothing, but time has passed
            eventually(lambda: self.at_rest() or not operator.running or self.asked() >= asked + lists, MOMENT)

    def start(self) -> None:
        if not self.stage.operator.running:
            self.stage.kubernetes_way.start()
            self.stage.operator.start()

    def teardown(self) -> None:
        self.heal()
        self.stage.to_kubernetes.clear_trap()
        self.stage.to_agentrun.clear_trap()
        eventually(self.settled, BOUND, f"rest of {self.world}")
        self.check_endpoints()
        self.leave()

    def settled(self) -> bool:
        """Whether everything is as it should be, and three more looks at everything change nothing."""
        self.start()  # a trap may have sprung only now
        before, asked = self.state(), self.asked()
        if not self.at_rest():
            return False
        if any(self.stage.recorder.get(name) for name in self.world.wishes):
            eventually(lambda: self.asked() >= asked + 3 or self.state() != before, BOUND, "three more polls")
        return self.state() == before

    def check_endpoints(self) -> None:
        """Nothing was made twice, nothing left behind, nothing of others touched."""
        names = {each["agentRuntimeEndpointName"] for each in self.stage.emulator.endpoints(self.runtime_id)}
        assert names <= self.world.may_exist() | {"theirs-1", "theirs-2"}
        assert self.remotes("theirs-1", "theirs-2") == self.theirs
        for name, creates in self.world.creates.items():
            assert self.stage.creates(name) <= creates + self.world.failures, name

    def leave(self) -> None:
        """Everything goes, what was paused too."""
        for name, wish in self.world.wishes.items():
            if wish.paused and self.stage.recorder.get(name):
                self.set_paused(name, None)
            wish.paused = False
            if not wish.deleting:
                self.remove(name)
        eventually(self.at_rest, BOUND, f"the end of {self.world}")
        self.check_endpoints()

    def at_rest(self) -> bool:
        remotes = {each["agentRuntimeEndpointName"]: each for each in self.stage.emulator.endpoints(self.runtime_id)}
        return all(
            wish.met(self.stage.recorder.get(name), remotes.get(wish.endpoint_name))
            for name, wish in self.world.wishes.items()
        )

    def pick(self, which: int) -> str:
        living = self.world.living()
        return living[which % len(living)]

    def remove(self, name: str) -> None:
        wish, found = self.world.wishes[name], self.stage.endpoints.get(name)
        wish.deleting, wish.held = True, bool(found["metadata"].get("finalizers"))
        self.stage.endpoints.delete(name)

    def set_paused(self, name: str, paused: str | None) -> None:
        self.world.wishes[name].paused = paused is not None
        self.stage.endpoints.annotate(name, paused=paused)

    def asked(self) -> int:
        """How many lists there were; each shows all endpoints."""
        return self.stage.emulator.counts().get(LIST, 0)

    def state(self) -> tuple[int, dict[str, str]]:
        """What no longer changes at rest: how many effects there were, and the objects' versions."""
        found = {name: self.stage.recorder.get(name) for name in self.world.wishes}
        versions = {name: each["metadata"]["resourceVersion"] for name, each in found.items() if each}
        return len(self.stage.emulator.effects()), versions

    def remotes(self, *names: str) -> list[Json]:
        return [
            each for each in self.stage.emulator.endpoints(self.runtime_id) if each["agentRuntimeEndpointName"] in names
        ]


@pytest.fixture(scope="module")
def machine_stage(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    with new_stage(control_plane, folder, SWIFT | {"poll-interval": "0.5"}) as stage:
        stage.operator.start()
        yield stage


def test_whatever_happens_in_whatever_order_all_is_as_asked_for_in_the_end(machine_stage: Stage):
    # A maker of machines serves as well as a class of them.
    run_state_machine_as_test(lambda: Life(machine_stage), settings=affordable(4, steps=20))  # type: ignore[arg-type]
