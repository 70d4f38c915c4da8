"""The examples of docs/emulator.md, run as they stand, from top to bottom; and that it tells of everything."""

import argparse
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from agentrun_operator.emulator import PLAYGROUND, EmulatorServer, control_routes
from agentrun_operator.emulator.faults.manners import Manner

PAGE = (Path(__file__).parents[3] / "docs" / "emulator.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:9000"


def examples() -> list[tuple[str, str]]:
    """Each command, and what it is said to answer."""
    blocks = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    commands = [
        command for block in blocks if "curl" in block for command in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    ]
    return [(command[: (end := _end(command))], command[end:]) for command in commands]


def _end(command: str) -> int:
    """Where a command ends: a line on which no quote is open and that is not continued."""
    end = 0
    for line in command.splitlines(keepends=True):
        end += len(line)
        if command[:end].count("'") % 2 == 0 and not line.endswith("\\\n"):
            break
    return end


def missing(expected: object, found: object, path: str = "") -> Iterator[str]:
    """What is said to be answered and was not; the page leaves out much of an answer."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for name, value in expected.items():
            yield from missing(value, found.get(name), f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from missing(one, other, f"{path}[{number}]")
    elif expected != found:
        yield f"{path} is {found!r} instead of {expected!r}"


def curl(command: str) -> httpx.Response:
    """The answer to a command, of which only what the page uses is known."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-d", dest="data")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    given = parser.parse_args(shlex.split(command.replace("\\\n", " "))[1:])
    headers = dict(header.split(": ", 1) for header in given.headers)
    method = given.method or ("POST" if given.data else "GET")
    return httpx.request(method, given.url, content=given.data, headers=headers, trust_env=False)


def test_the_examples_work():
    told = [(command, expected) for command, expected in examples() if command.startswith("curl")]
    assert len(told) >= 9
    with EmulatorServer(seeds=PLAYGROUND) as server:
        runtimes = curl(f"curl {server.url}/_emulator/runtimes").json()["items"]
        runtime = next(each["id"] for each in runtimes if each["name"] == "support-bot")
        for command, expected in told:
            answer = curl(command.replace(ADDRESS, server.url).replace("$RUNTIME", runtime))
            assert answer.is_success, (command, answer.text)
            if expected:
                assert list(missing(json.loads(expected), answer.json())) == [], command


@pytest.mark.parametrize("name", [field.alias for field in Manner.model_fields.values()])
def test_every_field_of_a_manner_is_told(name: str):
    assert f"`{name}`" in PAGE


def test_every_control_route_is_told():
    routes = re.findall(r"^\| `(.*?)`", control_routes.__doc__ or "", re.MULTILINE)
    paths = {route.rpartition(" ")[2] for route in routes}
    assert len(paths) >= 12
    assert [path for path in sorted(paths) if f" {path}`" not in PAGE] == []
