"""What a person asks of a rollout: read strictly, and refused with a reason."""

import pytest

from agentrun_operator.reconcile.rollout.memory import Memory, Phase
from agentrun_operator.reconcile.rollout.request import EARLY, Request, Verb, shown
from support.rollout_situations import RESTING, ROLLING

WAITING = ROLLING._replace(phase=Phase.AWAITING_APPROVAL)
FAILED = RESTING._replace(number=7, failed_plan="1:abc", phase=Phase.ROLLED_BACK)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("approve 7 25", (Verb.APPROVE, 7, 25)),
        ("approve 7 0", (Verb.APPROVE, 7, 0)),
        ("promote 7", (Verb.PROMOTE, 7, None)),
        ("abort 999999999", (Verb.ABORT, 999999999, None)),
        ("retry 1", (Verb.RETRY, 1, None)),
        ("hold 1", (Verb.HOLD, 1, None)),
        ("resume 1 999", (Verb.RESUME, 1, 999)),
    ],
)
def test_a_request_is_read(text, read):
    assert Request.of(text) == (text, *read)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "approve",
        "approve 7  25",
        " approve 7 25",
        "approve 7 25\n",
        "approve 7 25%",
        "Approve 7 25",
        "approve 07 25",
        "approve 0 25",
        "approve -7 25",
        "approve 7 -1",
        "approve 7 25 25",
        "approve 1000000000",
        "approve 7 1000",
        "approve \u0667 25",
        "deny 7",
        "promote seven",
        "x" * 300_000,
        "approve " + "9" * 300_000,
    ],
    ids=lambda text: repr(text[:24]),
)
def test_what_is_odd_is_no_request(text):
    assert Request.of(text) is None


@pytest.mark.parametrize(
    ("text", "memory", "why"),
    [
        ("approve 7 25", WAITING, ""),
        ("approve 7 25", ROLLING, EARLY),
        ("approve 7", WAITING, "an approval names the weight: `approve 7 25`"),
        ("approve 7 5", WAITING, "it names 5%, and rollout 7 is at 25%"),
        ("approve 7 5", FAILED, "rollout 7 is not under way"),
        ("approve 6 25", WAITING, "rollout 7 is under way"),
        ("approve 7 25", FAILED._replace(weight=25), "rollout 7 is not under way"),
        ("abort 7", ROLLING, ""),
        ("abort 7 25", ROLLING, ""),
        ("abort 7 5", ROLLING, "it names 5%, and rollout 7 is at 25%"),
        ("abort 7", FAILED, "rollout 7 is not under way"),
        ("abort 8", FAILED, "rollout 7 was the last"),
        ("abort 6", RESTING, "no rollout is under way"),
        ("abort 1", Memory(), "no rollout is under way"),
        ("promote 7", ROLLING, ""),
        ("promote 7", FAILED, ""),
        ("promote 6", RESTING, "no rollout is under way"),
        ("retry 7", FAILED, ""),
        ("retry 7", ROLLING, "rollout 7 is under way: abort it first, or edit the block"),
        ("hold 7", ROLLING, ""),
        ("hold 7", FAILED, "rollout 7 is not under way"),
        ("resume 7", ROLLING._replace(held=True), ""),
        ("resume 7", ROLLING, "rollout 7 is not held by a request"),
    ],
)
def test_a_request_counts_for_the_rollout_that_is_under_way_or_failed(text, memory, why):
    request = Request.of(text)
    assert request is not None
    assert request.misfit(memory) == why


@pytest.mark.parametrize(
    ("text", "seen"),
    [("abort 7", "abort 7"), ("x" * 41, "x" * 40 + "…"), ("a\x1b[2Jb\nc", "a?[2Jb?c"), ("a\u202eb", "a?b")],
)
def test_a_request_is_shown_short_and_without_what_a_terminal_obeys(text, seen):
    assert shown(text) == seen
