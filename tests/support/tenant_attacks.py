"""Draws what a tenant does. What it is done to is mostly there: few steps are refused for that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from support.emulator import REGION
from support.tenant_model import (
    COLLEAGUE,
    FINALIZER,
    SECRETS,
    Annotate,
    Attack,
    Change,
    Delete,
    DropSecret,
    Forge,
    Hold,
    Label,
    Put,
    PutSecret,
    Step,
    Trespass,
    Victim,
    Wait,
)

Strategy = st.SearchStrategy[Step]
Slots = st.SearchStrategy[int]


def _of(*values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(values)


MANAGEMENT = _of("Manage", "Manage", "Observe")
ADOPTION = _of("Adopt", "Adopt", "Refuse")
DELETION = _of("Delete", "Delete", "Orphan")
DRIFT = _of("Correct", "Correct", "Report")
AIMS = _of("steady", "steady", "edited", "made", "made", "deleted", "another")
RUNTIMES = _of("id", "id", "name", "name", "capitals", "ghost")
REGIONS = _of(*[""] * 6, REGION, "cn-beijing", "xx-0")
HELD = st.lists(_of("example.com/mine", FINALIZER), max_size=2, unique=True).map(tuple)
KEYS: Strategy = st.builds(
    PutSecret, name=_of(*SECRETS), holds=_of("wrong", "own", "own", COLLEAGUE, COLLEAGUE, "garbage")
)
WAITS: Strategy = st.just(Wait())
TRESPASSES: Strategy = st.builds(Trespass, what=_of("edit", "delete", "read", "secret", "status"))


def _puts(slots: Slots, secrets: Sequence[str]) -> Strategy:
    return st.builds(
        Put,
        slot=slots,
        endpoint=AIMS,
        runtime=RUNTIMES,
        region=REGIONS,
        secret=_of("", "", *secrets),
        management=MANAGEMENT,
        adoption=ADOPTION,
        deletion=DELETION,
        drift=DRIFT,
    )


def _change(field: str, values: st.SearchStrategy[str | None]) -> Callable[[Slots], Strategy]:
    return lambda slots: st.builds(Change, slot=slots, field=st.just(field), value=values)


def _marks(slots: Slots) -> Strategy:
    labels = _of("team", "app.kubernetes.io/managed-by")
    return st.one_of(
        st.builds(Annotate, slot=slots, annotation=st.just("paused"), value=st.none() | _of("true", "x" * 300)),
        st.builds(Annotate, slot=slots, annotation=st.just("reconcile-requested-at"), value=_of("now", "soon")),
        st.builds(Label, slot=slots, label=labels, value=st.none() | _of("victim")),
    )


def _holds(slots: Slots) -> Strategy:
    return st.builds(Hold, slot=slots, finalizers=HELD)


def _deletions(slots: Slots) -> Strategy:
    return st.builds(Delete, slot=slots)


def _forgeries(slots: Slots) -> Strategy:
    return st.builds(
        Forge,
        slot=slots,
        runtime=_of("victim", "victim", "vault"),
        adopted=st.booleans(),
        uid=_of("own", "own", "victim"),
    )


TO_OBJECTS = (
    _change("managementPolicy", MANAGEMENT),
    _change("managementPolicy", MANAGEMENT),
    _change("adoptionPolicy", ADOPTION),
    _change("deletionPolicy", DELETION),
    _change("driftPolicy", DRIFT),
    _change("description", _of("mine", "")),
    _change("targetVersion", _of("1", "3", "LATEST")),
    _change("credentialsSecretRef", st.none() | _of(*SECRETS)),
    _marks,
    _holds,
    _holds,
    _forgeries,
    _forgeries,
    _forgeries,
    _deletions,
    _deletions,
)
"""What may be done to an object, the more often the more is expected of it."""


@dataclass
class _Drawn:
    """What was drawn so far.

    Attributes:
        slots: Of the objects that there are.
        secrets: Those that there are.
    """

    steps: list[Step] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    def next(self, draw: st.DrawFn) -> Step:
        """What comes next."""
        new = st.just(max(self.slots, default=-1) + 1)
        if not self.slots:
            return draw(_puts(new, self.secrets))
        slots = st.sampled_from(self.slots)
        puts = _puts(st.one_of(new, new, slots), self.secrets)
        drops = [st.builds(DropSecret, name=_of(*self.secrets))] if self.secrets else []
        others = [*[puts] * 4, *[WAITS] * 2, KEYS, *drops, TRESPASSES]
        return draw(draw(st.sampled_from([*others, *(kind(slots) for kind in TO_OBJECTS)])))

    def add(self, step: Step) -> None:
        self.steps.append(step)
        match step:
            case Put(slot=slot) if slot not in self.slots:
                self.slots.append(slot)
            case Delete(slot=slot):
                self.slots.remove(slot)
            case PutSecret(name=name) if name not in self.secrets:
                self.secrets.append(name)
            case DropSecret(name=name):
                self.secrets.remove(name)


@st.composite
def attacks(draw: st.DrawFn) -> Attack:
    """What the tenant does, with what the victim does in between, each thing once."""
    drawn = _Drawn()
    for step in draw(st.lists(KEYS, max_size=2)):
        drawn.add(step)
    for slot in range(draw(st.integers(1, 3))):
        drawn.add(draw(_puts(st.just(slot), drawn.secrets)))
    for victim in draw(st.permutations(list(Victim))):
        for _ in range(draw(st.integers(0, 6))):
            drawn.add(drawn.next(draw))
        drawn.add(victim)
    for _ in range(draw(st.integers(0, 6))):
        drawn.add(drawn.next(draw))
    return tuple(drawn.steps)
