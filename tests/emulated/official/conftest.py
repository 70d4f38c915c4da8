"""Samples for the official SDK, run on ours against the emulator: only what they import from is changed."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from agentrun_operator.emulator import EmulatorServer
from support.agentrun import forget_variables
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, ACCOUNT_ID, Emulator, running_emulator

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch):
    forget_variables(monkeypatch)


@pytest.fixture
def running() -> Iterator[tuple[EmulatorServer, Emulator]]:
    with running_emulator() as both:
        yield both


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, running: tuple[EmulatorServer, Emulator]) -> EmulatorServer:
    """An emulator that the environment leads to."""
    for name, value in {
        "AGENTRUN_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AGENTRUN_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET,
        "AGENTRUN_ACCOUNT_ID": ACCOUNT_ID,
        "AGENTRUN_CONTROL_ENDPOINT": running[0].url,
        "AGENTRUN_DATA_ENDPOINT": running[0].url,
    }.items():
        monkeypatch.setenv(name, value)
    return running[0]


@pytest.fixture
def emulator(server: EmulatorServer, running: tuple[EmulatorServer, Emulator]) -> Emulator:
    emulator = running[1]
    emulator.behave(transitions={"create": 0.05, "update": 0.05, "delete": 0.05})
    return emulator


@pytest.fixture
def runtime_id(emulator: Emulator) -> str:
    return emulator.add_runtime("support-bot", versions=4)


@pytest.fixture
def sample(request: pytest.FixtureRequest) -> SimpleNamespace:
    """The sample that a test module is named for: what it defines, its imports changed."""
    path = SAMPLES / f"{request.path.stem.removeprefix('test_')}.py"
    code, changed = re.subn(
        r"^from agentrun[\w.]* import", "from agentrun_operator.agentrun import", path.read_text(), flags=re.MULTILINE
    )
    assert changed
    scope: dict[str, object] = {"__name__": path.stem}
    exec(compile(code, str(path), "exec"), scope)  # noqa: S102 - our own samples
    return SimpleNamespace(**scope)
