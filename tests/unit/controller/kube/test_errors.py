"""Which answers of the API server are a no, and which pass."""

import pytest

from agentrun_operator.controller.kube.errors import KubeError


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        pytest.param(0, False, id="no answer"),
        pytest.param(200, True, id="taken in part"),
        pytest.param(401, False, id="a credential that is renewed soon"),
        pytest.param(403, True, id="forbidden"),
        pytest.param(408, False, id="a request that took too long"),
        pytest.param(422, True, id="invalid"),
        pytest.param(429, False, id="busy"),
        pytest.param(500, False, id="the fault of the server"),
    ],
)
def test_what_fares_no_better_the_next_time_is_refused(status: int, refused: bool):  # noqa: FBT001 - a row
    assert KubeError(status, "", "PATCH /").refused is refused
