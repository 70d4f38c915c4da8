"""Makes the archive of the kubectl plugin for the platform that this runs on: `make plugin-archive`.

Everything that enters is pinned by hash and lives in an environment of its own, `build/plugin/`. The result is
`dist/kubectl-agentrun_OS_ARCH.tar.gz`, a `.zip` for Windows, the name that the Krew manifest knows (`krew.py`).
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = ROOT / "deploy" / "plugin"
BUILD = ROOT / "build" / "plugin"
DIST = ROOT / "dist"
NAME = "kubectl-agentrun"

SYSTEMS = {"Linux": "linux", "Darwin": "darwin", "Windows": "windows"}
MACHINES = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def main() -> None:
    """Build it, and say where it is."""
    shutil.rmtree(BUILD, ignore_errors=True)
    python = _environment(BUILD / "venv")
    made = _frozen(python)
    for text in ("LICENSE", "README.md"):
        shutil.copy(ROOT / text, made)
    print(_packed(made))  # noqa: T201 - a script


def target() -> str:
    """The platform in the words of Go and Krew, such as `linux_amd64`."""
    return f"{SYSTEMS[platform.system()]}_{MACHINES[platform.machine()]}"


def _environment(folder: Path) -> Path:
    """What the plugin needs and what freezes it, and nothing else; the plugin itself as its wheel."""
    venv.create(folder, with_pip=True, clear=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    pinned = [f"--requirement={HERE / 'build.txt'}", "--require-hashes"]
    # One dependency is published as source alone; what builds it is pinned in the same file.
    _run(*pip, *pinned, "--only-binary=:all:", "--no-binary=alibabacloud-tea", "--no-build-isolation")
    _run(*pip, "--no-deps", "--no-build-isolation", str(ROOT))
    return python


def _frozen(python: Path) -> Path:
    """The folder that PyInstaller makes."""
    dates = {"SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH") or _committed()}
    places = [f"--distpath={BUILD / 'dist'}", f"--workpath={BUILD / 'work'}", "--noconfirm", "--log-level=WARN"]
    _run(python, "-m", "PyInstaller", *places, str(HERE / f"{NAME}.spec"), environment=dates)
    return BUILD / "dist" / NAME


def _packed(folder: Path) -> Path:
    DIST.mkdir(exist_ok=True)
    kind = "zip" if platform.system() == "Windows" else "gztar"
    return Path(shutil.make_archive(str(DIST / f"{NAME}_{target()}"), kind, folder.parent, folder.name))


def _committed() -> str:
    told = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607 - git as the caller has it
    return told.stdout.strip() or "0"


def _run(*command: str | Path, environment: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, **(environment or {})})  # noqa: S603 - the environment's own programs


if __name__ == "__main__":
    sys.exit(main())
