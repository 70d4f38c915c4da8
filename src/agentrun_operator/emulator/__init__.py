"""A stand-in for AgentRun, written from its documentation alone. Imports nothing else of the package.

`serve` is for a command, `EmulatorServer` for tests, `create_app` for whoever brings a server. `faults.behaviour` lists
what the emulator can be told to do, `control_routes` the routes that tell it. Needs the extra `playground`.
"""

from __future__ import annotations

from agentrun_operator.emulator.accounts import DEFAULT_ACCOUNT, Account
from agentrun_operator.emulator.app import DEFAULT_REGION, PLAYGROUND, Seed, create_app
from agentrun_operator.emulator.faults.behaviour import Behaviour, Fault, Throttling, Transitions
from agentrun_operator.emulator.server import EmulatorServer, serve

__all__ = [
    "DEFAULT_ACCOUNT",
    "DEFAULT_REGION",
    "PLAYGROUND",
    "Account",
    "Behaviour",
    "EmulatorServer",
    "Fault",
    "Seed",
    "Throttling",
    "Transitions",
    "create_app",
    "serve",
]
