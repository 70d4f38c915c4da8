"""The endpoints that probes use: ours are made, moved and deleted, nobody else's ever, whatever crashes."""

import random
import re
from dataclasses import dataclass, field

import pytest

from agentrun_operator.reconcile.rollout.memory import ProbeEndpoint
from agentrun_operator.reconcile.rollout.probe_endpoints import (
    CANARY,
    STABLE,
    Foreign,
    Look,
    Make,
    Owner,
    ProbeLook,
    Remove,
    Repoint,
    Wait,
    parting,
    plan_probe_endpoints,
    taken,
    wanted_versions,
)
from agentrun_operator.reconcile.state.observed import EndpointSeen
from agentrun_operator.resources.names import PROBE_NAME_PATTERN
from support.objects import an_endpoint

OWNER = Owner("shop", "bot", "6b1f0000-0000-0000-0000-000000000001")
NAME = OWNER.endpoint_name(CANARY)
NOTED = ProbeEndpoint(CANARY, "4")
KNOWN = ProbeEndpoint(CANARY, "4", "ep-1")


def there(state: str = "READY", version: str = "4", endpoint_id: str = "ep-1", **wire: object) -> EndpointSeen:
    names = {"agent_runtime_endpoint_name": NAME, "description": f"probes for {OWNER.uid}"}
    return an_endpoint(state, endpoint_id, target_version=version, **(names | wire))


def look(seen: EndpointSeen | None = None, *, fresh: bool = True, **more: bool) -> ProbeLook:
    return ProbeLook(named=seen, known=seen, fresh=fresh, **more)


def shown(step: object) -> str:
    match step:
        case Make(body=body):
            return f"make {body.target_version}"
        case Repoint(id=which, body=body):
            return f"repoint {which} to {body.target_version}"
        case Remove(id=which):
            return f"remove {which}"
        case _:
            return type(step).__name__.lower()


