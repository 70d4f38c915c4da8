import pytest

from agentrun_operator.plugin.commands.importing.files import folder, write
from agentrun_operator.plugin.exits import PluginError, UsageError


def test_a_folder_is_made_with_those_above_it(tmp_path):
    assert folder(tmp_path / "a" / "b").is_dir()
    assert folder(tmp_path / "a" / "b").is_dir()


def test_a_file_in_the_place_of_the_folder_is_a_usage_error(tmp_path):
    (tmp_path / "a").write_text("")
    with pytest.raises(UsageError, match=r"--output-dir .*/a: File exists"):
        folder(tmp_path / "a")


def test_the_same_may_be_written_again(tmp_path):
    write(tmp_path / "a.yaml", "text 默认\n")
    write(tmp_path / "a.yaml", "text 默认\n")
    assert (tmp_path / "a.yaml").read_text(encoding="utf-8") == "text 默认\n"


def test_a_file_that_says_something_else_is_left_as_it_is(tmp_path):
    (tmp_path / "a.yaml").write_text("mine")
    with pytest.raises(PluginError, match="is there and says something else: move it away"):
        write(tmp_path / "a.yaml", "else")
    assert (tmp_path / "a.yaml").read_text() == "mine"


def test_nothing_is_written_through_a_link(tmp_path):
    (tmp_path / "a.yaml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PluginError, match="is there"):
        write(tmp_path / "a.yaml", "text")
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_is_gone_is_said(tmp_path):
    with pytest.raises(PluginError, match="No such file or directory"):
        write(tmp_path / "gone" / "a.yaml", "text")
