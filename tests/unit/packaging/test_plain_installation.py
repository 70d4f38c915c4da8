"""The command line where no extra is installed: it shows what there is, and says what a command needs."""

import re

import pytest

from agentrun_operator.cli.main import COMMANDS
from agentrun_operator.controller.settings import Settings
from agentrun_operator.resources.crd import crd_yaml
from support.plain_installation import ABSENT, run_plainly


def command_line(*arguments: str) -> tuple[int, str, str]:
    return run_plainly("from agentrun_operator.cli.main import main; main()", *arguments, environ={"COLUMNS": "200"})


def test_no_module_of_an_extra_can_be_imported():
    code = f"""
        from importlib import import_module
        for name in {ABSENT!r}:
            try:
                import_module(name)
            except ModuleNotFoundError:
                print(name)
    """
    assert run_plainly(code)[1].split() == list(ABSENT)


def test_the_help_names_every_command():
    exit_code, printed, complained = command_line("--help")

    assert (exit_code, complained) == (0, "")
    assert [command.__name__ for command in COMMANDS if command.__name__ not in printed] == []


def test_the_help_of_run_names_every_setting():
    exit_code, printed, complained = command_line("run", "--help")

    assert (exit_code, complained) == (0, "")
    assert set(re.findall(r"--[a-z-]+", printed)) >= {f"--{name.replace('_', '-')}" for name in Settings.model_fields}


def test_the_version_is_shown():
    exit_code, printed, complained = command_line("version")

    assert (exit_code, complained) == (0, "")
    assert printed.startswith("agentrun-operator 0.")


def test_the_crd_is_printed():
    assert command_line("crd") == (0, crd_yaml(), "")


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        pytest.param(["run"], "operator", id="run"),
        pytest.param(["run", "--workers=3"], "operator", id="run with a setting"),
        pytest.param(["playground"], "playground", id="playground"),
        pytest.param(["emulator"], "playground", id="emulator"),
    ],
)
def test_a_command_that_needs_an_extra_says_so_in_one_line_and_fails(arguments: list[str], extra: str):
    told = f"Error: {arguments[0]} needs the {extra}'s packages: pip install 'agentrun-operator[{extra}]'\n"

    assert command_line(*arguments) == (1, "", told)
