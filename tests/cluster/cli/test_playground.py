"""The playground as people run it: the whole product on this machine."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

PROGRAM = [sys.executable, "-m", "agentrun_operator.cli"]


@pytest.fixture
def environ(binaries, tmp_path):
    """This environment, with temporary files where the test sees them."""
    (tmp_path / "temporary").mkdir()
    return {**os.environ, "KUBEBUILDER_ASSETS": str(binaries.etcd.parent), "TMPDIR": str(tmp_path / "temporary")}


def run(*args: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *args], env=environ, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - our own program


def test_once_goes_through_the_life_of_endpoints_and_leaves_nothing_behind(environ):
    finished = run("playground", "--once", environ=environ)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert re.findall(r"✓ (\w+): ", finished.stdout) == ["Create", "Update", "Drift", "Promote", "Revert", "Delete"]
    assert list(Path(environ["TMPDIR"]).iterdir()) == []


def test_what_does_not_start_is_named_and_its_log_is_kept(environ, binaries, tmp_path):
    assets = tmp_path / "assets"
    assets.mkdir()
    for program in (binaries.etcd, binaries.kubectl):
        (assets / program.name).symlink_to(program)
    (assets / "kube-apiserver").write_text("#!/bin/sh\necho out of order; exit 3\n")
    (assets / "kube-apiserver").chmod(0o755)

    finished = run("playground", "--once", environ=environ | {"KUBEBUILDER_ASSETS": str(assets)})

    assert finished.returncode == 1
    assert finished.stderr.startswith("Error: kube-apiserver ended with exit code 3. The end of ")
    assert "Traceback" not in finished.stderr
    logs = re.search(r"The logs are in (.+)", finished.stderr)
    assert logs
    assert (Path(logs[1]) / "kube-apiserver.log").read_text() == "out of order\n"


def test_it_stays_until_ctrl_c_and_what_it_says_to_type_works_meanwhile(environ, binaries):
    with subprocess.Popen([*PROGRAM, "playground"], env=environ, stdout=subprocess.PIPE, text=True) as playground:  # noqa: S603 - our own program
        assert playground.stdout
        shown = []
        for line in playground.stdout:
            shown.append(line)
            if re.match(r"sales .* True ", line):
                break
        reach = [line.strip() for line in shown if line.startswith("  export ")]
        typed = "\n".join(
            [*reach, "kubectl get are sales --output=name", "kubectl agentrun status sales --output=json"]
        )
        told = subprocess.run(["bash", "-e", "-c", typed], env=environ, capture_output=True, text=True, check=False)  # noqa: S603, S607 - what it says
        page = re.search(r"as they change: (http://127\.0\.0\.1:\S+/)\n", "".join(shown))
        assert page
        assert "AgentRun endpoints" in httpx.get(page[1], trust_env=False).text
        playground.send_signal(signal.SIGINT)
        assert playground.stdout.read().endswith("Stopping\n")
    assert playground.returncode == 0
    assert "  kubectl agentrun status -w\n" in shown
    name, _, status = told.stdout.partition("\n")
    assert name.endswith("/sales"), told.stderr
    assert json.loads(status)["metadata"]["name"] == "sales"
    assert list(Path(environ["TMPDIR"]).iterdir()) == []


def test_an_emulator_whose_port_is_taken_says_so_in_one_line(environ):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finished = run("emulator", f"--port={port}", environ=environ)
    assert finished.returncode == 1
    assert (
        finished.stderr == f"Error: cannot listen on 127.0.0.1:{port}: Address already in use; choose another --port\n"
    )
