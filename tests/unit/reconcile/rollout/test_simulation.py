"""Thousands of lives, drawn from seeds: the invariants of progressive delivery hold in each, and catch planted bugs."""

import pytest

from agentrun_operator.reconcile.rollout import course, request
from agentrun_operator.reconcile.rollout.memory import Phase, Wire, effective
from agentrun_operator.reconcile.rollout.request import Verb
from agentrun_operator.reconcile.rollout.simulation import life
from agentrun_operator.reconcile.rollout.situation import Situation
from agentrun_operator.reconcile.rollout.table import beginnings, clock, endings, notes, steps
from support.rollout_invariants import INVARIANTS, records, violations
from support.rollout_lives import END, a_life

SEEDS = range(2000)
PART = 250


@pytest.mark.parametrize("first", range(0, len(SEEDS), PART))
def test_whatever_happens_the_invariants_hold(first):
    for seed in SEEDS[first : first + PART]:
        drawn = a_life(seed)
        drawn.life.run(END)
        assert violations(drawn) == [], seed


def test_the_lives_end_in_every_way():
    ends = set()
    for seed in SEEDS[:150]:
        drawn = a_life(seed)
        drawn.life.run(END)
        ends |= {(record.after.phase, record.after.cause) for record in records(drawn)}
    assert {phase for phase, _ in ends} == {None, *Phase}
    assert len(ends) > 12


# Bugs, planted one at a time. Each is a table, or a part of it, that was changed by one line.


def _without(row: course.Row) -> tuple[course.Row, ...]:
    return tuple(each for each in course.ROWS if each is not row)


def _with(row: course.Row, other: course.Row) -> tuple[course.Row, ...]:
    return tuple(other if each is row else each for each in course.ROWS)


def _proved_by_settling(monkeypatch):
    monkeypatch.setattr(Situation, "proved", property(lambda given: given.memory.settled_at is not None))


def _failed_plans_forgotten(monkeypatch):
    monkeypatch.setattr(course, "ROWS", _without(endings.failed_before))


def _bake_ignored(monkeypatch):
    hasty = _with(steps.unproved, lambda given: None if given.proved else steps.unproved(given))
    monkeypatch.setattr(course, "ROWS", hasty)


def _approvals_before_their_time(monkeypatch):
    monkeypatch.setitem(request._UNFIT, Verb.APPROVE, lambda *_: "")


def _no_gate(monkeypatch):
    monkeypatch.setattr(course, "ROWS", _without(steps.awaiting))


def _numbers_of_requests_ignored(monkeypatch):
    misfit = request.Request.misfit
    monkeypatch.setattr(
        request.Request, "misfit", lambda asked, memory: misfit(asked._replace(number=memory.number), memory)
    )


def _sent_ahead_of_the_record(monkeypatch):
    def ahead(memory):
        return Wire(memory.canary) if memory.running and memory.weight > 50 else effective(memory)

    monkeypatch.setattr(life, "effective", ahead)


def _reverted_to_an_earlier_version(monkeypatch):
    failed = endings._failed
    monkeypatch.setattr(
        endings, "_failed", lambda memory, *rest: failed(memory, *rest)._replace(stable=(*memory.history, "1")[0])
    )


def _edits_begin_at_the_first_step(monkeypatch):
    started = beginnings._started
    monkeypatch.setattr(beginnings, "_started", lambda given, memory, _: started(given, memory, 0))


def _clock_begins_anew(monkeypatch):
    monkeypatch.setattr(clock, "_recorded_left", lambda given: int(given.plan.deadline))


def _no_deadline(monkeypatch):
    monkeypatch.setattr(course, "ROWS", _without(endings.deadline_exceeded))


def _any_verb_resumes(monkeypatch):
    def resumed(given):
        asked = given.asked(*Verb)
        return given.memory._replace(held=False) if asked and asked.verb is not Verb.HOLD else given.memory

    monkeypatch.setattr(notes, "ALWAYS", (*notes.ALWAYS, resumed))


def _freeze_ignored(monkeypatch):
    monkeypatch.setattr(course, "noted", lambda given: notes.noted(given._replace(frozen=False)))


def _evidence_of_another_step(monkeypatch):
    monkeypatch.setattr(Situation, "of_this_step", property(lambda given: given.memory.running))
    monkeypatch.setattr(
        Situation, "proved", property(lambda given: given.memory.settled_at is not None and given.evidence.passed > 1)
    )


def _failures_counted_for_ever(monkeypatch):
    def uncapped(given):
        count = given.memory.failures + (given.memory.running and given.failed)
        return given.memory._replace(failures=count)

    monkeypatch.setattr(notes, "WHILE_SEEN", (*notes.WHILE_SEEN, uncapped))


def _drift_unseen_while_the_goal_is_unknown(monkeypatch):
    monkeypatch.setattr(beginnings, "_held", lambda given, cause: given.memory._replace(phase=Phase.HELD, cause=cause))


PLANTED = [
    (4, _proved_by_settling),
    (7, _failed_plans_forgotten),
    (4, _bake_ignored),
    (10, _approvals_before_their_time),
    (10, _no_gate),
    (4, _numbers_of_requests_ignored),
    (2, _sent_ahead_of_the_record),
    (5, _reverted_to_an_earlier_version),
    (3, _edits_begin_at_the_first_step),
    ("deadline", _clock_begins_anew),
    (9, _no_deadline),
    ("hold", _any_verb_resumes),
    ("freeze", _freeze_ignored),
    (8, _failures_counted_for_ever),
    (4, _drift_unseen_while_the_goal_is_unknown),
]


@pytest.mark.parametrize(("invariant", "plant"), PLANTED, ids=[plant.__name__[1:] for _, plant in PLANTED])
def test_a_planted_bug_is_caught(monkeypatch, invariant, plant):
    plant(monkeypatch)
    for seed in range(2000):
        drawn = a_life(seed)
        drawn.life.run(END)
        if any(INVARIANTS[invariant](drawn)):
            return
    pytest.fail("no invariant caught it")
