"""The examples of docs/python-api.md and docs/migrating.md, run as they stand, from top to bottom."""

import asyncio
import re
import uuid
from pathlib import Path

import pytest

from agentrun_operator import agentrun
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, ACCOUNT_ID

DOCUMENTS = Path(__file__).parents[3] / "docs"
PAGE = DOCUMENTS / "python-api.md"
MIGRATING = DOCUMENTS / "migrating.md"


def examples(page: Path = PAGE) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def _environment(monkeypatch, emulator, server):
    emulator.behave(transitions={"create": 0.05, "update": 0.05, "delete": 0.05})
    for name, value in {
        "AGENTRUN_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AGENTRUN_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET,
        "AGENTRUN_ACCOUNT_ID": ACCOUNT_ID,
        "AGENTRUN_CONTROL_ENDPOINT": server.url,
        "AGENTRUN_DATA_ENDPOINT": server.url,
    }.items():
        monkeypatch.setenv(name, value)


def test_the_examples_work(capsys, emulator, runtime_id):
    # What a reader has imported by then, but for what the first example imports itself.
    scope = {name: getattr(agentrun, name) for name in ("Config", "HTTPError", "ResourceNotExistError")}
    scope |= {"asyncio": asyncio, "uuid": uuid, "runtime_id": runtime_id}
    scope["AgentRuntimeDataAPI"] = agentrun.AgentRuntimeDataAPI
    calling = [example for example in examples() if "shut_down" not in example]
    for example in calling:
        exec(compile(example, str(PAGE), "exec"), scope)  # noqa: S102 - our own documentation
    assert asyncio.run(scope["names"](runtime_id)) == ["chat"]
    said = capsys.readouterr().out
    assert "READY 3" in said
    assert said.count("support-bot/chat") == 5
    assert "heard: What did I say?" in said
    assert "endpoint 404" in said
    (shutting_down,) = [example for example in examples() if "shut_down" in example]
    exec(compile(shutting_down, str(PAGE), "exec"), scope)  # noqa: S102 - our own documentation
    assert emulator.endpoints() == []


def test_the_examples_of_migrating_work(capsys, emulator, runtime_id):
    scope = {"Config": agentrun.Config, "runtime_id": runtime_id}
    for example in examples(MIGRATING):
        exec(compile(example, str(MIGRATING), "exec"), scope)  # noqa: S102 - our own documentation
    said = capsys.readouterr().out.splitlines()
    assert said[-3:] == ["is READY", "3 For the support team", "cn-beijing 5.0 {'x-team': 'support'}"]
    assert emulator.endpoints() == []


def test_every_public_name_is_told():
    text = PAGE.read_text(encoding="utf-8")
    errors = [name for name in agentrun.__all__ if name.endswith("Error") and name != "AgentRunError"]
    assert [name for name in errors if f"`{name}`" not in text] == []
