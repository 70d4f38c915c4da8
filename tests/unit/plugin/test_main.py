"""What every command has in common: help, usage, and ends that nobody asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.plugin import Plugin

HEAVY = ("pydantic", "pydantic_core", "httpx", "rich", "yaml", "asyncio", "kopf", "kubernetes", "starlette", "uvicorn")

HELP = """\
Show the versions of this program, of the CRD and of the operator, and warn where they do not go together.

Examples:
  kubectl agentrun version
  kubectl agentrun version --client -o json

Options:
    --client:
        Only this program's; the cluster is not asked.

    -o, --output='text':
        How data is written. One of: text, json.
"""


@pytest.fixture
def kubectl(tmp_path: Path) -> Path:
    """A program that stands where kubectl does; what it does is the test's."""
    return tmp_path / "kubectl"


@pytest.fixture
def plugin(kubectl: Path) -> Plugin:
    return Plugin({"PATH": f"{kubectl.parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(kubectl.parent)})


def does(kubectl: Path, line: str) -> None:
    kubectl.write_text(f"#!/bin/sh\n{line}\n")
    kubectl.chmod(0o755)


@pytest.mark.parametrize("arguments", [[], ["help"], ["-h"], ["--help"]], ids=" ".join)
def test_the_help_lists_every_command_as_that_of_kubectl_does(plugin, arguments):
    told = plugin(*arguments)

    assert (told.code, told.err) == (0, "")
    lines = told.out.splitlines()
    assert "Available Commands:" in lines
    assert "  version      Show the versions of this program" in told.out
    assert lines[-4:] == [
        "Usage:",
        "  kubectl agentrun COMMAND [flags]",
        "",
        'Use "kubectl agentrun COMMAND --help" for more about a command.',
    ]
    assert "__complete" not in told.out


@pytest.mark.parametrize("arguments", [["help", "version"], ["version", "-h"], ["version", "--help"]], ids=" ".join)
def test_the_help_of_a_command_shows_examples_flags_and_usage(plugin, arguments):
    told = plugin(*arguments)

    assert (told.code, told.err) == (0, "")
    assert told.out.startswith(HELP)
    assert "    -n, --namespace=NAME:\n        Namespace; else the context's.\n" in told.out
    assert told.out.endswith("Usage:\n  kubectl agentrun version [flags]\n")


def test_the_line_of_usage_tells_what_may_be_left_out(plugin):
    assert "  kubectl agentrun invoke NAME [TEXT|-] [flags]\n" in plugin("help", "invoke").out


@pytest.mark.parametrize(
    ("arguments", "told", "command"),
    [
        pytest.param(["nonsense"], "No such command 'nonsense'.", "", id="an unknown command"),
        pytest.param(["help", "nonsense"], "No such command 'nonsense'.", "", id="help of one"),
        pytest.param(["version", "--nonsense"], "No such option: --nonsense", " version", id="an unknown flag"),
        pytest.param(
            ["version", "extra"], "Got unexpected extra argument(s) (extra)", " version", id="a word too many"
        ),
        pytest.param(
            ["version", "--color", "pink"],
            "Invalid value for '--color': 'pink' is not one of 'auto', 'always', 'never'.",
            " version",
            id="a word that is none of those",
        ),
        pytest.param(["invoke"], "Missing argument 'NAME'.", " invoke", id="a word too few"),
    ],
)
def test_what_was_not_understood_ends_with_2_and_says_where_help_is(plugin, arguments, told, command):
    assert plugin(*arguments) == (2, "", f"Error: {told}\nSee 'kubectl agentrun{command} --help' for usage.\n")


@pytest.mark.parametrize("arguments", [["--help"], ["help", "invoke"], ["version", "--client"]], ids=" ".join)
def test_nothing_heavy_is_loaded_for(arguments):
    program = f"""
import sys
from agentrun_operator.plugin.main import run
code = run({arguments!r})
print(code, *(set({HEAVY!r}) & sys.modules.keys()), file=sys.stderr)
"""
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - the program above
    assert finished.stdout
    assert finished.stderr == "0\n"


def test_a_defect_is_one_line_that_says_what_to_report_and_quotes_no_value(plugin, kubectl):
    does(kubectl, 'printf \'{"metadata": {"name": "chat", "namespace": "a"}, "spec": "secret"}\'')

    told = plugin("invoke", "chat", "hello")

    assert (told.code, told.out) == (3, "")
    assert told.err.startswith("Error: AttributeError in target.py:")
    assert "report it with this line" in told.err
    assert told.err.count("\n") == 1
    assert "secret" not in told.err


def test_ctrl_c_ends_with_130_and_without_a_word(plugin, kubectl):
    """The terminal interrupts the whole group of processes: the plugin and the kubectl that it waits for."""
    does(kubectl, "kill -INT 0; sleep 60")
    finished = subprocess.run(
        [sys.executable, "-m", "agentrun_operator.plugin", "invoke", "chat", "hello"],
        env=plugin.environment,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )

    assert (finished.returncode, finished.stdout, finished.stderr) == (130, "", "")


@pytest.mark.parametrize("arguments", ["help", "version --client", "completion kubectl"])
def test_a_reader_that_goes_is_no_error(arguments):
    line = f"{sys.executable} -m agentrun_operator.plugin {arguments} | true; exit ${{PIPESTATUS[0]}}"
    finished = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)  # noqa: S603, S607 - the line above

    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.parametrize("program", ["main import complete as main", "main import main"])
def test_a_terminal_that_knows_few_characters_gets_the_others_spelt_out(plugin, kubectl, program):
    does(kubectl, "printf nöpe")
    words = ["invoke", ""] if "complete" in program else ["__complete", "invoke", ""]
    code = f"import sys; from agentrun_operator.plugin.{program}; sys.argv[1:] = {words!r}; main()"
    environment = {**plugin.environment, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    finished = subprocess.run(  # noqa: S603 - the program above
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment
    )

    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "n\\xf6pe\n:4\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is full")
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["told at the end", "told at once"])
def test_a_disk_that_is_full_is_told_and_is_no_defect(unbuffered: str):
    program = "from agentrun_operator.plugin.main import main; main()"
    with Path("/dev/full").open("w") as full:
        finished = subprocess.run(  # noqa: S603 - the program above
            [sys.executable, "-c", program, "version", "--client"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        )
    assert finished.returncode == 3
    assert finished.stderr == "Error: No space left on device: this cannot be read or written\n"
