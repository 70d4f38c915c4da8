"""Which sources each picture shows, and whether it is as new as they are: `shown.json` has a sum of both.

.venv/bin/python docs/pictures/shown.py    # says which pictures are older than what they show
"""
# ruff: noqa: INP001, T201 - a script beside its pictures

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = ROOT / "docs" / "pictures"
SUMS = HERE / "shown.json"
PLUGIN = "src/agentrun_operator/plugin"
TEXTS = "tests/unit/plugin/commands/texts"

SHOWN = {
    "status.svg": [f"{TEXTS}/table-*.txt"],
    "rollout.svg": [f"{PLUGIN}/commands/rollout/view.py"],
    "revert.svg": [f"{TEXTS}/page-*.txt"],
    "page.png": [f"{PLUGIN}/dashboard/site/*", f"{PLUGIN}/dashboard/facts.py", f"{PLUGIN}/dashboard/sheet.py"],
}
SHOWN["page-dark.png"] = SHOWN["page.png"]
"""By picture, the files that say how it looks; of the terminal the texts that tests hold it to, where there are."""


def older() -> list[str]:
    """The pictures that are older than what they show, or were changed by hand."""
    kept = json.loads(SUMS.read_text()) if SUMS.exists() else {}
    return [name for name in SHOWN if kept.get(name) != _sums(name)]


def written_down() -> None:
    """Say that all pictures are as new as what they show: they were just made."""
    SUMS.write_text(json.dumps({name: _sums(name) for name in SHOWN}, indent=2) + "\n")


def _sums(name: str) -> dict[str, str]:
    sources = sorted(path for pattern in SHOWN[name] for path in ROOT.glob(pattern) if path.is_file())
    return {"picture": _sum([HERE / name]), "shows": _sum(sources)}


def _sum(paths: list[Path]) -> str:
    told = hashlib.sha256()
    for path in paths:
        content = path.read_bytes() if path.exists() else b""
        told.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return told.hexdigest()


if __name__ == "__main__":
    stale = older()
    for each in stale:
        print(f"docs/pictures/{each} is older than what it shows: make pictures")
    sys.exit(bool(stale))
