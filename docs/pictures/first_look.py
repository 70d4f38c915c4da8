"""Draws what people see first: the terminal and the page, of the playground as it runs. `make pictures`.

The playground's own parts (control plane, emulator, operator, samples) and the plugin on a pseudo-terminal; a browser
that PAGE_BROWSER names takes the page. Steps last longer than in the playground, so that each is seen.
"""
# ruff: noqa: INP001 - a script beside its pictures

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from PIL import Image
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text
from shown import FIRST_LOOK, written_down

from agentrun_operator.cli.playground.places.here import cluster_here
from agentrun_operator.cli.playground.samples import objects
from agentrun_operator.cli.playground.samples.expected import ROLLED
from agentrun_operator.cli.playground.screen import Screen
from agentrun_operator.cli.playground.stage import Stage, running_stage
from agentrun_operator.controlplane import Download
from support.cluster import eventually
from support.endpoints import manifest
from support.page import Dashboard, running_dashboard
from support.plugin import plugin_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HERE = Path(__file__).parent
COLUMNS = 100
COLOURS = 256
VIEW = {"width": 1240, "height": 760}
WITHIN = 300.0  # seconds, for each thing that is waited for

PLAN = {
    "deadline": "1h",
    "steps": [
        {"weight": 10, "bake": "2s"},
        {"weight": 25, "bake": "10m"},  # where it is looked at
        {"weight": 50, "bake": "30m", "approval": True},
    ],
}
SHORT = {"deadline": "2m", "steps": [{"weight": 10, "bake": "2s"}, {"weight": 50, "bake": "2s"}]}
OTHERS = {
    "billing": {"agentRuntimeRef": {"name": "support-bot"}, "targetVersion": "4", "scaling": {"minInstances": 2}},
    "claims": {
        "agentRuntimeRef": {"name": "sales-bot"},
        "targetVersion": "1",
        "routing": {"versionWeights": [{"version": "2", "weight": 30}]},
    },
    "search": {"agentRuntimeRef": {"name": "sales-bot"}, "targetVersion": "7"},  # a version that there is not
}
"""Further objects beside the samples, so that there is a fleet, and one that a person has to look after."""

BECOME = {"billing": objects.READY, "claims": objects.READY, "search": objects.Condition("Stalled", "True")}

IN_SYNC = objects.Condition("Synced", "True")

FRAME = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "Fira Code", "DejaVu Sans Mono", Menlo, Consolas, monospace; \
font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: system-ui, sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>\
</clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""
"""As rich draws a terminal, without the font that it would have fetched from elsewhere."""


def main() -> None:
    """Runs, looks, and writes down what was looked at."""
    with ExitStack() as stack:
        logs, home = (Path(stack.enter_context(TemporaryDirectory())) for _ in range(2))
        screen = Screen(Console(stderr=True))
        cluster = stack.enter_context(cluster_here(screen, logs, Download()))
        stage = stack.enter_context(running_stage(screen, logs, cluster))
        environment = plugin_environment(cluster.program, cluster.plane.kubeconfig, home, {})
        dashboard = stack.enter_context(running_dashboard(environment, ()))
        objects.apply(stage.cluster)
        for name, spec in OTHERS.items():
            stage.cluster.run_kubectl("apply", "--filename=-", input=json.dumps(manifest(name) | {"spec": spec}))
        _wait(lambda: not objects.not_ready(stage.cluster))
        _wait(lambda: not any(objects.without(stage.cluster, name, wanted) for name, wanted in BECOME.items()))

        _roll_out(stage, "2", PLAN)
        _wait(lambda: _rollout(stage).get("step") == 2 and _rollout(stage).get("settledAt"))  # noqa: PLR2004 - see PLAN
        _wait(lambda: _rollout(stage).get("checks"))
        _terminal("status", environment, "status")
        _terminal("rollout", environment, "rollout", "status", ROLLED)
        _page("page", dashboard, "light")

        _roll_out(stage, "3", SHORT)
        _wait(lambda: not objects.without(stage.cluster, ROLLED, objects.TAKEN_BACK, IN_SYNC))
        _terminal("revert", environment, "status", ROLLED)
        _page("page-dark", dashboard, "dark")
        dashboard.interrupt()
    written_down(FIRST_LOOK)


def _wait(done: Callable[[], object]) -> None:
    eventually(done, WITHIN)


def _roll_out(stage: Stage, version: str, plan: Mapping[str, object]) -> None:
    objects.patch(stage.cluster, {ROLLED: {"targetVersion": version, "rollout": plan}})


def _rollout(stage: Stage) -> Mapping[str, Any]:
    status: Mapping[str, Any] = (objects.look(stage.cluster, ROLLED) or {}).get("status", {})
    return status.get("rollout") or {}


def _terminal(name: str, environment: Mapping[str, str], *arguments: str) -> None:
    """A command as a terminal shows it."""
    console = Console(record=True, file=io.StringIO(), width=COLUMNS, force_terminal=True, color_system="truecolor")
    console.print(Text.assemble(("$ ", "green"), f"kubectl agentrun {' '.join(arguments)}"))
    console.print(Text.from_ansi(_told(environment, *arguments).replace("\r\n", "\n").rstrip()))
    drawn = console.export_svg(title="kubectl agentrun", theme=MONOKAI, code_format=FRAME, unique_id=name)
    (HERE / f"{name}.svg").write_text("\n".join(line.rstrip() for line in drawn.splitlines()) + "\n")


def _told(environment: Mapping[str, str], *arguments: str) -> str:
    """All that a command writes onto a terminal."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "agentrun_operator.plugin", *arguments]
    size = {"COLUMNS": str(COLUMNS), "COLORTERM": "truecolor"}
    with subprocess.Popen(command, env={**environment, **size}, stdout=its, stderr=subprocess.STDOUT):  # noqa: S603 - the plugin
        os.close(its)
        told = b""
        while part := _read(ours):
            told += part
    os.close(ours)
    return told.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 2**16)
    except OSError:  # the other side has closed it
        return b""


def _page(name: str, dashboard: Dashboard, scheme: str) -> None:
    """The page with the rollout opened, as few bytes."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=os.environ["PAGE_BROWSER"], args=flags)
        page = browser.new_page(viewport=VIEW, color_scheme=scheme, device_scale_factor=1.5, reduced_motion="reduce")
        page.goto(f"{dashboard.url}#default/{ROLLED}")
        page.wait_for_selector("#detail .events, #detail p:has-text('None are kept')", state="attached")
        taken = page.screenshot()
        browser.close()
    every = Image.open(io.BytesIO(taken)).convert("RGB")
    picture = every.quantize(COLOURS, Image.Quantize.MAXCOVERAGE)  # what is rare, a red word, stays as it is
    picture.save(HERE / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
