"""One life of a rollout as a person asks for it: which version is bad, what says nothing, whether the operator dies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from agentrun_operator.reconcile.rollout.memory import FAIL, PASS, Memory, Phase, Wire
from agentrun_operator.reconcile.rollout.plan import block_digest, plan_of
from agentrun_operator.reconcile.rollout.simulation.life import Chance, Life
from agentrun_operator.reconcile.rollout.simulation.rounds import Rounds
from agentrun_operator.reconcile.rollout.simulation.service import Fate, Service
from agentrun_operator.resources.names import LATEST

if TYPE_CHECKING:
    from agentrun_operator.cli.rollout.manifest import Manifest

START = datetime(2026, 1, 1, tzinfo=UTC)
ANSWERS_AFTER = timedelta(minutes=1)
SAYS_NOTHING = "Inconclusive"
DEADLY = 0.2
"""How likely the operator dies, where it may."""

HAPPENINGS = 20_000
"""So much is lived through; what takes longer is shown as far as that."""


def rehearse(manifest: Manifest, *, bad_from: int | None, no_data: int, crash: bool, seed: int) -> Life:
    """A life, lived to its end.

    Args:
        manifest: the object.
        bad_from: the weight from which the new version fails; None: it is good.
        no_data: how many rounds of each step say nothing.
        crash: whether the operator dies now and then.
        seed: of what is left to chance.
    """
    chance = Random(seed)  # noqa: S311 - no secret
    stable, goal = _versions(manifest.target_version)

    def judge(memory: Memory, _: str, nth: int) -> str:
        if nth < no_data:
            return SAYS_NOTHING
        return FAIL if bad_from is not None and memory.weight >= bad_from else PASS

    life = Life(
        target=manifest.target_version,
        plan=plan_of(manifest.rollout, block_digest(manifest.written)),
        published={stable, goal},
        service=Service(Wire(stable)),
        rounds=Rounds(judge),
        chance=Chance(
            put=lambda: (Fate.TAKEN, float(chance.randint(2, 20))),
            dies=lambda _: crash and chance.random() < DEADLY,
        ),
        now=START,
    )
    _live(life)
    return life


def _versions(target: str) -> tuple[str, str]:
    """The stable version and the new one: those before and at the target; where it has no number, 1 and 2."""
    if target == LATEST:
        return "1", "2"
    return (str(int(target) - 1) if int(target) > 1 else LATEST), target


def _live(life: Life) -> None:
    """Live until nothing is to come, or too much has come. A person answers when asked."""
    while len(life.happenings) < HAPPENINGS:
        soon = life.now + ANSWERS_AFTER
        life.run(soon)
        if life.at_rest:
            return
        life.now = soon
        if life.memory.phase is Phase.AWAITING_APPROVAL:
            life.request = f"approve {life.memory.number} {life.memory.weight}"
