"""A Kubernetes control plane that runs on this machine for as long as somebody needs it."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Self

from agentrun_operator.controlplane import access, commands
from agentrun_operator.controlplane.files import Files
from agentrun_operator.controlplane.kubectl import Kubectl
from agentrun_operator.controlplane.running.component import Component
from agentrun_operator.controlplane.running.ports import LOOPBACK, free_port, with_free_ports
from agentrun_operator.controlplane.running.probe import answers
from agentrun_operator.controlplane.running.processes import ProcessGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from agentrun_operator.controlplane.finding.binaries import Binaries

logger = logging.getLogger(__name__)

FIRST_SERVICE_ACCOUNT = "/api/v1/namespaces/default/serviceaccounts/default"


class ControlPlane:
    """etcd, kube-apiserver and kube-controller-manager, started and ready; a context manager that ends them.

    They listen on free ports of the loopback interface, and end with this process, also when it is killed. RBAC is
    on. Nothing runs Pods.

    Args:
        binaries: what to run.
        logs: the folder for the logs; it stays. By default they go with the data, in a temporary folder.
        apiserver_flags: further flags of kube-apiserver.
        users: who may log in; the first one needs the rights of an administrator. By default `admin`, and `nobody`
            without any right.
        start_timeout: how long each component may take until it is ready, in seconds.

    Attributes:
        url: of the API server.
        kubeconfig: a kubeconfig file with a context for each user.
        kubectl: the kubectl that belongs to the API server.
        logs: the folder with a log file for each component.
        apiserver: the API server alone: it can be stopped, killed, paused, and started again on the same port with
            the same data.
        users: by name; each with a token.
        has_controllers: whether kube-controller-manager runs too.

    Raises:
        ComponentError: a component could not be started.
    """

    def __init__(
        self,
        binaries: Binaries,
        *,
        logs: Path | None = None,
        apiserver_flags: Sequence[str] = (),
        users: Sequence[access.User] | None = None,
        start_timeout: float = 60.0,
    ) -> None:
        users = users or access.default_users()
        self.users: Mapping[str, access.User] = {user.name: user for user in users}
        self.kubectl = binaries.kubectl
        self.has_controllers = binaries.kube_controller_manager is not None
        self._binaries = binaries
        self._start_timeout = start_timeout
        self._components: list[Component] = []
        with ExitStack() as resources:
            folder = Path(resources.enter_context(TemporaryDirectory(prefix="agentrun-control-plane-")))
            self._files = Files(folder, logs or folder / "logs")
            self._group = resources.enter_context(ProcessGroup(remove=folder))
            self._write_files()
            etcd_port = self._start_etcd()
            self.url, self.apiserver = self._start_apiserver(etcd_port, apiserver_flags)
            self._write_kubeconfig()
            self._start_controllers(binaries.kube_controller_manager)
            self._resources = resources.pop_all()

    @property
    def kubeconfig(self) -> Path:
        return self._files.kubeconfig

    @property
    def logs(self) -> Path:
        return self._files.logs

    @property
    def token(self) -> str:
        """The administrator's bearer token."""
        return next(iter(self.users.values())).token

    @property
    def pids(self) -> Mapping[str, int]:
        """The process id of each component, by its name."""
        return {component.name: component.pid for component in self._components}

    def run_kubectl(self, *args: str, input: str | None = None, user: str = "", timeout: float = 60.0) -> str:  # noqa: A002 - subprocess's own word
        """Run kubectl and return what it printed.

        Args:
            args: its arguments.
            input: its standard input.
            user: as whom; the administrator by default.
            timeout: how long it may take, in seconds.

        Raises:
            KubectlError: it failed.
            subprocess.TimeoutExpired: it took too long.
        """
        kubectl = Kubectl(self.kubectl, self.kubeconfig, self._files.kubectl_cache)
        return kubectl.run(args, input=input, user=user, timeout=timeout)

    def close(self) -> None:
        """End everything. A second call does nothing."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _write_files(self) -> None:
        self.logs.mkdir(exist_ok=True)
        _write_private(self._files.tokens, access.token_file(self.users.values()))
        _write_private(self._files.signing_key, access.signing_key())

    def _write_kubeconfig(self) -> None:
        text = access.kubeconfig(self.url, self._files.certificate, self.users.values())
        _write_private(self._files.kubeconfig, text)

    def _start_etcd(self) -> int:
        def start() -> int:
            port, peer_port = free_port(), free_port()
            command = commands.etcd(self._binaries, self._files, port, peer_port)
            self._start("etcd", command, answers(f"http://{LOOPBACK}:{port}/health"))
            return port

        return with_free_ports(start)

    def _start_apiserver(self, etcd_port: int, flags: Sequence[str]) -> tuple[str, Component]:
        def start() -> tuple[str, Component]:
            port = free_port()
            url = f"https://{LOOPBACK}:{port}"
            command = commands.kube_apiserver(self._binaries, self._files, port, etcd_port, flags)
            is_ready = answers(f"{url}/readyz", self._files.certificate, self.token)
            return url, self._start("kube-apiserver", command, is_ready)

        return with_free_ports(start)

    def _start_controllers(self, binary: Path | None) -> None:
        """Ready when they have made the first service account; they have no port to ask."""
        if binary is None:
            logger.info("no kube-controller-manager: deleted namespaces stay, and Deployments make no Pods")
            return
        command = commands.kube_controller_manager(binary, self._files)
        is_ready = answers(f"{self.url}{FIRST_SERVICE_ACCOUNT}", self._files.certificate, self.token)
        self._start("kube-controller-manager", command, is_ready)

    def _start(self, name: str, command: Sequence[str], is_ready: Callable[[], bool]) -> Component:
        component = Component(
            name,
            command,
            group=self._group,
            log=self.logs / f"{name}.log",
            is_ready=is_ready,
            start_timeout=self._start_timeout,
        )
        component.start()
        self._components.append(component)
        return component


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
