import json

import pytest

from agentrun_operator.controlplane.finding.kubectl_on_path import fits, told_version


def told(version: object) -> str:
    return json.dumps({"clientVersion": {"major": "9", "minor": "9", "gitVersion": version}})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(told("v1.37.0"), (1, 37), id="a release"),
        pytest.param(told("v1.32.4-dispatcher"), (1, 32), id="a vendor's"),
        pytest.param(told("v1.37.0-alpha.1+abc"), (1, 37), id="to come"),
        pytest.param(told("1.37.0"), None, id="no v"),
        pytest.param(told("v1.37"), None, id="two numbers"),
        pytest.param(told("v0.0.0-master"), (0, 0), id="built by hand"),
        pytest.param(told("v1." + "9" * 5000 + ".0"), None, id="an endless number"),
        pytest.param(told(["v1.37.0"]), None, id="a list"),
        pytest.param(told(None), None, id="null"),
        pytest.param("[]", None, id="no object"),
        pytest.param('{"clientVersion": "v1.37.0"}', None, id="a text"),
        pytest.param("{}", None, id="empty"),
        pytest.param("", None, id="nothing"),
        pytest.param("Client Version: v1.37.0", None, id="an old kubectl's own words"),
        pytest.param("[" * 100_000, None, id="a bracket without end"),
    ],
)
def test_a_version_is_what_kubectl_says_of_itself_and_nothing_else(text, expected):
    assert told_version(text) == expected


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ((1, 35), False),
        ((1, 36), True),
        ((1, 37), True),
        ((1, 38), True),
        ((1, 39), False),
        ((2, 37), False),
        ((0, 0), False),
    ],
)
def test_a_client_goes_with_servers_of_one_minor_version_up_and_down(client, expected):
    assert fits(client, (1, 37)) == expected