@pytest.mark.parametrize(
    ("version", "entry", "seen", "becomes", "does"),
    [
        pytest.param("4", None, look(), NOTED, "", id="recorded before it is made"),
        pytest.param("4", None, look(fresh=False), None, "look", id="not before its name was seen free"),
        pytest.param("4", None, look(there()), None, "foreign", id="what is there without a record is somebody else's"),
        pytest.param("4", None, look(there(), fresh=False), None, "foreign", id="in an older list as well"),
        pytest.param("", None, look(there()), None, "", id="nobody else's is touched when none is wanted"),
        pytest.param("4", NOTED, look(), NOTED, "make 4", id="made once it is recorded"),
        pytest.param("4", NOTED, look(fresh=False), NOTED, "look", id="not again because a list lags"),
        pytest.param("4", NOTED, look(doubtful=True), NOTED, "wait", id="not while one may be on its way"),
        pytest.param("4", NOTED, look(there("CREATING")), KNOWN, "", id="its id is learned"),
        pytest.param("4", NOTED, look(there(description="")), None, "", id="somebody was faster, and it is theirs"),
        pytest.param("", NOTED, look(there(description="theirs")), None, "", id="also when none is wanted any more"),
        pytest.param(
            "4", KNOWN, look(there(description="")), KNOWN, "ready", id="by its id it is ours, whatever it says"
        ),
        pytest.param("4", NOTED, look(there(endpoint_id="")), NOTED, "look", id="one that tells no id is looked at"),
        pytest.param("5", NOTED, look(), NOTED._replace(version="5"), "", id="another version is recorded first"),
        pytest.param("5", NOTED, look(there()), KNOWN, "", id="after its id"),
        pytest.param("", NOTED, look(), None, "", id="forgotten if it was never made"),
        pytest.param("", NOTED, look(fresh=False), NOTED, "look", id="not because a list lags"),
        pytest.param("", NOTED, look(doubtful=True), NOTED, "wait", id="nor while one may be on its way"),
        pytest.param("", NOTED, look(there()), KNOWN, "", id="one that was made after all is deleted by its id"),
        pytest.param("4", KNOWN, look(there("CREATING")), KNOWN, "wait", id="made"),
        pytest.param("4", KNOWN, look(there()), KNOWN, "ready", id="ready"),
        pytest.param("4", KNOWN, look(there(), fresh=False), KNOWN, "ready", id="ready in an older list"),
        pytest.param("4", KNOWN, look(there("ACTIVE")), KNOWN, "ready", id="ready by another word"),
        pytest.param("4", KNOWN, look(there("CREATE_FAILED")), KNOWN, "remove ep-1", id="it could not be made"),
        pytest.param("5", KNOWN, look(there()), KNOWN._replace(version="5"), "", id="moved: recorded first"),
        pytest.param("4", KNOWN, look(there(version="3")), KNOWN, "repoint ep-1 to 4", id="moved"),
        pytest.param("4", KNOWN, look(there("UPDATING", "3")), KNOWN, "wait", id="on its way"),
        pytest.param("4", KNOWN, look(there("UPDATE_FAILED")), KNOWN, "repoint ep-1 to 4", id="it could not be moved"),
        pytest.param("4", KNOWN, look(there("DELETE_FAILED")), KNOWN, "repoint ep-1 to 4", id="wanted again"),
        pytest.param("4", KNOWN, look(there("DELETING")), KNOWN, "wait", id="deleted by somebody"),
        pytest.param("4", KNOWN, look(there("ODD")), KNOWN, "repoint ep-1 to 4", id="in a state that nobody knows"),
        pytest.param("4", KNOWN, look(), None, "", id="it is gone"),
        pytest.param("4", KNOWN, look(fresh=False), KNOWN, "look", id="it may be gone"),
        pytest.param(
            "4", KNOWN, ProbeLook(there(endpoint_id="ep-9"), fresh=True), None, "", id="gone, and another has its name"
        ),
        pytest.param("", KNOWN, look(there()), KNOWN, "remove ep-1", id="not wanted any more"),
        pytest.param("", KNOWN, look(there("CREATING")), KNOWN, "remove ep-1", id="while it is made"),
        pytest.param("", KNOWN, look(there("DELETING")), KNOWN, "wait", id="on its way out"),
        pytest.param("", KNOWN, look(there("DELETE_FAILED")), KNOWN, "remove ep-1", id="it does not go"),
        pytest.param("", KNOWN, look(fresh=False), KNOWN, "look", id="it may be gone at last"),
        pytest.param("", KNOWN, look(), None, "", id="seen gone"),
        pytest.param("", KNOWN, ProbeLook(there(endpoint_id="ep-9"), fresh=True), None, "", id="another's is left"),
        pytest.param(
            "", KNOWN, ProbeLook(None, there(), fresh=True), KNOWN, "remove ep-1", id="renamed by somebody, and ours"
        ),
    ],
)
def test_the_endpoint_of_a_role(version, entry, seen, becomes, does):
    recorded = (entry,) if entry else ()
    found = plan_probe_endpoints(OWNER, {CANARY: version} if version else {}, recorded, {CANARY: seen})
    assert found.entries == ((becomes,) if becomes else ())
    done = "ready" if found.ready else " ".join(map(shown, found.steps))
    assert done == does


def test_each_role_has_a_name_of_its_own_that_no_object_may_ask_for():
    names = {OWNER.endpoint_name(role) for role in (CANARY, STABLE)}
    assert len(names) == 2
    assert all(re.fullmatch(PROBE_NAME_PATTERN, name) for name in names)
    assert OWNER._replace(uid="another").endpoint_name(CANARY) not in names


def test_it_pins_the_version_keeps_no_instance_and_says_whose_it_is():
    owner = OWNER._replace(name="b" * 253, private=True)
    (step,) = plan_probe_endpoints(owner, {CANARY: "4"}, [NOTED], {CANARY: look()}).steps
    assert isinstance(step, Make)
    wire = step.body.to_wire()
    description = str(wire.pop("description"))
    assert wire == {
        "agentRuntimeEndpointName": NAME,
        "targetVersion": "4",
        "disablePublicNetworkAccess": True,
    }
    assert OWNER.uid in description
    assert "shop/bbb" in description
    assert len(description) == 256


@pytest.mark.parametrize(
    "wire",
    [
        {"target_version": "3"},
        {"routing_configuration": {"version_weights": [{"version": "3", "weight": 0.5}]}},
        {"disable_public_network_access": True},
    ],
    ids=["another version", "a canary", "another network"],
)
def test_one_that_serves_anything_else_is_not_asked_but_mended(wire):
    seen = there(version=wire.pop("target_version", "4"), **wire)
    found = plan_probe_endpoints(OWNER, {CANARY: "4"}, [KNOWN], {CANARY: look(seen)})
    assert not found.ready
    (step,) = found.steps
    assert isinstance(step, Repoint)
    assert step.body.to_wire()["routingConfiguration"] == {"versionWeights": []}
    assert step.body.to_wire()["deleteScalingConfig"] is True


