"""What becomes of a spec by `canary` and `promote`."""

from typing import Any

import pytest

from agentrun_operator.plugin.edits.edit import Edit, NotPossibleError
from agentrun_operator.plugin.edits.shares import canaries, no_canaries, promotion, shares_of, version_of
from agentrun_operator.plugin.exits import UsageError


def a_spec(target: str | None = "3", **weights: int) -> dict[str, Any]:
    """A spec; canaries by `v4=10`."""
    found = [{"version": name.removeprefix("v"), "weight": weight} for name, weight in weights.items()]
    target_version = {"targetVersion": target} if target else {}
    return target_version | ({"routing": {"versionWeights": found}} if found else {})


@pytest.mark.parametrize(
    ("texts", "shares"),
    [
        pytest.param(["4=10"], {"4": 10}, id="one"),
        pytest.param(["4=10%", "5=89"], {"4": 10, "5": 89}, id="all that they may have"),
        pytest.param(["LATEST=1", "4=0"], {"LATEST": 1, "4": 0}, id="the newest, and none"),
    ],
)
def test_shares_are_read(texts: list[str], shares: dict[str, int]):
    assert shares_of(texts) == shares


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        pytest.param(["4"], "'4' is not VERSION=PERCENT", id="no share"),
        pytest.param(["4=12.5"], "is not VERSION=PERCENT", id="no whole percent"),
        pytest.param(["4=-1"], "is not VERSION=PERCENT", id="negative"),
        pytest.param(["4=1000"], "is not VERSION=PERCENT", id="four digits"),
        pytest.param(["4=٣"], "is not VERSION=PERCENT", id="digits of another script"),
        pytest.param(["04=1"], "'04' is no version", id="a leading zero"),
        pytest.param(["v4=1"], "'v4' is no version", id="a letter"),
        pytest.param(["4=1", "4=2"], "version 4 is named twice", id="twice"),
        pytest.param(["4=50", "5=50"], "add up to 100%", id="nothing left"),
        pytest.param(["4=100"], "add up to 100%", id="all"),
    ],
)
def test_what_is_no_share_is_usage(texts: list[str], said: str):
    with pytest.raises(UsageError, match=said):
        shares_of(texts)


def test_a_version_has_an_end():
    assert version_of("9" * 20)
    with pytest.raises(UsageError):
        version_of("9" * 21)


@pytest.mark.parametrize(
    ("spec", "shares", "after"),
    [
        pytest.param(a_spec(), {"4": 10}, {"4": 10}, id="the first"),
        pytest.param(a_spec(v4=10), {"4": 25}, {"4": 25}, id="more"),
        pytest.param(a_spec(v4=10), {"5": 20}, {"5": 20}, id="in place of another"),
        pytest.param(a_spec(v4=10, v5=5), {"4": 0}, {"5": 5}, id="one less, the other keeps its share"),
        pytest.param(a_spec(v4=10), {"4": 0}, {}, id="the only one goes"),
        pytest.param(a_spec(v4=10, v5=5), {"4": 0, "6": 1}, {"6": 1}, id="one goes, one comes, no other stays"),
        pytest.param(a_spec(v4=10), {"3": 0}, {"4": 10}, id="none for the target is so already"),
        pytest.param(a_spec(target=None), {"4": 10}, {"4": 10}, id="beside the newest, by default"),
    ],
)
def test_the_shares_are_replaced(spec: dict[str, Any], shares: dict[str, int], after: dict[str, int]):
    edited = canaries(spec, shares).of(spec)
    assert edited == a_spec(spec.get("targetVersion"), **{f"v{version}": share for version, share in after.items()})


@pytest.mark.parametrize(
    ("spec", "version", "target"),
    [
        pytest.param(a_spec(v4=10), "", "4", id="the only canary"),
        pytest.param(a_spec(v4=10, v5=5), "5", "5", id="one of several"),
        pytest.param(a_spec(), "9", "9", id="one that had no share"),
        pytest.param(a_spec(v4=10), "3", "3", id="the target, so that the canary goes"),
    ],
)
def test_a_version_is_promoted(spec: dict[str, Any], version: str, target: str):
    assert promotion(spec, version).of(spec) == {"targetVersion": target}


def test_all_canaries_go():
    assert no_canaries({}).of(a_spec(v4=10, v5=5)) == {"targetVersion": "3"}


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        pytest.param(lambda: canaries(a_spec(), {"3": 10}), "version 3 is targetVersion", id="the target"),
        pytest.param(lambda: canaries(a_spec(None), {"LATEST": 1}), "LATEST is targetVersion", id="the default target"),
        pytest.param(lambda: promotion(a_spec(), ""), "no canary to promote: name a version", id="no canary"),
        pytest.param(lambda: promotion(a_spec(v4=1, v5=1), ""), r"2 canaries \(4, 5\)", id="several canaries"),
        pytest.param(lambda: canaries({"rollout": {}}, {"4": 1}), "spec.rollout splits", id="a share, with a rollout"),
        pytest.param(lambda: promotion({"rollout": {}}, "4"), "spec.rollout splits", id="a promotion, with a rollout"),
        pytest.param(lambda: no_canaries({"rollout": {}}), "spec.rollout splits", id="none, with a rollout"),
    ],
)
def test_what_the_object_does_not_allow_is_said(edit: Any, said: str):
    with pytest.raises(NotPossibleError, match=said):
        edit()


@pytest.mark.parametrize(
    ("spec", "edit", "told"),
    [
        pytest.param(a_spec(v4=10), {"routing": None}, ["routing: 4=10% → no canaries"], id="canaries go"),
        pytest.param({}, {"targetVersion": "4"}, ["targetVersion: LATEST → 4"], id="a default"),
        pytest.param({"routing": {}}, {"routing": None}, [], id="two ways to say none"),
        pytest.param({"scaling": {"minInstances": 0}}, {"scaling": None}, [], id="no instances"),
        pytest.param({}, {"description": "a\nb"}, ['description: "" → "a\\nb"'], id="a text of two lines"),
        pytest.param(
            {"description": "x" * 200},
            {"description": None},
            ['description: "' + "x" * 78 + '… → ""'],
            id="a long text",
        ),
        pytest.param(
            {},
            {"scaling": {"minInstances": 2}},
            [
                'scaling: {"minInstances": 0, "scheduledPolicies": []} → {"minInstances": 2, "scheduledPolicies": []}',
            ],
            id="instances",
        ),
    ],
)
def test_an_edit_is_told_field_by_field(spec: dict[str, Any], edit: dict[str, Any], told: list[str]):
    assert Edit(edit).told(spec) == told
