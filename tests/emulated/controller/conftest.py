"""What tests of the controller on real sockets share: no credentials or settings of whoever runs them."""

import pytest

from agentrun_operator.controller.settings import ENV_PREFIX, Settings
from support.agentrun import forget_variables


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch):
    forget_variables(monkeypatch)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{ENV_PREFIX}{name.upper()}", raising=False)
