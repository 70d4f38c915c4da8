"""A stage for faults: a namespace, an emulator and an operator for several tests, with a proxy on either way of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agentrun_operator.controlplane import ControlPlane
from agentrun_operator.emulator import Behaviour, EmulatorServer, Transitions
from support.cluster import certificate_of, new_namespace
from support.emulator import Emulator, running_emulator
from support.endpoints import Endpoints
from support.fault_watch import Recorder, WatchedKubectl
from support.fault_writes import agentrun_write, kubernetes_write
from support.operator import Operator, agentrun_environment
from support.proxy import Proxy, running_proxy

SWIFT = {
    "poll-interval": "1",
    "fast-poll-interval": "0.1",
    "retry-max": "2",
    "leader-elect": "false",
    "api-qps": "200",
    "api-burst": "400",
}
"""Settings with which everything comes to rest within seconds."""

BRIEF = Behaviour(transitions=Transitions(create=0.2, update=0.2, delete=0.2))

CREATE, UPDATE, DELETE, GET = (f"{verb}AgentRuntimeEndpoint" for verb in ("Create", "Update", "Delete", "Get"))
LIST = "ListAgentRuntimeEndpoints"


@dataclass(frozen=True)
class Stage:
    """All parts of it.

    Attributes:
        service: The emulator's server; stopped, AgentRun is unreachable for everybody.
        emulator: The client of its control routes; there is a runtime `support-bot` with versions 1 to 4.
        runtime_id: Of that runtime.
        namespace: What the operator looks after.
        endpoints: The objects.
        recorder: What they said when.
        operator: Not started yet.
        to_kubernetes, to_agentrun: The operator's ways, with traps.
        kubernetes_way, agentrun_way: Their servers; stopped, the operator alone is cut off.
    """

    service: EmulatorServer
    emulator: Emulator
    runtime_id: str
    namespace: str
    endpoints: Endpoints
    recorder: Recorder
    operator: Operator
    to_kubernetes: Proxy
    to_agentrun: Proxy
    kubernetes_way: EmulatorServer
    agentrun_way: EmulatorServer

    def creates(self, name: str) -> int:
        """How many times the endpoint of this name was created, since the log was last emptied."""
        return sum(call.action == CREATE and call.endpoint_name == name for call in self.emulator.effects())

    def wavered(self, name: str) -> list[str]:
        """What Ready has said, and why, since it first was True."""
        said = [f"{each.status} {each.reason}" for each in self.recorder.ready(name)]
        first = next(place for place, each in enumerate(said) if each.startswith("True"))
        return said[first + 1 :]

    def calm(self) -> None:
        """The emulator as it was at first, with an empty log; endpoints and objects stay."""
        self.emulator.reset_behaviour()
        self.emulator.forget_requests()


@contextmanager
def new_stage(
    plane: ControlPlane, folder: Path, settings: Mapping[str, str] = SWIFT, *, direct: bool = False
) -> Iterator[Stage]:
    """A stage for as long as the context lasts.

    Args:
        plane: Where the namespace is.
        folder: For the operator's log, and its kubeconfig.
        settings: Of the operator.
        direct: Whether it goes past the proxies, which cost time.
    """
    with (
        running_emulator(BRIEF) as (service, emulator),
        new_namespace(plane) as namespace,
        Recorder(plane, namespace) as recorder,
    ):
        to_kubernetes = Proxy(plane.url, kubernetes_write, certificate_of(plane))
        to_agentrun = Proxy(service.url, agentrun_write)
        with running_proxy(to_kubernetes) as kubernetes_way, running_proxy(to_agentrun) as agentrun_way:
            kubeconfig = folder / "kubeconfig"
            kubeconfig.write_text(plane.kubeconfig.read_text().replace(plane.url, kubernetes_way.url))
            where = {"kubeconfig": str(plane.kubeconfig if direct else kubeconfig), "namespaces": namespace}
            way = service.url if direct else agentrun_way.url
            environment = agentrun_environment(way, AGENTRUN_DATA_ENDPOINT=service.url)
            operator = Operator(folder, environment, dict(settings) | where)
            try:
                yield Stage(
                    service=service,
                    emulator=emulator,
                    runtime_id=emulator.add_runtime("support-bot", versions=4),
                    namespace=namespace,
                    endpoints=Endpoints(WatchedKubectl(plane, namespace, recorder=recorder)),
                    recorder=recorder,
                    operator=operator,
                    to_kubernetes=to_kubernetes,
                    to_agentrun=to_agentrun,
                    kubernetes_way=kubernetes_way,
                    agentrun_way=agentrun_way,
                )
            finally:
                operator.close()
    defects = operator.defects()
    if defects:
        raise AssertionError(defects)


def credentials(key_id: str, key_secret: str, *, name: str) -> dict[str, object]:
    """A Secret with an access key."""
    data = {"accessKeyId": key_id, "accessKeySecret": key_secret}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data}
