"""Which sources each picture shows, and whether it is as new as they are.

Of what a run shows, `shown.json` has a sum of the picture and of its sources. The charts of a benchmark are drawn again
and compared: the same results make the same charts.

    PYTHONPATH=. .venv/bin/python docs/pictures/shown.py    # says which pictures are older than what they show
"""
# ruff: noqa: INP001, T201 - a script beside its pictures

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.plots import charts_of

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]
HERE = ROOT / "docs" / "pictures"
CHARTS = ROOT / "docs" / "performance"
SUMS = HERE / "shown.json"
PLUGIN = "src/agentrun_operator/plugin"
TEXTS = "tests/unit/plugin/commands/texts"
PAGE = [f"{PLUGIN}/dashboard/site/*", f"{PLUGIN}/dashboard/facts.py", f"{PLUGIN}/dashboard/sheet.py"]
MONITORING = "deploy/chart/agentrun-operator/monitoring"

FIRST_LOOK = {
    "status.svg": [f"{TEXTS}/table-*.txt"],
    "rollout.svg": [f"{PLUGIN}/commands/rollout/view.py"],
    "revert.svg": [f"{TEXTS}/page-*.txt"],
    "page.png": PAGE,
    "page-dark.png": PAGE,
}
"""By picture of `make pictures`, the files that say how it looks; of the terminal the texts that tests hold it to."""

DASHBOARD = {
    "dashboard.svg": [f"{MONITORING}/dashboard.json", "docs/pictures/panels.py", "benchmarks/charts.mplstyle"],
}
"""The same of `make dashboard-picture`."""


def known() -> set[Path]:
    """Every picture that is looked at here."""
    return {HERE / name for name in FIRST_LOOK | DASHBOARD} | {
        CHARTS / name for name in charts_of(CHARTS / "results.json")
    }


def older() -> dict[Path, str]:
    """The pictures that are older than what they show, or were changed by hand, and what draws each anew."""
    kept = json.loads(SUMS.read_text()) if SUMS.exists() else {}
    targets = {"make pictures": FIRST_LOOK, "make dashboard-picture": DASHBOARD}
    stale = {
        HERE / name: target
        for target, pictures in targets.items()
        for name in pictures
        if kept.get(name) != _sums(name, pictures[name])
    }
    drawn = charts_of(CHARTS / "results.json")
    return stale | {CHARTS / name: "make charts" for name, chart in drawn.items() if _other(name, chart)}


def written_down(pictures: dict[str, list[str]]) -> None:
    """Say that these pictures are as new as what they show: they were just made."""
    kept = json.loads(SUMS.read_text()) if SUMS.exists() else {}
    made = {name: _sums(name, sources) for name, sources in pictures.items()}
    SUMS.write_text(json.dumps(kept | made, indent=2) + "\n")


def _other(name: str, chart: str) -> bool:
    path = CHARTS / name
    return not path.exists() or path.read_text() != chart


def _sums(name: str, patterns: Iterable[str]) -> dict[str, str]:
    sources = sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file())
    return {"picture": _sum([HERE / name]), "shows": _sum(sources)}


def _sum(paths: list[Path]) -> str:
    told = hashlib.sha256()
    for path in paths:
        content = path.read_bytes() if path.exists() else b""
        told.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return told.hexdigest()


if __name__ == "__main__":
    stale = older()
    for picture, target in stale.items():
        print(f"{picture.relative_to(ROOT)} is older than what it shows: {target}")
    sys.exit(bool(stale))
