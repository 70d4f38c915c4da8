"""Runtimes are suggested to whoever types an import, where AgentRun tells of them soon."""

import pytest

from agentrun_operator.plugin import completion
from support.emulator import Emulator
from support.plugin import Plugin


@pytest.fixture(autouse=True)
def runtimes(emulator: Emulator) -> None:
    for name in ("sales-bot", "support-bot", "hr"):
        emulator.add_runtime(name)


def test_the_accounts_runtimes_are_suggested_but_for_those_that_stand_there(plugin: Plugin):
    assert plugin("__complete", "import", "s").out == "sales-bot\nsupport-bot\n:4\n"
    assert plugin("__complete", "import", "sales-bot", "--mode=observe", "").out == "hr\nsupport-bot\n:4\n"


@pytest.mark.parametrize("trouble", [{"status": 500}, {"hang": 1}, {"status": 403}], ids=str)
def test_where_agentrun_does_not_tell_nothing_is_suggested_and_nothing_said(
    plugin: Plugin, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, trouble: dict[str, object]
):
    monkeypatch.setattr(completion, "PATIENCE", 0.3)
    emulator.fault("ListAgentRuntimes", **trouble)
    assert plugin("__complete", "import", "s") == (0, ":4\n", "")


def test_without_credentials_nothing_is_suggested(plugin: Plugin):
    assert plugin("__complete", "import", "", AGENTRUN_ACCESS_KEY_ID="", AGENTRUN_ACCESS_KEY_SECRET="").out == ":4\n"
