"""docs/rollouts.md, run as it stands, from top to bottom, on a control plane and an emulator."""

import json
import os
import re
import shlex
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from agentrun_operator.controlplane import Binaries, ControlPlane
from agentrun_operator.reconcile.rollout.memory import Cause
from agentrun_operator.reconcile.rollout.request import Verb
from support.chart import defaults
from support.evil_server import Asked, Evil, running_evil, whole
from support.guide import Command, Shell, parts
from support.rollouts import RolloutStage, rollout_stage

PAGE = (Path(__file__).parents[3] / "docs" / "rollouts.md").read_text(encoding="utf-8")


def answer(asked: Asked) -> Evil:
    """What Prometheus says: many samples, few errors."""
    value = "100" if "increase" in asked.body.decode() else "0.004"
    result = {"resultType": "scalar", "result": [1700000000, value]}
    return whole(200, json.dumps({"status": "success", "data": result}).encode())


def settings(command: str, prometheus: str, namespace: str) -> dict[str, str]:
    """The settings of the operator that a `helm upgrade` sets, by their flags."""
    words = shlex.split(command)
    values = dict(word.split("=", 1) for before, word in pairwise(words) if before == "--set")
    assert values.keys() <= defaults().keys()
    told = {"metricsNamespaces": namespace, "prometheusUrl": prometheus}
    return {
        re.sub("[A-Z]", lambda letter: f"-{letter[0].lower()}", name): told.get(name, value)
        for name, value in values.items()
    }


@pytest.fixture
def shell(control_plane: ControlPlane, binaries: Binaries, tmp_path: Path) -> Iterator[Shell]:
    """Where the page's commands are typed; `helm upgrade` starts the operator anew, with what it sets."""
    with rollout_stage(control_plane, tmp_path) as stage, running_evil(answer) as prometheus:
        namespace = stage.endpoints.kubectl.namespace

        def acted(command: str) -> str | None:
            if not command.startswith("helm upgrade "):
                return None
            stage.operator.close()
            stage.operator.start(wait=True, **settings(command, prometheus.url, namespace))
            return ""

        yield Shell(tmp_path, environment(stage, binaries, tmp_path), acted)


def environment(stage: RolloutStage, binaries: Binaries, folder: Path) -> dict[str, str]:
    config = json.loads(stage.endpoints.kubectl.plane.kubeconfig.read_text())
    for each in config["contexts"]:
        each["context"]["namespace"] = stage.endpoints.kubectl.namespace
    (folder / "kubeconfig").write_text(json.dumps(config))
    programs = [str(binaries.kubectl.parent), str(Path(sys.executable).parent)]
    return {
        "PATH": os.pathsep.join([*programs, os.environ["PATH"]]),
        "KUBECONFIG": str(folder / "kubeconfig"),
        "HOME": str(folder),
        "EMULATOR": stage.emulator.url,
        "RUNTIME": stage.runtime_id,
    }


def test_every_command_of_the_guide_prints_what_it_says(shell: Shell):
    told = parts(PAGE)
    assert len([part for part in told if isinstance(part, Command)]) > 50
    for part in told:
        shell.run(part)


@pytest.mark.parametrize("cause", Cause)
def test_the_guide_says_what_to_do_about_each_cause(cause: Cause):
    assert re.search(rf"^\| `{cause}` \|(.+\|){{3}}$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("verb", Verb)
def test_the_guide_tells_of_each_request(verb: Verb):
    assert re.search(rf"^\| `{verb} 7", PAGE, re.MULTILINE)


def test_each_link_of_the_guide_leads_somewhere():
    folder = Path(__file__).parents[3] / "docs"
    headings = {
        re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in re.findall("^##+ (.*)", PAGE, re.MULTILINE)
    }
    links = set(re.findall(r"\]\(([^)]+)\)", PAGE))
    assert len(links) > 15
    assert {link for link in links if link.startswith("#") and link[1:] not in headings} == set()
    assert {
        link for link in links if not link.startswith("#") and not (folder / link.partition("#")[0]).exists()
    } == set()
