"""What the operator tells the person who starts it when it cannot work, and what is no reason to stop."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agentrun_operator.controlplane import Binaries, ControlPlane
from agentrun_operator.emulator import EmulatorServer
from support.cluster import eventually
from support.emulator import Emulator
from support.endpoints import Endpoints
from support.operator import QUICK, Operator, agentrun_environment
from support.operator_process import start
from support.patience import stretched

AUTHORITIES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the operator until it ends by itself."""

    def run(*flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
        output, errors = tmp_path / "output", tmp_path / "errors"
        surroundings = agentrun_environment("http://127.0.0.1:9", **environment)
        process = start(["--health-address=127.0.0.1:0", *flags], surroundings, output, errors)
        code = process.wait(stretched(60))
        return subprocess.CompletedProcess(flags, code, output.read_text(), errors.read_text())

    return run


def told(ended: subprocess.CompletedProcess[str]) -> str:
    """The one line that it said; there must be no other."""
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 1, ended.stderr
    assert ended.returncode == 1
    assert ended.stdout == ""
    return lines[0]


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        pytest.param(["--workers=0"], "--workers", id="no workers"),
        pytest.param(["--poll-interval=-5"], "--poll-interval", id="a negative interval"),
        pytest.param(["--poll-interval=soon"], "--poll-interval", id="no duration"),
        pytest.param(["--renew-deadline=20"], "renew-deadline", id="a deadline longer than the Lease"),
        pytest.param(["--health-address=nowhere"], "--health-address", id="no address"),
    ],
)
def test_a_bad_setting_is_told_in_one_line_that_names_it(run: Run, flags: list[str], named: str):
    assert named in told(run(*flags))


def test_a_bad_variable_is_told_by_its_name(run: Run):
    assert "AGENTRUN_OPERATOR_WORKERS" in told(run(AGENTRUN_OPERATOR_WORKERS="many"))


def test_authorities_that_cannot_be_read_are_told_where_they_are_needed(run: Run, control_plane: ControlPlane):
    kubeconfig = f"--kubeconfig={control_plane.kubeconfig}"

    said = told(run(kubeconfig, AGENTRUN_CONTROL_ENDPOINT="https://127.0.0.1:9", SSL_CERT_FILE="/nowhere/ca.crt"))

    assert "SSL_CERT_FILE=/nowhere/ca.crt" in said


@pytest.mark.parametrize("name", AUTHORITIES)
def test_authorities_that_are_missing_are_told_at_the_start_wherever_agentrun_is(
    name: str, run: Run, control_plane: ControlPlane
):
    environment = dict.fromkeys(AUTHORITIES, "") | {name: "/nowhere/ca.crt"}

    said = told(run(f"--kubeconfig={control_plane.kubeconfig}", **environment))

    assert f"{name}=/nowhere/ca.crt cannot be read as certificate authorities" in said


def test_a_proxy_that_is_away_is_named_without_its_password(run: Run, control_plane: ControlPlane, tmp_path: Path):
    elsewhere = control_plane.kubeconfig.read_text().replace(control_plane.url, "https://api.test:6443")
    (tmp_path / "config").write_text(elsewhere)

    said = told(run(f"--kubeconfig={tmp_path / 'config'}", HTTPS_PROXY="http://me:s3cret@127.0.0.1:9"))

    assert "through the proxy http://127.0.0.1:9 (HTTPS_PROXY)" in said
    assert "s3cret" not in said


@pytest.mark.parametrize("address", ["https://api.test:6443", ""], ids=["to the API server", "to AgentRun"])
def test_a_socks_proxy_is_told_with_what_to_do(address: str, run: Run, control_plane: ControlPlane, tmp_path: Path):
    (tmp_path / "config").write_text(
        control_plane.kubeconfig.read_text().replace(control_plane.url, address or control_plane.url)
    )
    environment = {
        "HTTPS_PROXY": "socks5://me:s3cret@127.0.0.1:9",
        "AGENTRUN_CONTROL_ENDPOINT": "https://agentrun.test",
    }

    said = told(run(f"--kubeconfig={tmp_path / 'config'}", **environment))

    assert "the proxy socks5://127.0.0.1:9 (HTTPS_PROXY) speaks SOCKS" in said
    assert "s3cret" not in said


def test_a_misspelt_variable_is_told_with_the_name_that_was_meant(run: Run):
    said = told(run(AGENTRUN_OPERATOR_AMBIENT_CREDENTIAL_NAMESPACES="team-a"))

    assert "AGENTRUN_OPERATOR_AMBIENT_CREDENTIAL_NAMESPACES" in said
    assert "AGENTRUN_OPERATOR_AMBIENT_CREDENTIALS_NAMESPACES" in said


