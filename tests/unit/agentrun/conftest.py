"""No test of the client sees the credentials and addresses of whoever runs it."""

import pytest
from hypothesis import settings

from support.agentrun import forget_variables

# How long an example takes says more about the machine's other work than about the client.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch):
    forget_variables(monkeypatch)
