"""Nothing outlives the process that started it, whatever ends that process."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from support.cluster import eventually
from support.processes import is_running

PROGRAM = """
import json, signal, sys
from pathlib import Path
from agentrun_operator.controlplane import Binaries, ControlPlane

binaries = Binaries(**{name: path and Path(path) for name, path in json.loads(sys.argv[1]).items()})
with ControlPlane(binaries) as plane:
    print(json.dumps({"pids": list(plane.pids.values()), "folder": str(plane.kubeconfig.parent)}), flush=True)
    signal.pause()
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda end: end.name)
def test_nothing_outlives_a_parent_ended_by(binaries, end):
    command = [sys.executable, "-c", PROGRAM, json.dumps(asdict(binaries), default=os.fspath)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:  # noqa: S603 - the program above
        assert parent.stdout
        started = json.loads(parent.stdout.readline())
        assert all(is_running(pid) for pid in started["pids"])
        parent.send_signal(end)
    eventually(lambda: not any(is_running(pid) for pid in started["pids"]), what="the end of all components")
    eventually(lambda: not Path(started["folder"]).exists(), what="the end of the temporary folder")
