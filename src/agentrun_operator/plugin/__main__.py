"""`python -m agentrun_operator.plugin`: the plugin of this very interpreter, wherever scripts are installed."""

from __future__ import annotations

from agentrun_operator.plugin.main import main

main()
