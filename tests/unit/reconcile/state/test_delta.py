"""What differs between the spec and the endpoint, by field."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.reconcile.state.comparable import FIELDS, NO_COUNT, NO_PERCENT, Comparable, Policy, Weight
from agentrun_operator.reconcile.state.delta import SHOWN, Delta, Difference, delta, same_version, same_weights
from support.comparables import SHAPES

DAY = Policy("day", "cron(0 0 8 * * *)", 5, "2026-01-01T00:00:00Z", "", "Asia/Shanghai")
SHAPE = Comparable("ours", "3", (Weight("4", 10),), 1, (DAY,), disable_public_network_access=False)


def changed(**fields: Any) -> Delta:
    """What an endpoint differs in that was changed so."""
    return delta(SHAPE, replace(SHAPE, **fields), "3")


@pytest.mark.parametrize(
    ("fields", "difference"),
    [
        pytest.param({"description": ""}, Difference("description", "ours", ""), id="description"),
        pytest.param({"target_version": "2"}, Difference("targetVersion", "3", "2"), id="targetVersion"),
        pytest.param(
            {"target_version": "LATEST"}, Difference("targetVersion", "3", "LATEST"), id="a pinned version let loose"
        ),
        pytest.param(
            {"weights": (Weight("4", 10), Weight("5", 1))},
            Difference("routing.versionWeights", "4: 10%", "4: 10%, 5: 1%"),
            id="a canary more",
        ),
        pytest.param({"weights": ()}, Difference("routing.versionWeights", "4: 10%", "none"), id="no canary"),
        pytest.param(
            {"weights": (Weight("4", 11),)}, Difference("routing.versionWeights", "4: 10%", "4: 11%"), id="a weight"
        ),
        pytest.param(
            {"weights": (Weight("4", NO_PERCENT),)},
            Difference("routing.versionWeights", "4: 10%", "4: no share"),
            id="a weight that is none",
        ),
        pytest.param(
            {"min_instances": NO_COUNT}, Difference("scaling.minInstances", "1", "no number"), id="no minInstances"
        ),
        pytest.param({"min_instances": 0}, Difference("scaling.minInstances", "1", "0"), id="minInstances"),
        pytest.param(
            {"policies": ()},
            Difference(
                "scaling.scheduledPolicies", "day cron(0 0 8 * * *) 5 2026-01-01T00:00:00Z Asia/Shanghai", "none"
            ),
            id="no policy",
        ),
        pytest.param(
            {"policies": (DAY._replace(target=0, start_time="", time_zone=""),)},
            Difference(
                "scaling.scheduledPolicies",
                "day cron(0 0 8 * * *) 5 2026-01-01T00:00:00Z Asia/Shanghai",
                "day cron(0 0 8 * * *) 0",
            ),
            id="a policy's parts",
        ),
        pytest.param(
            {"disable_public_network_access": True},
            Difference("disablePublicNetworkAccess", "false", "true"),
            id="disablePublicNetworkAccess",
        ),
    ],
)
def test_a_field_that_differs_is_named_with_both_values(fields, difference):
    assert changed(**fields) == (difference,)


@pytest.mark.parametrize("path", sorted(FIELDS))
def test_a_field_that_cannot_be_read_differs_whatever_else_is_taken_for_its_value(path):
    (found,) = changed(unread=frozenset({path}))
    assert (found.path, found.observed) == (path, "unreadable")
    assert found.desired != "unreadable"


def test_every_field_that_differs_is_named():
    other = Comparable("", "2", (), 0, (), disable_public_network_access=True)
    assert [difference.path for difference in delta(SHAPE, other, "3")] == [
        "description",
        "targetVersion",
        "routing.versionWeights",
        "scaling.minInstances",
        "scaling.scheduledPolicies",
        "disablePublicNetworkAccess",
    ]


@pytest.mark.parametrize(
    ("desired", "observed", "newest", "same"),
    [
        pytest.param("LATEST", "LATEST", None, True, id="the word"),
        pytest.param("LATEST", "3", "3", True, id="the newest published"),
        pytest.param("LATEST", "2", "3", False, id="an older one"),
        pytest.param("LATEST", "3", None, False, id="nobody knows the newest"),
        pytest.param("LATEST", "", "3", False, id="none at all"),
        pytest.param("3", "3", "4", True, id="the number"),
        pytest.param("3", "4", "4", False, id="another number"),
        pytest.param("3", "LATEST", "3", False, id="LATEST is not pinned, though it is the same today"),
    ],
)
def test_latest_is_the_word_or_the_newest_published(desired, observed, newest, same):
    assert same_version(desired, observed, newest) == same


@pytest.mark.parametrize(
    ("desired", "observed", "newest", "same"),
    [
        pytest.param("LATEST", "LATEST", None, True, id="the word"),
        pytest.param("LATEST", "4", "4", True, id="the newest published"),
        pytest.param("LATEST", "4", "5", False, id="an older one"),
        pytest.param("LATEST", "4", None, False, id="a number that is nothing else"),
        pytest.param("4", "LATEST", "4", False, id="LATEST is not pinned"),
        pytest.param("4", "4", "4", True, id="the number"),
    ],
)
def test_a_canary_of_latest_is_the_word_or_the_newest_published(desired, observed, newest, same):
    one, other = ((Weight("2", 5), Weight(version, 10)) for version in (desired, observed))
    assert same_weights(tuple(sorted(one)), tuple(sorted(other)), newest) == same
    assert not same_weights(tuple(sorted(one)), tuple(sorted(other))[:1], newest)


@pytest.mark.parametrize(("length", "shown"), [(SHOWN, "x" * SHOWN), (SHOWN + 1, "x" * (SHOWN - 1) + "…")])
def test_a_long_value_is_shown_short(length, shown):
    assert changed(description="x" * length)[0].observed == shown


def test_long_values_that_begin_alike_are_shown_where_they_part():
    (found,) = delta(replace(SHAPE, description="x" * 200 + "ours"), replace(SHAPE, description="x" * 200), "3")
    assert found.desired == "…" + "x" * 60 + "ours"
    assert found.observed == "…" + "x" * 60


@given(st.text("xy", min_size=100, max_size=140), st.text("xy", min_size=100, max_size=140))
def test_two_differences_look_the_same_only_where_they_are(one, other):
    shown = delta(replace(SHAPE, description=one), replace(SHAPE, description=other), "3")
    assert [each.desired == each.observed for each in shown] in ([], [False])
    assert all(len(text) <= SHOWN for each in shown for text in each)


@given(SHAPES, st.sampled_from([None, "3"]))
def test_a_shape_does_not_differ_from_itself(comparable, newest):
    assert delta(comparable, comparable, newest) == ()


@given(SHAPES, SHAPES)
def test_shapes_that_differ_have_a_difference_and_others_have_none(one, other):
    assert (delta(one, other, None) == ()) == (one == other)


@given(SHAPES, SHAPES)
def test_a_difference_is_the_same_from_both_sides(one, other):
    there = [(each.path, each.desired, each.observed) for each in delta(one, other, None)]
    back = [(each.path, each.observed, each.desired) for each in delta(other, one, None)]
    assert there == back
