"""The examples of docs/python-api.md, run as they stand, from top to bottom."""

import asyncio
import re
from pathlib import Path

from agentrun_operator import agentrun
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, ACCOUNT_ID

PAGE = Path(__file__).parents[3] / "docs" / "python-api.md"


def examples() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_examples_work(monkeypatch, capsys, emulator, server, runtime_id):
    emulator.behave(transitions={"create": 0.05, "update": 0.05, "delete": 0.05})
    for name, value in {
        "AGENTRUN_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AGENTRUN_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET,
        "AGENTRUN_ACCOUNT_ID": ACCOUNT_ID,
        "AGENTRUN_CONTROL_ENDPOINT": server.url,
        "AGENTRUN_DATA_ENDPOINT": server.url,
    }.items():
        monkeypatch.setenv(name, value)
    # What a reader has imported by then, but for what the first example imports itself.
    scope = {name: getattr(agentrun, name) for name in ("Config", "HTTPError", "ResourceNotExistError")}
    scope |= {"asyncio": asyncio, "runtime_id": runtime_id}
    calling = [example for example in examples() if "shut_down" not in example]
    for example in calling:
        exec(compile(example, str(PAGE), "exec"), scope)  # noqa: S102 - our own documentation
    assert asyncio.run(scope["names"](runtime_id)) == ["chat"]
    said = capsys.readouterr().out
    assert "READY 3" in said
    assert "support-bot/chat" in said
    assert "endpoint 404" in said
    (shutting_down,) = [example for example in examples() if "shut_down" in example]
    exec(compile(shutting_down, str(PAGE), "exec"), scope)  # noqa: S102 - our own documentation
    assert emulator.endpoints() == []


def test_every_public_name_is_told():
    text = PAGE.read_text(encoding="utf-8")
    errors = [name for name in agentrun.__all__ if name.endswith("Error") and name != "AgentRunError"]
    assert [name for name in errors if f"`{name}`" not in text] == []
