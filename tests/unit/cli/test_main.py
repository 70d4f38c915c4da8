import subprocess
import sys

import pytest
from typer.testing import CliRunner

from agentrun_operator.cli.main import COMMANDS, application, main
from agentrun_operator.resources.crd import crd_yaml

HEAVY = ("kopf", "kubernetes", "aiohttp", "httpx", "starlette", "uvicorn")


def invoke(*args: str) -> str:
    result = CliRunner().invoke(application(), args)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_help_names_every_command():
    help_text = invoke("--help")
    assert all(command.__name__ in help_text for command in COMMANDS)


@pytest.mark.parametrize("args", [["--help"], ["version"]], ids=" ".join)
def test_nothing_heavy_is_loaded_for(args):
    program = f"""
import sys
from agentrun_operator.cli.main import main
sys.argv = ["agentrun-operator", *{args!r}]
try:
    main()
except SystemExit:
    print(*(set({HEAVY!r}) & sys.modules.keys()), file=sys.stderr)
"""
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - the program above
    assert finished.stdout
    assert finished.stderr.strip() == ""


def test_the_version_is_that_of_the_distribution():
    assert invoke("version").startswith("agentrun-operator 0.")


def test_the_crd_is_printed_as_it_is_generated():
    assert invoke("crd") == crd_yaml()


@pytest.mark.parametrize("command", ["emulator", "playground"])
def test_without_the_extra_a_command_says_what_to_install_and_fails(monkeypatch, capsys, command):
    monkeypatch.setitem(sys.modules, "starlette", None)  # as where it is not installed
    monkeypatch.setattr(sys, "argv", ["agentrun-operator", command])
    with pytest.raises(SystemExit) as exited:
        main()
    assert exited.value.code == 1
    told = f"Error: {command} needs the playground's packages: pip install 'agentrun-operator[playground]'\n"
    assert capsys.readouterr().err == told


@pytest.mark.parametrize("command", ["emulator", "playground"])
def test_a_command_that_the_image_goes_without_says_so_and_fails(monkeypatch, capsys, command):
    for room in ("controlplane", "emulator"):  # as in the image
        monkeypatch.setitem(sys.modules, f"agentrun_operator.{room}", None)
    monkeypatch.setattr(sys, "argv", ["agentrun-operator", command])
    with pytest.raises(SystemExit) as exited:
        main()
    assert exited.value.code == 1
    told = f"Error: {command} is not part of the operator's image; on your own machine: "
    assert capsys.readouterr().err == f"{told}pip install 'agentrun-operator[playground]'\n"
