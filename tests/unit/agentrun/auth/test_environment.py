"""The `.env` file: where it is looked for, what wins over it, what it leaves alone. Each in a process of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import agentrun_operator
from support.agentrun import AGENTRUN_VARIABLES

KEY = "AGENTRUN_ACCESS_KEY_ID=of-the-file\nAGENTRUN_ACCESS_KEY_SECRET=made-up\n"
ASK = "from agentrun_operator.agentrun import Config; print(Config().access_key_id)"


def run(*command: str, cwd: Path, **variables: str) -> str:
    """What a Python says that starts in a folder, or the last line of what it complains of."""
    left_out = (*AGENTRUN_VARIABLES, DISABLED)
    # What measures coverage traces, as a debugger does: the file is looked for in another place then.
    environ = {name: value for name, value in os.environ.items() if name not in left_out and "COVERAGE" not in name}
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own code
        [sys.executable, *command], cwd=cwd, env={**environ, **variables}, capture_output=True, text=True, check=False
    )
    return (done.stdout or done.stderr).strip().splitlines()[-1]


DISABLED = "PYTHON_DOTENV_DISABLED"


@pytest.fixture
def below(tmp_path: Path) -> Path:
    """A folder below one that has a `.env`."""
    (tmp_path / ".env").write_text(KEY)
    (tmp_path / "deep" / "below").mkdir(parents=True)
    return tmp_path / "deep" / "below"


def test_interactively_it_is_looked_for_from_the_current_folder_upwards(below: Path):
    assert run("-c", ASK, cwd=below) == "of-the-file"


def test_a_program_has_it_above_the_package(tmp_path: Path):
    """As with the official SDK: the folder of a virtual environment is usually in the project's."""
    packages = tmp_path / "project" / ".venv" / "packages"
    shutil.copytree(Path(agentrun_operator.__file__).parent, packages / "agentrun_operator")
    (tmp_path / "project" / ".env").write_text(KEY)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / ".env").write_text(KEY.replace("of-the-file", "of-the-folder"))
    (tmp_path / "program.py").write_text(ASK)
    found = run(str(tmp_path / "program.py"), cwd=tmp_path / "elsewhere", PYTHONPATH=str(packages))
    assert found == "of-the-file"


def test_what_the_process_has_wins(below: Path):
    assert run("-c", ASK, cwd=below, AGENTRUN_ACCESS_KEY_ID="of-the-process") == "of-the-process"


def test_a_key_of_the_process_has_no_token_of_the_file(below: Path):
    (below / ".env").write_text(KEY + "AGENTRUN_SECURITY_TOKEN=of-the-file\n")
    code = "from agentrun_operator.agentrun import Config; print(Config().security_token)"
    assert run("-c", code, cwd=below) == "**********"
    assert run("-c", code, cwd=below, AGENTRUN_ACCESS_KEY_ID="of-the-process") == "None"


def test_the_environment_of_the_process_is_left_alone(below: Path):
    code = f"import os; {ASK}; print('AGENTRUN_ACCESS_KEY_ID' in os.environ)"
    assert run("-c", code, cwd=below) == "False"


def test_it_is_not_read_at_import(below: Path):
    (below / ".env").write_bytes(b"\xff\xfe")
    code = "import agentrun_operator.agentrun, sys; print('dotenv' in sys.modules)"
    assert run("-c", code, cwd=below) == "False"


@pytest.mark.parametrize("word", ["1", "True", "yes"])
def test_it_can_be_switched_off(below: Path, word: str):
    assert run("-c", ASK, cwd=below, **{DISABLED: word}) == "None"


def test_the_operator_reads_none(below: Path):
    code = (
        "from agentrun_operator.controller.remote.accounts.environment import ambient; print(ambient().access_key_id)"
    )
    assert run("-c", code, cwd=below) == "None"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"\xff\xfe", "cannot be read (it is not UTF-8)", id="no text"),
        pytest.param(b"#" * (2**20 + 1), "is larger than 1048576 bytes", id="huge"),
    ],
)
def test_one_that_makes_no_sense_is_told_by_its_path(below: Path, content: bytes, told: str):
    (below / ".env").write_bytes(content)
    said = run("-c", ASK, cwd=below)
    assert "ConfigError" in said
    assert f"{below / '.env'} {told}" in said


def test_a_byte_order_mark_is_no_part_of_a_name(below: Path):
    (below / ".env").write_text(KEY, encoding="utf-8-sig")
    assert run("-c", ASK, cwd=below) == "of-the-file"


def test_no_file_is_no_variables(tmp_path: Path):
    assert run("-c", ASK, cwd=tmp_path) == "None"
