"""Every picture of README and docs is known to `make check`, which says when one is older than what it shows."""

import json
import re
import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = Path("docs", "pictures", "shown.py")
NAMED = re.compile(r"!\[[^\]]*\]\(([^)\s]+)|<(?:img|source)\b[^>]*?\bsrc(?:set)?=[\"']([^\"'\s]+)")
"""A picture of a document, in Markdown or in HTML."""

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md")])
SHOWN = [
    pytest.param((document.parent / (found[1] or found[2])).resolve(), id=f"{document.name}: {found[1] or found[2]}")
    for document in DOCUMENTS
    for found in NAMED.finditer(document.read_text())
]


@pytest.fixture(scope="module", autouse=True)
def benchmarks() -> Iterator[None]:
    """The script draws with the benchmark's own code, which is no package of ours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        yield


@pytest.fixture(scope="module")
def known(benchmarks: None) -> set[Path]:
    """The pictures that are looked at."""
    found: set[Path] = runpy.run_path(str(ROOT / SCRIPT))["known"]()
    return found


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the pictures, and of all that they show, where none is older."""
    for name in ("docs", "benchmarks", "deploy", "src/agentrun_operator/plugin", "tests/unit/plugin/commands/texts"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    script = runpy.run_path(str(tmp_path / SCRIPT))
    script["written_down"](script["FIRST_LOOK"] | script["DASHBOARD"])
    for name, chart in script["charts_of"](tmp_path / "docs" / "performance" / "results.json").items():
        (tmp_path / "docs" / "performance" / name).write_text(chart)
    return tmp_path


def older(root: Path) -> dict[str, str]:
    """What the copy's own script finds older, by its path, and what draws it."""
    found: dict[Path, str] = runpy.run_path(str(root / SCRIPT))["older"]()
    return {str(picture.relative_to(root)): target for picture, target in found.items()}


def changed(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


@pytest.mark.parametrize("picture", SHOWN)
def test_every_picture_of_a_document_is_looked_at(known: set[Path], picture: Path):
    assert picture.exists()
    assert picture in known


def test_there_is_no_picture_that_nothing_draws(known: set[Path]):
    assert {path for kind in ("svg", "png") for path in (ROOT / "docs").rglob(f"*.{kind}")} == known


@pytest.mark.parametrize(
    ("source", "stale"),
    [
        pytest.param(
            "deploy/chart/agentrun-operator/monitoring/dashboard.json",
            {"docs/pictures/dashboard.svg": "make dashboard-picture"},
            id="Grafana's dashboard",
        ),
        pytest.param(
            "src/agentrun_operator/plugin/dashboard/site/style.css",
            {"docs/pictures/page.png": "make pictures", "docs/pictures/page-dark.png": "make pictures"},
            id="the page",
        ),
        pytest.param(
            "docs/pictures/rollout.svg", {"docs/pictures/rollout.svg": "make pictures"}, id="a picture itself"
        ),
        pytest.param("docs/performance/rate.svg", {"docs/performance/rate.svg": "make charts"}, id="a chart itself"),
    ],
)
def test_a_picture_is_older_than_a_source_that_changed(copy: Path, source: str, stale: dict[str, str]):
    assert older(copy) == {}

    changed(copy / source)

    assert older(copy) == stale


def test_a_chart_is_older_than_results_that_changed(copy: Path):
    data = copy / "docs" / "performance" / "results.json"
    results: Any = json.loads(data.read_text())
    for life in results["lives"]:
        life["resting_memory"] = [2 * value for value in life["resting_memory"]]
    data.write_text(json.dumps(results))

    assert older(copy) == {"docs/performance/memory.svg": "make charts"}
