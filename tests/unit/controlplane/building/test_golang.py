import pytest

from agentrun_operator.controlplane.building.golang import parse_version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        pytest.param("go1.26.3\n", (1, 26), id="release"),
        pytest.param("go1.27", (1, 27), id="no patch"),
        pytest.param("go1.27rc1", (1, 27), id="release candidate"),
        pytest.param("devel go1.28-a1b2c3 Tue", (1, 28), id="built from source"),
        pytest.param("1.26.0", (1, 26), id="as go.mod has it"),
        pytest.param("", None, id="nothing said"),
        pytest.param("no such command", None, id="something else"),
    ],
)
def test_the_version_is_found_in(text, version):
    assert parse_version(text) == version
