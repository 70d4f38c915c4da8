"""What a write asked for is looked for in its answer: an admission policy may have taken it off."""

from datetime import UTC, datetime
from typing import Any

import pytest

from agentrun_operator.controller.informer.store.news import Ours
from agentrun_operator.controller.informer.store.reading import Unreadable
from agentrun_operator.controller.informer.store.store import Store
from agentrun_operator.controller.kube.errors import KubeError
from agentrun_operator.controller.telemetry.metrics import Metrics
from agentrun_operator.controller.worker.writing.object_writer import ObjectWriter, lacking, set_by
from agentrun_operator.resources.names import ENDPOINT_LABEL, FINALIZER
from support.controller import key
from support.controller_server import MemoryServer, Weather

OTHERS = "example.com/other"
LABELLED, FINALIZED = {"labels": {ENDPOINT_LABEL: "x"}}, {"finalizers": [FINALIZER]}
READY, STALE = [{"type": "Ready", "status": "True"}], [{"type": "Ready", "status": "Unknown"}]


@pytest.mark.parametrize(
    ("patch", "answer", "left_out"),
    [
        pytest.param({"finalizers": [FINALIZER]}, {"finalizers": [FINALIZER]}, [], id="taken"),
        pytest.param({"finalizers": [FINALIZER]}, {"finalizers": [FINALIZER, OTHERS]}, [], id="and another added"),
        pytest.param({"finalizers": [FINALIZER]}, {}, [f"the finalizer {FINALIZER}"], id="all finalizers stripped"),
        pytest.param({"finalizers": [FINALIZER]}, {"finalizers": [OTHERS]}, [f"the finalizer {FINALIZER}"], id="ours"),
        pytest.param({"finalizers": []}, {"finalizers": [FINALIZER]}, [f"the finalizer {FINALIZER}"], id="put back"),
        pytest.param({"finalizers": []}, {"finalizers": [OTHERS]}, [], id="ours is off"),
        pytest.param(LABELLED, {}, [f"the label {ENDPOINT_LABEL}"], id="the label"),
        pytest.param(LABELLED, LABELLED, [], id="the label taken"),
        pytest.param(LABELLED | FINALIZED, FINALIZED, [], id="the label beside the finalizer, which alone guards"),
    ],
)
def test_of_our_marks_nothing_may_be_left_out(patch: dict[str, Any], answer: dict[str, Any], left_out: list[str]):
    assert lacking({"metadata": {"resourceVersion": "1"} | patch}, {"metadata": answer}) == left_out


@pytest.mark.parametrize(
    ("asked", "status", "left_out"),
    [
        pytest.param({"conditions": READY}, {"conditions": READY, "state": "READY"}, [], id="taken"),
        pytest.param({"conditions": READY}, {"conditions": STALE}, ["status.conditions"], id="as it was"),
        pytest.param({"conditions": READY}, None, ["status.conditions"], id="no status at all"),
        pytest.param({"claim": {"uid": "a"}}, {"conditions": READY}, ["status.claim"], id="a claim stripped"),
        pytest.param({"claim": None}, {}, [], id="a claim dropped"),
        pytest.param(
            {"claim": {"since": "b"}}, {"claim": {"uid": "a", "since": "b"}}, [], id="a claim changed in part"
        ),
        pytest.param(
            {"claim": {"since": "b"}}, {"claim": {"uid": "a", "since": "a"}}, ["status.claim"], id="not changed"
        ),
        pytest.param({"claim": {"account": None}}, {"claim": {"uid": "a"}}, [], id="a part of a claim taken out"),
        pytest.param({"novelty": 1}, {}, [], id="a field that an older CRD does not have"),
    ],
)
def test_of_a_status_what_decisions_go_by_may_not_be_left_out(
    asked: dict[str, Any], status: dict[str, Any] | None, left_out: list[str]
):
    assert lacking({"metadata": {}, "status": asked}, {"metadata": {}, "status": status}) == left_out


@pytest.mark.parametrize(
    ("held", "patch", "ours"),
    [
        pytest.param({}, {"metadata": {"finalizers": ["a", "b"]}}, Ours(finalizers=("a", "b")), id="finalizers"),
        pytest.param({}, {"metadata": {"finalizers": []}}, Ours(finalizers=()), id="no finalizer any more"),
        pytest.param({}, {"metadata": LABELLED}, Ours(label="x"), id="the label"),
        pytest.param({}, {"metadata": {"labels": {ENDPOINT_LABEL: None}}}, Ours(label=""), id="no label any more"),
        pytest.param(
            {"state": "CREATING"},
            {"metadata": {}, "status": {"claim": {"uid": "1"}}},
            Ours(status={"claim": {"uid": "1"}}),
            id="a field",
        ),
        pytest.param(
            {"claim": {"uid": "1", "since": "then"}},
            {"metadata": {}, "status": {"claim": {"uid": "2", "since": None}}},
            Ours(status={"claim": {"uid": "2"}}),
            id="a part of one",
        ),
        pytest.param(
            {"routing": "odd"},
            {"metadata": {}, "status": {"routing": {"versionWeights": [1]}}},
            Ours(status={"routing": {"versionWeights": [1]}}),
            id="instead of something else",
        ),
        pytest.param(
            {"claim": {"uid": "1"}},
            {"metadata": {}, "status": {"claim": None}},
            Ours(status={"claim": None}),
            id="gone",
        ),
    ],
)
def test_what_an_object_will_have_once_a_patch_is_merged_into_it(
    held: dict[str, Any], patch: dict[str, Any], ours: Ours
):
    assert set_by(patch, {"status": held}) == ours


async def told(status: int) -> None:
    """Tells of an object that it cannot be read, which the API server answers with this status."""
    kube = MemoryServer()
    kube.weather = lambda *_: Weather(status=status, refused=True)
    writer = ObjectWriter(kube, Store(), Metrics())
    await writer.tell_unread(key("chat"), Unreadable("uid", "1", "odd", []), datetime.now(UTC))


@pytest.mark.parametrize("status", [0, 401, 429, 503])
async def test_that_an_object_cannot_be_read_is_told_later_where_it_cannot_be_now(status: int):
    with pytest.raises(KubeError):
        await told(status)


@pytest.mark.parametrize("status", [403, 422])
async def test_what_the_api_server_does_not_let_an_unreadable_object_say_is_no_error(status: int):
    await told(status)
