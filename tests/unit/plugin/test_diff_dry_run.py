"""How the API server is asked what it would make of many manifests: by few calls, whatever it refuses."""

import json
from typing import Any, cast

import pytest

from agentrun_operator.plugin.cluster.kubectl.refusals import InvalidError
from agentrun_operator.plugin.commands.diff.dry_run import Cluster


class ApiServer:
    """Refuses all of what it is given if some of it is bad, as kubectl's exit code has it."""

    def __init__(self) -> None:
        self.calls = 0

    def ask(self, _arguments: list[str], _right: object, given: str) -> dict[str, Any]:
        self.calls += 1
        told: dict[str, Any] = json.loads(given)
        for each in told["items"]:
            if each["metadata"]["name"].startswith("bad"):
                raise InvalidError(f"{each['metadata']['name']} is bad")
        return told


@pytest.mark.parametrize(
    ("bad", "most"),
    [
        pytest.param(set(), 1, id="none is refused"),
        pytest.param({77}, 19, id="one is refused"),
        pytest.param({0, 128, 255}, 49, id="three are refused, far apart"),
    ],
)
def test_what_is_refused_is_found_by_few_calls_and_the_order_is_kept(bad, most):
    server = ApiServer()
    names = [f"bad-{number}" if number in bad else f"good-{number}" for number in range(256)]
    manifests = {("a", name): {"metadata": {"namespace": "a", "name": name}} for name in names}
    found = Cluster(cast("Any", server), server_side=False).applied(manifests)
    assert [key[1] for key in found] == names
    assert {key[1] for key, each in found.items() if isinstance(each, InvalidError)} == {f"bad-{each}" for each in bad}
    assert server.calls <= most