def test_both_roles_go_on_beside_each_other():
    stable = ProbeEndpoint(STABLE, "3", "ep-2")
    looks = {CANARY: look(), STABLE: look(there(endpoint_id="ep-2", version="3"))}
    found = plan_probe_endpoints(OWNER, {CANARY: "4", STABLE: "3"}, [NOTED, stable], looks)
    assert [shown(step) for step in found.steps] == ["make 4"]
    assert found.ready == (stable,)


def test_nothing_is_done_before_what_changes_is_recorded():
    stable = ProbeEndpoint(STABLE, "3", "ep-2")
    looks = {CANARY: look(), STABLE: look(there(endpoint_id="ep-2", version="3"))}
    found = plan_probe_endpoints(OWNER, {CANARY: "4"}, [stable], looks)
    assert found.entries == (NOTED, stable)
    assert not found.steps


def test_a_role_that_nobody_looked_at_is_looked_at():
    assert plan_probe_endpoints(OWNER, {CANARY: "4"}, [], {}).steps == (Look(CANARY),)


def test_a_record_of_no_known_role_holds_nothing():
    assert plan_probe_endpoints(OWNER, {}, [ProbeEndpoint("", "4", "x"), ProbeEndpoint("odd", "4")], {}).entries == ()


def test_a_taken_name_is_somebody_elses_only_if_no_create_of_ours_went_before():
    assert taken([NOTED], CANARY, noted=True) == ()
    assert taken([NOTED], CANARY, noted=False) == (NOTED,)
    assert taken([KNOWN], CANARY, noted=True) == (KNOWN,)
    assert taken([NOTED, ProbeEndpoint(STABLE, "3")], STABLE, noted=True) == (NOTED,)


def test_an_object_that_leaves_its_endpoint_has_them_deleted_once():
    stable = ProbeEndpoint(STABLE, "3")
    looks = {STABLE: ProbeLook(there(endpoint_id="ep-2"))}
    assert parting([KNOWN, stable], looks) == (Remove(CANARY, "ep-1"), Remove(STABLE, "ep-2"))
    assert parting([NOTED], {}) == ()


def test_the_stable_version_is_asked_only_to_compare():
    assert wanted_versions("4", "3", compared=False) == {CANARY: "4"}
    assert wanted_versions("4", "3", compared=True) == {CANARY: "4", STABLE: "3"}
    assert wanted_versions("", "3", compared=True) == {}


class CrashError(Exception):
    """The operator dies here."""


@dataclass
class Service:
    """Holds endpoints by name; what was begun takes a while."""

    draw: random.Random
    held: dict[str, EndpointSeen] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    count: int = 0
    deleted: list[str] = field(default_factory=list)

    def create(self, name: str, version: str, *, foreign: bool = False) -> str:
        if name in self.held:
            return ""
        self.count += 1
        made = f"ep-{self.count}"
        said = {"description": "theirs"} if foreign else {}
        self.held[name] = there("CREATING", version, made, **said)
        if foreign:
            self.foreign.add(made)
        return made

    def change(self, which: str, state: str, version: str = "") -> None:
        for name, seen in self.held.items():
            if seen.id == which:
                assert which not in self.foreign, "somebody else's endpoint was touched"
                self.held[name] = there(state, version or seen.comparable.target_version, which)

    def time_passes(self) -> None:
        for name, seen in list(self.held.items()):
            if seen.state == "DELETING":
                self.deleted.append(seen.id)
                del self.held[name]
            elif seen.state in {"CREATING", "UPDATING"}:
                worse = {"CREATING": "CREATE_FAILED", "UPDATING": "UPDATE_FAILED"}[seen.state]
                state = worse if self.draw.random() < 0.2 else "READY"
                said = {"description": "theirs"} if seen.id in self.foreign else {}
                self.held[name] = there(state, seen.comparable.target_version, seen.id, **said)


