"""Lives of rollouts, drawn from a seed: a plan, versions that are good, bad or silent, and all that may happen to them.

Up to `CALM` anything goes wrong. From then on nothing does, and a person answers what waits for an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.reconcile.rollout.memory import FAIL, PASS, Memory, Phase, Wire
from agentrun_operator.reconcile.rollout.plan import Plan, PlanStep
from agentrun_operator.reconcile.rollout.simulation.life import Chance, Life
from agentrun_operator.reconcile.rollout.simulation.rounds import Rounds
from agentrun_operator.reconcile.rollout.simulation.service import Fate, Service
from agentrun_operator.resources.names import LATEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.reconcile.rollout.simulation.life import Deed

BIRTH = datetime(2026, 1, 1, tzinfo=UTC)
CALM = BIRTH + timedelta(hours=1)
END = CALM + timedelta(hours=3)
SILENT = "Inconclusive"
WEIGHTS = (0, 1, 5, 10, 25, 50, 75, 99, 100)
VERBS = ("approve", "promote", "abort", "retry", "hold", "resume")


class Quality(NamedTuple):
    """How a version is: it fails from this weight on, or says nothing at all."""

    bad_from: int | None = None
    silent: bool = False


@dataclass
class Drawn:
    """A life, and what only its author knows.

    Args:
        life: the life.
        qualities: of the versions.
        asked: the requests that stood in the annotation, and since when.
        edits: when the spec was edited.
    """

    life: Life
    qualities: dict[str, Quality]
    asked: list[tuple[datetime, str]] = field(default_factory=list)
    edits: list[datetime] = field(default_factory=list)

    def ask(self, text: str) -> None:
        """Set the annotation."""
        if text != self.life.request:
            self.life.request = text
            self.asked.append((self.life.now, text))

    def edit(self, *, target: str | None = None, plan: Plan | None = None) -> None:
        """Edit the spec."""
        self.life.target, self.life.plan = target or self.life.target, plan or self.life.plan
        self.edits.append(self.life.now)


def a_life(seed: int) -> Drawn:
    """The life of a seed, not lived yet."""
    chance = Random(seed)  # noqa: S311 - no secret
    qualities = {str(number): _quality(chance) for number in range(1, 10)}
    follows = chance.random() < 0.4
    life = Life(
        target=LATEST if follows else str(chance.randint(2, 4)),
        plan=_plan(chance),
        published={"1", "2", "3", "4"},
        service=Service(_wire(chance, follows=follows)),
        rounds=Rounds(lambda *_: ""),
        chance=_benign(),
        now=BIRTH,
        corrects=chance.random() < 0.8,
    )
    drawn = Drawn(life, qualities)
    life.rounds.judge = lambda memory, _, __: _verdict(chance, qualities[memory.canary], memory, calm=life.now >= CALM)
    life.chance = _hostile(chance, life)
    life.deeds = sorted(
        [(_moment(chance), _deed(chance, drawn)) for _ in range(chance.randint(0, 9))]
        + [(CALM, lambda _: _calm(drawn))]
        + [(CALM + timedelta(minutes=10 * n), lambda _: _answer(drawn)) for n in range(1, 18)],
        key=lambda deed: deed[0],
    )
    return drawn


def _quality(chance: Random) -> Quality:
    kind = chance.random()
    if kind < 0.5:
        return Quality()
    return Quality(silent=True) if kind > 0.85 else Quality(bad_from=chance.choice(WEIGHTS))


def _verdict(chance: Random, quality: Quality, memory: Memory, *, calm: bool) -> str:
    if quality.silent or (not calm and chance.random() < 0.1):
        return SILENT
    return FAIL if quality.bad_from is not None and memory.weight >= quality.bad_from else PASS


def _plan(chance: Random) -> Plan:
    probes, metrics = chance.choice([(0.0, 0), (300.0, 0), (0.0, 1), (200.0, 2)])
    weights = sorted(chance.sample(WEIGHTS if probes else WEIGHTS[1:], chance.randint(1, 4)))
    return Plan(
        digest=str(chance.random()),
        steps=tuple(PlanStep(weight, chance.choice((0.0, 60.0, 300.0)), chance.random() < 0.2) for weight in weights),
        immediate=chance.random() < 0.05,
        deadline=chance.choice((900.0, 1800.0)),
        reverts=chance.random() < 0.8,
        rollback_window=chance.randint(0, 3),
        failure_limit=chance.randint(0, 2),
        interval=120.0,
        metrics=metrics,
        probe_interval=probes,
    )


def _wire(chance: Random, *, follows: bool) -> Wire | None:
    kind = chance.random()
    if kind < 0.1:
        return None
    if kind < 0.3:
        return Wire("1", str(chance.randint(2, 4)), chance.randint(1, 99))
    return Wire(LATEST) if follows and kind < 0.5 else Wire(str(chance.randint(1, 4)))


def _moment(chance: Random) -> datetime:
    return BIRTH + timedelta(seconds=chance.randint(0, int((CALM - BIRTH).total_seconds()) - 60))


def _benign() -> Chance:
    return Chance(lambda: (Fate.TAKEN, 5.0), lambda _: False)


def _hostile(chance: Random, life: Life) -> Chance:
    """What goes wrong until all is calm."""
    fates = (Fate.TAKEN,) * 6 + (Fate.LOST, Fate.FAILS, Fate.FORGOTTEN)
    deadly = chance.choice((0.0, 0.02, 0.15))

    def put() -> tuple[Fate, float]:
        return (Fate.TAKEN if life.now >= CALM else chance.choice(fates)), chance.choice((0.5, 5.0, 90.0))

    return Chance(put, lambda _: life.now < CALM and chance.random() < deadly)


def _deed(chance: Random, drawn: Drawn) -> Deed:
    life = drawn.life
    deeds: tuple[Callable[[], None], ...] = (
        lambda: drawn.edit(target=str(chance.randint(1, 5))) if life.target != LATEST else _publish(life),
        lambda: _publish(life),
        lambda: drawn.edit(plan=_plan(chance)),
        lambda: drawn.ask(_request(chance, life)),
        lambda: drawn.ask(f"approve {life.memory.number} {life.memory.weight}"),
        lambda: drawn.ask(f"{chance.choice(VERBS[1:])} {life.memory.number}"),
        lambda: setattr(life, "frozen", not life.frozen),
        lambda: setattr(life, "paused", not life.paused),
        lambda: setattr(life, "blind", not life.blind),
        lambda: setattr(life, "readable", not life.readable),
        lambda: setattr(life.service, "wire", _wire(chance, follows=False)),
    )
    deed: Callable[[], None] = chance.choice(deeds)
    return lambda _: deed()


def _publish(life: Life) -> None:
    life.published.add(str(min(9, len(life.published) + 1)))


def _request(chance: Random, life: Life) -> str:
    number = max(1, life.memory.number + chance.randint(-1, 1))
    weight = chance.choice(["", f" {chance.choice(WEIGHTS)}", " much"])
    return f"{chance.choice(VERBS)} {number}{weight}"


def _calm(drawn: Drawn) -> None:
    life = drawn.life
    life.frozen = life.paused = life.blind = False
    life.readable = life.corrects = True
    drawn.ask("")


def _answer(drawn: Drawn) -> None:
    """A person looks, and answers what waits for one."""
    memory = drawn.life.memory
    if memory.running and memory.held:
        drawn.ask(f"resume {memory.number}")
    elif memory.phase is Phase.AWAITING_APPROVAL:
        text = f"approve {memory.number} {memory.weight}"
        drawn.ask("" if drawn.life.request == text else text)
