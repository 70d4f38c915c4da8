"""What the operator knows of an object right after its own write, as a real API server answers it."""

from agentrun_operator.controller.informer.store.store import Store
from agentrun_operator.controller.keys import key_of
from agentrun_operator.controller.kube.client import KubeClient
from agentrun_operator.controller.kube.connection import connect
from agentrun_operator.controller.telemetry.metrics import Metrics
from agentrun_operator.controller.worker.writing.object_writer import ObjectWriter
from agentrun_operator.controlplane import ControlPlane
from agentrun_operator.resources.names import FINALIZER
from support.cluster import Kubectl
from support.endpoints import KIND, manifest


async def test_an_object_that_was_let_go_is_known_without_our_finalizer_before_the_watch_tells_of_its_end(
    control_plane: ControlPlane, kubectl: Kubectl
):
    marked = manifest("chat")
    marked["metadata"] |= {"finalizers": [FINALIZER]}
    kubectl.apply(marked)
    kubectl.delete(KIND, "chat")
    body, store = kubectl.get(KIND, "chat"), Store()
    assert body is not None
    store.put(body)
    async with KubeClient(await connect(str(control_plane.kubeconfig), None)) as server:
        await ObjectWriter(server, store, Metrics()).release(body)

    assert kubectl.get(KIND, "chat") is None
    known = store.get(key_of(body))
    assert known is not None
    assert known["metadata"]["resourceVersion"] == body["metadata"]["resourceVersion"]  # as if nothing had changed
    assert FINALIZER not in known["metadata"].get("finalizers", ())