@dataclass
class Walk:
    """An object, the operator, and whatever happens."""

    draw: random.Random
    recorded: tuple[ProbeEndpoint, ...] = ()
    wanted: dict[str, str] = field(default_factory=dict)
    faults: float = 0.25

    def __post_init__(self) -> None:
        self.service = Service(self.draw)
        self.stale = dict(self.service.held)
        self.restart()

    def restart(self) -> None:
        self.doubtful: set[str] = set()
        self.asked_afresh: set[str] = set()

    def may_crash(self) -> None:
        if self.draw.random() < self.faults:
            raise CrashError

    def reconcile(self) -> None:
        noted: set[str] = set()
        for _ in range(20):
            plan = plan_probe_endpoints(OWNER, self.wanted, self.recorded, self.looks(noted))
            if plan.entries != self.recorded:
                before = {entry.role for entry in self.recorded}
                self.record(plan.entries)
                noted |= {entry.role for entry in plan.entries if entry.role not in before}
                continue
            again = [self.carry_out(step, noted) for step in plan.steps]
            if not any(again):
                return
        raise AssertionError("it goes round in circles")

    def record(self, entries: tuple[ProbeEndpoint, ...]) -> None:
        self.may_crash()
        self.recorded = entries
        self.may_crash()

    def looks(self, noted: set[str]) -> dict[str, ProbeLook]:
        found = {}
        for role in (CANARY, STABLE):
            fresh = role in self.asked_afresh
            held = self.service.held if fresh else self.stale
            name = OWNER.endpoint_name(role)
            ids = {entry.role: entry.id for entry in self.recorded}
            known = next((seen for seen in held.values() if seen.id == ids.get(role)), None)
            found[role] = ProbeLook(held.get(name), known, fresh, role in self.doubtful, role in noted)
        return found

    def carry_out(self, step: object, noted: set[str]) -> bool:
        """Does it; whether to go on at once."""
        match step:
            case Look(role):
                self.asked_afresh.add(role)
                return True
            case Make(role, body):
                self.make(role, str(body.target_version), noted)
            case Repoint(_, which, body):
                self.may_crash()
                self.service.change(which, "UPDATING", str(body.target_version))
                self.may_crash()
            case Remove(_, which):
                self.may_crash()
                self.service.change(which, "DELETING")
                self.may_crash()
            case Wait() | Foreign():
                pass
        return False

    def make(self, role: str, version: str, noted: set[str]) -> None:
        name = OWNER.endpoint_name(role)
        if self.draw.random() < self.faults / 2:
            self.service.create(name, "9", foreign=True)  # somebody is faster
        self.may_crash()
        made = self.service.create(name, version)
        self.may_crash()
        if not made:
            self.record(taken(self.recorded, role, noted=role in noted))
        elif self.draw.random() < self.faults:
            self.doubtful.add(role)  # no answer came
        else:
            entries = [entry._replace(id=made) if entry.role == role else entry for entry in self.recorded]
            self.record(tuple(entries))

    def turn(self) -> None:
        try:
            self.reconcile()
        except CrashError:
            self.restart()
        self.service.time_passes()
        if self.draw.random() < 0.7:
            self.stale = dict(self.service.held)
        self.asked_afresh.clear()
        if self.draw.random() < 0.5 or not self.faults:
            self.doubtful.clear()


@pytest.mark.parametrize("seed", range(60))
def test_whatever_crashes_none_of_ours_is_left_behind_and_nobody_elses_is_touched(seed):
    draw = random.Random(seed)  # noqa: S311 - the same lives each time
    walk = Walk(draw)
    for _ in range(30):
        if draw.random() < 0.3:
            walk.wanted = draw.choice([{}, {CANARY: "4"}, {CANARY: "5"}, {CANARY: "4", STABLE: "3"}])
        if draw.random() < 0.1:
            walk.service.held = {n: s for n, s in walk.service.held.items() if s.id in walk.service.foreign}
        walk.turn()
    walk.faults = 0.0
    left = {seen.id for seen in walk.service.held.values()} & walk.service.foreign
    walk.service.held = {n: s for n, s in walk.service.held.items() if s.id not in left}  # those go at last
    walk.wanted = {CANARY: "7", STABLE: "3"}
    for _ in range(40):
        walk.turn()
        if {s.comparable.target_version for s in walk.service.held.values() if s.state == "READY"} == {"7", "3"}:
            break
    else:
        pytest.fail(f"they never serve: {walk.recorded} {walk.service.held}")
    walk.wanted = {}
    for _ in range(40):
        walk.turn()
    assert walk.recorded == ()
    assert walk.service.held == {}
