from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from agentrun_operator.controller.gather import Gatherer, Look, Subject
from agentrun_operator.controller.keys import Key
from agentrun_operator.controller.metrics import Metrics
from agentrun_operator.controller.objects import Objects
from agentrun_operator.controller.reconciler import Reconciler
from agentrun_operator.controller.store import Body, Store
from agentrun_operator.controller.story import Story
from agentrun_operator.reconcile.actions import Rest
from agentrun_operator.reconcile.observed import Observed, Problem
from agentrun_operator.reconcile.situation import Limits, Situation
from agentrun_operator.resources.names import CLAIM, FINALIZER
from agentrun_operator.resources.reasons import Reason
from support.controller import body, key
from support.controller_server import MemoryServer

CHAT = key("chat")


class LastFinalizerServer(MemoryServer):
    """Answers as an API server does when the last finalizer goes: without it, and with the version from before."""

    async def patch(self, key: Key, body: Mapping[str, Any], part: str = "") -> Body:  # noqa: ARG002 - whatever it is
        self.asked.append(("PATCH", key.name))
        return BODY | {"metadata": {**BODY["metadata"], "finalizers": [], "annotations": {}}}


class Gone(Gatherer):
    """Sees nothing, since the runtime is gone."""

    def __init__(self) -> None:
        pass

    async def look(self, subject: Subject, *, fresh: bool) -> Look:  # noqa: ARG002 - whoever asks
        return Look(Observed(problem=Problem(Reason.RUNTIME_NOT_FOUND, "gone", definite=True)))


class Silent(Story):
    def __init__(self) -> None:
        pass

    def released(self, body: Body, situation: Situation, *, orphaned: bool) -> None:
        pass


BODY = body(
    uid="old",
    deleted="2026-11-22T10:00:00Z",
    finalizers=(FINALIZER,),
    annotations={CLAIM: "old/runtime-1/chat"},
)


async def test_an_object_that_was_let_go_is_left_alone_though_its_end_was_not_told_yet():
    store, server = Store(), LastFinalizerServer()
    reconciler = Reconciler(
        store,
        Gone(),
        Objects(server, store, Metrics()),
        Silent(),
        Limits(),
        tell_rivals=lambda _: None,
        now=lambda: datetime.now(UTC),
    )
    store.put(BODY)
    await reconciler.reconcile(CHAT)
    assert server.asked == [("PATCH", "chat")]

    store.put(BODY)  # the event of the deletion itself, or a list that began before
    assert await reconciler.reconcile(CHAT) == Rest()
    assert server.asked == [("PATCH", "chat")]
