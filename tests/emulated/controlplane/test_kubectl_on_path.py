"""kubectl programs as they may lie about on PATH: asked for their version, and not believed in anything."""

from pathlib import Path

import pytest

from agentrun_operator.controlplane.finding.kubectl_on_path import fitting_kubectl
from support.cluster import eventually
from support.processes import is_running

SERVER = (1, 37)
TELLS = """echo '{"clientVersion": {"gitVersion": "v1.%d.0"}}'"""


def find(program: Path, **more: str) -> Path | None:
    return fitting_kubectl({"PATH": f"{program.parent}:/usr/bin:/bin", **more}, SERVER, time_limit=5)


@pytest.mark.parametrize("minor", [36, 37, 38])
def test_one_that_goes_with_the_server_is_taken(kubectl, minor):
    program = kubectl(TELLS % minor)
    assert find(program) == program


def test_it_is_asked_for_nothing_but_its_version_and_reads_no_preferences(kubectl):
    program = kubectl(f'[ "$*" = "version --client --output=json" ] && [ "$KUBERC" = off ] && {TELLS % 37}')
    assert find(program, KUBERC="on") == program


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(TELLS % 32, id="too old"),
        pytest.param(TELLS % 39, id="too new"),
        pytest.param("exit 1", id="fails"),
        pytest.param("echo v1.37.0", id="says something else"),
        pytest.param("yes '{'", id="says too much"),
        pytest.param(f"{TELLS % 37}; exec yes", id="and does not end"),
        pytest.param("printf '\\377\\376'", id="no text"),
    ],
)
def test_one_that_is_odd_is_passed_over(kubectl, script):
    assert find(kubectl(script)) is None


def test_one_that_says_nothing_is_ended_with_all_that_it_started(kubectl, tmp_path):
    program = kubectl(f"sleep 600 & echo $! > {tmp_path}/pid; wait")
    assert fitting_kubectl({"PATH": f"{program.parent}:/usr/bin:/bin"}, SERVER, time_limit=0.5) is None
    child = int((tmp_path / "pid").read_text())
    eventually(lambda: not is_running(child), what="the end of what it started")


def test_one_that_cannot_run_is_passed_over(kubectl):
    program = kubectl("")
    program.write_bytes(b"\x7fELF nonsense")
    assert find(program) is None


def test_where_there_is_none_none_is_found(tmp_path):
    assert fitting_kubectl({"PATH": str(tmp_path)}, SERVER) is None
    assert fitting_kubectl({}, SERVER) is None


def test_a_relative_path_is_one_that_works_from_anywhere(kubectl, tmp_path, monkeypatch):
    program = kubectl(TELLS % 37)
    monkeypatch.chdir(tmp_path)
    assert fitting_kubectl({"PATH": "bin"}, SERVER) == program
