"""No test of the client sees the credentials and addresses of whoever runs it."""

import pytest

from support.agentrun import forget_variables


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch):
    forget_variables(monkeypatch)
