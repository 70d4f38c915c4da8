"""Label selectors, read as the API server reads them. `tests/cluster/shards/test_selectors.py` has it judge."""

import pytest

from agentrun_operator.observation.operators import is_operators, lease_name, may_overlap
from agentrun_operator.observation.selectors import EVERYTHING, LONGEST, parsed, selected_by
from support.selectors import LABELS, REFUSED, SELECTORS


@pytest.mark.parametrize("labels", LABELS, ids=str)
@pytest.mark.parametrize("selector", SELECTORS)
def test_labels_are_matched(selector: str, labels: dict[str, str]):
    assert parsed(selector).matches(labels) is (labels in SELECTORS[selector])


@pytest.mark.parametrize("text", REFUSED)
def test_what_the_api_server_would_not_take_is_refused_by_its_part(text: str):
    with pytest.raises(ValueError, match=r"is no part of a label selector|compares with no number"):
        parsed(text)


def test_a_long_one_is_not_read():
    with pytest.raises(ValueError, match="at most"):
        parsed("a" * (LONGEST + 1))


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        pytest.param("k=a", "k=b", False, id="different values by ="),
        pytest.param("k=a", "k in (b,c)", False, id="different values by in"),
        pytest.param("k=a,x", "y,k==b", False, id="beside others"),
        pytest.param("k in (a,b),k in (b,c)", "k in (a,c)", False, id="what two of one selector leave"),
        pytest.param("k=a", "k in (a,b)", True, id="one value in common"),
        pytest.param("k=a", "j=b", True, id="different keys"),
        pytest.param("k=a", "k!=a", True, id="not by = or in"),
        pytest.param("k=a", "", True, id="one of all"),
        pytest.param("", "", True, id="both of all"),
        pytest.param("k=a", "k=((", True, id="one that cannot be read"),
    ],
)
def test_two_operators_may_overlap_unless_values_of_one_key_differ(one: str, other: str, overlap: bool):  # noqa: FBT001 - a column of the table
    assert may_overlap(one, other) is overlap
    assert may_overlap(other, one) is overlap


@pytest.mark.parametrize("text", [None, "", "(", "a" * (LONGEST + 1)], ids=["none", "empty", "odd", "endless"])
def test_what_nobody_can_read_may_be_everything(text: str | None):
    assert selected_by(text) == EVERYTHING


def test_a_lease_is_named_by_the_selector():
    names = {lease_name("mine", selector) for selector in ("", "k=a", "k=b")}
    assert len(names) == 3
    assert "mine" in names


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        pytest.param({"name": "agentrun-operator"}, True, id="the usual name"),
        pytest.param({"name": "mine"}, True, id="a name that was given"),
        pytest.param({"name": "x", "labels": {"app.kubernetes.io/name": "agentrun-operator"}}, True, id="the label"),
        pytest.param({"name": "kube-scheduler", "labels": None}, False, id="another's"),
    ],
)
def test_the_leases_of_operators_are_known_among_others(head: dict[str, object], ours: bool):  # noqa: FBT001 - a column of the table
    assert is_operators({"metadata": head}, "mine") is ours