def test_no_kubeconfig_at_all_is_told_with_what_to_do(run: Run, tmp_path: Path):
    said = told(run(HOME=str(tmp_path), KUBECONFIG=str(tmp_path / "none")))
    assert "there is no such file" in said
    assert "--kubeconfig" in said


def test_a_missing_kubeconfig_is_told_with_what_to_do(run: Run, tmp_path: Path):
    said = told(run(f"--kubeconfig={tmp_path / 'none'}"))

    assert str(tmp_path / "none") in said
    assert "--kubeconfig" in said


def test_an_unreachable_api_server_is_told_with_its_address(run: Run, control_plane: ControlPlane, tmp_path: Path):
    nowhere = control_plane.kubeconfig.read_text().replace(control_plane.url, "https://127.0.0.1:9")
    (tmp_path / "config").write_text(nowhere)

    said = told(run(f"--kubeconfig={tmp_path / 'config'}"))

    assert "127.0.0.1:9" in said
    assert "--kubeconfig" in said


def test_wrong_credentials_for_the_cluster_are_told(run: Run, control_plane: ControlPlane, tmp_path: Path):
    (tmp_path / "config").write_text(control_plane.kubeconfig.read_text().replace(control_plane.token, "wrong"))

    assert "credentials" in told(run(f"--kubeconfig={tmp_path / 'config'}"))


def test_a_refused_permission_is_told_by_verb_and_resource(run: Run, control_plane: ControlPlane):
    said = told(run(f"--kubeconfig={control_plane.kubeconfig}", "--context=nobody"))

    assert "list agentruntimeendpoints" in said
    assert "ClusterRole" in said


def test_a_missing_crd_is_told_with_the_command_that_installs_it(run: Run, binaries: Binaries):
    with ControlPlane(binaries) as bare:
        said = told(run(f"--kubeconfig={bare.kubeconfig}"))

    assert "agentrun-operator crd | kubectl apply -f -" in said


def test_sigterm_ends_it_while_the_crd_is_gone_too(
    binaries: Binaries, service: tuple[EmulatorServer, Emulator], tmp_path: Path
):
    crds = f"--filename={Path(__file__).parents[3] / 'crds'}"
    with ControlPlane(binaries) as plane:
        plane.run_kubectl("apply", crds)
        plane.run_kubectl("wait", "--for=condition=Established", "--timeout=120s", crds)
        settings = QUICK | {"kubeconfig": str(plane.kubeconfig), "leader-elect": "false"}
        operator = Operator(tmp_path, agentrun_environment(service[0].url), settings)
        try:
            operator.start()
            plane.run_kubectl("delete", crds)
            eventually(lambda: "is not installed" in operator.log(), within=30)

            assert operator.terminate() == 0
        finally:
            operator.close()


def test_an_address_in_use_is_told(run: Run, control_plane: ControlPlane, service: tuple[EmulatorServer, Emulator]):
    address = f"127.0.0.1:{service[0].port}"

    assert address in told(run(f"--kubeconfig={control_plane.kubeconfig}", f"--health-address={address}"))


def test_agentrun_being_away_is_no_reason_to_stop_and_it_recovers_by_itself(
    service: tuple[EmulatorServer, Emulator], emulator: Emulator, stopped_operator: Operator, endpoints: Endpoints
):
    service[0].stop()
    stopped_operator.start(retry_max="2")
    endpoints.apply("chat")

    away = endpoints.wait_reason("chat", "RemoteUnavailable")
    service[0].start()

    assert {c["type"]: c["status"] for c in away["status"]["conditions"]} == {"Ready": "False", "Synced": "False"}
    endpoints.wait_ready("chat")


def test_missing_credentials_are_no_reason_to_stop_and_are_told_by_the_object(
    emulator: Emulator, stopped_operator: Operator, endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
):
    for name in ("AGENTRUN_ACCESS_KEY_ID", "AGENTRUN_ACCESS_KEY_SECRET"):
        stopped_operator.environment.pop(name)
    stopped_operator.environment |= {"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true", "HOME": os.devnull}
    stopped_operator.start()
    endpoints.apply("chat")

    found = endpoints.wait_reason("chat", "CredentialsNotFound", within=30)

    assert "AGENTRUN_ACCESS_KEY_ID" in found["status"]["conditions"][0]["message"]


def test_sigterm_ends_it_cleanly(operator: Operator, endpoints: Endpoints):
    endpoints.apply("chat")
    endpoints.wait_ready("chat")

    assert operator.terminate() == 0
