"""What is recorded of a rollout is the same after it was written and read, and says alone what goes to AgentRun."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from agentrun_operator.reconcile.rollout.course import course
from agentrun_operator.reconcile.rollout.memory import Cause, Check, Memory, Phase, ProbeEndpoint, Wire, effective
from agentrun_operator.reconcile.rollout.simulation.life import Record
from agentrun_operator.reconcile.rollout.situation import Situation
from agentrun_operator.resources.rollout.status import RolloutStatus
from agentrun_operator.resources.schema import structural
from support.rollout_invariants import records
from support.rollout_lives import END, a_life
from support.rollout_situations import RESTING, ROLLING, STANDING

MOMENTS = st.integers(0, 10**9).map(lambda number: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number))
VERSIONS = st.integers(1, 10**6).map(str)
WORDS = st.text(max_size=12)
NAMES = st.text(min_size=1, max_size=12)
MEMORIES = st.builds(
    Memory,
    number=st.integers(0, 10**9),
    stable=st.just("") | VERSIONS,
    history=st.lists(VERSIONS, max_size=10).map(tuple),
    canary=VERSIONS,
    plan=WORDS,
    step=st.integers(0, 20),
    weight=st.integers(0, 100),
    settled_at=st.none() | MOMENTS,
    failures=st.integers(0, 21),
    held=st.booleans(),
    proved_by=st.none() | MOMENTS,
    proof_left=st.none() | st.integers(0, 10**6),
    phase=st.none() | st.sampled_from(Phase),
    cause=st.none() | st.sampled_from(Cause),
    failed_plan=WORDS,
    last_request=WORDS,
    checks=st.lists(st.builds(Check, NAMES, NAMES, WORDS, WORDS, WORDS), max_size=3).map(tuple),
    probe_endpoints=st.lists(st.builds(ProbeEndpoint, WORDS, VERSIONS, WORDS), max_size=2).map(tuple),
)


@given(MEMORIES)
def test_what_is_written_is_read_again(memory):
    assert Memory.of(memory.document(3)) == memory


@given(MEMORIES)
def test_what_is_written_is_what_the_resource_has(memory):
    document = memory.document(3)
    assert set(document) <= {field.alias for field in RolloutStatus.model_fields.values()}
    Draft202012Validator(structural(RolloutStatus)).validate(document)


def test_nothing_recorded_is_an_empty_document_and_back():
    assert Memory().document(3) == {}
    assert Memory.of({}) == Memory()


def test_at_rest_four_things_stay():
    document = RESTING._replace(last_request="approve 6 25").document(3)
    assert set(document) == {"number", "stableVersion", "history", "lastRequest"}


@pytest.mark.parametrize("odd", ["", "Paused", None])
def test_a_phase_of_another_release_is_none(odd):
    assert Memory.of({"phase": odd, "cause": odd}) == Memory()


@pytest.mark.parametrize(
    ("memory", "wire"),
    [
        (Memory(), None),
        (RESTING, Wire("3")),
        (ROLLING._replace(weight=0), Wire("3")),
        (ROLLING, Wire("3", "4", 25)),
        (ROLLING._replace(weight=99), Wire("3", "4", 99)),
        (ROLLING._replace(weight=100), Wire("4")),
        (RESTING._replace(stable="LATEST"), Wire("LATEST")),
    ],
)
def test_what_goes_to_agentrun_follows_from_the_record(memory, wire):
    assert effective(memory) == wire


@pytest.mark.parametrize(
    ("memory", "summary"),
    [
        (ROLLING, "3→4 25% (2/3)"),
        (RESTING, ""),
        (RESTING._replace(phase=Phase.ROLLED_BACK), "3 RolledBack"),
        (RESTING._replace(phase=Phase.HELD), "3 Held"),
    ],
)
def test_a_column_tells_how_far_it_is(memory, summary):
    assert memory.document(3).get("summary", "") == summary


CHAIN = 12
"""Records that may follow each other in the same instant: steps without a bake, at a share that is there already."""


def looks_again(record: Record, memory: Memory) -> Situation:
    """The same look, once something was recorded."""
    given = record.situation
    return given._replace(memory=memory, evidence=given.evidence.recorded())


def rests(record: Record) -> bool:
    """Whether what was recorded waits for somebody, and the spec was not edited in the same look."""
    given, after = record.situation, record.after
    if after.phase in (Phase.HELD, Phase.AWAITING_APPROVAL):
        return True
    return given.goal.version == after.stable or given.plan.id(given.goal.version or "") == after.failed_plan


@pytest.mark.parametrize("first", range(0, 150, 50))
def test_deciding_again_by_the_same_look_changes_nothing_or_comes_to_an_end_at_once(first):
    for seed in range(first, first + 50):
        drawn = a_life(seed)
        drawn.life.run(END)
        for record in records(drawn):
            memory = course(record.situation)
            for _ in range(0 if rests(record) else CHAIN):
                memory = course(looks_again(record, memory))
            assert course(looks_again(record, memory)) == memory, seed


def test_times_are_whole_seconds_so_that_what_was_read_differs_in_nothing():
    drawn = a_life(3)
    drawn.life.now += timedelta(microseconds=123456)
    drawn.life.run(END)
    assert records(drawn)
    assert all(Memory.of(each.after.document(3)) == each.after for each in records(drawn))


def test_a_clock_that_stands_at_nothing_is_written():
    assert STANDING._replace(proof_left=0).document(3)["proofLeft"] == 0
