"""How the operator reaches the API server: a kubeconfig that is read again, plugins, tokens, proxies, and a watch that
it knows to be dead.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.requests import Request

from agentrun_operator.controlplane import ControlPlane
from support.cluster import Kubectl, certificate_of, eventually
from support.emulator import Emulator
from support.endpoints import Endpoints
from support.forward_proxy import ForwardProxy, own_address, running
from support.kubeconfigs import Document, Plugin, a_kubeconfig, written
from support.operator import Operator
from support.proxy import Proxy, running_proxy

TLS_NAME = "kubernetes.default.svc"
QUICK_LEASE = {"leader-elect": "true", "lease-duration": "6", "renew-deadline": "4", "retry-period": "1"}


@dataclass
class Scene:
    """An operator that was not started yet, with a kubeconfig of the test's own."""

    operator: Operator
    endpoints: Endpoints
    plane: ControlPlane
    folder: Path

    def __post_init__(self) -> None:
        self.kubeconfig = self.folder / "config"
        self.plugin = Plugin(self.folder)
        self.operator._settings["kubeconfig"] = str(self.kubeconfig)
        self.use()

    def use(self, user: Document | None = None, **cluster: object) -> None:
        """Write the kubeconfig: of the administrator and the control plane, if nothing else is said."""
        authority = {"certificate-authority": str(certificate_of(self.plane))}
        more = {name.replace("_", "-"): value for name, value in cluster.items()}
        document = a_kubeconfig(user or {"token": self.plane.token}, server=self.plane.url)
        document["clusters"][0]["cluster"] |= authority | more
        written(self.kubeconfig, document)

    def lead(self) -> None:
        """Start it with a Lease that is soon lost."""
        self.operator._settings |= QUICK_LEASE | {"lease-namespace": self.endpoints.kubectl.namespace}
        self.operator.start()
        self.operator.wait_leading()

    def serves(self, name: str) -> bool:
        """Whether a new object becomes Ready, and so does an edit of it: by list, watch and writes."""
        self.endpoints.apply(name)
        self.endpoints.wait_ready(name)
        self.endpoints.change(name, description="edited")
        return bool(self.endpoints.wait_ready(name))

    def wait_asked(self) -> None:
        """Until the plugin was asked once more."""
        asked = self.plugin.runs
        eventually(lambda: self.plugin.runs > asked, within=60, what="the plugin asked")

    @property
    def watch_down(self) -> float:
        return self.operator.metrics()["agentrun_watch_down_seconds"]


@pytest.fixture
def scene(
    control_plane: ControlPlane, stopped_operator: Operator, emulator: Emulator, endpoints: Endpoints, tmp_path: Path
) -> Scene:
    return Scene(stopped_operator, endpoints, control_plane, tmp_path)


def test_whatever_becomes_of_the_kubeconfig_and_the_plugin_the_lease_is_kept_and_work_goes_on(scene: Scene):
    scene.plugin.gives_for(5, token=scene.plane.token)
    scene.use(scene.plugin.user)
    scene.lead()
    text = scene.kubeconfig.read_text()

    def known_stays_in_use(what: str, name: str) -> None:
        eventually(lambda: what in scene.operator.log(), within=30)
        scene.wait_asked()
        assert scene.serves(name)

    scene.kubeconfig.unlink()
    known_stays_in_use("there is no such file", "gone")
    scene.kubeconfig.write_text(text[:200])
    known_stays_in_use("is no YAML", "half")
    scene.kubeconfig.write_text("")
    known_stays_in_use("there is no context 'one'", "empty")
    scene.plugin.does("sleep 1000")
    scene.wait_asked()
    assert scene.serves("while-it-hangs")

    assert sum("cannot be renewed" in line for line in scene.operator.log().splitlines()) == 3
    assert scene.plane.token not in scene.operator.log()
    assert scene.operator.running
    assert scene.operator.metrics()["agentrun_leader"] == 1.0


def test_a_token_that_is_refused_is_renewed_by_the_plugin_at_once(scene: Scene, kubectl: Kubectl, namespace: str):
    def token_of(account: str) -> str:
        kubectl("create", "serviceaccount", account)
        return kubectl("create", "token", account).strip()

    accounts = [f"--serviceaccount={namespace}:{name}" for name in ("first", "second")]
    kubectl("create", "clusterrolebinding", namespace, "--clusterrole=cluster-admin", *accounts)
    try:
        scene.plugin.gives(token=token_of("first"))
        scene.use(scene.plugin.user)
        scene.lead()
        assert scene.serves("before")
        assert scene.plugin.runs == 1

        scene.plugin.gives(token=token_of("second"))
        kubectl("delete", "serviceaccount", "first")  # what it had is worth nothing from now on
        eventually(lambda: scene.plugin.runs > 1, within=60, what="the plugin asked")

        assert scene.serves("after")
        assert scene.plugin.runs == 2
        assert scene.operator.running
    finally:
        kubectl("delete", "clusterrolebinding", namespace)


