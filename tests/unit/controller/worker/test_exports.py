"""What becomes of a ConfigMap for apps when answers are lost, odd, refused or huge, and what is asked for it."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from agentrun_operator.controller.informer.store.store import Store
from agentrun_operator.controller.kube.errors import CONFLICT, KubeError, TooLargeError
from agentrun_operator.controller.kube.exports import ANSWER_LIMIT, ExportClient
from agentrun_operator.controller.telemetry.metrics import Metrics
from agentrun_operator.controller.worker.exports import Exports
from agentrun_operator.controller.worker.run import Memories, Observation, Run
from agentrun_operator.controller.worker.writing.object_writer import ObjectWriter
from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.input import BLOCKED_PAUSE, Input
from agentrun_operator.reconcile.state.exports import exports_of
from agentrun_operator.reconcile.state.observed import EndpointSeen, Observed, RuntimeSeen
from agentrun_operator.reconcile.verdict import Verdict
from agentrun_operator.resources.names import FINALIZER
from support.controller import body, claim, endpoint, key
from support.controller_server import MemoryServer, Weather

Json = dict[str, Any]

MAP = "/api/v1/namespaces/team-a/configmaps/chat"
MAPS = MAP.rpartition("/")[0]
OBJECT = "/apis/agentrun.alibabacloud.com/v1alpha1/namespaces/team-a/agentruntimeendpoints/chat"
CONNECTION = {"configMap": {"name": "chat"}, "keys": {"MODEL": "{runtimeName}"}}
OWNER = [{"uid": "uid-of-chat"}]
LABELS = {"app.kubernetes.io/managed-by": "agentrun-operator"}
SEEN = Observed(
    runtime=RuntimeSeen("runtime-1", "bot", ready=True, state="READY"),
    endpoint=EndpointSeen.of(endpoint("e1", "chat")),
    confirmed=True,
)
ENTRY = {"kind": "ConfigMap", "name": "chat"}


class CoreServer(MemoryServer):
    """Knows ConfigMaps, too: uids, applies, merge patches and preconditions."""

    uids = count(1)

    def _answer(self, method: str, path: str, query: Mapping[str, str], body: Json, accept: str) -> Json:
        if path.endswith("/status"):
            found = self._known(OBJECT)
            return self.put(OBJECT, found | {"status": found["status"] | body["status"]})
        if not path.startswith(MAPS) or method in ("GET", "POST"):
            if path.startswith(MAPS) and method == "POST":
                body["metadata"]["uid"] = f"u{next(self.uids)}"
            return super()._answer(method, path, query, body, accept)
        known = self._known(path)
        asked = (body.get("preconditions") or body["metadata"])["uid"]
        if asked != known["metadata"]["uid"]:
            raise KubeError(CONFLICT, "another uid", path)
        if method == "DELETE":
            return self.objects.pop(path)
        merged = known["data"] | body["data"]
        data = {name: text for name, text in merged.items() if text is not None}
        return self.put(path, known | {"metadata": known["metadata"] | body["metadata"], "data": data})


class Scene:
    """One object, the server that has it, and what tends its ConfigMap."""

    def __init__(self, exports: list[Json] | None = None, connection: Json | None = CONNECTION, **spec: Any) -> None:
        status = {"claim": claim(), "exports": [ENTRY] if exports is None else exports}
        asked: Json = {"connection": connection} if connection else {}
        self.server, self.store = CoreServer(), Store()
        self.body = self.server.put_resource(body(finalizers=(FINALIZER,), status=status, **asked, **spec))
        self.store.put(self.body)
        self.memories, self.metrics = Memories(), Metrics()
        writer = ObjectWriter(self.server, self.store, self.metrics)
        client = ExportClient(self.server, self.metrics)
        self.exports = Exports(client, self.memories, writer, interval=100.0, jitter=lambda: 1.0)

    def run(self) -> Run:
        body = self.store.get(key())
        assert body is not None
        return Run(self.memories.subject(key(), body), Observation(SEEN))

    def tend(self) -> tuple[str, list[Json], float | None]:
        """What Exported says, the entries, and when to look again."""
        asked = len(self.server.asked)
        tended = asyncio.run(self.exports.tend(self.run(), self._given, Verdict(None, None)))
        self.asked = self.server.asked[asked:]
        said = tended.verdict.exported
        entries = [each.document() for each in tended.run.subject.desired.recorded.exports]
        return f"{said.status} {said.reason}" if said else "", entries, tended.after

    def remove(self) -> None:
        asyncio.run(self.exports.remove(self.run()))

    def theirs(self, **metadata: Any) -> Json:
        return self.server.put(MAP, {"metadata": {"uid": "theirs"} | metadata, "data": {"MODEL": "theirs"}})

    @staticmethod
    def _given(run: Run) -> Input:
        return Input(run.subject.desired, run.observation.observed, Attempts(), datetime(2026, 11, 22, tzinfo=UTC))


def test_what_is_recorded_is_made_with_one_request_and_looked_at_again_after_a_while():
    scene = Scene()

    said, (entry,), after = scene.tend()

    assert said == "True Exported"
    assert scene.asked == [("POST", MAPS)]
    made = scene.server.objects[MAP]
    assert made["data"] == {"MODEL": "bot"}
    assert entry == ENTRY | {"uid": made["metadata"]["uid"]}
    assert after == 100.0


def test_nothing_is_made_before_the_status_that_the_server_holds_has_the_entry():
    scene = Scene(exports=[])

    said, entries, _ = scene.tend()

    assert said == "True Exported"
    assert scene.asked == [("PATCH", f"{OBJECT}/status"), ("POST", MAPS)]
    assert len(entries) == 1


def test_where_the_entry_is_not_taken_nothing_is_made():
    scene = Scene(exports=[])
    scene.server.weather = lambda method, _: Weather(status=500 if method == "PATCH" else 0, refused=method == "PATCH")

    with pytest.raises(KubeError):
        scene.tend()

    assert MAP not in scene.server.objects


@pytest.mark.parametrize("entry", [ENTRY, ENTRY | {"uid": "u0"}], ids=["before its uid was known", "of another uid"])
def test_what_was_made_and_whose_answer_was_lost_is_found_again(entry: Json):
    scene = Scene(exports=[entry])
    scene.server.put(
        MAP, {"metadata": {"uid": "u9", "ownerReferences": OWNER, "labels": LABELS}, "data": {"MODEL": "bot"}}
    )

    said, entries, _ = scene.tend()

    assert (said, entries) == ("True Exported", [ENTRY | {"uid": "u9"}])
    assert [method for method, _ in scene.asked if method in ("PATCH", "DELETE")] == []


def test_at_rest_it_is_read_and_nothing_else():
    scene = Scene()
    _, (entry,), _ = scene.tend()
    scene = rested(scene, entry)

    assert scene.tend()[0] == "True Exported"
    assert scene.asked == [("GET", MAP)]


def rested(scene: Scene, entry: Json, **changed: Any) -> Scene:
    """The same server, with the object once its status has the entry."""
    after = Scene(exports=[entry], **changed)
    after.server.objects[MAP] = scene.server.objects[MAP]
    return after


def test_an_edit_is_put_right_and_what_was_added_is_taken_away():
    scene = Scene()
    _, (entry,), _ = scene.tend()
    scene = rested(scene, entry)
    scene.server.objects[MAP]["data"] = {"MODEL": "other", "LD_PRELOAD": "x"}

    assert scene.tend()[0] == "True Exported"
    assert scene.server.objects[MAP]["data"] == {"MODEL": "bot"}
    assert scene.asked == [("GET", MAP), ("PATCH", MAP), ("PATCH", MAP)]


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param({}, id="without an owner"),
        pytest.param({"labels": LABELS}, id="with our label"),
        pytest.param({"ownerReferences": [{"uid": "uid-of-other", "name": "chat"}]}, id="of another object's"),
        pytest.param({"ownerReferences": None, "labels": None}, id="with nothing where something might be"),
    ],
)
def test_somebody_elses_is_left_as_it_is(metadata: Json):
    scene = Scene()
    theirs = scene.theirs(**metadata)

    assert scene.tend() == ("False ExportConflict", [ENTRY], BLOCKED_PAUSE)
    assert scene.server.objects[MAP] == theirs
    scene.remove()
    assert scene.server.objects[MAP] == theirs


class HugeServer(CoreServer):
    """Has a ConfigMap of which nobody reads the end."""

    async def _request(self, method: str, path: str, *, at_most: int | None = None, **asked: Any) -> Json:
        if path.startswith(MAPS) and method == "GET":
            assert at_most == ANSWER_LIMIT
            raise TooLargeError
        return await super()._request(method, path, at_most=at_most, **asked)


def test_what_is_too_large_to_be_ours_is_somebody_elses():
    scene = Scene(exports=[ENTRY | {"uid": "u1"}])
    scene.exports._client._kube = HugeServer()

    assert scene.tend()[0] == "False ExportConflict"


@pytest.mark.parametrize(
    ("status", "says"),
    [(403, "False ExportForbidden"), (422, "False WriteRefused"), (500, "False WriteRefused")],
)
def test_a_refusal_is_told_by_exported_alone_and_tried_again(status: int, says: str):
    scene = Scene()
    scene.server.weather = lambda _, path: Weather(status=status, refused=path.startswith(MAPS))

    assert scene.tend() == (says, [ENTRY], BLOCKED_PAUSE)


@pytest.mark.parametrize("status", [0, 401, 429, 503, 504])
def test_where_nobody_answered_nothing_is_told_and_the_reconcile_comes_again(status: int):
    scene = Scene()
    scene.server.weather = lambda _, path: Weather(status=status, refused=path.startswith(MAPS))

    with pytest.raises(KubeError):
        scene.tend()


def test_what_is_not_asked_for_any_more_goes_by_its_uid():
    scene = Scene()
    _, (entry,), _ = scene.tend()
    scene = rested(scene, entry, connection=None)

    assert scene.tend() == ("", [], None)
    assert scene.asked == [("GET", MAP), ("DELETE", MAP)]
    assert MAP not in scene.server.objects


def test_a_deletion_does_not_wait_for_a_right_but_for_an_answer():
    scene = Scene()
    _, (entry,), _ = scene.tend()
    scene = rested(scene, entry)
    scene.server.weather = lambda method, _: Weather(status=403, refused=method == "DELETE")
    scene.remove()
    assert MAP in scene.server.objects  # for the garbage collection
    scene.server.weather = lambda method, _: Weather(status=503, refused=method == "DELETE")
    with pytest.raises(KubeError):
        scene.remove()
    scene.server.weather = lambda _method, _path: Weather()
    scene.remove()
    assert MAP not in scene.server.objects
    scene.remove()  # once more, after a crash: it is gone


def test_while_paused_or_being_deleted_nothing_is_asked():
    for changed in ({"annotations": {"agentrun.alibabacloud.com/paused": "true"}}, {"deleted": "2026-11-22T10:00:00Z"}):
        scene = Scene(**changed)
        assert scene.tend() == ("", [ENTRY], None)
        assert scene.asked == []


def test_without_a_connection_nothing_is_asked():
    scene = Scene(exports=[], connection=None)
    assert scene.tend() == ("", [], None)
    assert scene.asked == []
    assert exports_of(scene.body["status"]) == ()
