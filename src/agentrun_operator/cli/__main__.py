"""`python -m agentrun_operator.cli`: the command line of this very interpreter, wherever scripts are installed."""

from __future__ import annotations

from agentrun_operator.cli.main import main

main()