def test_a_token_file_that_ends_in_a_line_break_is_good(scene: Scene):
    (scene.folder / "token").write_text(f"{scene.plane.token}\n")
    scene.use({"tokenFile": "token"})
    scene.operator.start()
    assert scene.serves("chat")


def test_of_two_kubeconfigs_the_first_current_context_counts(scene: Scene):
    elsewhere = written(scene.folder / "other", a_kubeconfig(name="two", server="https://127.0.0.1:9"))
    del scene.operator._settings["kubeconfig"]
    scene.operator.environment["KUBECONFIG"] = f"{scene.kubeconfig}{os.pathsep}{elsewhere}"
    scene.operator.start()
    assert scene.serves("chat")


def test_a_name_of_its_own_in_the_certificate_and_a_netrc_are_good_for_the_watch_too(scene: Scene):
    (scene.folder / ".netrc").write_text("default login me password you\n")
    scene.operator.environment |= {"HOME": str(scene.folder), "HTTP_PROXY": "http://127.0.0.1:9"}
    with running(ForwardProxy(scene.plane.url, own_address(), transparent=True)) as elsewhere:
        scene.use(server=f"https://{elsewhere.address}", tls_server_name=TLS_NAME)
        scene.operator.start()
        assert scene.serves("chat")
        assert scene.watch_down == 0.0
        scene.operator.close()


@pytest.mark.parametrize("how", ["HTTPS_PROXY", "proxy-url"])
def test_all_goes_through_a_proxy_that_wants_to_know_who_asks(how: str, scene: Scene):
    with running(ForwardProxy(scene.plane.url, user="me:s3cr3t")) as proxy:
        address = f"http://me:s3cr3t@{proxy.address}"
        scene.use(server="https://api.test:6443", tls_server_name=TLS_NAME)
        if how == "proxy-url":
            scene.use(server="https://api.test:6443", tls_server_name=TLS_NAME, proxy_url=address)
        else:
            scene.operator.environment |= {"HTTPS_PROXY": address, "NO_PROXY": "10.0.0.0/8"}
        scene.operator.start()
        assert scene.serves("chat")
        assert set(proxy.asked) == {"CONNECT api.test:6443 HTTP/1.1"}
        assert "s3cr3t" not in scene.operator.log()
        scene.operator.close()


def test_a_network_in_no_proxy_is_reached_past_the_proxy(scene: Scene):
    with (
        running(ForwardProxy(scene.plane.url)) as proxy,
        running(ForwardProxy(scene.plane.url, own_address(), transparent=True)) as elsewhere,
    ):
        scene.use(server=f"https://{elsewhere.address}", tls_server_name=TLS_NAME)
        network = f"{own_address().rpartition('.')[0]}.0/24"
        scene.operator.environment |= {"HTTPS_PROXY": f"http://{proxy.address}", "NO_PROXY": f"example.com, {network}"}
        scene.operator.start()
        assert scene.serves("chat")
        assert proxy.asked == []
        scene.operator.close()


class WatchlessProxy(Proxy):
    """A way on which watches are lost, from when it is told so."""

    loses = False

    async def _passed(self, request: Request) -> bool:
        return not (self.loses and "watch" in request.query_params) and await super()._passed(request)


def test_a_watch_that_is_dead_is_known_by_readiness_and_by_a_metric(scene: Scene):
    proxy = WatchlessProxy(scene.plane.url, lambda *_: "", certificate_of(scene.plane))
    with running_proxy(proxy) as way:
        scene.use(server=way.url)
        scene.operator.start()
        assert scene.watch_down == 0.0

        proxy.loses = True
        way.stop()
        way.start()
        eventually(lambda: scene.watch_down > 0, within=30)
        eventually(lambda: scene.operator.get("/readyz")[0] == 503, within=60)
        assert scene.operator.get("/livez")[0] == 200

        proxy.loses = False
        scene.operator.wait_ready(within=30)
        eventually(lambda: scene.watch_down == 0.0)
        assert scene.serves("chat")
        scene.operator.close()
