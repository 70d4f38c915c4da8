"""Whose an endpoint is that several operators' objects want: the table of one decision, and that two of them, whatever
comes first, never both take it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from agentrun_operator.reconcile.actions import AddClaim, Confirm, FindClaimants, RemoveClaim
from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.reconcile.state.claim import Claim
from agentrun_operator.reconcile.state.claimants import Claimant, Claimants
from support.decisions import Row, decided, each, shown
from support.objects import (
    ADOPTED,
    ENDPOINT_ID,
    LIMITS,
    NOW,
    OTHER_ID,
    OWN,
    REGION,
    RUNTIME_ID,
    UID,
    Case,
    Object,
    a_claim,
    a_look,
    a_status,
    an_endpoint,
    an_object,
    message,
    time_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARDED = replace(LIMITS, sharded=True)
LABEL = Claim.of({"claim": OWN}).label  # type: ignore[union-attr]
LATER, BEFORE = NOW - timedelta(minutes=1), NOW - timedelta(hours=2)
NOT_RECORDED = a_status(endpointId=None)


def other(claim: Object, endpoint_id: str = "", name: str = "other", namespace: str = "team-b") -> Claimant:
    held = Claim.of({"claim": claim})
    assert held is not None
    return Claimant(namespace, name, held, endpoint_id)


def their_claim(**changed: object) -> Object:
    return a_claim(uid="uid-of-the-other", **changed)  # type: ignore[arg-type]


MINE = other(OWN, name="chat", namespace="team-a")
MADE = other(their_claim(since=LATER), ENDPOINT_ID)
TOOK = other(their_claim(since=LATER, adopted=True), ENDPOINT_ID)
EARLIER_ONE = other(their_claim(since=BEFORE))
LATER_ONE = other(their_claim(since=LATER))
ELSEWHERE = other(their_claim(since=BEFORE) | {"region": "cn-beijing"})
OF_ANOTHER_ENDPOINT = other(their_claim(since=LATER), OTHER_ID)


def found(*claimants: Claimant, claimed: bool = True, unseen: str = "") -> Claimants:
    return Claimants(claimants, claimed=claimed, unseen=unseen)


def rowed(
    name: str, body: Object, claimants: Claimants | None, *, does: str, says: str | None = None, because: str
) -> Row:
    look = a_look(an_endpoint(), claimants=claimants)
    return Row(name, Case(body, look, timing=SHARDED), does, says, because)


CLAIMED = an_object(status=NOT_RECORDED, label=LABEL)
ADOPTING = an_object(status={}, claim=None, finalized=False, adoptionPolicy="Adopt")
REFUSING = an_object(status={}, claim=None, finalized=False)
DELETED = an_object(status=NOT_RECORDED, label=LABEL, deleted_for=1.0)
CONFLICT = "Ready=False Conflict, Synced=False Conflict@0, Stalled=True Conflict"
UNTOLD = "Ready=False Conflict, Synced=False Conflict@1"
NEW_CONFLICT = "Ready=False Conflict, Synced=False Conflict@0"

ALIVE = [
    rowed(
        "it is recorded",
        an_object(label=LABEL),
        None,
        does="rest",
        says="Ready=True Available, Synced=True InSync@1",
        because="who holds an endpoint asks nobody",
    ),
    rowed("nobody looked yet", CLAIMED, None, does="find claimants", because="first the claim, then the look"),
    rowed(
        "it was looked before the claim",
        CLAIMED,
        found(claimed=False),
        does="find claimants",
        because="another may have claimed in between, and have seen nobody",
    ),
    rowed(
        "nobody else",
        CLAIMED,
        found(MINE),
        does="rest",
        says="Ready=True Available, Synced=True InSync@1",
        because="what is found after a lost answer is ours",
    ),
    rowed("another made it", CLAIMED, found(MINE, MADE), does="unclaim", because="who made it has it, however late"),
    rowed("another took it over", CLAIMED, found(MINE, TOOK), does="unclaim", because="who holds it keeps it"),
    rowed(
        "an earlier claim",
        CLAIMED,
        found(MINE, EARLIER_ONE),
        does="unclaim",
        because="of two claims the earlier stands",
    ),
    rowed(
        "a later claim",
        CLAIMED,
        found(MINE, LATER_ONE),
        does="retry Conflict within 30 s",
        says=UNTOLD,
        because="it may have looked before this one's claim was there, and takes it then",
    ),
    rowed(
        "a later claim on what was there before",
        CLAIMED,
        found(MINE, OF_ANOTHER_ENDPOINT),
        does="retry Conflict within 30 s",
        says=UNTOLD,
        because="what another had recorded is gone",
    ),
    rowed(
        "a claim in another region",
        CLAIMED,
        found(MINE, ELSEWHERE),
        does="rest",
        says="Ready=True Available, Synced=True InSync@1",
        because="it is on another endpoint of the same name",
    ),
    rowed(
        "the list is refused",
        CLAIMED,
        found(unseen="403"),
        does="retry Conflict within 30 s",
        says=UNTOLD,
        because="where nobody can see who else there is, nothing is adopted",
    ),
    rowed(
        "the list lacks this object",
        CLAIMED,
        found(),
        does="retry Conflict within 30 s",
        says=UNTOLD,
        because="then it may lack others too",
    ),
    rowed(
        "it would adopt, and nobody looked",
        ADOPTING,
        None,
        does="find claimants",
        because="who would only claim to give way again writes nothing",
    ),
    rowed(
        "it would adopt what nobody has",
        ADOPTING,
        found(claimed=False),
        does="claim as adopted",
        because="the claim comes first, and another look after it",
    ),
    rowed(
        "it would adopt what another made",
        ADOPTING,
        found(MADE, claimed=False),
        does="rest 30 s",
        says=CONFLICT,
        because="who holds it keeps it",
    ),
    rowed(
        "it would adopt what another claims",
        ADOPTING,
        found(LATER_ONE, claimed=False),
        does="rest 30 s",
        says=CONFLICT,
        because="a claim counts before an endpoint is recorded",
    ),
    rowed(
        "it would adopt and cannot see",
        ADOPTING,
        found(claimed=False, unseen="403"),
        does="retry Conflict within 30 s",
        says=NEW_CONFLICT,
        because="nothing is adopted blindly",
    ),
    rowed(
        "it refuses what another made",
        REFUSING,
        found(MADE, claimed=False),
        does="rest 30 s",
        says=CONFLICT,
        because="the endpoint is not anybody's, but an object's",
    ),
    rowed(
        "it refuses what nobody has",
        REFUSING,
        found(claimed=False),
        does="rest",
        says="Ready=False AlreadyExists, Synced=False AlreadyExists@0, Stalled=True AlreadyExists",
        because="as without other operators",
    ),
    rowed(
        "it refuses and cannot see",
        REFUSING,
        found(claimed=False, unseen="403"),
        does="rest",
        says="Ready=False AlreadyExists, Synced=False AlreadyExists@0, Stalled=True AlreadyExists",
        because="it would not take it anyway",
    ),
    rowed("its label was taken off", an_object(), None, does="claim", because="others find it by the label"),
    rowed("its label is another endpoint's", an_object(label="x" * 40), None, does="claim", because="likewise"),
]

DELETING = [
    rowed("nobody looked yet", DELETED, None, does="find claimants", because="what is there may be another's"),
    rowed(
        "nobody else", DELETED, found(MINE), does="delete as recovery", because="it is this object's, and goes with it"
    ),
    rowed("another made it", DELETED, found(MINE, MADE), does="release", because="nothing of another's is deleted"),
    rowed(
        "a later claim",
        DELETED,
        found(MINE, LATER_ONE),
        does="retry Conflict within 30 s",
        says=UNTOLD,
        because="whose it is will be told soon",
    ),
    rowed(
        "the list is refused",
        DELETED,
        found(unseen="403"),
        does="retry Conflict within 30 s",
        says=UNTOLD,
        because="nothing is deleted blindly; Orphan is the way out",
    ),
]


@each(ALIVE)
def test_what_is_done_with_an_endpoint_that_was_found(row: Row):
    assert decided(row.case) == (row.does, row.says), row.because


@each(DELETING)
def test_what_becomes_of_it_when_the_object_is_deleted(row: Row):
    assert decided(row.case) == (row.does, row.says), row.because


@pytest.mark.parametrize(("namespace", "named"), [("team-a", "team-a/other"), ("team-b", "another namespace")])
def test_a_rival_is_named_to_its_own_namespace_alone(namespace: str, named: str):
    rival = other(their_claim(), ENDPOINT_ID, namespace=namespace)
    look = a_look(an_endpoint(), claimants=found(rival, claimed=False))

    told = message(Case(ADOPTING, look, timing=SHARDED).decided(), "Ready")

    assert named in told
    assert ("other" in told.split("belongs to")[1].split(";")[0].split("/")) is (namespace == "team-a")


def test_without_a_selector_nobody_is_looked_for_and_no_label_is_missed():
    look = a_look(an_endpoint())
    assert decided(Case(an_object(status=NOT_RECORDED), look)) == ("rest", "Ready=True Available, Synced=True InSync@1")
    assert shown(decide(Case(ADOPTING, look).given).action) == "claim as adopted"


def test_what_was_made_a_moment_ago_is_ours_without_a_look():
    look = a_look(an_endpoint("CREATING"), answered=True)
    assert shown(decide(Case(CLAIMED, look, timing=SHARDED).given).action).startswith("rest")


@dataclass
class Contender:
    """An object that would adopt the endpoint, with the operator of its own that looks after it."""

    uid: str
    since: int
    claim: Object | None = None
    recorded: bool = False
    seen: Claimants | None = None
    writes: int = field(default=0)

    @property
    def body(self) -> Object:
        status = a_status() if self.recorded else {}
        held: Object = {"claim": self.claim, "finalized": bool(self.claim), "label": LABEL if self.claim else ""}
        body = an_object(status=status, adoptionPolicy="Adopt", description=self.uid, **held)
        body["metadata"] |= {"uid": self.uid, "name": "chat", "namespace": self.uid}
        return body

    def step(self, world: list[Contender]) -> None:
        """Decide by what was seen, and do one thing."""
        look = a_look(an_endpoint(description=self.uid if self.recorded else "by hand"), claimants=self.seen)
        action = decide(Case(self.body, look, Attempts(1), timing=SHARDED).given).action
        match action:
            case FindClaimants():
                self.seen = Claimants(tuple(one.entry for one in world if one.claim), claimed=self.claim is not None)
            case AddClaim(claim):
                when = time_text(NOW - timedelta(hours=1) + timedelta(seconds=self.since))
                self.claim = claim._replace(since=when).document()
            case RemoveClaim():
                self.claim = None
            case _ if shown(action).startswith("update"):
                self.writes += 1
                self.recorded = True
            case Confirm():
                raise AssertionError("the look was fresh")
            case _:
                self.seen = None  # the next reconcile looks anew

    @property
    def entry(self) -> Claimant:
        held = desired_of(self.body).claim
        assert held is not None
        return Claimant(self.uid, "chat", held, ENDPOINT_ID if self.recorded else "")


def orders(steps: int) -> Iterator[tuple[int, ...]]:
    """Every order in which two may take that many steps each."""
    yield from sorted(set(permutations([0] * steps + [1] * steps)))


@pytest.mark.parametrize("clocks", [(0, 1), (1, 0), (1, 1)], ids=["in order", "the later clock is behind", "equal"])
def test_whatever_comes_first_two_never_both_take_it_and_one_does(clocks: tuple[int, int]):
    for order in orders(4):
        world = [Contender("uid-a", clocks[0]), Contender("uid-b", clocks[1])]
        for turn in order:
            world[turn].step(world)
            assert [one.recorded for one in world].count(True) <= 1, order
        for _ in range(8):
            for one in world:
                one.step(world)
        assert [one.recorded for one in world].count(True) == 1, order
        assert sum(one.writes for one in world) == 1, order
        assert [one.claim is not None for one in world] == [one.recorded for one in world]


def test_an_endpoint_is_labelled_alike_whoever_looks_and_apart_from_others():
    labels = {a.label for a in (Claim(UID, account, REGION, RUNTIME_ID, "chat") for account in ("", "1"))}
    others = {Claim(UID, "", "", *where).label for where in ((RUNTIME_ID, "cha"), ("rt", "-1chat"), ("rt-2", "chat"))}
    assert len(labels) == 1
    assert labels.isdisjoint(others)
    assert len(others) == 3
    assert ADOPTED["runtimeId"] == RUNTIME_ID
